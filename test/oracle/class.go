package oracle

import (
	"slices"
	"strings"
)

// Class is a reason for which the peer and podpass differ. document or
// condition rewrites what is its own; the other is nil.
type Class struct {
	Name string
	// About tells what AWS documents, and what the two make of it.
	About string
	// Docs is the page that decides.
	Docs string

	document  func(*mender) bool  // tells whether it rewrote something
	condition func(*test) verdict // undecided for conditions of other classes
}

// Classes lists them in the order in which they rewrite: a condition belongs
// to the first that decides it.
func Classes() []Class {
	return slices.Concat(documentClasses(), presenceClasses(), variableClasses(), valueClasses())
}

// Pages of AWS's documentation.
const (
	guide          = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
	pageOperators  = guide + "reference_policies_elements_condition_operators.html"
	pageSets       = guide + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
	pageVariables  = guide + "reference_policies_variables.html"
	pagePrincipal  = guide + "reference_policies_elements_principal.html"
	pageAction     = guide + "reference_policies_elements_action.html"
	pageSid        = guide + "reference_policies_elements_sid.html"
	pageShared     = guide + "id_roles_providers_oidc_secure-by-default.html"
	pageChecks     = guide + "access-analyzer-reference-policy-checks.html"
	pageGlobalKeys = guide + "reference_policies_condition-keys.html"
)

// documentClasses are about documents that the peer refuses, and principals.
func documentClasses() []Class {
	return []Class{
		{Name: "shared-provider", document: sharedProvider, Docs: pageShared,
			About: "An issuer of many tenants is trusted without a condition on the tenant. AWS refuses to write such a document anew, and says that its controls “will not be evaluated by IAM for existing OIDC role trust policies”. The peer refuses it at every request. Podpass evaluates it as it stands."},
		{Name: "repeated-sid", document: repeatedSid, Docs: pageSid,
			About: "Two statements have one Sid. AWS wants Sids to be unique; they have no part in a decision. The peer refuses the document. Podpass evaluates it; telling repeated Sids is for lint."},
		{Name: "other-service", document: otherService, Docs: pagePrincipal,
			About: "A service is named beside the provider. The peer knows the three services of a gateway, and refuses others. Podpass takes any service, which is not the caller."},
		{Name: "action-spelling", document: actionSpelling, Docs: pageAction,
			About: "“The prefix and the action name are case insensitive.” The peer refuses actions that do not begin with `sts:` in lower case, and `\"*\"`. Podpass evaluates them."},
		{Name: "principal-pattern", document: principalPattern, Docs: pagePrincipal,
			About: "A federated principal with a wildcard that would fit. AWS knows no patterns in principals other than a lone `\"*\"`. The peer compares the text. Podpass: unknown, so that a Deny which was meant is not left out."},
		{Name: "any-principal", document: anyPrincipal, Docs: pagePrincipal,
			About: "`\"*\"` and `{\"AWS\": \"*\"}` mean the same; whether they cover the bearer of a token, who is no AWS principal yet, is not documented. The peer refuses the one and does not look at the other. Podpass: unknown."},
	}
}

// presenceClasses are about operators and what the request has of the key.
func presenceClasses() []Class {
	return []Class{
		{Name: "null-with-set-operator", condition: nullInSet, Docs: pageChecks,
			About: "`Null` under a set operator. “When you use the `Null` condition operator with `ForAllValues`, the statement always returns `true`. When you use the `Null` condition operator with `ForAnyValue`, the statement always returns `false`.” The peer does not look at the set operator. Podpass follows AWS."},
		{Name: "unknown-operator", condition: unknownOperator, Docs: pageOperators,
			About: "An operator that AWS does not document: misspelt, in another case, `Null` with `IfExists`. The peer refuses the document. Podpass: that condition is unknown, and never left out of a Deny."},
		{Name: "open-key", condition: openKey, Docs: pageGlobalKeys,
			About: "A key that begins with `aws:` or `sts:`, which neither a token nor a trust policy tells. The peer takes it as absent, or from its own connection. Podpass: unknown, but where no value could change the condition."},
		{Name: "empty-claim", condition: emptyClaim, Docs: pageSets,
			About: "A claim is an empty list. The peer takes the key as present without values: false for plain and `ForAnyValue` operators, also with `IfExists`. AWS documents keys that are there and keys that are not; a key without values is none for podpass."},
		{Name: "for-any-negated-missing", condition: forAnyMissing, Docs: pageSets,
			About: "`ForAnyValue` with a negated operator on a key that is not there. “For no matching context key or if the key does not exist, the condition returns false.” The peer: true, as without the set operator. Podpass: false."},
		{Name: "for-any-ifexists-missing", condition: forAnyIfExistsMissing, Docs: pageOperators,
			About: "`ForAnyValue` with `IfExists` on a key that is not there. The sentence above says false, the one on `IfExists` “If the key is not present, evaluate the condition element as true”. The peer: true. Podpass: unknown."},
		{Name: "several-values-plain-operator", condition: severalValues, Docs: pageSets,
			About: "A key with several values under an operator without a set operator. “Multivalued context keys require a condition set operator”; what happens without is not documented. The peer: any of the values, or none if negated. Podpass: unknown."},
		{Name: "empty-string", condition: emptyString, Docs: pageOperators,
			About: "The only value of the key is the empty string, under a set operator or `Null`. `ForAllValues` “returns true if […] the context key value resolves to a null dataset, such as an empty string”; elsewhere a key with a value is present. The peer compares the empty string. Podpass: unknown where the two readings differ."},
		{Name: "null-operand", condition: nullOperand, Docs: pageOperators,
			About: "A value of `Null` that is neither `true` nor `false`. The peer: no match. Podpass: unknown, unless another value decides."},
	}
}

