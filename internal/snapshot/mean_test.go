package snapshot

import "testing"

func TestWhomAReferenceMeans(t *testing.T) {
	of := func(namespace, name string) Names { return Names{namespace, name} }
	tests := map[string]struct {
		r           Reference
		means, mays bool // of shop/web
	}{
		"its account":                                  {Reference{Form: FormName, Of: of("shop", "web")}, true, true},
		"another account":                              {Reference{Form: FormName, Of: of("shop", "api")}, false, false},
		"an account of that name elsewhere":            {Reference{Form: FormName, Of: of("ops", "web")}, false, false},
		"any namespace":                                {Reference{Form: FormLabel, Of: of("*", "web")}, true, true},
		"all of the namespace":                         {Reference{Form: FormSPIFFE, Of: of("shop", "*")}, true, true},
		"the end of the name":                          {Reference{Form: FormSPIFFE, Of: of("*", "*eb")}, true, true},
		"another end":                                  {Reference{Form: FormSPIFFE, Of: of("*", "*x")}, false, false},
		"the start of the namespace":                   {Reference{Form: FormSPIFFE, Of: of("sh*", "*")}, true, true},
		"a start that is longer":                       {Reference{Form: FormSPIFFE, Of: of("shops*", "*")}, false, false},
		"what a start and an end share":                {Reference{Form: FormName, Of: of("shop", "we*eb")}, false, false},
		"a middle":                                     {Reference{Form: FormName, Of: of("s*o*p", "w*b")}, true, true},
		"wider than is meant":                          {Reference{Form: FormName, Of: of("*", "web"), Loose: true}, false, true},
		"wider, and yet not it":                        {Reference{Form: FormName, Of: of("*", "api"), Loose: true}, false, false},
		"labels of accounts":                           {Reference{Form: FormSelector, Of: of("shop", "")}, false, true},
		"labels of accounts elsewhere":                 {Reference{Form: FormSelector, Of: of("ops", "")}, false, false},
		"text":                                         {Reference{Form: FormText, Value: "x"}, false, true},
		"text of another namespace":                    {Reference{Form: FormText, Of: of("ops", ""), Value: "x"}, false, false},
		"an expression that finds it":                  {Reference{Form: FormPattern, Value: "^w"}, false, true},
		"an expression that does not":                  {Reference{Form: FormPattern, Value: "^x"}, false, false},
		"an expression of another language":            {Reference{Form: FormPattern, Value: "(?<!x)web"}, false, true},
		"a value that is withheld":                     {Reference{Form: FormText, Withheld: true}, false, true},
		"an account that is fallen back to, not named": {Reference{Form: FormName, Of: of("shop", "default"), Use: FallsBack}, false, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.r.Means("shop", "web"); got != test.means {
				t.Errorf("means shop/web: %v", got)
			}
			if got := test.r.May("shop", "web"); got != test.mays {
				t.Errorf("may mean shop/web: %v", got)
			}
		})
	}
}

func TestWhatStandsForAnotherAccount(t *testing.T) {
	tests := map[string]struct {
		r          Reference
		value      string // for api; empty: nobody can tell
		list, item string
	}{
		"a name": {Reference{Form: FormName, Value: "web", Of: Names{"shop", "web"}, Pointer: "/spec/names/0", Entry: true},
			"api", "/spec/names", `"api"`},
		"a name that stands alone": {Reference{Form: FormName, Value: "web", Of: Names{"shop", "web"}, Pointer: "/spec/serviceAccount"},
			"api", "", ""},
		"a user": {Reference{Form: FormUser, Value: "system:serviceaccount:shop:web", Of: Names{"shop", "web"}, Pointer: "/users/3", Entry: true},
			"system:serviceaccount:shop:api", "/users", `"system:serviceaccount:shop:api"`},
		"a SPIFFE id": {Reference{Form: FormSPIFFE, Value: "spiffe://td/ns/web/sa/web", Of: Names{"web", "web"}, Pointer: "/spec/a/0", Entry: true},
			"spiffe://td/ns/web/sa/api", "/spec/a", `"spiffe://td/ns/web/sa/api"`},
		"a principal of any namespace": {Reference{Form: FormSPIFFE, Value: "*/sa/web", Of: Names{"*", "web"}, Pointer: "/p/0", Entry: true},
			"*/sa/api", "/p", `"*/sa/api"`},
		"an identity": {Reference{Form: FormIdentity, Value: "web.web.serviceaccount.identity.l5d.td", Of: Names{"web", "web"}, Pointer: "/i/0", Entry: true},
			"api.web.serviceaccount.identity.l5d.td", "/i", `"api.web.serviceaccount.identity.l5d.td"`},
		"an item that is an object": {Reference{Form: FormName, Value: "web", Of: Names{"shop", "web"}, Pointer: "/s/0/serviceAccount/name", Entry: true,
			Item: "/s/0", Whole: `{"kind":"ServiceAccount","serviceAccount":{"name":"web","namespace":"shop"}}`},
			"api", "/s", `{"kind":"ServiceAccount","serviceAccount":{"name":"api","namespace":"shop"}}`},
		"an item whose value is elsewhere": {Reference{Form: FormName, Value: "web", Of: Names{"shop", "web"}, Pointer: "/s/0/name", Entry: true,
			Item: "/s/0", Whole: `{"other":"web"}`}, "api", "", ""},
		"a pattern": {Reference{Form: FormSPIFFE, Value: "td/ns/shop/sa/*", Of: Names{"shop", "*"}, Pointer: "/p/0", Entry: true}, "", "", ""},
		"text":      {Reference{Form: FormText, Value: "web", Pointer: "/p/0"}, "", "", ""},
		"nothing":   {Reference{Form: FormName, Of: Names{"shop", "default"}, Use: FallsBack, Pointer: "/spec/serviceAccountName"}, "", "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if value, ok := test.r.Named("api"); value != test.value || ok != (test.value != "") {
				t.Errorf("for api: %q, %v", value, ok)
			}
			list, item, ok := test.r.Beside("api")
			if list != test.list || item != test.item || ok != (test.item != "") {
				t.Errorf("beside it: %s in %s, %v", item, list, ok)
			}
		})
	}
}
