package iam

import "testing"

func TestTraits(t *testing.T) {
	for operator, want := range map[string]Traits{
		"StringEquals":                       {Known: true, Text: true},
		"StringNotEqualsIgnoreCase":          {Known: true, Text: true, Negated: true},
		"StringLike":                         {Known: true, Text: true, Like: true},
		"ForAllValues:StringNotLikeIfExists": {Known: true, Text: true, Like: true, Negated: true, IfExists: true, ForAll: true},
		"ForAnyValue:ArnLike":                {Known: true, Like: true, ForAny: true},
		"NumericLessThanIfExists":            {Known: true, IfExists: true},
		"Null":                               {Known: true, Null: true},
		"NoSuchOperator":                     {},
	} {
		c := &Condition{Operator: operator}
		if got := c.Traits(); got != want {
			t.Errorf("%s: got %+v, want %+v", operator, got, want)
		}
	}
}

func TestTrueIfAbsent(t *testing.T) {
	for _, c := range []struct {
		operator, value string
		want            Truth
	}{
		{"StringEquals", "a", False}, {"StringNotEquals", "a", True}, {"StringEqualsIfExists", "a", True},
		{"ForAllValues:StringEquals", "a", True}, {"ForAnyValue:StringNotEquals", "a", False},
		{"ForAnyValue:StringEqualsIfExists", "a", Unknown}, {"NoSuchOperator", "a", Unknown},
		{"NumericLessThan", "five", False}, {"Null", "true", True}, {"Null", "false", False}, {"Null", "maybe", Unknown},
	} {
		condition := &Condition{Operator: c.operator, Key: "a:b", Values: []string{c.value}}
		if got := condition.TrueIfAbsent(); got != c.want {
			t.Errorf("%s %q: got %s, want %s", c.operator, c.value, got, c.want)
		}
	}
}

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		actions []string
		not     bool
		want    bool
	}{
		{[]string{"sts:assumerole"}, false, true}, {[]string{"sts:Assume*"}, false, true}, {[]string{"*"}, false, true},
		{[]string{"sts:TagSession"}, false, false}, {[]string{"sts:TagSession"}, true, true}, {[]string{"STS:*"}, true, false},
	} {
		s := &Statement{Actions: c.actions, NotAction: c.not}
		if got := s.Covers(AssumeRole); got != c.want {
			t.Errorf("%q, not %t: got %t", c.actions, c.not, got)
		}
	}
}

func TestNames(t *testing.T) {
	for s, want := range map[string]string{"*": "anyone", account: "account", user: "user", role: "role", session: "session",
		getter: "federated user", "s3.amazonaws.com": "service", oidc: "oidc", saml: "saml"} {
		if got := mustCaller(t, s).Kind(); got != want {
			t.Errorf("%s: got %s, want %s", s, got, want)
		}
	}
	for i, want := range []string{"false", "unknown", "true"} {
		if got := Truth(i).String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for i, want := range []string{"*", "AWS", "Service", "Federated", "CanonicalUser"} {
		if got := PrincipalType(i).String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := mustCaller(t, oidc).Host(); got != issuer {
		t.Errorf("host: got %s", got)
	}
	if got, want := Quote("a\x1b"), `"a\x1b"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSessionOf(t *testing.T) {
	for _, c := range []struct {
		session, role string
		want          bool
	}{
		{session, role, true}, {session, "arn:aws:iam::111122223333:role/cart", true}, {session, "arn:aws:iam::444455556666:role/cart", false},
		{session, "arn:aws:iam::111122223333:role/apps/cart2", false}, {role, role, false}, {session, session, false}, {session, user, false},
	} {
		if got := mustCaller(t, c.session).SessionOf(mustCaller(t, c.role)); got != c.want {
			t.Errorf("%s of %s: got %t", c.session, c.role, got)
		}
	}
}

func TestCompiledPoliciesKeepTheirDocument(t *testing.T) {
	doc := mustParse(t, Trust, irsa)
	if Compile(doc).Document() != doc || Compile(doc).Indexed().Document() != doc {
		t.Error("not the same")
	}
}

func TestContext(t *testing.T) {
	ctx := contextOf("aws:A", "1")
	ctx.Open("aws:b")
	ctx.Add("AWS:a", "2")
	for key, want := range map[string]bool{"aws:a": true, "aws:b": false, "aws:c": false} {
		if ctx.Has(key) != want {
			t.Errorf("%s: want %t", key, want)
		}
	}
	if values, state := ctx.lookup("aws:a"); state != present || len(values) != 1 || values[0] != "2" {
		t.Errorf("got %q", values)
	}
}

func TestCanonicalStatement(t *testing.T) {
	doc := mustParse(t, Resource, policy(
		`{"Sid":"a","Effect":"Deny","Principal":{"Service":["b","a"],"AWS":["*"]},"Action":["c:d","a:b","c:d"],"Condition":{"Null":{"b":["true"],"a":"true"},"Bool":{"a":true}}}`,
		`{"Effect":"Deny","Principal":{"AWS":"*","Service":["a","b"]},"Action":["a:b","c:d"],"Condition":{"Bool":{"a":"true"},"Null":{"a":"true","b":"true"}}}`))
	want := `{"Effect":"Deny","Principal":{"AWS":"*","Service":["a","b"]},"Action":["a:b","c:d"],"Condition":{"Bool":{"a":"true"},"Null":{"a":"true","b":"true"}}}`
	for i := range doc.Statements {
		if got := CanonicalStatement(&doc.Statements[i]); got != want {
			t.Errorf("statement %d: got %s", i+1, got)
		}
	}
	if doc.Statements[0].Actions[0] != "c:d" || doc.Statements[0].Sid != "a" {
		t.Error("the document was changed")
	}
}

func TestPrintIsReadable(t *testing.T) {
	doc := mustParse(t, Trust, `{"Statement":{"Action":["sts:AssumeRole"],"Condition":{"Bool":{"a":true},"Null":{}},"Principal":{"AWS":["1","2"]},"Effect":"Allow","Sid":"<é\u007f\u2028\u0000�>"},"Id":"i","Version":"2012-10-17"}`)
	want := `{
  "Version": "2012-10-17",
  "Id": "i",
  "Statement": [
    {
      "Sid": "<é\u007f\u2028\u0000�>",
      "Effect": "Allow",
      "Principal": {
        "AWS": [
          "1",
          "2"
        ]
      },
      "Action": "sts:AssumeRole",
      "Condition": {
        "Bool": {
          "a": "true"
        }
      }
    }
  ]
}
`
	if got := string(Print(doc, "  ")); got != want {
		t.Errorf("got %s", got)
	}
}

func TestSizeLeavesOutWhiteSpace(t *testing.T) {
	for text, want := range map[string]int{
		"\n {\"Statement\" : {\"Effect\":\"Deny\",\"Action\":\"*\",\r\n\"Resource\":\"*\"} }\n\n": 59,
		`{"Statement":{"Effect":"Deny","Action":"*","Resource":" é\" \\","Sid":" "}}`:             75,
	} {
		if got := mustParse(t, Identity, text).Size(); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}
