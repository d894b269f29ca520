package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	strict "github.com/go-json-experiment/json"
)

// WriteBaseline writes a Baseline for a repository: as JSON with one failure a
// line, sorted and in ASCII, so that a change of it is a change of lines.
func WriteBaseline(w io.Writer, b *Baseline) error {
	var out bytes.Buffer
	out.WriteString("{\n")
	for _, m := range []struct {
		name  string
		value any
	}{
		{"apiVersion", b.APIVersion}, {"kind", b.Kind}, {"scope", b.Scope}, {"cluster", b.Cluster}, {"paths", b.Paths},
		{"selected", b.Selected}, {"excluded", b.Excluded}, {"rules", b.Rules},
	} {
		line, err := lineJSON(m.value)
		if err != nil {
			return err
		}
		fmt.Fprintf(&out, "%q: %s,\n", m.name, line)
	}
	out.WriteString(`"failures": [`)
	end := "\n"
	for i := range b.Failures {
		line, err := lineJSON(&b.Failures[i])
		if err != nil {
			return err
		}
		fmt.Fprintf(&out, "%s%s", end, line)
		end = ",\n"
	}
	out.WriteString("\n]\n}\n")
	_, err := w.Write(out.Bytes())
	return err
}

// lineJSON encodes as one line of ASCII.
func lineJSON(v any) ([]byte, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode baseline: %w", err)
	}
	var out []byte
	for rest := bytes.TrimSuffix(text.Bytes(), []byte("\n")); len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch high, low := utf16.EncodeRune(r); {
		case r >= 0x10000:
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		case r >= 0x7f:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = append(out, byte(r))
		}
		rest = rest[size:]
	}
	return out, nil
}

// ReadBaseline reads what WriteBaseline wrote. It is strict, as reading a
// report is.
func ReadBaseline(data []byte) (*Baseline, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // Windows puts it there: RFC 8259, 8.1
	var b Baseline
	if err := strict.Unmarshal(data, &b, strict.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("read baseline: %w", err)
	}
	switch {
	case b.Kind != KindBaseline:
		return nil, fmt.Errorf("read baseline: kind %q is not %s", b.Kind, KindBaseline)
	case b.APIVersion != APIVersion:
		return nil, fmt.Errorf("read baseline: apiVersion %q is not %s, which this version of podpass reads: make it anew by podpass report baseline", b.APIVersion, APIVersion)
	case !slices.Contains(scopes(), b.Scope):
		return nil, fmt.Errorf("read baseline: scope %q is not one of %s", b.Scope, scopes())
	}
	for i := range b.Failures {
		f := &b.Failures[i]
		switch {
		case f.Fingerprint == "":
			return nil, fmt.Errorf("read baseline: failures[%d]: fingerprint is missing", i)
		case f.Rule == "":
			return nil, fmt.Errorf("read baseline: failures[%d]: rule is missing", i)
		case !slices.Contains(Severities(), f.Severity):
			return nil, fmt.Errorf("read baseline: failures[%d]: severity %q is not one of %s", i, f.Severity, Severities())
		}
	}
	b.Paths, b.Selected, b.Excluded, b.Rules = orEmpty(b.Paths), orEmpty(b.Selected), orEmpty(b.Excluded), orEmpty(b.Rules)
	if b.Failures == nil {
		b.Failures = []Failure{}
	}
	b.sort()
	return &b, nil
}
