package iam

import "testing"

const (
	unlisted     = "must not be an empty list: name what is meant, or remove the statement"
	scalarWanted = "a condition's value must be a string, a number or a boolean, not "
	onlyOne      = ": keep one of them"
)

func TestParseRefusesRepeatedMembers(t *testing.T) {
	for _, c := range []refusal{
		{"Version", `{"Version":"2012-10-17",§"Version":"2012-10-17"}`, "/Version", `"Version" stands here twice` + onlyOne},
		{"Statement", `{"Statement":` + allow(to(`"*"`)) + `,§"Statement":` + deny(to(`"*"`)) + `}`, "/Statement", `"Statement" stands here twice` + onlyOne},
		{"Version in two cases", `{"Version":"2012-10-17",§"version":"2012-10-17"}`, "/version", `"version" and "Version" differ in case alone` + onlyOne},
		{"Effect, Deny and then Allow", policy(`{"Effect":"Deny",§"Effect":"Allow"}`), "/Statement/0/Effect", `"Effect" stands here twice` + onlyOne},
		{"Effect in two cases", policy(`{"Effect":"Deny",§"effect":"Allow"}`), "/Statement/0/effect", `"effect" and "Effect" differ in case alone` + onlyOne},
		{"Effect with an escape", policy(`{"Effect":"Deny",§"\u0045ffect":"Allow"}`), "/Statement/0/Effect", `"Effect" stands here twice` + onlyOne},
		{"Principal's type", policy(`{"Principal":{"AWS":"*",§"AWS":"1"}}`), "/Statement/0/Principal/AWS", `"AWS" stands here twice` + onlyOne},
		{"Principal's type in two cases", policy(`{"Principal":{"AWS":"*",§"aws":"1"}}`), "/Statement/0/Principal/aws", `"aws" and "AWS" differ in case alone` + onlyOne},
		{"an operator", policy(`{"Condition":{"Bool":{"a":true},§"Bool":{"b":true}}}`), "/Statement/0/Condition/Bool", `"Bool" stands here twice` + onlyOne},
		{"an operator in two cases", policy(`{"Condition":{"Bool":{"a":true},§"BOOL":{"b":true}}}`), "/Statement/0/Condition/BOOL", `"BOOL" and "Bool" differ in case alone` + onlyOne},
		{"a key", policy(`{"Condition":{"Bool":{"a":true,§"a":false}}}`), "/Statement/0/Condition/Bool/a", `"a" stands here twice` + onlyOne},
		{"a key in two cases", policy(`{"Condition":{"Bool":{"aws:x":true,§"aws:X":false}}}`), "/Statement/0/Condition/Bool/aws:X", `"aws:X" and "aws:x" differ in case alone` + onlyOne},
		{"a key whose name must be escaped", policy(`{"Condition":{"Bool":{"a/~":true,§"a/~":false}}}`), "/Statement/0/Condition/Bool/a~1~0", `"a/~" stands here twice` + onlyOne},
		{"the tenth of many keys", policy(`{"Condition":{"Bool":{"k1":1,"k2":1,"k3":1,"k4":1,"k5":1,"k6":1,"k7":1,"k8":1,"K9":1,§"k9":1}}}`), "/Statement/0/Condition/Bool/k9", `"k9" and "K9" differ in case alone` + onlyOne},
		{"the first of many keys", policy(`{"Condition":{"Bool":{"k1":1,"k2":1,"k3":1,"k4":1,"k5":1,"k6":1,"k7":1,"k8":1,"k9":1,§"k1":1}}}`), "/Statement/0/Condition/Bool/k1", `"k1" stands here twice` + onlyOne},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, Resource) })
	}
}

// TestNamesThatLookAlikeAreNotTheSame: folding is of ASCII letters alone.
func TestNamesThatLookAlikeAreNotTheSame(t *testing.T) {
	for _, pair := range [][2]string{
		{"aws:a@", "aws:a`"}, {"aws:a[", "aws:a{"}, {"aws:k", "aws:\u212a"},
		{"aws:é", "aws:É"}, {"aws:a", "aws:a "}, {"aws:a", "aws:ab"},
	} {
		condition := `{"StringEquals":{` + text(pair[0]) + `:"1",` + text(pair[1]) + `:"2"}}`
		doc := mustParse(t, Identity, policy(allow(on("*"), when(condition))))
		if n := len(doc.Statements[0].Conditions); n != 2 {
			t.Errorf("%q: got %d conditions", pair, n)
		}
	}
}

