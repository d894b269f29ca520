package iam

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAddingADenyNeverGrants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := drawKind(t)
		d, r := drawDocument(t, kind), drawRequest(t, contextWith(drawFacts(t)))
		before := Compile(d).Decide(r)
		more := *d
		more.Statements = slices.Insert(slices.Clone(d.Statements), rapid.IntRange(0, len(d.Statements)).Draw(t, "at"), drawStatement(t, kind, Deny))
		if after := Compile(&more).Decide(r); after > before {
			t.Errorf("%s, with the Deny %s", before, after)
		}
	})
}

func TestRemovingAnAllowNeverGrants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, r := drawDocument(t, drawKind(t)), drawRequest(t, contextWith(drawFacts(t)))
		at := rapid.IntRange(0, len(d.Statements)-1).Draw(t, "at")
		before := Compile(d).Decide(r)
		less := *d
		less.Statements = slices.Delete(slices.Clone(d.Statements), at, at+1)
		after := Compile(&less).Decide(r)
		if d.Statements[at].Effect == Allow && after > before || d.Statements[at].Effect == Deny && after < before {
			t.Errorf("%s, without the %s %s", before, d.Statements[at].Effect, after)
		}
	})
}

// TestPoliciesNeverGrantByTheirDenies: of all policies that bear on a request.
func TestPoliciesNeverGrantByTheirDenies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAccess(t, contextWith(drawFacts(t)))
		before := a.Decide()
		more := *a
		grown := func(p *Policy) *Policy {
			if p == nil {
				return nil
			}
			d := *p.doc
			d.Statements = append(slices.Clone(d.Statements), drawStatement(t, d.kind, Deny))
			return Compile(&d)
		}
		more.Resource, more.Boundary = grown(a.Resource), grown(a.Boundary)
		more.Identity = slices.Clone(a.Identity)
		for i := range more.Identity {
			more.Identity[i] = grown(more.Identity[i])
		}
		if after := more.Decide(); after > before {
			t.Errorf("%s, with the Denies %s: %s", before, after, more.Explain())
		}
	})
}

// TestSpellingsDecideAlike: order, repeats and lists of one have no meaning.
func TestSpellingsDecideAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, r := drawDocument(t, drawKind(t)), drawRequest(t, contextWith(drawFacts(t)))
		want := Compile(d).Decide(r)
		shuffled := *d
		shuffled.Statements = rapid.Permutation(d.Statements).Draw(t, "order")
		for i, s := range shuffled.Statements {
			s.Actions = rapid.Permutation(s.Actions).Draw(t, "order of actions")
			s.Principals = rapid.Permutation(s.Principals).Draw(t, "order of principals")
			s.Resources = rapid.Permutation(append(s.Resources, s.Resources...)).Draw(t, "order of resources")
			s.Conditions = rapid.Permutation(s.Conditions).Draw(t, "order of conditions")
			shuffled.Statements[i] = s
		}
		canonical := d.Canonical()
		if diff := cmp.Diff(canonical, canonical.Canonical(), withoutPlaces); diff != "" {
			t.Errorf("canonical twice: %s", diff)
		}
		for name, other := range map[string]*Document{"shuffled": &shuffled, "canonical": canonical, "printed": reparsed(t, d, ""), "indented": reparsed(t, d, "  "), "with lists": listed(t, d)} {
			if got := Compile(other).Decide(r); got != want {
				t.Errorf("%s: got %s, want %s", name, got, want)
			}
		}
		if got := Compile(d).Indexed().Decide(r); got != want {
			t.Errorf("indexed: got %s, want %s", got, want)
		}
	})
}

func reparsed(t *rapid.T, d *Document, indent string) *Document {
	printed := Print(d, indent)
	again, err := Parse(printed, d.kind)
	if err != nil {
		t.Fatalf("%v: %s", err, printed)
	}
	if diff := cmp.Diff(d, again, withoutPlaces); diff != "" {
		t.Fatalf("%s: %s", printed, diff)
	}
	return again
}

// listed writes each value that stands alone as a list of one.
func listed(t *rapid.T, d *Document) *Document {
	text := string(Print(d, ""))
	for _, name := range []string{`"Action":`, `"NotAction":`, `"Resource":`, `"NotResource":`, `"AWS":`, `"Service":`, `"Federated":`} {
		head, tail := "", text
		for {
			before, after, found := strings.Cut(tail, name+`"`)
			head += before
			if !found {
				break
			}
			value, rest, _ := strings.Cut(after, `"`)
			head += name + `["` + value + `"]`
			tail = rest
		}
		text = head
	}
	again, err := Parse([]byte(text), d.kind)
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return again
}

// TestOpenKeysAreNeverContradicted: what is decided with an open key is so
// for every value that it may have. Where a key with several values makes the
// answer unknown, that says nothing of AWS, and so contradicts nothing.
func TestOpenKeysAreNeverContradicted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := drawFacts(t)
		key := rapid.SampledFrom(someKeys).Draw(t, "open key")
		facts[key] = fact{open: true}
		a := drawAccess(t, contextWith(facts))
		before := a.Decide()
		for range 5 {
			facts[key] = fact{values: rapid.SliceOfN(rapid.SampledFrom(someValues), 0, 2).Draw(t, "values")}
			resolved, r := *a, *a.Request
			r.Context = contextWith(facts)
			resolved.Request = &r
			after := resolved.Decide()
			several := len(facts[key].values) > 1
			if before != DecideUnknown && after != before && (!several || after != DecideUnknown) {
				t.Errorf("open %s, with %q %s: %s", before, facts[key].values, after, resolved.Explain())
			}
		}
	})
}

func TestKeysOfAContextHaveNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := drawFacts(t)
		p, r := Compile(drawDocument(t, drawKind(t))), drawRequest(t, contextWith(facts))
		want := p.Decide(r)
		many := contextWith(facts, rapid.Permutation(someKeys).Draw(t, "order")...)
		many.Open(someKeys[0]) // of no effect on what was or will be added
		if f := facts[someKeys[0]]; !f.open {
			many.Add(strings.ToUpper(someKeys[0]), f.values...)
		}
		for i := range rapid.IntRange(0, 20).Draw(t, "more keys") {
			many.Add(fmt.Sprint("more:", i), "a")
		}
		for _, key := range rapid.Permutation(someKeys).Draw(t, "added again") {
			if f := facts[key]; !f.open {
				many.Add(key, f.values...)
			}
		}
		r.Context = many
		if got := p.Decide(r); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestExplanationsFitDecisions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAccess(t, contextWith(drawFacts(t)))
		checkExplanation(t, a.Decide(), a.Explain())
	})
	rapid.Check(t, func(t *rapid.T) {
		p, r := Compile(drawDocument(t, drawKind(t))), drawRequest(t, contextWith(drawFacts(t)))
		checkExplanation(t, p.Decide(r), p.Explain(r))
	})
}

// TestAccessOfATrustIsTheTrust: for who signs nothing, nothing else counts.
func TestAccessOfATrustIsTheTrust(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Compile(drawDocument(t, Trust))
		r := drawRequest(t, contextWith(drawFacts(t)))
		a := &Access{Request: r, Resource: p, SameAccount: True, Untagged: true}
		if r.Caller.signed() || a.barred(r) != "" || len(a.companions()) > 0 {
			return
		}
		if got, want := a.Decide(), p.Decide(r); got != want {
			t.Errorf("got %s, the policy alone %s", got, want)
		}
	})
}
