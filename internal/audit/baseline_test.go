package audit

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

func (w *world) compared(b *Baseline, rules ...string) *Report {
	w.Sort()
	return Run(&w.Snapshot, Options{Rules: rules, Now: day(), Baseline: b})
}

// relation lists "new", "unchanged", "fixed" and "not evaluated: reason" with
// what they are on.
func relation(r *Report) []string {
	list := []string{}
	for _, result := range r.Results {
		if result.Baseline != "" {
			list = append(list, result.Baseline+" "+result.Rule+" "+result.Object.Name)
		}
	}
	for _, k := range r.Baseline.Fixed {
		list = append(list, "fixed "+k.Rule+" "+k.Object.Name+k.Reason)
	}
	for _, k := range r.Baseline.NotEvaluated {
		list = append(list, "not evaluated "+k.Rule+" "+k.Object.Name+": "+k.Reason)
	}
	return list
}

func onDefault(names ...string) *world {
	w := live().account("default", no)
	for _, name := range names {
		w.workload("Deployment", meta(name), &snapshot.PodSpec{Automount: no})
	}
	return w
}

func TestABaselineTellsNewFromKnownFailures(t *testing.T) {
	b := BaselineOf(onDefault("a", "b").run())
	r := onDefault("b", "c").compared(b)
	want := []string{"unchanged PP201 b", "new PP201 c", "fixed PP201 a"}
	if diff := cmp.Diff(want, relation(r)); diff != "" {
		t.Error(diff)
	}
	if r.Baseline.New != 1 || r.Baseline.Unchanged != 1 || r.ExitCode(Low, false) != 3 || r.Verdicts.CISIntent.Status != Fail {
		t.Errorf("got %+v, exit code %d, intent %s", r.Baseline, r.ExitCode(Low, false), r.Verdicts.CISIntent.Status)
	}
	known := onDefault("b").compared(b)
	if got := known.ExitCode(Low, false); got != 0 || known.Verdicts.CISIntent.Status != Fail {
		t.Errorf("known failures alone: exit code %d, intent %s", got, known.Verdicts.CISIntent.Status)
	}
	if got := onDefault("b").gap("Secret").compared(b).ExitCode(Low, false); got != 4 {
		t.Errorf("known failures and a gap: exit code %d", got)
	}
	if got := onDefault("c").compared(b).ExitCode(High, false); got != 0 {
		t.Errorf("a new failure below --fail-on: exit code %d", got)
	}
}