func TestParseRefusesWrongTypes(t *testing.T) {
	for _, c := range []refusal{
		{"a Version that is a number", `{"Version":§20121017}`, "/Version", "Version must be a string, not a number"},
		{"a Version that is a date of another day", `{"Version":§"2012-10-18"}`, "/Version", `Version must be "2012-10-17" or "2008-10-17"`},
		{"a Version that is null", `{"Version":§null}`, "/Version", "Version must be a string, not null"},
		{"an Id that is null", `{"Id":§null}`, "/Id", "Id must be a string, not null"},
		{"a Statement that is a string", `{"Statement":§"*"}`, "/Statement", "a statement must be an object, not a string"},
		{"a Statement that is null", `{"Statement":§null}`, "/Statement", "a statement must be an object, not null"},
		{"a list within the list of statements", `{"Statement":[§[]]}`, "/Statement/0", "a statement must be an object, not a list"},
		{"no statements", `{"Statement":§[]}`, "/Statement", "Statement " + unlisted},
		{"a Sid that is a number", policy(`{"Sid":§1}`), "/Statement/0/Sid", "Sid must be a string, not a number"},
		{"an Effect that is a boolean", policy(`{"Effect":§true}`), "/Statement/0/Effect", "Effect must be a string, not a boolean"},
		{"an Effect that is a list", policy(`{"Effect":§["Allow"]}`), "/Statement/0/Effect", "Effect must be a string, not a list"},
		{"an Effect in lower case", policy(`{"Effect":§"allow"}`), "/Statement/0/Effect", `Effect must be "Allow" or "Deny", in this spelling, not "allow"`},
		{"an Effect with a blank", policy(`{"Effect":§"Deny "}`), "/Statement/0/Effect", `Effect must be "Allow" or "Deny", in this spelling, not "Deny "`},
		{"an Effect that is empty", policy(`{"Effect":§""}`), "/Statement/0/Effect", `Effect must be "Allow" or "Deny", in this spelling, not ""`},
		{"an Effect that is long", policy(`{"Effect":§"ääääääääääääääääääääääääääääääääääää"}`), "/Statement/0/Effect", `Effect must be "Allow" or "Deny", in this spelling, not "ääääääääääääääääääääääääääääää"…`},
		{"an Effect cut within a character", policy(`{"Effect":§"xääääääääääääääääääääääääääääääääääää"}`), "/Statement/0/Effect", `Effect must be "Allow" or "Deny", in this spelling, not "xäääääääääääääääääääääääääääää"…`},
		{"an Effect that would turn the terminal red", policy(`{"Effect":§"\u001b[31m"}`), "/Statement/0/Effect", `Effect must be "Allow" or "Deny", in this spelling, not "\x1b[31m"`},
		{"an Action that is an object", policy(`{"Action":§{}}`), "/Statement/0/Action", "Action must be a string, not an object"},
		{"an Action that is empty", policy(`{"NotAction":§[]}`), "/Statement/0/NotAction", "NotAction " + unlisted},
		{"a number among the actions", policy(`{"Action":["a:b",§1]}`), "/Statement/0/Action/1", "Action must be a string, not a number"},
		{"null among the actions", policy(`{"Action":["a:b",§null]}`), "/Statement/0/Action/1", "Action must be a string, not null"},
		{"a list among the actions", policy(`{"Action":["a:b",§["c:d"]]}`), "/Statement/0/Action/1", "Action must be a string, not a list"},
		{"a Resource that is null", policy(`{"Resource":§null}`), "/Statement/0/Resource", "Resource must be a string, not null"},
		{"a NotResource that is empty", policy(`{"NotResource":§[]}`), "/Statement/0/NotResource", "NotResource " + unlisted},
		{"something that only begins like null", policy(`{"Resource":§nil}`), "/Statement/0/Resource", "Resource must be a string, not null"},
		{"a single statement has no index", `{"Statement":{"Effect":§1}}`, "/Statement/Effect", "Effect must be a string, not a number"},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, Identity) })
	}
}

