package iam

import (
	"errors"
	"strings"
	"testing"
)

// refusal is a document that Parse must refuse: at §, with the pointer and the
// message.
type refusal struct {
	name, text, pointer, message string
}

func (c refusal) check(t *testing.T, kind Kind) {
	t.Helper()
	clean, at := marked(t, c.text)
	doc, err := Parse([]byte(clean), kind)
	var got *Error
	if doc != nil || !errors.As(err, &got) {
		t.Fatalf("got %v, %v; want an error", doc, err)
	}
	if (place{got.Line, got.Column}) != at {
		t.Errorf("place: got %d:%d, want %d:%d", got.Line, got.Column, at.line, at.column)
	}
	if got.Pointer != c.pointer {
		t.Errorf("pointer: got %q, want %q", got.Pointer, c.pointer)
	}
	if got.Message != c.message {
		t.Errorf("message:\n got %s\nwant %s", got.Message, c.message)
	}
}

const (
	noColon   = "a colon is missing behind the name of a member"
	badEscape = "a string holds an escape that JSON does not know"
	half      = "a string holds half of a surrogate pair"
	endless   = "a string does not end"
)

func TestParseRefusesWhatIsNoJSON(t *testing.T) {
	for _, c := range []refusal{
		{"nothing at all", "§", "", "a policy must be an object, not the end of the document"},
		{"white space alone", " \n\t§", "", "a policy must be an object, not the end of the document"},
		{"null", "§null", "", "a policy must be an object, not null"},
		{"a list", "§[]", "", "a policy must be an object, not a list"},
		{"a string", `§"{}"`, "", "a policy must be an object, not a string"},
		{"a number", "§-1", "", "a policy must be an object, not a number"},
		{"a boolean", "§true", "", "a policy must be an object, not a boolean"},
		{"YAML", "§Version: 2012-10-17", "", "a policy must be an object, not something that is no JSON"},
		{"a comment", "§// mine\n{}", "", "a policy must be an object, not something that is no JSON"},
		{"an object that does not end", "{§", "", "a policy: the name of a member must be a string, not the end of the document"},
		{"a member that does not end", `{"Version"§`, "", noColon},
		{"an equals sign for a colon", `{"Version"§="2012-10-17"}`, "", noColon},
		{"a name without quotes", `{§Version:"2012-10-17"}`, "", "a policy: the name of a member must be a string, not something that is no JSON"},
		{"a comma at the end", `{"Version":"2012-10-17",§}`, "", "a policy: the name of a member must be a string, not something that is no JSON"},
		{"a comma at the end of a list", `{"Statement":[` + allow(on("*")) + `,§]}`, "/Statement/1", "a statement must be an object, not something that is no JSON"},
		{"no comma between members", `{"Version":"2012-10-17" §"Id":"a"}`, "", `a policy: a comma or "}" is missing before a string`},
		{"no comma between elements", `{"Statement":[{"Action":["a:b" §"c:d"]}]}`, "/Statement/0/Action", `a list: a comma or "]" is missing before a string`},
		{"a list that does not end", `{"Statement":[{"Action":["a:b"§`, "/Statement/0/Action", `a list: a comma or "]" is missing before the end of the document`},
		{"a string that does not end", `{"Id":§"abc}`, "/Id", endless},
		{"a string that ends with an escape", `{"Id":§"abc\`, "/Id", endless},
		{"a string with an escape that does not end", `{"Id":§"a\nbc`, "/Id", endless},
		{"a second document", policy(allow(on("*"))) + "\n §{}", "", "something follows behind the end of the document"},
		{"a NUL behind the document", policy(allow(on("*"))) + "§\x00", "", "something follows behind the end of the document"},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, Identity) })
	}
}

func TestParseRefusesStringsThatJSONDoesNotKnow(t *testing.T) {
	for _, c := range []refusal{
		{"a tab in a string", "{\"Id\":\"a§\tb\"}", "/Id", `a string holds a control character: write it as \u0009`},
		{"a line break behind an escape", "{\"Id\":\"\\ta§\nb\"}", "/Id", `a string holds a control character: write it as \u000a`},
		{"a NUL in a name", "{\"I§\x00d\":\"a\"}", "", `a string holds a control character: write it as \u0000`},
		{"an escape of an apostrophe", `{"Id":"a§\'b"}`, "/Id", badEscape},
		{"an escape in upper case", `{"Id":"a§\Nb"}`, "/Id", badEscape},
		{"three hex digits", `{"Id":"a§\u00e"}`, "/Id", badEscape},
		{"a hex number with a sign", `{"Id":"a§\u+0ab"}`, "/Id", badEscape},
		{"hex digits cut off", `{"Id":"a§\u00`, "/Id", badEscape},
		{"a high surrogate alone", `{"Id":"a§\ud83db"}`, "/Id", half},
		{"a high surrogate at the end", `{"Id":"a§\ud83d"}`, "/Id", half},
		{"a low surrogate alone", `{"Id":"a§\ude00b"}`, "/Id", half},
		{"a high surrogate and a letter", `{"Id":"a§\ud83d\u0041"}`, "/Id", half},
		{"two high surrogates", `{"Id":"a§\ud83d\ud83d"}`, "/Id", half},
		{"a pair the wrong way round", `{"Id":"a§\ude00\ud83d"}`, "/Id", half},
		{"a high surrogate and no hex digits", `{"Id":"a§\ud83d\uzzzz"}`, "/Id", badEscape},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, Identity) })
	}
}

