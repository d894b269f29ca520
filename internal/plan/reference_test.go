package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"podpass/internal/snapshot"
)

// principal is a reference of an AuthorizationPolicy, in a list of principals.
func principal(pointer, value string, of snapshot.Names) snapshot.Reference {
	return snapshot.Reference{
		Meta:  snapshot.Meta{Namespace: "shop", Name: "policy", UID: "uid-policy", Live: true},
		Group: "security.istio.io", Version: "v1", Kind: "AuthorizationPolicy",
		Pointer: "/spec/rules/0/from/0/source/" + pointer, Value: value, Form: snapshot.FormSPIFFE, Of: of, Use: snapshot.Knows, Entry: true,
	}
}

func exactly(name string) snapshot.Names { return snapshot.Names{Namespace: "shop", Name: name} }

// runs is a reference of an object that makes pods.
func runs(use, name string) snapshot.Reference {
	return snapshot.Reference{
		Meta:  snapshot.Meta{Namespace: "shop", Name: "nightly", UID: "uid-nightly", Live: true},
		Group: "argoproj.io", Version: "v1alpha1", Kind: "Workflow",
		Pointer: "/spec/serviceAccountName", Form: snapshot.FormName, Of: exactly(name), Use: use,
	}
}

func TestWhatMeansTheNewAccountAlreadyIsADecision(t *testing.T) {
	old := principal("principals/0", "td/ns/shop/sa/default", exactly("default"))
	for name, c := range map[string]struct {
		references []snapshot.Reference
		choices    Choices
		want       string // the account that cart moves to; "" where it waits
	}{
		"only the old name":                              {[]snapshot.Reference{old}, Choices{}, "cart"},
		"the new name beside the old one":                {[]snapshot.Reference{old, principal("principals/1", "td/ns/shop/sa/cart", exactly("cart"))}, Choices{}, "cart"},
		"the new name among exceptions":                  {[]snapshot.Reference{old, principal("notPrincipals/0", "td/ns/shop/sa/cart", exactly("cart"))}, Choices{}, ""},
		"the new name in another trust domain":           {[]snapshot.Reference{old, principal("principals/1", "other/ns/shop/sa/cart", exactly("cart"))}, Choices{}, ""},
		"a pattern for the new name":                     {[]snapshot.Reference{principal("principals/0", "*/sa/cart", snapshot.Names{Namespace: "*", Name: "cart"})}, Choices{}, ""},
		"a pattern for old and new name":                 {[]snapshot.Reference{principal("principals/0", "td/ns/shop/*", snapshot.Names{Namespace: "shop", Name: "*"})}, Choices{}, "cart"},
		"a pattern for the new name, and another chosen": {[]snapshot.Reference{principal("principals/0", "*/sa/cart", snapshot.Names{Namespace: "*", Name: "cart"})}, Choices{Workloads: []WorkloadChoice{{Match: Match{Kind: "Deployment", Namespace: "shop", Name: "cart"}, Account: "trolley"}}}, "trolley"},
		"a pattern for the new name, as it should be":    {[]snapshot.Reference{principal("principals/0", "*/sa/cart", snapshot.Names{Namespace: "*", Name: "cart"})}, Choices{References: []ReferenceChoice{{Match: Match{Kind: "AuthorizationPolicy", Namespace: "shop", Name: "policy"}, Handled: true}}}, "cart"},
		"a name that is chosen and known elsewhere":      {[]snapshot.Reference{principal("principals/0", "td/ns/shop/sa/trolley", exactly("trolley"))}, Choices{Workloads: []WorkloadChoice{{Match: Match{Kind: "Deployment", Namespace: "shop", Name: "cart"}, Account: "trolley"}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := cluster().namespace().account("default").workload("Deployment", "cart", snapshot.PodSpec{})
			w.References = c.references
			p := w.plan(Options{Choices: &c.choices})
			got := ""
			for _, s := range p.Steps {
				switch {
				case s.Wave == Move && !s.Waiting():
					got, _ = s.After.Fields[0].Value.(string)
				case s.Wave == Add && !s.Waiting() && c.want == "":
					t.Errorf("%s is done, though the move waits", s.ID)
				}
			}
			held := slices.ContainsFunc(p.Decisions, func(d Decision) bool {
				return d.ID == "reference/AuthorizationPolicy/shop/policy" && strings.Contains(d.Question, "already") && len(d.HoldsUp) > 0
			})
			if got != c.want || held != (c.want == "") {
				t.Errorf("it moves to %q, held up: %v; want %q\n%s", got, held, c.want, story(p))
			}
		})
	}
}

func TestOldNamesStayWhileSomethingRunsAsTheAccount(t *testing.T) {
	for name, c := range map[string]struct {
		more    []snapshot.Reference
		choices Choices
		drops   bool
	}{
		"nothing else":                              {nil, Choices{}, true},
		"a workflow that names no account":          {[]snapshot.Reference{runs(snapshot.FallsBack, "default")}, Choices{}, false},
		"a workflow that names default":             {[]snapshot.Reference{runs(snapshot.RunsAs, "default")}, Choices{}, false},
		"a workflow with an account of its own":     {[]snapshot.Reference{runs(snapshot.RunsAs, "nightly")}, Choices{}, true},
		"a workflow, and default may be locked":     {[]snapshot.Reference{runs(snapshot.FallsBack, "default")}, Choices{Namespaces: []NamespaceChoice{{Match: Match{Kind: "Namespace", Name: "shop"}, Lock: true}}}, true},
		"a default of workflows for all namespaces": {[]snapshot.Reference{{Kind: "ConfigMap", Pointer: "/data", Form: snapshot.FormName, Of: snapshot.Names{Namespace: "*", Name: "default"}, Use: snapshot.RunsAs, Loose: true}}, Choices{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, moved := range []bool{false, true} {
				w := cluster().namespace().account("default", func(a *snapshot.ServiceAccount) { a.Automount = snapshot.False })
				w.References = append([]snapshot.Reference{principal("principals/0", "td/ns/shop/sa/default", exactly("default"))}, c.more...)
				account := ""
				if moved { // as by an earlier plan
					account = "cart"
					w.account("cart")
					w.References = append(w.References, principal("principals/1", "td/ns/shop/sa/cart", exactly("cart")))
				}
				p := w.workload("Deployment", "cart", snapshot.PodSpec{Account: account, Automount: snapshot.False}).plan(Options{Choices: &c.choices})
				drops := slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Wave == Clean && s.Object.Kind == "AuthorizationPolicy" })
				if drops != c.drops {
					t.Errorf("moved %v: the old name is dropped: %v, want %v\n%s", moved, drops, c.drops, story(p))
				}
			}
		})
	}
}

