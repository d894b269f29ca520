package trust

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// only is the admission of issuer A.
func only(t rapid.TB, p *iam.Policy, o Options) Admission {
	t.Helper()
	o.Providers = []string{"https://" + issuerA}
	answer := Who(p, o)
	for _, a := range answer.Providers {
		if a.ARN == arnOf+"oidc-provider/"+issuerA {
			return a
		}
	}
	t.Fatalf("no answer for %s: %+v", issuerA, answer)
	return Admission{}
}

// best is the best decision for a subject over the audiences.
func best(p *iam.Policy, subject string, audiences []string) iam.Decision {
	d := iam.DecideDeny
	for _, audience := range audiences {
		d = max(d, decideToken(p, iam.AssumeRoleWithWebIdentity, subject, audience, nil))
	}
	return d
}

// TestWhoAgreesWithDecide asks the search and the evaluation the same: for all
// subjects of the small universe, and for the witnesses.
func TestWhoAgreesWithDecide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		statements := append([]string{forTokens("Deny", `"StringEquals":{"{A}:sub":"{sa}none:none"}`)}, drawStatements(t, drawToken, 3)...)
		p := asTrust(t, statements...)
		audiences := rapid.SliceOfNDistinct(rapid.SampledFrom(smallAudiences), 1, 2, rapid.ID).Draw(t, "audiences")
		a := only(t, p, Options{Audiences: audiences, Accounts: smallAccounts()})
		t.Logf("%s", iam.Print(p.Document(), ""))
		if len(a.Undecided) > 0 {
			t.Fatalf("undecided: %+v", a)
		}
		checkWitnesses(t, p, &a)
		checkSmall(t, &a, func(namespace, name string) iam.Decision {
			return best(p, "system:serviceaccount:"+namespace+":"+name, audiences)
		})
	})
}

// checkWitnesses: each exists, and is admitted as truly as the set it is of.
func checkWitnesses(t rapid.TB, p *iam.Policy, a *Admission) {
	t.Helper()
	want := iam.DecideUnknown
	if len(a.Certain.Patterns) > 0 {
		want = iam.DecideAllow
	}
	for _, w := range a.Witnesses {
		if !glob.ServiceAccounts().Contains(w) {
			t.Errorf("%s is no subject", w)
		}
		if got := best(p, w, a.Audiences); got < want {
			t.Errorf("witness %s: %s", w, got)
		}
	}
	if empty := len(a.Witnesses) == 0; empty != a.Empty && len(a.Undecided) == 0 {
		t.Errorf("witnesses %q, empty %t", a.Witnesses, a.Empty)
	}
}

// checkSmall compares an admission with the decisions on all accounts of the
// small universe, which must have been asked for.
func checkSmall(t rapid.TB, a *Admission, decide func(namespace, name string) iam.Decision) {
	t.Helper()
	for _, account := range smallAccounts() {
		namespace, name, _ := strings.Cut(account, "/")
		subject := "system:serviceaccount:" + namespace + ":" + name
		d := decide(namespace, name)
		checkSet(t, &a.Certain, account, subject, d == iam.DecideAllow)
		checkSet(t, &a.Possible, account, subject, d != iam.DecideDeny)
		if d != iam.DecideDeny && a.Empty {
			t.Errorf("%s is admitted, but the set is empty", subject)
		}
	}
}

// checkSet: an account is listed where it is in the set, some pattern covers
// it then, and no pattern without a qualifier does else.
func checkSet(t rapid.TB, s *Set, account, subject string, in bool) {
	t.Helper()
	if got := slices.Contains(s.Accounts, account); got != in {
		t.Fatalf("%s is listed: %t, decided: %t", account, got, in)
	}
	covered := false
	for _, p := range s.Patterns {
		head, _, narrowed := strings.Cut(p, " and ")
		head, _, less := strings.Cut(head, " but not ")
		fits := glob.Parse(head).Match(subject)
		covered = covered || fits
		if fits && !narrowed && !less && !in {
			t.Fatalf("%s fits %q, but is not in the set", subject, p)
		}
	}
	if in && !covered {
		t.Fatalf("%s is in the set, but fits none of %q", subject, s.Patterns)
	}
}
