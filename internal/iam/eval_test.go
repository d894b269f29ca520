package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// answer is a line that Eval writes.
type answer struct {
	ID       any    `json:"id"`
	Decision string `json:"decision"`
	Reason   string `json:"reason"`
	Error    *struct {
		Line    int    `json:"line"`
		Column  int    `json:"column"`
		Pointer string `json:"pointer"`
		Message string `json:"message"`
	} `json:"error"`
}

// answers asks Eval. Each of its lines must be JSON with an id, and either a
// decision with a reason or an error.
func answers(t testing.TB, in string) (all []answer, bad int) {
	t.Helper()
	var out bytes.Buffer
	bad, err := Eval(strings.NewReader(in), &out)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		var a answer
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&a); err != nil || d.More() || !strings.HasSuffix(line, "\n") {
			t.Fatalf("%v: %q", err, line)
		}
		if a.Error == nil && (a.Reason == "" || a.Decision == "") || a.Error != nil && (a.Decision != "" || a.Error.Message == "") {
			t.Errorf("neither a decision nor an error: %q", line)
		}
		all = append(all, a)
	}
	return all, bad
}

func decision(t testing.TB, line string) string {
	t.Helper()
	all, _ := answers(t, line)
	if len(all) != 1 {
		t.Fatalf("got %d answers", len(all))
	}
	if all[0].Error != nil {
		t.Errorf("%s", all[0].Error.Message)
	}
	return all[0].Decision
}

// short is a line of the short form: of a token of the cart, with more members.
func shortLine(trust string, more ...string) string {
	members := append([]string{`"policy":` + policy(trust), `"provider":"` + issuer + `"`}, more...)
	return "{" + strings.Join(members, ",") + "}"
}

const cart = `"sub":"system:serviceaccount:shop:cart","aud":"sts.amazonaws.com"`

// trusts is a statement of a trust for tokens of the provider.
func trusts(condition string) string {
	return allow(to(`{"Federated":"`+oidc+`"}`), doing(AssumeRoleWithWebIdentity), when(strings.ReplaceAll(condition, "I:", issuer+":")))
}

