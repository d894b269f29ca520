package iam

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// seeds are documents of all kinds, good and bad.
var seeds = []string{
	irsa,
	policy(allow(to(`{"AWS":["*","111122223333"],"Service":"s3.amazonaws.com","CanonicalUser":"79a5"}`))),
	policy(deny(`"NotPrincipal":"*"`, `"NotAction":["s3:*"]`, `"NotResource":["a","b"]`)),
	`{"Id":"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t\u2028","Statement":{"Effect":"Deny","Action":"*","Resource":"${aws:username, 'x'}","Condition":{"Bool":{"a":[true,-0.5,"x"]},"ForAllValues:StringLikeIfExists":{"b":"*"},"Null":{}}}}`,
	`{"Version":"2008-10-17","Statement":[{"Sid":"a","Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`,
	`{"Statement":[]}`, `{"Statement":{"Effect":"Deny","effect":"Allow"}}`, "\ufeff{}", `{"Id":"\ud83d"}`, "nul", "[[[[[[", `{"a":1e5}`, "{\"\xff\":1}",
}

func FuzzParse(f *testing.F) {
	for i, s := range seeds {
		f.Add([]byte(s), uint8(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, n uint8) {
		kind := kinds[int(n)%len(kinds)]
		doc, err := Parse(data, kind)
		if err != nil {
			e, ok := err.(*Error)
			if !ok || e.Line < 1 || e.Column < 1 || e.Message == "" || e.Line > 1+bytes.Count(data, []byte("\n")) {
				t.Fatalf("got %#v", err)
			}
			return
		}
		if !json.Valid(data) {
			t.Fatalf("accepted, and no JSON: %q", data)
		}
		if n := doc.Size(); n < 1 || n > len(data) {
			t.Errorf("size %d of %d bytes", n, len(data))
		}
		for _, indent := range []string{"", "\t"} {
			checkPrint(t, doc, indent)
		}
		decideAnything(Compile(doc))
	})
}

// checkPrint prints a document, and expects it to parse as the same.
func checkPrint(t *testing.T, doc *Document, indent string) {
	t.Helper()
	printed := Print(doc, indent)
	again, err := Parse(printed, doc.kind)
	if err != nil {
		t.Fatalf("printed and refused: %v: %q", err, printed)
	}
	if diff := cmp.Diff(doc, again, withoutPlaces); diff != "" {
		t.Fatalf("%q: %s", printed, diff)
	}
	if indent == "" && again.Size() != len([]rune(string(printed))) {
		t.Errorf("size %d of %q", again.Size(), printed)
	}
	if twice := Print(again, indent); !bytes.Equal(printed, twice) {
		t.Errorf("printed %q, then %q", printed, twice)
	}
}

// decideAnything asks a policy of each kind of caller; nothing may panic.
func decideAnything(p *Policy) {
	for _, s := range someCallers {
		c, err := ParseCaller(s)
		if err != nil {
			continue
		}
		r := NewRequest(c, AssumeRole, target, &Context{OpenGlobals: true})
		if d := p.Decide(r); p.Explain(r).Decision != d {
			panic("explained otherwise than decided")
		}
	}
}

func FuzzPrint(f *testing.F) {
	f.Add("Sid", "sts:AssumeRole", "arn:aws:iam::111122223333:root", "StringEquals", "aws:username", "${aws:username}")
	f.Add("\x00\x7f\u2028\u2029\"\\", "\n", "\r\t", "\u00e9", "😀", "\u009b")
	f.Fuzz(func(t *testing.T, sid, action, principal, operator, key, value string) {
		for _, s := range []*string{&sid, &action, &principal, &operator, &key, &value} {
			*s = strings.ToValidUTF8(*s, "?") // what no document holds
		}
		doc := &Document{kind: Resource, Version: Version2012, ID: sid, Statements: []Statement{
			{Sid: sid, Effect: Deny, Principals: []Principal{{AWS, principal}, {AWS, value}, {Service, principal}}, NotPrincipal: true, Actions: []string{action, value},
				NotAction: true, Resources: []string{value}, NotResource: true, Conditions: []Condition{{Operator: operator, Key: key, Values: []string{value, principal}}}},
			{Effect: Allow, Principals: []Principal{{Anyone, "*"}}, Actions: []string{action}},
		}}
		checkPrint(t, doc, "")
		checkPrint(t, doc, "  ")
		if !json.Valid(Print(doc, "")) {
			t.Errorf("no JSON: %q", Print(doc, ""))
		}
	})
}

func FuzzEval(f *testing.F) {
	short := shortLine(trusts(`{"StringEquals":{"I:sub":"a"}}`), cart, `"id":1,"claims":{"azp":"a","x":{"y":[null]}},"audiences":["a"]`)
	f.Add([]byte(short + "\n\r\n" + short + "\n" + short[:40]))
	f.Add([]byte(`{"id":"a","principal":"` + user + `","action":"s3:GetObject","resource":"` + object + `","identity":[` + policy(all) + `],"scps":[[` + policy(all) + `]],"open":["a"],"context":{"b":["c",1]}}`))
	f.Add([]byte(`{"principal":{"provider":"i","sub":"a","aud":["b"]},"action":"a","sessionTags":false,"session":null}` + "\n{\"id\":{}}\n\xff\n{\"id\":\"\xff\"}"))
	f.Fuzz(func(t *testing.T, in []byte) {
		lines, broken := 0, 0
		for line := range bytes.Lines(in) {
			if len(bytes.TrimSpace(line)) > 0 {
				lines++
			}
		}
		all, bad := answers(t, string(in))
		for _, a := range all {
			if a.Error != nil {
				broken++
			}
		}
		if len(all) != lines || bad != broken {
			t.Errorf("%d answers of %d lines, %d bad of %d", len(all), lines, bad, broken)
		}
	})
}
