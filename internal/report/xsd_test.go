package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// node is an element of an XML document; names have no namespace.
type node struct {
	name  string
	attrs map[string]string
	kids  []*node
	text  string // without what lies in kids
}

func parseXML(data []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	top := &node{}
	stack := []*node{top}
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && len(stack) == 1 && len(top.kids) == 1:
			return top.kids[0], nil
		case err != nil:
			return nil, fmt.Errorf("parse XML: %w", err)
		}
		last := stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			one := &node{name: token.Name.Local, attrs: map[string]string{}}
			for _, a := range token.Attr {
				if _, twice := one.attrs[a.Name.Local]; twice {
					return nil, fmt.Errorf("attribute %s stands twice", a.Name.Local)
				}
				one.attrs[a.Name.Local] = a.Value
			}
			last.kids = append(last.kids, one)
			stack = append(stack, one)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			last.text += string(token)
		}
	}
}

// xsd is a schema, of the part of XML Schema that junit-10.xsd uses: global
// elements and types, sequences, choices, references, occurrence, mixed
// content, attributes with use, and patterns of strings. What it does not know
// it refuses, rather than to let all pass.
type xsd struct {
	elements, types map[string]*node
}

func readXSD(data []byte) (*xsd, error) {
	top, err := parseXML(data)
	if err != nil {
		return nil, err
	}
	x := &xsd{map[string]*node{}, map[string]*node{}}
	for _, kid := range top.kids {
		switch kid.name {
		case "element":
			x.elements[kid.attrs["name"]] = kid
		case "complexType", "simpleType":
			x.types[kid.attrs["name"]] = kid
		default:
			return nil, fmt.Errorf("schema: %s is not known here", kid.name)
		}
	}
	return x, nil
}

// validate gives what in a document the schema does not allow.
func (x *xsd) validate(data []byte) error {
	top, err := parseXML(data)
	if err != nil {
		return err
	}
	declared := x.elements[top.name]
	if declared == nil {
		return fmt.Errorf("element %s is not declared", top.name)
	}
	return x.element(top, declared)
}

func (x *xsd) element(n, declared *node) error {
	if ref := declared.attrs["ref"]; ref != "" {
		declared = x.elements[ref]
	}
	if declared == nil {
		return fmt.Errorf("%s: its declaration is missing", n.name)
	}
	of := x.types[declared.attrs["type"]]
	if len(declared.kids) == 1 {
		of = declared.kids[0]
	}
	switch {
	case declared.attrs["type"] == "xs:string":
		if len(n.kids) > 0 || len(n.attrs) > 0 {
			return fmt.Errorf("%s holds more than text", n.name)
		}
		return nil
	case of == nil || of.name != "complexType":
		return fmt.Errorf("schema: the type of %s is not known here", n.name)
	}
	return x.complex(n, of)
}

func (x *xsd) complex(n, of *node) error {
	attrs, content := map[string]*node{}, ""
	locals := map[string]*node{}
	for _, kid := range of.kids {
		switch kid.name {
		case "attribute":
			attrs[kid.attrs["name"]] = kid
		default:
			pattern, err := x.particle(kid, locals)
			if err != nil {
				return err
			}
			content += pattern
		}
	}
	if err := x.attributes(n, attrs); err != nil {
		return err
	}
	if of.attrs["mixed"] != "true" && strings.TrimSpace(n.text) != "" {
		return fmt.Errorf("%s holds text", n.name)
	}
	have := ""
	for _, kid := range n.kids {
		have += "<" + kid.name + ">"
	}
	if !regexp.MustCompile("^(?:" + content + ")$").MatchString(have) {
		return fmt.Errorf("%s holds %s, want %s", n.name, have, content)
	}
	for _, kid := range n.kids {
		if err := x.element(kid, locals[kid.name]); err != nil {
			return fmt.Errorf("%s: %w", n.name, err)
		}
	}
	return nil
}

// particle makes a regular expression of a content model, over the names of
// elements as "<name>", and collects what they are declared as.
func (x *xsd) particle(p *node, locals map[string]*node) (string, error) {
	inner := ""
	switch p.name {
	case "element":
		name := p.attrs["name"] + p.attrs["ref"]
		locals[name] = p
		inner = regexp.QuoteMeta("<" + name + ">")
	case "sequence", "choice":
		var parts []string
		for _, kid := range p.kids {
			part, err := x.particle(kid, locals)
			if err != nil {
				return "", err
			}
			parts = append(parts, part)
		}
		inner = strings.Join(parts, map[string]string{"sequence": "", "choice": "|"}[p.name])
	default:
		return "", fmt.Errorf("schema: %s is not known here", p.name)
	}
	low, high := p.attrs["minOccurs"], p.attrs["maxOccurs"]
	switch low + "…" + high {
	case "…", "1…1":
		return "(?:" + inner + ")", nil
	case "0…", "0…1":
		return "(?:" + inner + ")?", nil
	case "0…unbounded":
		return "(?:" + inner + ")*", nil
	}
	return "", fmt.Errorf("schema: occurrence %q to %q is not known here", low, high)
}

func (x *xsd) attributes(n *node, declared map[string]*node) error {
	for name, value := range n.attrs {
		a := declared[name]
		if a == nil {
			return fmt.Errorf("%s has the attribute %s, which is not declared", n.name, name)
		}
		if err := x.simple(a.attrs["type"], value); err != nil {
			return fmt.Errorf("%s: attribute %s: %w", n.name, name, err)
		}
	}
	for name, a := range declared {
		if _, has := n.attrs[name]; a.attrs["use"] == "required" && !has {
			return fmt.Errorf("%s lacks the attribute %s", n.name, name)
		}
	}
	return nil
}