func TestParseRefusesWhatIsNotUTF8(t *testing.T) {
	const here = "the document is not UTF-8 here: save it as UTF-8"
	for _, c := range []refusal{
		{"a byte order mark", "§\ufeff{}", "", "a byte order mark stands before the document: save it as UTF-8 without one"},
		{"UTF-16", "§\xff\xfe{\x00}\x00", "", here},
		{"Latin-1 in a string", "{\"Id\":\"caf§\xe9\"}", "", here},
		{"a sequence cut off at the end", "{\n\"Id\":\"é§\xc3", "", here},
		{"an overlong slash", "{\"Id\":\"§\xc0\xaf\"}", "", here},
		{"a surrogate", "{\"Id\":\"§\xed\xa0\x80\"}", "", here},
		{"a replacement character before it", "{\"Id\":\"\ufffd§\xff\"}", "", here},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, Identity) })
	}
}

func TestParseRefusesDocumentsTooLarge(t *testing.T) {
	const large = "the document is larger than 1 MiB: no policy is"
	fits := policy(allow(on("*")))
	for _, c := range []struct {
		name string
		size int
	}{{"one byte above 1 MiB", MaxBytes + 1}, {"12 MiB", 12 << 20}} {
		t.Run(c.name, func(t *testing.T) {
			refusal{text: "§" + fits + strings.Repeat(" ", c.size-len(fits)), message: large}.check(t, Identity)
		})
	}
	if _, err := Parse([]byte(fits+strings.Repeat(" ", MaxBytes-len(fits))), Identity); err != nil {
		t.Errorf("1 MiB: %v", err)
	}
}

func TestParseRefusesTooManyStatements(t *testing.T) {
	one := allow(on("*"))
	most := strings.Repeat(one+",", MaxStatements-1) + one
	if doc := mustParse(t, Identity, policy(most)); len(doc.Statements) != MaxStatements {
		t.Errorf("got %d statements", len(doc.Statements))
	}
	refusal{text: policy(most + ",§" + one), pointer: "/Statement/10000",
		message: "the document holds more than 10000 statements: no policy does"}.check(t, Identity)
}

func TestParseRefusesDeepNesting(t *testing.T) {
	deep := strings.Repeat("[", 500_000)
	for _, c := range []refusal{
		{"lists from the beginning", "§" + deep, "", "a policy must be an object, not a list"},
		{"objects from the beginning", "{§" + strings.Repeat(`{"a":`, 100_000), "", "a policy: the name of a member must be a string, not an object"},
		{"in Statement", `{"Statement":[§` + deep, "/Statement/0", "a statement must be an object, not a list"},
		{"in Action", `{"Statement":{"Action":[§` + deep, "/Statement/Action/0", "Action must be a string, not a list"},
		{"in the value of a condition", `{"Statement":{"Condition":{"StringEquals":{"a":[§` + deep, "/Statement/Condition/StringEquals/a/0", "a condition's value must be a string, a number or a boolean, not a list"},
		{"in a member that is not known", `{§"Extra":` + deep, "/Extra", `there is no "Extra" here: known are Version, Id, Statement`},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, Identity) })
	}
}

func TestColumnsAreCharacters(t *testing.T) {
	for _, c := range []struct {
		text         string
		line, column int
	}{
		{`{"Id":"aé€😀" ?`, 1, 14},                                // not bytes, and not UTF-16
		{"{\"Id\":\"e\u0301\" ?", 1, 12},                         // a combining mark is one of its own
		{"\n\r\n\t?", 3, 2},                                      // a tab is one
		{"{\"Id\":\"\\ud83d\\ude00\"\r ?", 1, 23},                // an escape is as long as it is written
		{"{\"Id\":\n\"\u2028\" ?", 2, 5},                         // a line separator ends no line
		{"{\"\u212aid\":1}", 1, 2},                               // the Kelvin sign is no k
		{"{\"Id\":\"a\",\n\n  \"Statement\":\n    \"😀\"}", 4, 5}, // of a value that is wrong
	} {
		_, err := Parse([]byte(c.text), Identity)
		var got *Error
		if !errors.As(err, &got) || got.Line != c.line || got.Column != c.column {
			t.Errorf("%q: got %v, want %d:%d", c.text, err, c.line, c.column)
		}
	}
}

func TestErrorNamesPlacePointerAndMessage(t *testing.T) {
	_, err := Parse([]byte("{\n \"Id\": 5}"), Identity)
	if got, want := err.Error(), "line 2, column 8 (/Id): Id must be a string, not a number"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	_, err = Parse([]byte("null"), Identity)
	if got, want := err.Error(), "line 1, column 1: a policy must be an object, not null"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