func TestADecisionTellsOfAllPlacesInAnObject(t *testing.T) {
	w := cluster().namespace().account("default").workload("Deployment", "cart", snapshot.PodSpec{})
	for i := range 40 {
		w.References = append(w.References, principal(fmt.Sprintf("principals/%02d", i), "*/sa/default", snapshot.Names{Namespace: "*", Name: "default"}))
	}
	w.References = append(w.References, principal("notPrincipals/0", "*/sa/cart", snapshot.Names{Namespace: "*", Name: "cart"}))
	p := w.plan(Options{})
	if len(p.Decisions) != 1 {
		t.Fatalf("decisions: %+v", p.Decisions)
	}
	got := p.Decisions[0].Question
	for _, want := range []string{"notPrincipals/0 it means the account cart already", "principals/00 it knows pods", "principals/01 it knows pods", textMorePlaces} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	if len(got) > 3<<10 || strings.Count(got, textMorePlaces) != 1 {
		t.Errorf("it has %d bytes:\n%s", len(got), got)
	}
}

func TestTheRiskOfANameInAListIsWhatItIsThereFor(t *testing.T) {
	for name, c := range map[string]struct{ denies, except, letsIn bool }{
		"allowed":              {false, false, false},
		"denied":               {true, false, true},
		"not among allowed":    {false, true, true},
		"excepted from denial": {true, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := cluster().namespace().account("default").workload("Deployment", "cart", snapshot.PodSpec{})
			r := principal("principals/0", "td/ns/shop/sa/default", exactly("default"))
			r.Denies, r.Except = c.denies, c.except
			w.References = append(w.References, r)
			p := w.plan(Options{})
			if got := strings.Contains(p.Steps[0].Risk[0], "would be let in"); got != c.letsIn {
				t.Errorf("%s: %s", p.Steps[0].ID, p.Steps[0].Risk[0])
			}
		})
	}
}