func (x *xsd) simple(name, value string) error {
	if name == "xs:string" {
		return nil
	}
	of := x.types[name]
	if of == nil || of.name != "simpleType" || len(of.kids) != 1 || of.kids[0].attrs["base"] != "xs:string" {
		return fmt.Errorf("schema: type %s is not known here", name)
	}
	for _, facet := range of.kids[0].kids {
		if facet.name != "pattern" {
			return fmt.Errorf("schema: facet %s is not known here", facet.name)
		}
		if !regexp.MustCompile("^(?:" + facet.attrs["value"] + ")$").MatchString(value) {
			return fmt.Errorf("%q is not like %s", value, facet.attrs["value"])
		}
	}
	return nil
}

func junitSchema(t testing.TB) *xsd {
	t.Helper()
	data, err := os.ReadFile("testdata/junit-10.xsd")
	if err != nil {
		t.Fatal(err)
	}
	x, err := readXSD(data)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestJUnitSchemaRefuses: the schema, and what reads it here, can fail.
func TestJUnitSchemaRefuses(t *testing.T) {
	x := junitSchema(t)
	suite := func(inner string) string {
		return `<testsuites><testsuite name="a" tests="1" failures="0" errors="0">` + inner + `</testsuite></testsuites>`
	}
	for _, c := range []struct{ name, document, want string }{
		{"another root", `<report/>`, "not declared"},
		{"two roots", `<testsuites/><testsuites/>`, "parse XML"},
		{"an end that is missing", `<testsuites>`, "parse XML"},
		{"a control character", suite("<system-out>\x1b</system-out>"), "parse XML"},
		{"text that is not UTF-8", suite("<system-out>\xff</system-out>"), "parse XML"},
		{"an attribute twice", `<testsuites name="a" name="b"/>`, "twice"},
		{"a suite without a name", `<testsuites><testsuite tests="1" failures="0" errors="0"/></testsuites>`, "lacks the attribute name"},
		{"a suite without a count", `<testsuites><testsuite name="a" tests="1" errors="0"/></testsuites>`, "lacks the attribute failures"},
		{"a case without a name", suite(`<testcase classname="a"/>`), "lacks the attribute name"},
		{"an attribute of another dialect", suite(`<testcase name="a" file="x.yaml"/>`), "attribute file"},
		{"a time that is none", `<testsuites time="1 s"/>`, "is not like"},
		{"an element of another dialect", suite(`<testcase name="a"><passed/></testcase>`), "testcase holds <passed>"},
		{"a case outside of a suite", `<testsuites><testcase name="a"/></testsuites>`, "testsuites holds <testcase>"},
		{"text between cases", suite("passed"), "testsuite holds text"},
		{"an element in a failure", suite(`<testcase name="a"><failure><b/></failure></testcase>`), "failure holds <b>"},
		{"an element in text", suite(`<system-out><b/></system-out>`), "more than text"},
		{"a wrong order", suite(`<testcase name="a"><rerunError type="a"><system-err/><stackTrace/></rerunError></testcase>`), "rerunError holds"},
		{"an element too often", suite(`<testcase name="a"><rerunError type="a"><stackTrace/><stackTrace/></rerunError></testcase>`), "rerunError holds"},
		{"a property without a value", suite(`<properties><property name="a"/></properties>`), "lacks the attribute value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := x.validate([]byte(c.document)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	good := suite(`<properties><property name="a" value=""/></properties><testcase name="a" time="0.5"><failure type="a">x</failure><system-out>y</system-out></testcase>`)
	if err := x.validate([]byte(good)); err != nil {
		t.Error(err)
	}
}

// TestXSDRefusesWhatItDoesNotKnow: a schema with more in it must not seem to
// be checked.
func TestXSDRefusesWhatItDoesNotKnow(t *testing.T) {
	data, err := os.ReadFile("testdata/junit-10.xsd")
	if err != nil {
		t.Fatal(err)
	}
	document := []byte(`<testsuites time="1"><testsuite name="a" tests="1" failures="0" errors="0"><testcase name="a"/></testsuite></testsuites>`)
	for _, c := range [][2]string{
		{`<xs:choice minOccurs="0" maxOccurs="unbounded">`, `<xs:choice minOccurs="0" maxOccurs="7">`},
		{`<xs:pattern`, `<xs:maxLength`},
		{`<xs:element name="failure">`, `<xs:group name="failure">`},
		{`<xs:attribute name="id" type="xs:string" />`, `<xs:anyAttribute/>`},
	} {
		changed := strings.Replace(string(data), c[0], c[1], 1)
		if c[0] == `<xs:element name="failure">` {
			changed = strings.Replace(changed, "</xs:element>", "</xs:group>", 1)
		}
		x, err := readXSD([]byte(changed))
		if err == nil {
			err = x.validate(document)
		}
		if err == nil || !strings.Contains(err.Error(), "not known here") {
			t.Errorf("%s: error %v", c[1], err)
		}
	}
}

func (n *node) all(name string) []*node {
	return slices.DeleteFunc(slices.Clone(n.kids), func(k *node) bool { return k.name != name })
}
