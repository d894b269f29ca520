package references

import (
	"strings"
	"testing"

	"podpass/internal/snapshot"
)

// istio is how Istio matches a principal, by itself.
func istio(pattern, principal string) bool {
	switch {
	case pattern == "*":
		return principal != ""
	case strings.HasPrefix(pattern, "*"):
		return strings.HasSuffix(principal, pattern[1:])
	case strings.HasSuffix(pattern, "*"):
		return strings.HasPrefix(principal, pattern[:len(pattern)-1])
	}
	return pattern == principal
}

// TestPrincipalsMeanWhomIstioMatches: every cut of real principals, with "*"
// before or behind it, means exactly the accounts that Istio lets in.
func TestPrincipalsMeanWhomIstioMatches(t *testing.T) {
	spaces, names := []string{"shop", "sh", "op", "sa", "ns"}, []string{"web", "we", "eb", "a.web", "sa", "ns"}
	patterns := map[string]bool{"*": true}
	for _, space := range spaces {
		for _, name := range names {
			whole := "td/ns/" + space + "/sa/" + name
			for i := range len(whole) + 1 {
				patterns[whole[:i]+"*"], patterns["*"+whole[i:]], patterns[whole] = true, true, true
			}
		}
	}
	for pattern := range patterns {
		form, of := principal(pattern)
		if form != snapshot.FormSPIFFE {
			t.Errorf("%s: not understood", pattern)
			continue
		}
		r := snapshot.Reference{Of: of, Form: form, Value: pattern}
		for _, space := range spaces {
			for _, name := range names {
				if want := istio(pattern, "td/ns/"+space+"/sa/"+name); r.Means(space, name) != want {
					t.Errorf("%s (%v) means %s/%s: %v, want %v", pattern, of, space, name, !want, want)
				}
			}
		}
	}
}

func TestValuesThatNameNoAccountAreText(t *testing.T) {
	tests := map[string]struct {
		parse parser
		value string
	}{
		"a user of another kind":            {user, "system:node:a"},
		"a user without a name":             {user, "system:serviceaccount:shop:"},
		"a user with a third part":          {user, "system:serviceaccount:shop:a:b"},
		"a path of three parts":             {pathed("shop"), "a/b/c"},
		"a path with an empty part":         {pathed("shop"), "/web"},
		"a name with capitals":              {named("shop"), "Web"},
		"a name where a pattern is none":    {named("shop"), "web*"},
		"a name in no namespace":            {named(""), "web"},
		"a URI of another path":             {spiffe, "spiffe://td/workload/web"},
		"a URI with a star":                 {spiffe, "spiffe://td/ns/shop/sa/*"},
		"a URI without a trust domain":      {spiffe, "spiffe:///ns/shop/sa/web"},
		"a principal with stars at the end": {principal, "td/ns/shop/sa/**"},
		"a principal with a star amidst":    {principal, "td/ns/*/sa/web"},
		"a principal with too many parts":   {principal, "td/ns/shop/sa/web/x*"},
		"an identity of another host":       {identity, "web.shop.example.com"},
		"an identity without a namespace":   {identity, "web.serviceaccount.identity.linkerd.cluster.local"},
		"a selector of another kind":        {workload("shop"), "unix:uid:0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if form, of := test.parse(test.value); form != snapshot.FormText || of != (snapshot.Names{}) {
				t.Errorf("%s is taken for %s of %v", test.value, form, of)
			}
		})
	}
}
