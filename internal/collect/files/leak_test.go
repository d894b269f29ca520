package files

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNoSyntaxErrorQuotesASecret plants secrets, of many characters and of
// one, in the place at fault. The line is that of the error.
func TestNoSyntaxErrorQuotesASecret(t *testing.T) {
	const yaml, json = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n", "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\"},\n\"data\":\n"
	for name, c := range map[string]struct {
		in   string // with %s for the secret
		line int
	}{
		"an anchor that is not there":               {yaml + "data:\n  a: b\n  b: *%s\n", 6},
		"an anchor that is not there, in a list":    {yaml + "data: [a,\n  *%s]\n", 5},
		"a tag handle that is not there":            {yaml + "data:\n  b: !%s!x y\n", 5},
		"a tag that is no URI":                      {yaml + "data:\n  b: !<%s y\n", 5},
		"a percent escape in a tag":                 {yaml + "data:\n  b: !%%zz%s y\n", 5},
		"an escape that is none":                    {yaml + "data:\n  b: \"\\%s\"\n", 5},
		"a hex escape that is none":                 {yaml + "data:\n  b: \"\\x%s\"\n", 5},
		"a quote that stays open":                   {yaml + "data:\n  b: \"%s\n", 5},
		"text behind a quote":                       {yaml + "data:\n  b: \"a\" %s\n", 5},
		"text behind a list":                        {yaml + "data:\n  b: [a] %s\n", 5},
		"a tab as indentation":                      {yaml + "data:\n\tb: %s\n", 5},
		"a colon too many":                          {yaml + "data:\n  b: %s: x\n", 5},
		"a reserved character":                      {yaml + "data:\n  b: @%s\n", 5},
		"a reserved character, the other":           {yaml + "data:\n  b: `%s\n", 5},
		"a block that is indented by no number":     {yaml + "data:\n  b: |%s\n    x\n", 5},
		"less indentation":                          {yaml + "data:\n    a: b\n  b: %s\n", 6},
		"a control character":                       {yaml + "data:\n  b: %s\x01\n", 5},
		"invalid UTF-8":                             {yaml + "data:\n  b: %s\xff\n", 5},
		"a key without value":                       {yaml + "data:\n  a: b\n  %s\n", 6},
		"braces that stay open":                     {yaml + "data: {b: %s\n", 4},
		"a directive of YAML":                       {"%%YAML %s\n---\n" + yaml, 1},
		"a directive of tags":                       {"%%TAG %s\n---\n" + yaml, 1},
		"text behind the document":                  {yaml + "...\n%s\n", 4},
		"JSON without quotes":                       {json + "{\"b\":%s}]}", 3},
		"JSON with a key without quotes":            {json + "{%s:1}]}", 3},
		"JSON with an escape that is none":          {json + "{\"b\":\"\\%s\"}]}", 3},
		"JSON with an escape of Unicode":            {json + "{\"b\":\"\\u%s\"}]}", 3},
		"JSON with a control character":             {json + "{\"b\":\"%s\x01\"}]}", 3},
		"JSON with a number that is none":           {json + "{\"b\":-%s}]}", 3},
		"JSON with a word that is none":             {json + "{\"b\":t%s}]}", 3},
		"JSON with text behind a value":             {json + "{\"b\":\"x\"%s}]}", 3},
		"JSON with text behind an element":          {json + "{\"b\":[1 %s]}]}", 3},
		"JSON with text behind a key":               {json + "{\"b\" %s}]}", 3},
		"JSON with text behind the document":        {json + "{}}\n%s", 4},
		"JSON that ends in it":                      {json + "{\"b\":\"%s", 3},
		"JSON behind a marker":                      {"---\n" + json + "{\"b\":%s]}]}", 4},
		"JSON with an alias, as YAML in flow style": {json + "{b: *%s}]}", 3},
	} {
		for _, secret := range []string{"HUNTER2QQ", "Q"} {
			t.Run(name+" "+secret, func(t *testing.T) {
				s := taken(t, fmt.Sprintf(c.in, secret))
				if len(s.Gaps) == 0 {
					t.Fatalf("no gap: %v", facts(s))
				}
				if want := fmt.Sprintf("-:%d", c.line); s.Gaps[0].Scope != want {
					t.Errorf("at %s, want %s: %s", s.Gaps[0].Scope, want, s.Gaps[0].Reason)
				}
				if told := fmt.Sprintf("%+v", s.Gaps); strings.Contains(told, "Q") {
					t.Errorf("it tells: %s", told)
				}
				if diff := cmp.Diff(s.Gaps, detailed(t, fmt.Sprintf(c.in, secret)).Gaps); diff != "" {
					t.Errorf("with detail it tells other gaps: %s", diff)
				}
			})
		}
	}
}

// TestNoSlipOfAKeyMakesAGapQuoteASecret puts each character that means
// something to a parser into each place of a Secret.
func TestNoSlipOfAKeyMakesAGapQuoteASecret(t *testing.T) {
	gaps := 0
	for _, text := range []string{
		"apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  a: HUNTER2\n  b: [\"HUNTER2\", 'HUNTER2']\n  c: |\n    HUNTER2\n",
		`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"a":"HUNTER2","b":["HUNTER2","\u0041HUNTER2"]}}`,
	} {
		for i := range len(text) + 1 {
			for _, slip := range "'\"`*&!%@|>{}[],:?-#\\\n\t u\x01" {
				s := taken(t, text[:i]+string(slip)+text[i:])
				gaps += len(s.Gaps)
				if told := fmt.Sprintf("%+v", s.Gaps); strings.Contains(told, "UNTER") {
					t.Errorf("%q at %d tells: %s", slip, i, told)
				}
			}
		}
	}
	if gaps < 1000 {
		t.Errorf("only %d gaps were seen", gaps)
	}
}

// TestAValueOfAWrongTypeIsToldOnlyIfNoLongerThanFalse, since it may be a secret.
func TestAValueOfAWrongTypeIsToldOnlyIfNoLongerThanFalse(t *testing.T) {
	const text = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s}\nautomountServiceAccountToken: %q\n"
	for value, told := range map[string]bool{"false": true, "no": true, "HUNTER2QQ": false} {
		s := taken(t, fmt.Sprintf(text, value))
		if len(s.Gaps) != 1 || strings.Contains(s.Gaps[0].Reason, value) != told {
			t.Errorf("%q: %+v", value, s.Gaps)
		}
	}
}
