package files

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

const styledText = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// scalarShape tells what a scalar is to kubectl, whose parser (go-yaml v2)
// has the rules of YAML 1.1 with some of its own. Only a plain scalar can be
// anything but text, unless a tag says so; an unknown tag says nothing.
// https://github.com/yaml/go-yaml/blob/v2.4.4/resolve.go
func scalarShape(n *yaml.Node) shape {
	if n.Style&yaml.TaggedStyle == 0 {
		if n.Style&styledText != 0 {
			return text
		}
		return plainShape(n.Value)
	}
	want := text
	switch n.Tag {
	case "!!bool":
		want = boolean
	case "!!null":
		want = null
	case "!!int", "!!float":
		want = number
	case "!!binary":
		if _, err := base64.StdEncoding.DecodeString(n.Value); err != nil {
			return flawed
		}
		return text
	default:
		return text
	}
	if plainShape(n.Value) != want || n.Tag == "!!int" && !isInt(n.Value) {
		return flawed
	}
	return want
}

// plainShape resolves a plain scalar. Dates are text.
func plainShape(s string) shape {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return null
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
		"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return boolean
	case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
		return number
	}
	switch c := s[0]; {
	case c == '.':
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			return number
		}
	case c == '+', c == '-', '0' <= c && c <= '9':
		if isInt(s) || isFloat(s) {
			return number
		}
	}
	return text
}

// isInt: base prefixes, octal by a leading 0, and _ anywhere are allowed.
func isInt(s string) bool {
	s = strings.ReplaceAll(s, "_", "")
	if _, err := strconv.ParseInt(s, 0, 64); err == nil {
		return true
	}
	_, err := strconv.ParseUint(s, 0, 64)
	return err == nil
}

func isFloat(s string) bool {
	s = strings.ReplaceAll(s, "_", "")
	if strings.Trim(s, "0123456789+-.eE") != "" {
		return false // such as 0x1p-2, which only Go takes for a number
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

func isTrue(s string) bool {
	switch s[0] {
	case 'y', 'Y', 't', 'T':
		return true
	}
	return s == "on" || s == "On" || s == "ON"
}

// scalarText gives the text of a scalar that is text.
func scalarText(n *yaml.Node) string {
	if n.Style&yaml.TaggedStyle != 0 && n.Tag == "!!binary" {
		decoded, _ := base64.StdEncoding.DecodeString(n.Value) // see scalarShape
		return string(decoded)
	}
	return n.Value
}

// keyText gives a key of a mapping as kubectl writes it in JSON, where keys
// are strings; false for what cannot be one.
func keyText(n *yaml.Node) (string, bool) {
	if n = target(n); n.Kind != yaml.ScalarNode {
		return "", false
	}
	switch scalarShape(n) {
	case text:
		return scalarText(n), true
	case boolean:
		return strconv.FormatBool(isTrue(n.Value)), true
	case number:
		return numberKey(n)
	}
	return "", false
}

func numberKey(n *yaml.Node) (string, bool) {
	plain := strings.ReplaceAll(n.Value, "_", "")
	asFloat := n.Style&yaml.TaggedStyle != 0 && n.Tag == "!!float"
	if i, err := strconv.ParseInt(plain, 0, 64); err == nil && !asFloat {
		return strconv.FormatInt(i, 10), true
	} else if err == nil {
		return strconv.FormatFloat(float64(i), 'g', -1, 32), true
	}
	if _, err := strconv.ParseUint(plain, 0, 64); err == nil {
		return "", false // kubectl refuses keys of 64 bits
	}
	f, err := strconv.ParseFloat(plain, 64)
	switch {
	case err != nil || math.IsInf(f, 0) || math.IsNaN(f):
		return strings.ToLower(strings.TrimPrefix(n.Value, "+")), true
	}
	return strconv.FormatFloat(f, 'g', -1, 32), true
}
