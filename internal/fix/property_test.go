package fix_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"podpass/internal/audit"
	"podpass/internal/collect/files"
	"podpass/internal/fix"
	"podpass/internal/plan"
	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// shop draws manifests of a namespace: workloads that share accounts or name
// none, bindings in all forms, comments and styles of all kinds.
func shop(t *rapid.T) map[string]string {
	all := map[string]string{}
	for i := range rapid.IntRange(1, 3).Draw(t, "files") {
		var docs []string
		for range rapid.IntRange(1, 4).Draw(t, "documents") {
			docs = append(docs, document(t))
		}
		eol := rapid.SampledFrom([]string{"\n", "\n", "\r\n"}).Draw(t, "line end")
		text := rapid.SampledFrom([]string{"", "---\n", "# head\n\n", "# head\n---\n"}).Draw(t, "head") + strings.Join(docs, "---\n")
		all[fmt.Sprintf("f%d.yaml", i)] = strings.ReplaceAll(text, "\n", eol)
	}
	return all
}

func word(t *rapid.T, label string, words ...string) string {
	return rapid.SampledFrom(words).Draw(t, label)
}

func document(t *rapid.T) string {
	namespace := word(t, "namespace", "shop", "shop", "pay")
	comment := word(t, "comment", "", "", "# about it\n")
	name := word(t, "name", "a", "b", "on", "default")
	switch word(t, "kind", "Deployment", "Deployment", "CronJob", "ServiceAccount", "RoleBinding", "ClusterRoleBinding", "Role", "Namespace") {
	case "ServiceAccount":
		return comment + fmt.Sprintf("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: %q, namespace: %s}\n%s", name, namespace,
			word(t, "extra", "", "automountServiceAccountToken: false\n", "imagePullSecrets: [{name: r}]\n"))
	case "Namespace":
		return comment + "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: " + namespace + " # one\n"
	case "Role":
		return "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r, namespace: " + namespace + "}\nrules:\n- {apiGroups: [\"\"], resources: [configmaps], verbs: [get]}\n"
	case "RoleBinding":
		return comment + "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: rb" + name + ", namespace: " + namespace + "}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}\n" + subjects(t)
	case "ClusterRoleBinding":
		return "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: crb" + name + "}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\n" + subjects(t)
	case "CronJob":
		return comment + "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: \"" + name + "\", namespace: " + namespace + "}\nspec:\n  schedule: x\n  jobTemplate: {spec: {template: {spec: {" + account(t, ", ", ": ") + "containers: [{name: c, image: i}]}}}}\n"
	}
	return comment + "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: \"" + name + "\"\n  namespace: " + namespace + "\nspec:\n  template:\n    spec: # the pod\n" +
		account(t, "\n", ": ") + "      # containers\n      containers:\n      - name: c\n        image: i\n"
}

func account(t *rapid.T, end, colon string) string {
	indent := ""
	if end == "\n" {
		indent = "      "
	}
	var b strings.Builder
	if of := word(t, "account", "", "", "default", "a", "b"); of != "" {
		b.WriteString(indent + word(t, "field", "serviceAccountName", "serviceAccountName", "serviceAccount") + colon + of + end)
	}
	if token := word(t, "token", "", "", "true", "false"); token != "" {
		b.WriteString(indent + "automountServiceAccountToken" + colon + token + end)
	}
	return b.String()
}

func subjects(t *rapid.T) string {
	one := func() string {
		return word(t, "subject", "{kind: ServiceAccount, name: default, namespace: shop}", "{kind: ServiceAccount, name: a, namespace: shop}",
			"{kind: User, apiGroup: rbac.authorization.k8s.io, name: \"system:serviceaccount:shop:default\"}", "{kind: Group, apiGroup: rbac.authorization.k8s.io, name: devs}")
	}
	if rapid.Bool().Draw(t, "flow") {
		return "subjects: [" + one() + "]\n"
	}
	return "subjects:\n- " + one() + "\n# second\n- " + one() + "\n"
}