func TestEvalShort(t *testing.T) {
	one := func(operator, key, value string) string {
		return trusts(`{"` + operator + `":{"` + key + `":` + value + `}}`)
	}
	for _, c := range []struct {
		name, trust, more, want string
	}{
		{"the subject", one("StringEquals", "I:sub", `"system:serviceaccount:shop:cart"`), "", "allow"},
		{"another subject", one("StringEquals", "I:sub", `"system:serviceaccount:shop:card"`), "", "deny"},
		{"the audience", one("StringEquals", "I:aud", `"sts.amazonaws.com"`), "", "allow"},
		{"a claim", one("StringEquals", "I:level", `"5"`), `"claims":{"level":5}`, "allow"},
		{"a claim in another case", one("StringEquals", "I:LEVEL", `"5"`), `"claims":{"level":"5"}`, "allow"},
		{"a claim that is a boolean", one("Bool", "I:admin", `true`), `"claims":{"admin":true}`, "allow"},
		{"a claim that is a list", one("ForAnyValue:StringEquals", "I:groups", `"b"`), `"claims":{"groups":["a","b",1,true]}`, "allow"},
		{"a claim that is an empty list", one("Null", "I:groups", `true`), `"claims":{"groups":[]}`, "allow"},
		{"a claim that is an object", one("Null", "I:address", `true`), `"claims":{"address":{"a":[{"b":null,"c":[1,"d",false]},{}]}}`, "allow"},
		{"a claim that is null", one("Null", "I:level", `true`), `"claims":{"level":null}`, "allow"},
		{"a claim that is not given", one("Null", "I:level", `true`), `"claims":{}`, "allow"},
		{"azp for aud", one("StringEquals", "I:aud", `"web"`), `"claims":{"azp":"web"}`, "allow"},
		{"aud for oaud, with azp", one("StringEquals", "I:oaud", `"sts.amazonaws.com"`), `"claims":{"azp":"web"}`, "allow"},
		{"azp that is a list", one("StringEquals", "I:aud", `"sts.amazonaws.com"`), `"claims":{"azp":["web","app"]}`, "unknown"},
		{"azp that is an object", one("StringEquals", "I:aud", `"sts.amazonaws.com"`), `"claims":{"azp":{}}`, "unknown"},
		{"azp that is empty is none", one("StringEquals", "I:aud", `"sts.amazonaws.com"`), `"claims":{"azp":""}`, "allow"},
		{"keys of AWS are open", one("StringEquals", "aws:SourceIp", `"203.0.113.9"`), "", "unknown"},
		{"keys of STS are open", one("StringEquals", "STS:RoleSessionName", `"a"`), "", "unknown"},
		{"all others are closed", one("StringEquals", "s3:prefix", `"a"`), "", "deny"},
		{"a prefix alone is no key", one("StringEquals", "aws:", `"a"`), "", "deny"},
		{"an audience of the provider", trusts("{}"), `"audiences":["a","sts.amazonaws.com"]`, "allow"},
		{"no audience of the provider", trusts("{}"), `"audiences":"a"`, "deny"},
		{"azp that is no audience", trusts("{}"), `"claims":{"azp":"web"},"audiences":["sts.amazonaws.com"]`, "deny"},
		{"azp that is an audience", trusts("{}"), `"claims":{"azp":"web"},"audiences":["web"]`, "allow"},
		{"a provider of another account", trusts("{}"), `"account":"444455556666"`, "deny"},
	} {
		t.Run(c.name, func(t *testing.T) {
			more := []string{cart}
			if c.more != "" {
				more = append(more, c.more)
			}
			if got := decision(t, shortLine(c.trust, more...)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestEvalTokensThatSTSRefuses(t *testing.T) {
	for more, want := range map[string]string{
		`"sub":"a","aud":["b","c"]`:                      "STS refuses a token with several audiences and no azp",
		`"sub":"a","aud":["b","c"],"claims":{"azp":[]}`:  "STS refuses a token with several audiences and no azp",
		`"sub":"a","aud":"b","audiences":["c"]`:          `STS refuses the token: "b" is not among the provider's audiences`,
		`"sub":"a","aud":"\u001b[31m","audiences":["c"]`: `STS refuses the token: "\x1b[31m" is not among the provider's audiences`,
		`"sub":"a","aud":["b","c"],"claims":{"azp":"d"}`: "",
		`"sub":"a","aud":["b"],"audiences":["c","b"]`:    "",
	} {
		all, _ := answers(t, shortLine(trusts("{}"), more))
		got := all[0]
		if want == "" && got.Decision != "allow" || want != "" && (got.Decision != "deny" || got.Reason != want) {
			t.Errorf("%s: got %s: %s", more, got.Decision, got.Reason)
		}
	}
}

func TestEvalTakesTheProviderWithItsScheme(t *testing.T) {
	line := strings.Replace(shortLine(trusts("{}"), cart), `"provider":"`, `"provider":"https://`, 1)
	if got := decision(t, line); got != "allow" {
		t.Errorf("got %s", got)
	}
}

func TestEvalGeneral(t *testing.T) {
	everything := policy(all)
	ask := func(more ...string) string {
		return `{"action":"s3:GetObject","resource":"arn:aws:s3:::bucket/key",` + strings.Join(more, ",") + `}`
	}
	who := `"principal":"` + user + `"`
	mine := `"resourceAccount":"111122223333"`
	conditional := func(condition string) string { return `"identity":` + policy(allow(on("*"), when(condition))) }
	for _, c := range []struct{ name, line, want string }{
		{"an identity policy", ask(who, mine, `"identity":`+everything), "allow"},
		{"a list of them", ask(who, mine, `"identity":[`+everything+`,`+policy(nothing)+`]`), "deny"},
		{"an empty list of them", ask(who, mine, `"identity":[]`), "deny"},
		{"null is none", ask(who, mine, `"identity":`+everything, `"boundary":null,"session":null,"scps":null,"rcps":null,"resourcePolicy":null,"context":null,"open":null,"sessionTags":null,"principalAccount":null`), "allow"},
		{"nobody says whose the resource is", ask(who, `"identity":`+everything), "unknown"},
		{"the account in the resource", `{"action":"sqs:SendMessage","resource":"arn:aws:sqs:eu-west-1:111122223333:q","principal":"` + user + `","identity":` + everything + `}`, "allow"},
		{"another account in the resource", `{"action":"sqs:SendMessage","resource":"arn:aws:sqs:eu-west-1:444455556666:q","principal":"` + user + `","identity":` + everything + `}`, "deny"},
		{"another account", ask(who, `"resourceAccount":"444455556666"`, `"identity":`+everything), "deny"},
		{"the same account twice", ask(who, `"principalAccount":"111122223333"`, mine, `"identity":`+everything), "allow"},
		{"a boundary", ask(who, mine, `"identity":`+everything, `"boundary":`+policy(aside)), "deny"},
		{"a session policy", ask(who, mine, `"identity":`+everything, `"session":[`+policy(aside)+`,`+everything+`]`), "allow"},
		{"levels of service control policies", ask(who, mine, `"identity":`+everything, `"scps":[[`+everything+`],[`+policy(aside)+`]]`), "deny"},
		{"no levels", ask(who, mine, `"identity":`+everything, `"scps":[],"rcps":[]`), "allow"},
		{"an empty level", ask(who, mine, `"identity":`+everything, `"rcps":[[]]`), "deny"},
		{"the policy of the resource", ask(who, mine, `"resourcePolicy":`+policy(public)), "allow"},
		{"anyone", ask(`"principal":"*"`, `"resourcePolicy":`+policy(public)), "allow"},
		{"a service", ask(`"principal":"s3.amazonaws.com","principalAccount":"111122223333"`, `"resourcePolicy":`+policy(allow(to(`{"Service":"s3.amazonaws.com"}`)))), "allow"},
		{"a key of the context", ask(who, mine, `"context":{"s3:prefix":"a"}`, conditional(`{"StringEquals":{"s3:prefix":"a"}}`)), "allow"},
		{"several values of one", ask(who, mine, `"context":{"aws:TagKeys":["a",1]}`, conditional(`{"ForAllValues:StringEquals":{"aws:TagKeys":["a","1"]}}`)), "allow"},
		{"a key without values", ask(who, mine, `"context":{"aws:TagKeys":[]}`, conditional(`{"Null":{"aws:TagKeys":true}}`)), "allow"},
		{"a key that is null", ask(who, mine, `"context":{"aws:TagKeys":null}`, conditional(`{"Null":{"aws:TagKeys":true}}`)), "allow"},
		{"a key that is open", ask(who, mine, `"open":"AWS:tagkeys"`, conditional(`{"Null":{"aws:TagKeys":true}}`)), "unknown"},
		{"several keys that are open", ask(who, mine, `"open":["a:b","aws:TagKeys"]`, conditional(`{"Null":{"aws:TagKeys":true}}`)), "unknown"},
		{"an open key that was given", ask(who, mine, `"open":["a:b"],"context":{"a:b":"c"}`, conditional(`{"StringEquals":{"a:b":"c"}}`)), "allow"},
		{"keys of AWS are closed", ask(who, mine, conditional(`{"Null":{"aws:TagKeys":true}}`)), "allow"},
		{"a token", `{"principal":{"provider":"` + issuer + `",` + cart + `,"claims":{"level":1}},"action":"sts:AssumeRoleWithWebIdentity","resource":"arn:aws:iam::111122223333:role/r","resourcePolicy":` + policy(trusts(`{"StringLike":{"I:sub":"*:cart"},"NumericEquals":{"I:level":1}}`)) + `}`, "allow"},
		{"a token of the resource's account", `{"principal":{"provider":"` + issuer + `",` + cart + `},"resourceAccount":"444455556666","action":"sts:AssumeRoleWithWebIdentity","resourcePolicy":` + policy(trusts(`{}`)) + `}`, "deny"},
		{"Pod Identity", `{"principal":"pods.eks.amazonaws.com","action":"sts:AssumeRole","sessionTags":true,"resourcePolicy":` + policy(allow(to(`{"Service":"pods.eks.amazonaws.com"}`), doing(AssumeRole))) + `}`, "deny"},
		{"Pod Identity without session tags", `{"principal":"pods.eks.amazonaws.com","action":"sts:AssumeRole","sessionTags":false,"resourcePolicy":` + policy(allow(to(`{"Service":"pods.eks.amazonaws.com"}`), doing(AssumeRole))) + `}`, "allow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := decision(t, c.line); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestEvalGivesIDsBack(t *testing.T) {
	line := shortLine(trusts("{}"), cart)
	with := func(id string) string { return `{"id":` + id + "," + line[1:] }
	for _, id := range []string{`"a"`, `""`, `"\u00e9\n\"é😀"`, `1`, `-0.10`, `123456789012345678901234567890`, `true`, `false`} {
		for _, l := range []string{with(id), line[:len(line)-1] + `,"id": ` + id + ` }`} {
			var out bytes.Buffer
			if bad, err := Eval(strings.NewReader(l), &out); bad != 0 || err != nil {
				t.Errorf("%s: %d bad, %v", id, bad, err)
			}
			if want := `{"id":` + id + `,"decision":"allow","reason":"trust policy, statement 1 allows it"}` + "\n"; out.String() != want {
				t.Errorf("got %s, want %s", out.String(), want)
			}
		}
	}
	for _, l := range []string{line, with("null")} {
		if all, _ := answers(t, l); all[0].ID != nil || all[0].Decision != "allow" {
			t.Errorf("got %+v", all[0])
		}
	}
}

// TestEvalGivesIDsOfBadLinesBack, wherever they stand, as far as they are some.
func TestEvalGivesIDsOfBadLinesBack(t *testing.T) {
	for line, want := range map[string]string{
		`{"id":7,"policy":5}`:                   `7`,
		`{"policy":5,"id":7}`:                   `7`,
		`{"policy":5,"id":"a\u0022"}`:           `"a\u0022"`,
		`{"policy":5,"id":1e5}`:                 `1e5`,
		`{"policy":5,"id":null}`:                `null`,
		`{"policy":5,"id":[1]}`:                 `null`,
		`{"policy":5,"id":{"a":1}}`:             `null`,
		`{"id":{"a":1},"policy":5}`:             `null`,
		`{"id":[1],"policy":5}`:                 `null`,
		`{"id":1e5}`:                            `1e5`,
		`{"id":5,"id":6}`:                       `5`,
		`{"id":5`:                               `5`,
		`{"id":"a`:                              `null`,
		`{"id":5}}`:                             `5`,
		`[1]`:                                   `null`,
		`nonsense`:                              `null`,
		"{\"policy\":\"\xff\",\"id\":\"\xff\"}": `null`,
		"{\"policy\":\"\xff\",\"id\":\"a\"}":    `"a"`,
	} {
		var out bytes.Buffer
		if bad, err := Eval(strings.NewReader(line), &out); bad != 1 || err != nil {
			t.Errorf("%s: %d bad, %v", line, bad, err)
		}
		if got := out.String(); !strings.HasPrefix(got, `{"id":`+want+`,"error":{`) || !json.Valid(out.Bytes()) {
			t.Errorf("%s: got %s", line, got)
		}
	}
}

func TestEvalKeepsOrderAndCountsLines(t *testing.T) {
	good := shortLine(trusts("{}"), cart)
	in := "\n" + `{"id":1,` + good[1:] + "\r\n \t\r\n" + `{"id":2}` + "\n\n" + `{"id":3,` + good[1:] + "\n" + `{"id":4,"policy":"é` + "\n" + `{"id":5,` + good[1:]
	got, bad := answers(t, in)
	if bad != 2 || len(got) != 5 {
		t.Fatalf("got %d answers, %d bad", len(got), bad)
	}
	for i, a := range got {
		if i == 3 {
			continue
		}
		if a.ID != float64(i+1) {
			t.Errorf("answer %d is for %v", i, a.ID)
		}
	}
	if e := got[1].Error; e.Line != 4 || e.Column != 1 || e.Pointer != "/principal" {
		t.Errorf("got %+v", *e)
	}
	if e := got[3].Error; e.Line != 7 || e.Column != 18 || e.Pointer != "/policy" {
		t.Errorf("got %+v", *e)
	}
	if none, bad := answers(t, ""); len(none) != 0 || bad != 0 {
		t.Errorf("nothing: got %v, %d", none, bad)
	}
}

func TestEvalRefusesLongLines(t *testing.T) {
	good := shortLine(trusts("{}"), cart)
	long := `{"id":1,"sub":"` + strings.Repeat("a", maxLine) + `"}`
	got, bad := answers(t, good+"\n"+long+"\n"+good+"\n"+strings.Repeat(" ", maxLine+1))
	if len(got) != 4 || bad != 2 || got[0].Decision != "allow" || got[2].Decision != "allow" {
		t.Fatalf("got %d answers, %d bad", len(got), bad)
	}
	for i, line := range map[int]int{1: 2, 3: 4} {
		if e := got[i].Error; got[i].ID != nil || e == nil || e.Line != line || e.Column != 1 || e.Message != "the line is longer than 32 MiB" {
			t.Errorf("got %+v", got[i])
		}
	}
}

func TestEvalTellsWhatCannotBeReadOrWritten(t *testing.T) {
	good := shortLine(trusts("{}"), cart) + "\n"
	broken := errors.New("broken")
	var out bytes.Buffer
	if _, err := Eval(io.MultiReader(strings.NewReader(good+good[:20]), iotest.ErrReader(broken)), &out); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if got := strings.Count(out.String(), "\n"); got != 1 {
		t.Errorf("got %d answers before the error, want 1", got)
	}
	for name, in := range map[string]string{"at once": good, "at the end": good[:len(good)-1], "when much is to be written": strings.Repeat(good, 5000)} {
		if _, err := Eval(strings.NewReader(in), refusing{broken}); !errors.Is(err, broken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := Eval(iotest.DataErrReader(strings.NewReader(strings.Repeat(good, 5000))), refusing{broken}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type refusing struct{ err error }

func (r refusing) Write([]byte) (int, error) { return 0, r.err }

// TestEvalAnswersEachLineAtOnce: whoever feeds lines waits for each answer.
func TestEvalAnswersEachLineAtOnce(t *testing.T) {
	in, feed := io.Pipe()
	read, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := Eval(in, out)
		done <- errors.Join(err, out.Close())
	}()
	answers := json.NewDecoder(read)
	for range 3 {
		if _, err := io.WriteString(feed, shortLine(trusts("{}"), cart)+"\n"); err != nil {
			t.Fatal(err)
		}
		var a answer
		if err := answers.Decode(&a); err != nil || a.Decision != "allow" {
			t.Fatalf("%+v, %v", a, err)
		}
	}
	if err := errors.Join(feed.Close(), <-done); err != nil {
		t.Error(err)
	}
}

func TestDecidePerQuery(t *testing.T) {
	q, err := ParseQuery([]byte(shortLine(trusts("{}"), cart)), 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(DecideAllow, q.Access.Decide()); diff != "" {
		t.Error(diff)
	}
}
