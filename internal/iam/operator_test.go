package iam

import (
	"strings"
	"testing"
)

// key is the condition key of the tables, in another case than in the context.
const key = "TEST:key"

// states are what a request may say of the key, in the order of the columns.
var states = []struct {
	name   string
	values []string
	open   bool
}{
	{"absent", nil, false},
	{"equal", []string{"a"}, false},
	{"other", []string{"b"}, false},
	{"both", []string{"a", "b"}, false},   // one of the values is equal
	{"others", []string{"b", "c"}, false}, // none is
	{"equals", []string{"a", "a"}, false}, // all are
	{"empty", []string{""}, false},
	{"open", nil, true},
}

// short is the truth and the cause of a cell.
var short = map[string]struct {
	truth Truth
	cause cause
}{
	"T": {True, decided}, "F": {False, decided}, // the values decide
	"Tm": {True, missing}, "Fm": {False, missing}, // the key is missing
	"?s": {Unknown, severalValues}, "?e": {Unknown, emptyValue}, "?o": {Unknown, openKey},
	"?i": {Unknown, anyIfExists}, "?n": {Unknown, unknownName}, "?b": {Unknown, badOperand}, "?v": {Unknown, badValue},
}

func evaluated(t testing.TB, operator, values string, ctx *Context) (Truth, cause) {
	t.Helper()
	p := mustCompile(t, Identity, policy(allow(on("*"), when(`{"`+operator+`":{"`+key+`":`+values+`}}`))))
	return p.statements[0].conditions[0].evaluate(ctx)
}

// TestOperators is the table of
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
// for a policy that wants "a", or 1, or … of the key.
func TestOperators(t *testing.T) {
	const table = `
	                                      absent equal other both others equals empty open
	StringEquals                          Fm     T     F     ?s   ?s     ?s     F     ?o
	StringNotEquals                       Tm     F     T     ?s   ?s     ?s     T     ?o
	StringEqualsIfExists                  Tm     T     F     ?s   ?s     ?s     F     ?o
	StringNotEqualsIfExists               Tm     F     T     ?s   ?s     ?s     T     ?o
	ForAllValues:StringEquals             Tm     T     F     F    F      T      ?e    ?o
	ForAllValues:StringNotEquals          Tm     F     T     F    T      F      T     ?o
	ForAllValues:StringEqualsIfExists     Tm     T     F     F    F      T      ?e    ?o
	ForAllValues:StringNotEqualsIfExists  Tm     F     T     F    T      F      T     ?o
	ForAnyValue:StringEquals              Fm     T     F     T    F      T      F     ?o
	ForAnyValue:StringNotEquals           Fm     F     T     T    T      F      ?e    ?o
	ForAnyValue:StringEqualsIfExists      ?i     T     F     T    F      T      F     ?o
	ForAnyValue:StringNotEqualsIfExists   ?i     F     T     T    T      F      ?e    ?o
	NoSuchOperator                        ?n     ?n    ?n    ?n   ?n     ?n     ?n    ?n
	stringequals                          ?n     ?n    ?n    ?n   ?n     ?n     ?n    ?n
	StringEqualsifexists                  ?n     ?n    ?n    ?n   ?n     ?n     ?n    ?n
	ForAllValues                          ?n     ?n    ?n    ?n   ?n     ?n     ?n    ?n
	forAllValues:StringEquals             ?n     ?n    ?n    ?n   ?n     ?n     ?n    ?n
	ForAnyValue:ForAllValues:StringEquals ?n     ?n    ?n    ?n   ?n     ?n     ?n    ?n
	StringEqualsIfExistsIfExists          ?n     ?n    ?n    ?n   ?n     ?n     ?n    ?n
	IfExists                              ?n     ?n    ?n    ?n   ?n     ?n     ?n    ?n
	NullIfExists                          ?n     ?n    ?n    ?n   ?n     ?n     ?n    ?n
	ForAllValues:Null                     T      T     T     T    T      T      T     T
	ForAnyValue:Null                      F      F     F     F    F      F      F     F`
	checkTable(t, table, `"a"`, nil)
}