func TestParseRefusesWrongPrincipals(t *testing.T) {
	const empty = " must not be empty: name who is meant"
	for _, c := range []refusal{
		{"a bare ARN", policy(`{"Principal":§"arn:aws:iam::111122223333:root"}`), "/Statement/0/Principal", `Principal must be "*" or an object such as {"AWS": …}, not "arn:aws:iam::111122223333:root"`},
		{"an empty string", policy(`{"NotPrincipal":§""}`), "/Statement/0/NotPrincipal", `NotPrincipal must be "*" or an object such as {"AWS": …}, not ""`},
		{"null", policy(`{"Principal":§null}`), "/Statement/0/Principal", "Principal must be an object, not null"},
		{"a list", policy(`{"Principal":§["*"]}`), "/Statement/0/Principal", "Principal must be an object, not a list"},
		{"an empty object", policy(`{"Principal": §{}}`), "/Statement/0/Principal", "Principal" + empty},
		{"an empty list", policy(`{"Principal":{"AWS":§[]}}`), "/Statement/0/Principal/AWS", "AWS " + unlisted},
		{"an empty list beside others", policy(`{"Principal":{"Service":"a","AWS":§[]}}`), "/Statement/0/Principal/AWS", "AWS " + unlisted},
		{"an account as a number", policy(`{"Principal":{"AWS":§111122223333}}`), "/Statement/0/Principal/AWS", "AWS must be a string, not a number"},
		{"null in a list", policy(`{"Principal":{"AWS":["*",§null]}}`), "/Statement/0/Principal/AWS/1", "AWS must be a string, not null"},
		{"an object as a type", policy(`{"Principal":{"AWS":§{"*":"*"}}}`), "/Statement/0/Principal/AWS", "AWS must be a string, not an object"},
		{"a type in lower case", policy(`{"Principal":{§"aws":"*"}}`), "/Statement/0/Principal/aws", `there is no "aws" here: write AWS, IAM tells upper from lower case`},
		{"the star as a type", policy(`{"Principal":{§"*":"*"}}`), "/Statement/0/Principal/*", `there is no "*" here: known are AWS, Service, Federated, CanonicalUser`},
		{"a type that does not exist", policy(`{"Principal":{§"Group":"*"}}`), "/Statement/0/Principal/Group", `there is no "Group" here: known are AWS, Service, Federated, CanonicalUser`},
		{"Principal beside NotPrincipal", policy(`{"Principal":"*",§"NotPrincipal":"*"}`), "/Statement/0/NotPrincipal", "a statement has Principal or NotPrincipal, not both"},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, Resource) })
	}
}

