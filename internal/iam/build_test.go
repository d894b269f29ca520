package iam

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// place is where the text marks one with §, which is taken out of it.
type place struct{ line, column int }

// marked takes the mark § out of a text and says where it stood.
func marked(t testing.TB, text string) (string, place) {
	t.Helper()
	before, after, ok := strings.Cut(text, "§")
	if !ok || strings.Contains(after, "§") {
		t.Fatalf("the text must hold one § to say where the error is: %.200s", text)
	}
	last := before[strings.LastIndexByte(before, '\n')+1:]
	return before + after, place{1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(last)}
}

func mustParse(t testing.TB, kind Kind, text string) *Document {
	t.Helper()
	doc, err := Parse([]byte(text), kind)
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, text)
	}
	return doc
}

func mustCompile(t testing.TB, kind Kind, text string) *Policy {
	t.Helper()
	return Compile(mustParse(t, kind, text))
}

// policy is a document of version 2012 with these statements.
func policy(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// allow and deny are statements for s3:GetObject of everything, with further
// members if there are any.
func allow(more ...string) string { return statementOf("Allow", more) }
func deny(more ...string) string  { return statementOf("Deny", more) }

func statementOf(effect string, more []string) string {
	all := append([]string{`"Effect":"` + effect + `"`}, more...)
	text := strings.Join(all, ",")
	if !strings.Contains(text, `Action":`) {
		text += `,"Action":"*"`
	}
	return "{" + text + "}"
}

// to is a Principal member, on a Resource member, when a Condition member.
func to(principal string) string   { return `"Principal":` + principal }
func on(resource string) string    { return `"Resource":"` + resource + `"` }
func when(condition string) string { return `"Condition":` + condition }
func doing(action string) string   { return `"Action":"` + action + `"` }
func aws(arn string) string        { return `"Principal":{"AWS":` + text(arn) + `}` }

// text is a string as JSON.
func text(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("a string has no JSON: %v", err))
	}
	return string(b)
}

func mustCaller(t testing.TB, s string) Caller {
	t.Helper()
	c, err := ParseCaller(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// contextOf has keys with their values: key, value, key, value, …
func contextOf(pairs ...string) *Context {
	ctx := &Context{}
	for i := 0; i+1 < len(pairs); i += 2 {
		ctx.Add(pairs[i], pairs[i+1])
	}
	return ctx
}