// families are the other operators that tell equal from not equal: each must
// do in every form what StringEquals does, but for what it cannot read.
var families = []struct {
	positive, negated string
	policy            string // a value in JSON
	values            map[string]string
}{
	{"StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", `"A"`, nil},
	{"StringLike", "StringNotLike", `"[a]*"`, map[string]string{"a": "[a] and more"}},
	{"StringLike", "StringNotLike", `["?x","${*}","a"]`, nil}, // with and without variables
	{"ArnEquals", "ArnNotEquals", `"arn:aws:iam::111122223333:role/a*"`, map[string]string{"a": "arn:aws:iam::111122223333:role/a", "b": "arn:aws:iam::111122223333:role/b", "c": "arn:aws:iam::1:role/a"}},
	{"ArnLike", "ArnNotLike", `"arn:*:iam::111122223333:role/?"`, map[string]string{"a": "arn:aws:iam::111122223333:role/a", "b": "arn:aws:iam::111122223333:role/bb", "c": "arn:aws:iam:::111122223333:role/a"}},
	{"NumericEquals", "NumericNotEquals", `5`, map[string]string{"a": "5.0", "b": "6", "c": "-5"}},
	{"DateEquals", "DateNotEquals", `"2026-01-01T00:00:00Z"`, map[string]string{"a": "2026-01-01T01:00:00+01:00", "b": "2026-01-02", "c": "1700000000"}},
	{"IpAddress", "NotIpAddress", `"203.0.113.0/24"`, map[string]string{"a": "203.0.113.77", "b": "203.0.114.1", "c": "2001:db8::1"}},
	{"Bool", "", `true`, map[string]string{"a": "true", "b": "false", "c": "FALSE"}},
	{"BinaryEquals", "", `"QQ=="`, map[string]string{"a": "QQ==", "b": "QUI=", "c": "Qg=="}},
}

func TestFamilies(t *testing.T) {
	const positive = `
	                            absent equal other both others equals open
	X                           Fm     T     F     ?s   ?s     ?s     ?o
	XIfExists                   Tm     T     F     ?s   ?s     ?s     ?o
	ForAllValues:X              Tm     T     F     F    F      T      ?o
	ForAllValues:XIfExists      Tm     T     F     F    F      T      ?o
	ForAnyValue:X               Fm     T     F     T    F      T      ?o
	ForAnyValue:XIfExists       ?i     T     F     T    F      T      ?o`
	const negated = `
	                            absent equal other both others equals open
	X                           Tm     F     T     ?s   ?s     ?s     ?o
	XIfExists                   Tm     F     T     ?s   ?s     ?s     ?o
	ForAllValues:X              Tm     F     T     F    T      F      ?o
	ForAllValues:XIfExists      Tm     F     T     F    T      F      ?o
	ForAnyValue:X               Fm     F     T     T    T      F      ?o
	ForAnyValue:XIfExists       ?i     F     T     T    T      F      ?o`
	for _, f := range families {
		t.Run(f.positive+" "+f.policy, func(t *testing.T) {
			checkTable(t, strings.ReplaceAll(positive, "X", f.positive), f.policy, f.values)
			if f.negated != "" {
				checkTable(t, strings.ReplaceAll(negated, "X", f.negated), f.policy, f.values)
			}
		})
	}
}

// checkTable asks each operator of a table in each state that its first line
// names. values gives what the states' a, b and c are.
func checkTable(t *testing.T, table, policy string, values map[string]string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(table), "\n")
	columns := strings.Fields(lines[0])
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		if len(cells) != len(columns)+1 {
			t.Fatalf("%q: want %d cells", line, len(columns))
		}
		for i, column := range columns {
			ctx := stateOf(t, column, values)
			want, ok := short[cells[i+1]]
			if !ok {
				t.Fatalf("%q: no such cell as %q", line, cells[i+1])
			}
			got, why := evaluated(t, cells[0], policy, ctx)
			if got != want.truth || why != want.cause {
				t.Errorf("%s of %s, %s: got %s (%s), want %s (%s)", cells[0], policy, column, got, why, want.truth, want.cause)
			}
		}
	}
}