// variableClasses are about ${…} in values of operators on strings and ARNs.
func variableClasses() []Class {
	about := map[string]string{
		variableSyntax:  "What follows `${` is no variable. AWS's checks call it an error, and say nothing of its meaning. The peer takes it as text. Podpass: unknown.",
		variableMany:    "The variable's key has several values. “You can't use a multivalued condition key as a variable.” The peer takes the variable as text. Podpass: unknown, unless the text around the variable rules the value out.",
		variableOpen:    "The variable's key begins with `aws:` or `sts:`. The peer takes the variable as text. Podpass: unknown, unless the text around the variable rules the value out.",
		variableWild:    "The variable stands for a value that holds `*` or `?`, in a pattern. Whether they are wildcards then is not documented. The peer: yes. Podpass: unknown, unless the text around the variable rules the value out.",
		variableDefault: "A variable with a default: “surround the default value with single quotes, and separate the variable text and the default value with a comma and space”. The peer takes it as text. Podpass fills it in.",
		variableEscape:  "`${*}`, `${?}` and `${$}` are the characters themselves. The peer takes them as text, in which `*` and `?` are wildcards. Podpass follows AWS.",
		variablePath:    "The variable's key belongs to an issuer with a path, as EKS has. The peer knows no slash in names of variables, and takes it as text. Podpass fills it in.",
	}
	var classes []Class
	for _, kind := range variableKinds() {
		classes = append(classes, Class{Name: kind, About: about[kind], Docs: pageVariables, condition: func(t *test) verdict {
			if !t.present || t.variables() != kind {
				return undecided
			}
			return t.expanded()
		}})
	}
	return classes
}

// valueClasses are about how values are read.
func valueClasses() []Class {
	classes := []Class{
		{Name: "arn-components", condition: arnComponents, Docs: pageOperators,
			About: "“Each of the six colon-delimited components of the ARN is checked separately.” The peer compares the whole text, in which a wildcard reaches over colons. Podpass compares components; a pattern of fewer than six that would match as a whole is unknown."},
		{Name: "star-in-value", condition: starInValue, Docs: pageOperators,
			About: "The request's value holds a star, and the pattern has one there. The peer takes the pattern's star for that very character first, and misses matches such as `dev*?` for `dev*`. Podpass: `*` is any run of characters."},
		{Name: "question-mark", condition: questionMark, Docs: pageOperators,
			About: "`?` is “single-character match wildcard”. The peer: one byte of UTF-8. Podpass: one character."},
		{Name: "bool-spelling", Docs: pageOperators, condition: func(t *test) verdict { return booleans.decide(t, true) },
			About: "`true` and `false` in mixed case, such as `tRUE`. The case of booleans is not documented. The peer knows `TRUE` and `True` but no mixed case. Podpass takes any case."},
		{Name: "address-without-length", condition: defaultLength, Docs: pageOperators,
			About: "An IPv6 address without a length in a policy. “IAM uses the default prefix value of `/32`”, which is written for IPv4 and would be 2⁹⁶ addresses. The peer: the one address. Podpass: unknown for others in the `/32`."},
		{Name: "number-format", Docs: pageOperators, condition: func(t *test) verdict { return numbers.decide(t, true) },
			About: "Numbers beyond 2⁵³. The peer compares 64-bit floats, which take neighbours for equal. Podpass compares decimals exactly."},
		{Name: "date-format", Docs: pageOperators, condition: func(t *test) verdict { return dates.decide(t, true) },
			About: "“You must specify date/time values with one of the W3C implementations of the ISO 8601 date formats or in epoch (UNIX) time.” The peer knows the form with seconds alone. Podpass also knows those without seconds, hours or days."},
	}
	for _, y := range types {
		classes = append(classes, Class{Name: "unparseable-" + strings.ToLower(y.family), Docs: pageOperators,
			About: unparseable[y.family], condition: func(t *test) verdict { return y.decide(t, false) }})
	}
	return classes
}

var unparseable = map[string]string{
	"Numeric": "A value is no number: “comparing a key to an integer or decimal value”. The peer takes floats of Go (`1e1`, `inf`), and has no match with others, so that a negated operator holds. Podpass: unknown.",
	"Date":    "A value is no date of the documented forms, or can be read as two (`2024` is a year or 34 minutes of 1970). The peer takes any number as seconds, and has no match with others. Podpass: unknown.",
	"Bool":    "A value is neither `true` nor `false`. The peer also knows `1`, `0`, `t` and `f`, and has no match with others. Podpass: unknown.",
	"Ip":      "A value is no address or range, or is an IPv4 address written as IPv6 (`::ffff:10.0.3.7`), of which AWS does not say whether it is the same. The peer has no match, so that `NotIpAddress` holds; of the latter it takes the address of a request for the IPv4 one. Podpass: unknown.",
	"Binary":  "A value of a policy is no base64. The peer compares texts. Podpass: unknown.",
}