func collect(t *rapid.T, dir string) *snapshot.Snapshot {
	s, err := files.Collect(context.Background(), files.Options{Paths: []string{dir}, Detail: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Sort()
	return s
}

func mend(t *rapid.T, dir string, s *snapshot.Snapshot, waves ...plan.Wave) (*plan.Plan, *fix.Result) {
	p, before := plan.MakeReported(s, plan.Options{})
	r := fix.Mend(p, before, fix.Options{Waves: waves, Read: os.ReadFile, About: func(string) fix.Surroundings { return fix.Surroundings{} }})
	for _, c := range r.Changes {
		if err := os.WriteFile(c.Path, c.After, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return p, r
}

// TestMendedFilesSayWhatIsPredicted: of any manifests, in one go and wave by
// wave; no wave has a new failing result or takes a right from a workload, and
// mending twice changes nothing more.
func TestMendedFilesSayWhatIsPredicted(t *testing.T) {
	root := t.TempDir()
	n, predicted := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		dir := filepath.Join(root, fmt.Sprint(n))
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range shop(t) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		before := collect(t, dir)
		last, failing := before, results(before, audit.Fail, audit.Unknown) // what an account among the files decides was open before
		for _, wave := range plan.Waves() {
			p, r := mend(t, dir, last, wave)
			now := collect(t, dir)
			if len(r.Done) == inWave(p, wave) {
				if diff := cmp.Diff(comparable(plan.Predict(last, p, wave)), comparable(now), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("after %s the files differ from what is predicted: %s", wave, diff)
				}
				predicted++
			}
			for f := range results(now, audit.Fail) {
				if !failing[f] {
					t.Errorf("new after %s: %s", wave, f)
				}
			}
			keepRights(t, wave, before, now)
			last = now
		}
		// Of two definitions under different accounts each hands on its own: the
		// account that both get may differ between the files.
		if _, r := mend(t, dir, last, plan.Waves()...); len(r.Changes) > 0 && !torn(before) {
			t.Errorf("mended again: %s", cmp.Diff(string(r.Changes[0].Before), string(r.Changes[0].After)))
		}
	})
	if predicted < 3*n {
		t.Errorf("of %d times four waves only %d were compared with a prediction", n, predicted)
	}
}

// torn tells whether files define a workload twice, under different accounts.
func torn(s *snapshot.Snapshot) bool {
	first := map[string]string{}
	for _, w := range s.Workloads {
		key := w.Kind + " " + w.Namespace + "/" + w.Name
		if name, ok := first[key]; ok && name != w.Template.AccountName() {
			return true
		}
		first[key] = w.Template.AccountName()
	}
	return false
}

// inWave counts the steps of a wave that do not wait.
func inWave(p *plan.Plan, wave plan.Wave) int {
	n := 0
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Wave == wave && !s.Waiting() {
			n++
		}
	}
	return n
}

// comparable is a snapshot without what only a file has: places, and the files
// that were asked for.
func comparable(s *snapshot.Snapshot) *snapshot.Snapshot {
	c := *s
	c.Paths, c.Gaps = nil, nil
	bare := func(m *snapshot.Meta) { m.Source = nil }
	c.ServiceAccounts, c.Bindings, c.Workloads, c.Namespaces = slices.Clone(s.ServiceAccounts), slices.Clone(s.Bindings), slices.Clone(s.Workloads), slices.Clone(s.Namespaces)
	for i := range c.ServiceAccounts {
		bare(&c.ServiceAccounts[i].Meta)
	}
	for i := range c.Bindings {
		bare(&c.Bindings[i].Meta)
	}
	for i := range c.Workloads {
		bare(&c.Workloads[i].Meta)
	}
	for i := range c.Namespaces {
		bare(&c.Namespaces[i].Meta)
	}
	c.Roles = nil
	c.Sort()
	return &c
}

func results(s *snapshot.Snapshot, of ...audit.Status) map[string]bool {
	found := map[string]bool{}
	for _, r := range audit.Run(s, audit.Options{}).Results {
		if slices.Contains(of, r.Status) {
			found[r.Rule+" "+r.Object.Kind+" "+r.Object.Namespace+"/"+r.Object.Name] = true
		}
	}
	return found
}

// keepRights: each workload's account still has what the old one had.
func keepRights(t *rapid.T, wave plan.Wave, before, now *snapshot.Snapshot) {
	was, is := rightsOf(before), rightsOf(now)
	for workload, rights := range was {
		for _, right := range rights {
			if !slices.Contains(is[workload], right) {
				t.Errorf("%s takes %s from %s, which has %v", wave, right, workload, is[workload])
			}
		}
	}
}

// rightsOf lists, by place of the workload in its file, the roles that reach
// its account.
func rightsOf(s *snapshot.Snapshot) map[string][]string {
	x := rbac.New(s)
	all := map[string][]string{}
	twice := map[string]bool{}
	for _, w := range s.Workloads {
		key := w.Kind + " " + w.Namespace + "/" + w.Name
		if all[key] != nil {
			twice[key] = true
		}
		all[key] = []string{}
		for _, g := range x.Grants(w.Namespace, w.Template.AccountName()) {
			all[key] = append(all[key], g.Binding.Namespace+" "+g.Binding.Role.Kind+" "+g.Binding.Role.Name)
		}
	}
	for key := range twice { // it may run as either
		delete(all, key)
	}
	return all
}