// TestWhatWasNotJudgedIsNotFixed: a baseline of two workloads on default and a
// default account that mounts its token, compared with a run in which none of
// that fails.
func TestWhatWasNotJudgedIsNotFixed(t *testing.T) {
	before := live().account("default", unset).workload("Deployment", meta("a"), &snapshot.PodSpec{Automount: no})
	before.Cluster.Name = "prod"
	b := BaselineOf(before.run("PP102", "PP201"))
	after := func() *world {
		w := live().account("default", no)
		w.Cluster.Name = "prod"
		return w
	}
	change := func(do func(w *world)) *world { w := after(); do(w); return w }
	both := func(reason string) []string {
		return []string{"not evaluated PP102 default: " + reason, "not evaluated PP201 a: " + reason}
	}
	for _, c := range []struct {
		name  string
		world *world
		rules []string
		want  []string
	}{
		{"all was judged", after(), nil, []string{"fixed PP102 default", "fixed PP201 a"}},
		{"the namespace is gone", change(func(w *world) { w.Namespaces, w.ServiceAccounts = nil, nil }), nil, []string{"fixed PP102 default", "fixed PP201 a"}},
		{"a rule was left out", after(), []string{"PP102"}, []string{"fixed PP102 default", "not evaluated PP201 a: rule PP201 did not run"}},
		{"the namespace is excluded", change(func(w *world) { w.Excluded = []string{"team"} }), nil, both("its namespace was excluded")},
		{"another namespace was asked for", change(func(w *world) { w.Selected = []string{"other"} }), nil, both("its namespace was not asked for")},
		{"pods could not be read", after().gap("Pod"), nil, []string{"fixed PP102 default", "not evaluated PP201 a: things could not be read whole (cluster)"}},
		{"pods of another namespace could not be read", change(func(w *world) {
			w.Gaps = []snapshot.Gap{{What: "pods", Scope: "namespace other", Namespace: "other", Kinds: []string{"Pod"}}}
		}), nil, []string{"fixed PP102 default", "fixed PP201 a"}},
		{"something of any kind could not be read", after().gap(), nil, both("things could not be read whole (cluster)")},
		{"the result is unknown now", change(func(w *world) { w.ServiceAccounts = nil }), nil, []string{"fixed PP201 a", "not evaluated PP102 default: it is unknown now"}},
		{"another cluster", change(func(w *world) { w.Cluster.Name = "stage" }), nil, both(`the baseline is of cluster "prod", and this run of "stage"`)},
		{"a cluster without a name", change(func(w *world) { w.Cluster.Name = "" }), nil, both(`the baseline is of cluster "prod", and this run of ""`)},
		{"files", change(func(w *world) { w.Origin = snapshot.OriginFiles }), nil, both("the baseline is of a cluster, and this run of files")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, relation(c.world.compared(b, c.rules...))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOfFilesNothingIsFixedThatWasNotAskedFor(t *testing.T) {
	manifest := func(paths ...string) *world {
		w := live()
		w.Origin, w.Paths = snapshot.OriginFiles, paths
		return w.account("default", no)
	}
	before := func(paths ...string) *Baseline {
		w := manifest(paths...)
		w.ServiceAccounts[0].Automount = unset
		return BaselineOf(w.run("PP102"))
	}
	for _, c := range []struct {
		was, is []string
		fixed   bool
	}{
		{[]string{"deploy"}, []string{"deploy"}, true},
		{[]string{"deploy/"}, []string{"./deploy"}, true},
		{[]string{"deploy/a.yaml", "deploy/b.yaml"}, []string{"deploy"}, true},
		{[]string{"deploy"}, []string{"."}, true},
		{[]string{"/r/deploy"}, []string{"/"}, true},
		{[]string{"-"}, []string{"-"}, true},
		{[]string{"deploy"}, []string{"deploy/a.yaml"}, false},
		{[]string{"deploy"}, []string{"deploy2"}, false},
		{[]string{"a", "b"}, []string{"a"}, false},
		{[]string{"../deploy"}, []string{"."}, false},
		{[]string{"/r"}, []string{"."}, false},
		{[]string{"-"}, []string{"."}, false},
		{nil, []string{"."}, false},
	} {
		r := manifest(c.is...).compared(before(c.was...), "PP102")
		if got := len(r.Baseline.Fixed) == 1; got != c.fixed || len(r.Baseline.Fixed)+len(r.Baseline.NotEvaluated) != 1 {
			t.Errorf("%q, then %q: got %q", c.was, c.is, relation(r))
		}
	}
	elsewhere := manifest("deploy")
	elsewhere.Selected = []string{"team"}
	want := []string{`not evaluated PP102 default: objects that name no namespace were taken to lie in "default", and in "team" by this run`}
	if diff := cmp.Diff(want, relation(elsewhere.compared(before("deploy"), "PP102"))); diff != "" {
		t.Error(diff)
	}
	live := live().account("default", no).compared(before("deploy"), "PP102")
	if got := relation(live); !strings.Contains(got[0], "the baseline is of files, and this run of a cluster") {
		t.Errorf("got %q", got)
	}
}

func TestSecretsThatWereNotReadAreNotFixed(t *testing.T) {
	before := live().account("default", no)
	before.TokenSecrets = []snapshot.TokenSecret{{Meta: meta("ci"), Account: "ci"}}
	b := BaselineOf(before.run("PP206"))
	after := live().account("default", no)
	after.SecretsRead = false
	if diff := cmp.Diff([]string{"not evaluated PP206 ci: Secrets were not read"}, relation(after.compared(b))); diff != "" {
		t.Error(diff)
	}
	after.SecretsRead = true
	if diff := cmp.Diff([]string{"fixed PP206 ci"}, relation(after.compared(b))); diff != "" {
		t.Error(diff)
	}
}

// TestKeysInSecretsAreNotFixedByNotReadingThem: those that lie elsewhere are
// judged all the same.
func TestKeysInSecretsAreNotFixedByNotReadingThem(t *testing.T) {
	holder := func(kind, name, id string) snapshot.Holder {
		place := snapshot.Place{Field: snapshot.FieldData, Name: "id"}
		return snapshot.Holder{Meta: snapshot.Meta{Namespace: "team", Name: name, Live: true, Keys: []snapshot.Key{{ID: id, Secret: true, At: []snapshot.Place{place}}}},
			Kind: kind, Entries: []snapshot.Entry{{Name: "id"}}}
	}
	use := func(as string) snapshot.Use {
		return snapshot.Use{Kind: "Secret", Name: "s3", Entry: "id", How: snapshot.UseEnv, As: as}
	}
	world := func(holders ...snapshot.Holder) *world {
		w := live().account("app", no)
		w.ServiceAccounts[0].RoleARN = "arn:aws:iam::111122223333:role/app"
		w.workload("Deployment", meta("app"), &snapshot.PodSpec{Account: "app", AWS: &snapshot.AWS{
			Containers: []snapshot.Container{{Name: "c", Uses: []snapshot.Use{use("AWS_ACCESS_KEY_ID"), use("AWS_SECRET_ACCESS_KEY")}}},
		}})
		w.Holders = holders
		return w
	}
	b := BaselineOf(world(holder("ConfigMap", "old", "AKIAIOSFODNN7EXAMPLE"), holder("Secret", "s3", "AKIAI44QH8DHBEXAMPLE")).run("PP401", "PP402"))
	if len(b.Failures) != 3 {
		t.Fatalf("the baseline has %d failures, want 3: %+v", len(b.Failures), b.Failures)
	}
	after := world()
	after.SecretsRead = false
	r := after.compared(b, "PP401", "PP402")
	got := slices.DeleteFunc(relation(r), func(s string) bool { return strings.HasPrefix(s, "new ") })
	want := []string{"fixed PP401 old", "not evaluated PP401 s3: Secrets were not read", "not evaluated PP402 app: Secrets were not read"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatAnUnknownResultLeavesOpen(t *testing.T) {
	pod := func(name string) Object { return Object{Kind: "Pod", Namespace: "team", Name: name} }
	in := func(name, container string) Object {
		return Object{Kind: "Deployment", Namespace: "team", Name: name, Container: container}
	}
	for _, c := range []struct {
		unknown, failure Object
		want             bool
	}{
		{Object{Kind: "Cluster"}, in("a", ""), true},
		{Object{Kind: "File", Name: "a.yaml"}, in("a", ""), true},
		{Object{Kind: "Namespace", Name: "team"}, in("a", "c"), true},
		{Object{Kind: "Namespace", Name: "other"}, in("a", ""), false},
		{Object{Kind: "Namespace", Name: "team"}, Object{Kind: "Namespace", Name: "team"}, true},
		{in("a", ""), in("a", ""), true},
		{in("a", ""), in("b", ""), false},
		{in("a", ""), in("a", "c"), true},
		{in("a", "c"), in("a", "c"), true},
		{in("a", "c"), in("a", ""), true},
		{in("a", "c"), in("a", "d"), false},
		{pod("a-1"), pod("a-2"), true}, // pods come and go
		{pod("a-1"), Object{Kind: "Pod", Namespace: "other", Name: "a-1"}, false},
		{pod("a"), in("a", ""), false},
	} {
		u := newUnknowns()
		u.add(&Result{Object: c.unknown, Fingerprint: "u"})
		if u.hide("f", c.failure) != c.want {
			t.Errorf("%v on %v: not %v", c.unknown, c.failure, c.want)
		}
		if !u.hide("u", c.failure) {
			t.Errorf("%v: the same fingerprint is unknown", c.unknown)
		}
	}
}

// TestFailuresOfOneFingerprintAreCounted: workloads of two groups may have the
// same kind and name.
func TestFailuresOfOneFingerprintAreCounted(t *testing.T) {
	one := Failure{Fingerprint: "f", Rule: "PP201", Severity: Low, Object: Object{Kind: "Deployment", Namespace: "team", Name: "a"}}
	for _, c := range []struct{ was, is, new, unchanged, fixed int }{{1, 2, 1, 1, 0}, {2, 1, 0, 1, 1}, {2, 2, 0, 2, 0}, {0, 2, 2, 0, 0}, {2, 0, 0, 0, 2}} {
		b := &Baseline{}
		for range c.was {
			b.Failures = append(b.Failures, one)
		}
		w := live().account("default", no)
		r := w.run()
		r.Results = nil
		for range c.is {
			r.Results = append(r.Results, Result{Fingerprint: "f", Rule: "PP201", Status: Fail, Object: one.Object})
		}
		run, _ := choose(nil)
		got := b.against(r, newSight(newContext(&w.Snapshot, func(string) bool { return true }), r, run))
		if got.New != c.new || got.Unchanged != c.unchanged || len(got.Fixed) != c.fixed || len(got.NotEvaluated) != 0 {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}

func TestAWaivedFailureIsNeitherKnownNorFixed(t *testing.T) {
	w := onDefault("a", "b")
	b := BaselineOf(w.run("PP201"))
	e := accept("PP201")
	e.Name = "a"
	r := Run(&w.Snapshot, Options{Rules: []string{"PP201"}, Now: day(), Baseline: b, Waivers: waiverSet(e)})
	if diff := cmp.Diff([]string{"unchanged PP201 b"}, relation(r)); diff != "" {
		t.Error(diff)
	}
	again := BaselineOf(r)
	if len(again.Failures) != 1 {
		t.Errorf("a baseline of it holds what is waived: %+v", again.Failures)
	}
}

func TestABaselineIsReadAsItWasWritten(t *testing.T) {
	w := onDefault("a", "b")
	w.Cluster.Name = "prod \"\u202e😀\x7f\xff"
	b := BaselineOf(w.run())
	var text bytes.Buffer
	if err := WriteBaseline(&text, b); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsFunc(text.String(), func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }) {
		t.Errorf("not ASCII: %q", text.String())
	}
	if lines := strings.Count(text.String(), "\n"); lines != 12+len(b.Failures) {
		t.Errorf("%d lines for %d failures:\n%s", lines, len(b.Failures), text.String())
	}
	again, err := ReadBaseline(text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	b.Cluster = "prod \"\u202e😀\x7f\ufffd"
	if diff := cmp.Diff(b, again); diff != "" {
		t.Error(diff)
	}
}

func TestReadBaselineRefuses(t *testing.T) {
	var text bytes.Buffer
	if err := WriteBaseline(&text, BaselineOf(onDefault("a").run())); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, from, to, want string }{
		{"another kind", `"Baseline"`, `"Report"`, `kind "Report" is not Baseline`},
		{"another version", `"podpass/v1"`, `"podpass/v2"`, `apiVersion "podpass/v2" is not podpass/v1`},
		{"a field that is not known", `"cluster":`, `"clutser":`, "clutser"},
		{"a scope that is none", `"scope": "cluster"`, `"scope": "all"`, `scope "all" is not one of`},
		{"a failure without a fingerprint", `"fingerprint":`, `"fingerprint":"","rule":"PP201","severity":"low","object":{}},{"fingerprint":`, "failures[0]: fingerprint is missing"},
		{"a severity that is none", `"severity":"medium"`, `"severity":"bad"`, `severity "bad" is not one of`},
		{"a file that is cut off", "]\n}\n", "", "EOF"},
		{"no JSON", "{", "kind: Baseline", "invalid"},
	} {
		bad := strings.Replace(text.String(), c.from, c.to, 1)
		b, err := ReadBaseline([]byte(bad))
		if err == nil || b != nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "read baseline: ") {
			t.Errorf("%s: got %v; want an error with %q", c.name, err, c.want)
		}
	}
}

// FuzzBaseline: what is accepted is written and read as the same.
func FuzzBaseline(f *testing.F) {
	var text bytes.Buffer
	if err := WriteBaseline(&text, BaselineOf(onDefault("a", "b").run())); err != nil {
		f.Fatal(err)
	}
	f.Add(text.Bytes())
	f.Add([]byte(`{"apiVersion":"podpass/v1","kind":"Baseline","scope":"files","paths":["\u202e\ud83d\ude00"],"failures":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ReadBaseline(data)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := WriteBaseline(&out, b); err != nil {
			t.Fatal(err)
		}
		again, err := ReadBaseline(out.Bytes())
		if err != nil {
			t.Fatalf("%v\n%s", err, out.Bytes())
		}
		if diff := cmp.Diff(b, again); diff != "" {
			t.Error(diff)
		}
		if lines := bytes.Count(out.Bytes(), []byte("\n")); lines != 12+len(b.Failures) {
			t.Errorf("%d lines for %d failures", lines, len(b.Failures))
		}
	})
}