func stateOf(t *testing.T, name string, values map[string]string) *Context {
	t.Helper()
	for _, s := range states {
		if s.name != name {
			continue
		}
		ctx := &Context{}
		if s.open {
			ctx.Open("test:KEY")
			return ctx
		}
		var all []string
		for _, v := range s.values {
			if other, ok := values[v]; ok {
				v = other
			}
			all = append(all, v)
		}
		ctx.Add("test:KEY", all...)
		return ctx
	}
	t.Fatalf("no such state as %q", name)
	return nil
}

func TestNull(t *testing.T) {
	const table = `
	        absent equal both empty open
	"true"  T      F     F    ?e    ?o
	"false" F      T     T    ?e    ?o
	TRUE    T      F     F    ?e    ?o
	both    T      T     T    T     T
	"no"    ?b     ?b    ?b   ?e    ?o
	mixed   T      ?b    ?b   ?e    ?o`
	texts := map[string]string{"TRUE": `"TRUE"`, "both": `[true,false]`, "mixed": `["true","${a:b}"]`}
	lines := strings.Split(strings.TrimSpace(table), "\n")
	columns := strings.Fields(lines[0])
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		values := cells[0]
		if other, ok := texts[values]; ok {
			values = other
		}
		for i, column := range columns {
			want := short[cells[i+1]]
			got, why := evaluated(t, "Null", values, stateOf(t, column, nil))
			if got != want.truth || why != want.cause {
				t.Errorf("Null %s, %s: got %s (%s), want %s (%s)", values, column, got, why, want.truth, want.cause)
			}
		}
	}
}

// TestOpenKeysThatDoNotMatter: of a pattern that fits everything neither
// presence nor value counts, if absence counts as true.
func TestOpenKeysThatDoNotMatter(t *testing.T) {
	for operator, want := range map[string]Truth{
		"StringLike": Unknown, "StringLikeIfExists": True, "ForAllValues:StringLike": True, "ForAllValues:StringLikeIfExists": True,
		"ForAnyValue:StringLike": Unknown, "ForAnyValue:StringLikeIfExists": Unknown, "StringNotLikeIfExists": Unknown,
		"ForAllValues:StringNotLike": Unknown, "StringEqualsIfExists": Unknown, "ArnLikeIfExists": Unknown,
	} {
		ctx := &Context{}
		ctx.Open(key)
		if got, _ := evaluated(t, operator, `["a","*"]`, ctx); got != want {
			t.Errorf("%s: got %s, want %s", operator, got, want)
		}
	}
}

// TestTruth: the tables of Kleene's logic.
func TestTruth(t *testing.T) {
	for _, c := range []struct{ in, not Truth }{{False, True}, {Unknown, Unknown}, {True, False}} {
		if got := c.in.Not(); got != c.not {
			t.Errorf("not %s: got %s, want %s", c.in, got, c.not)
		}
	}
	for _, c := range []struct {
		allow, deny Truth
		want        Decision
	}{
		{True, False, DecideAllow}, {True, Unknown, DecideUnknown}, {True, True, DecideDeny},
		{Unknown, False, DecideUnknown}, {Unknown, Unknown, DecideUnknown}, {Unknown, True, DecideDeny},
		{False, False, DecideDeny}, {False, Unknown, DecideDeny}, {False, True, DecideDeny},
	} {
		if got := decide(c.allow, c.deny); got != c.want {
			t.Errorf("allow %s, deny %s: got %s, want %s", c.allow, c.deny, got, c.want)
		}
	}
}
