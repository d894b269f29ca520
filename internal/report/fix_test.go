package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
)

func TestParseFix(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []block
	}{
		{"no fix", "", nil},
		{"prose, one line a paragraph", "one\ntwo", []block{{prose, []string{"one", "two"}}}},
		{"commands lose their mark", "$ a\n$ b", []block{{command, []string{"a", "b"}}}},
		{"YAML is kept as it is", "say:\n---\n  $ a\n\nb: 1\n---\nthen\n$ run", []block{
			{prose, []string{"say:"}}, {yaml, []string{"  $ a", "", "b: 1"}}, {prose, []string{"then"}}, {command, []string{"run"}}}},
		{"two documents stay apart", "---\na\n---\n---\nb\n---", []block{{yaml, []string{"a"}}, {yaml, []string{"b"}}}},
		{"YAML without an end runs to the end", "---\na", []block{{yaml, []string{"a"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, parseFix(c.in), cmp.AllowUnexported(block{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoop(t *testing.T) {
	const patch = `$ kubectl patch serviceaccount default -n %s -p '{"a":false}'`
	for _, c := range []struct {
		name       string
		namespaces []string
		fix        func(ns string) string
		want       []string // the commands; none: no loop
	}{
		{"equal but for the namespace", []string{"a", "b"}, func(ns string) string { return fmt.Sprintf(patch, ns) },
			[]string{`kubectl patch serviceaccount default -n "$ns" -p '{"a":false}'`}},
		{"a namespace of the name of the object, first", []string{"default", "b"}, func(ns string) string { return fmt.Sprintf(patch, ns) },
			[]string{`kubectl patch serviceaccount default -n "$ns" -p '{"a":false}'`}},
		{"two commands", []string{"a", "b"}, func(ns string) string { return "$ x " + ns + "\n$ y " + ns },
			[]string{`x "$ns"`, `y "$ns"`}},
		{"another object in one of them", []string{"a", "b"}, func(ns string) string { return "$ x " + ns + " of-" + ns }, nil},
		{"a namespace inside of quotes, where no variable is read", []string{"a", "b"}, func(ns string) string { return "$ x -n " + ns + ` -p '{"n": ` + ns + ` }'` }, nil},
		{"prose that names the namespace", []string{"a", "b"}, func(ns string) string { return "In " + ns + ":\n$ x " + ns }, nil},
		{"YAML that names the namespace", []string{"a", "b"}, func(ns string) string { return "---\nnamespace: " + ns + "\n---\n$ x " + ns }, nil},
		{"a fix that holds the variable itself", []string{"a", "b"}, func(ns string) string { return `$ x '"$ns"' ` + ns }, nil},
		{"a namespace that is no label", []string{"a", "b;reboot"}, func(ns string) string { return "$ x " + ns }, nil},
		{"an object without namespace", []string{"a", ""}, func(ns string) string { return "$ x " + ns }, nil},
		{"no command", []string{"a", "b"}, func(ns string) string { return "In " + ns + "." }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := &group{}
			for _, ns := range c.namespaces {
				g.results = append(g.results, &audit.Result{Object: audit.Object{Namespace: ns, Name: "default"}, Fix: c.fix(ns)})
			}
			want := shared{blocks: parseFix(g.first().Fix), own: true}
			if c.want != nil {
				want = shared{blocks: []block{{command, c.want}}, namespaces: c.namespaces}
			}
			if diff := cmp.Diff(want, g.fix(), cmp.AllowUnexported(shared{}, block{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestShellWordsJoinToTheCommand(t *testing.T) {
	for line, want := range map[string]int{
		`kubectl get pods`:               3,
		`kubectl patch -p '{"a": "b"}'`:  4,
		`echo 'it'\''s one' "two words"`: 3,
		`echo a\ b  c`:                   4,
	} {
		words := shellWords(line)
		if len(words) != want || strings.Join(words, " ") != line {
			t.Errorf("%s: %q", line, words)
		}
	}
}

func TestWithoutNamespace(t *testing.T) {
	for _, c := range []struct{ name, text, namespace, want string }{
		{"before a name", "RoleBinding team/app → Role team/reader", "team", "RoleBinding <namespace>/app → Role <namespace>/reader"},
		{"at the end of a group", "through group system:serviceaccounts:team: get pods", "team", "through group system:serviceaccounts:<namespace>: get pods"},
		{"inside a user", "as user system:serviceaccount:team:default", "team", "as user system:serviceaccount:<namespace>:default"},
		{"not in a longer name", "Role team-two/x, system:serviceaccounts:team-two, my-team/x", "team", "Role team-two/x, system:serviceaccounts:team-two, my-team/x"},
		{"not where the word means something else", "get pods of team, pods in Team", "team", "get pods of team, pods in Team"},
		{"not without a namespace", "ClusterRole x", "", "ClusterRole x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := withoutNamespace(c.text, c.namespace); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestGroupsJoinOnlyWhatIsAlike(t *testing.T) {
	one := func(change func(*audit.Result)) *audit.Result {
		r := &audit.Result{Rule: "PP101", Status: audit.Fail, Severity: audit.High, Message: "m",
			Object: audit.Object{Kind: "ServiceAccount", Namespace: "a", Name: "default"}, Evidence: []audit.Evidence{{Text: "Role a/x"}}}
		change(r)
		return r
	}
	for _, c := range []struct {
		name   string
		change func(*audit.Result)
		groups int
	}{
		{"another object", func(r *audit.Result) { r.Object.Name = "other" }, 1},
		{"another place", func(r *audit.Result) { r.Source = &audit.Source{File: "x", Line: 1} }, 1},
		{"another namespace, also in the evidence", func(r *audit.Result) { r.Object.Namespace, r.Evidence[0].Text = "b", "Role b/x" }, 1},
		{"another namespace, the same evidence", func(r *audit.Result) { r.Object.Namespace = "b" }, 2},
		{"other evidence", func(r *audit.Result) { r.Evidence[0].Text = "Role a/y" }, 2},
		{"more evidence", func(r *audit.Result) { r.Evidence = append(r.Evidence, audit.Evidence{}) }, 2},
		{"another message", func(r *audit.Result) { r.Message = "n" }, 2},
		{"another severity", func(r *audit.Result) { r.Severity = audit.Low }, 2},
		{"another manager", func(r *audit.Result) { r.ManagedBy = "helm" }, 2},
		{"another key", func(r *audit.Result) { r.KeyIDs = []string{"AKIAIOSFODNN7EXAMPLE"} }, 2},
		{"new since the baseline", func(r *audit.Result) { r.Baseline = audit.New }, 2},
		{"another waiver", func(r *audit.Result) { r.Waiver = &audit.Waiver{Owner: "team-shop"} }, 2},
		{"another rule", func(r *audit.Result) { r.Rule = "PP102" }, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			groups := grouped([]*audit.Result{one(func(*audit.Result) {}), one(c.change)})
			if len(groups) != c.groups {
				t.Errorf("%d groups, want %d", len(groups), c.groups)
			}
		})
	}
}

func TestSubject(t *testing.T) {
	o := func(kind, ns, name string) audit.Object { return audit.Object{Kind: kind, Namespace: ns, Name: name} }
	for _, c := range []struct {
		name    string
		objects []audit.Object
		title   string
		items   []string
	}{
		{"one object is named", []audit.Object{o("Deployment", "shop", "cart")}, "Deployment shop/cart", nil},
		{"a cluster-scoped object has no namespace", []audit.Object{o("Cluster", "", "")}, "Cluster", nil},
		{"a container is named", []audit.Object{{Kind: "Pod", Namespace: "a", Name: "b", Container: "c"}}, "Pod a/b (container c)", nil},
		{"one name in several namespaces", []audit.Object{o("ServiceAccount", "a", "default"), o("ServiceAccount", "b", "default")}, "ServiceAccount default in 2 namespaces", []string{"a", "b"}},
		{"one kind in one namespace", []audit.Object{o("Pod", "a", "x"), o("Pod", "a", "y")}, "2 Pods in a", []string{"x", "y"}},
		{"one kind in several namespaces", []audit.Object{o("Pod", "a", "x"), o("Pod", "b", "y"), o("Pod", "b", "z")}, "3 Pods in 2 namespaces", []string{"a/x", "b/y", "b/z"}},
		{"several kinds in one namespace", []audit.Object{o("Pod", "a", "x"), o("Job", "a", "x")}, "2 objects in a", []string{"Pod x", "Job x"}},
		{"several kinds in several namespaces", []audit.Object{o("Pod", "a", "x"), o("Job", "b", "x")}, "2 objects in 2 namespaces", []string{"Pod a/x", "Job b/x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := &group{}
			for _, object := range c.objects {
				g.results = append(g.results, &audit.Result{Object: object})
			}
			title, items := g.subject()
			var names []string
			for _, one := range items {
				names = append(names, one.name)
			}
			if diff := cmp.Diff(append([]string{c.title}, c.items...), append([]string{title}, names...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