func TestParseRefusesWrongConditions(t *testing.T) {
	const object = "an operator of Condition must be an object, not "
	for _, c := range []refusal{
		{"a string", policy(`{"Condition":§"*"}`), "/Statement/0/Condition", "Condition must be an object, not a string"},
		{"null", policy(`{"Condition":§null}`), "/Statement/0/Condition", "Condition must be an object, not null"},
		{"a list", policy(`{"Condition":§[{}]}`), "/Statement/0/Condition", "Condition must be an object, not a list"},
		{"an operator with null", policy(`{"Condition":{"Bool":§null}}`), "/Statement/0/Condition/Bool", object + "null"},
		{"an operator with a list", policy(`{"Condition":{"Bool":§[]}}`), "/Statement/0/Condition/Bool", object + "a list"},
		{"an operator with a value", policy(`{"Condition":{"Bool":§"true"}}`), "/Statement/0/Condition/Bool", object + "a string"},
		{"a key with an object", policy(`{"Condition":{"Bool":{"a":§{}}}}`), "/Statement/0/Condition/Bool/a", scalarWanted + "an object"},
		{"a key with null", policy(`{"Condition":{"Null":{"a":§null}}}`), "/Statement/0/Condition/Null/a", scalarWanted + "null"},
		{"a key without values", policy(`{"Condition":{"Bool":{"a":§[]}}}`), "/Statement/0/Condition/Bool/a", "a condition's value " + unlisted},
		{"a list in a list", policy(`{"Condition":{"Bool":{"a":["b",§["c"]]}}}`), "/Statement/0/Condition/Bool/a/1", scalarWanted + "a list"},
		{"null in a list", policy(`{"Condition":{"Bool":{"a":["b",§null]}}}`), "/Statement/0/Condition/Bool/a/1", scalarWanted + "null"},
		{"a word that is no boolean", policy(`{"Condition":{"Bool":{"a":§True}}}`), "/Statement/0/Condition/Bool/a", scalarWanted + "something that is no JSON"},
		{"a word that only begins like one", policy(`{"Condition":{"Bool":{"a":true§r}}}`), "/Statement/0/Condition/Bool", `an operator of Condition: a comma or "}" is missing before something that is no JSON`},
		{"half a boolean", policy(`{"Condition":{"Bool":{"a":§tru}}}`), "/Statement/0/Condition/Bool/a", scalarWanted + "a boolean"},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, Identity) })
	}
}

func TestParseRefusesNumbersThatCanBeReadInTwoWays(t *testing.T) {
	const (
		exponent = "a condition's value holds a number with an exponent: write it without, or as a string"
		noNumber = "a condition's value holds a number that is no JSON: write it as a string"
	)
	for number, message := range map[string]string{
		"1e3": exponent, "1E3": exponent, "1.5e-3": exponent, "-0e0": exponent, "1e": exponent,
		"01": noNumber, "-": noNumber, "-a": noNumber, "1.": noNumber, "1.e3": noNumber, "-.5": noNumber, "00": noNumber,
	} {
		refusal{text: policy(`{"Condition":{"NumericEquals":{"a":[1,§` + number + `]}}}`),
			pointer: "/Statement/0/Condition/NumericEquals/a/1", message: message}.check(t, Identity)
	}
	refusal{text: policy(`{"Condition":{"NumericEquals":{"a":§.5}}}`), pointer: "/Statement/0/Condition/NumericEquals/a",
		message: scalarWanted + "something that is no JSON"}.check(t, Identity)
	refusal{text: policy(`{"Condition":{"NumericEquals":{"a":§+5}}}`), pointer: "/Statement/0/Condition/NumericEquals/a",
		message: scalarWanted + "something that is no JSON"}.check(t, Identity)
}

func TestParseRefusesMembersThatAreNotKnown(t *testing.T) {
	const ofPolicy = "Version, Id, Statement"
	const ofStatement = "Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition"
	for _, c := range []refusal{
		{"of a policy", `{§"Comment":"a"}`, "/Comment", `there is no "Comment" here: known are ` + ofPolicy},
		{"of a policy, in lower case", `{§"statement":[]}`, "/statement", `there is no "statement" here: write Statement, IAM tells upper from lower case`},
		{"of a policy, in upper case", `{§"ID":"a"}`, "/ID", `there is no "ID" here: write Id, IAM tells upper from lower case`},
		{"of a statement", policy(`{§"Actions":"*"}`), "/Statement/0/Actions", `there is no "Actions" here: known are ` + ofStatement},
		{"of a statement, in lower case", policy(`{§"notaction":"*"}`), "/Statement/0/notaction", `there is no "notaction" here: write NotAction, IAM tells upper from lower case`},
		{"a name that is empty", policy(`{§"":"*"}`), "/Statement/0/", `there is no "" here: known are ` + ofStatement},
		{"a name that would turn the terminal red", policy(`{§"\u001b[31m":"*"}`), "/Statement/0/\x1b[31m", `there is no "\x1b[31m" here: known are ` + ofStatement},
		{"a name with Cyrillic letters", policy(`{§"Аction":"*"}`), "/Statement/0/Аction", `there is no "Аction" here: known are ` + ofStatement},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, Identity) })
	}
}
