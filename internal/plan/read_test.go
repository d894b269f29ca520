package plan_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/plan"
	"podpass/internal/report"
	"podpass/internal/snapshot"
)

// world is a cluster with a workload on default that has rights, labels with
// all sorts of characters, and a policy that knows it.
func world() *snapshot.Snapshot {
	meta := func(name string) snapshot.Meta {
		return snapshot.Meta{Namespace: "shop", Name: name, UID: "uid-" + name, Live: true}
	}
	s := &snapshot.Snapshot{}
	s.Origin, s.Detail, s.SecretsRead = snapshot.OriginCluster, true, true
	s.Cluster.UID = "uid-kube-system"
	s.Namespaces = []snapshot.Namespace{{Meta: snapshot.Meta{Name: "shop", UID: "uid-shop", Live: true}}}
	s.ServiceAccounts = []snapshot.ServiceAccount{{
		Meta: meta("default"), ImagePullSecrets: []string{"registry"},
		Annotations: map[string]string{"note": "<a> \u2028 \x7f é\nnext"},
	}}
	s.Roles = []snapshot.Role{{Meta: meta("reader"), Rules: []snapshot.Rule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"configmaps"}}}}}
	s.Bindings = []snapshot.Binding{{
		Meta: meta("read"), Role: snapshot.RoleRef{Group: snapshot.GroupRBAC, Kind: "Role", Name: "reader"},
		Subjects: []snapshot.Subject{{Kind: "ServiceAccount", Namespace: "shop", Name: "default"}, {Kind: "User", Group: snapshot.GroupRBAC, Name: "ann"}},
	}}
	s.Workloads = []snapshot.Workload{{Meta: meta("cart"), Group: "apps", Kind: "Deployment", Template: &snapshot.PodSpec{}}}
	s.References = []snapshot.Reference{{
		Meta: meta("allow"), Group: "security.istio.io", Version: "v1", Kind: "AuthorizationPolicy",
		Pointer: "/spec/rules/0/from/0/source/principals/0", Value: "cluster.local/ns/shop/sa/default",
		Form: snapshot.FormSPIFFE, Of: snapshot.Names{Namespace: "shop", Name: "default"}, Use: snapshot.Knows, Entry: true,
	}}
	s.Sort()
	return s
}

func made() *plan.Plan {
	return plan.Make(world(), plan.Options{Now: time.Unix(1700000000, 0).UTC(), Tool: audit.Tool{Name: "podpass", Version: "test"}})
}

func written(t testing.TB, p *plan.Plan) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteJSON(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAPlanThatWasReadIsTheOneThatWasMade(t *testing.T) {
	p := made()
	text := written(t, p)
	read, err := plan.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, written(t, read)); diff != "" {
		t.Error("written again it differs:", diff)
	}
	if plan.HashOf(read) != p.Hash || p.Hash == "" {
		t.Errorf("hash %q, want %q", plan.HashOf(read), p.Hash)
	}
	s := world()
	for i := range plan.Waves() {
		waves := plan.Waves()[:i+1]
		if diff := cmp.Diff(plan.Predict(s, p, waves...), plan.Predict(s, read, waves...)); diff != "" {
			t.Errorf("predicts another outcome of %v: %s", waves, diff)
		}
	}
}

func TestWhatIsNoPlanOfThisPodpassIsRefused(t *testing.T) {
	text := written(t, made())
	for name, c := range map[string]struct{ text, want string }{
		"a report":                       {`{"apiVersion":"podpass/v1","kind":"Report"}`, `kind "Report" is not Plan`},
		"another version":                {strings.Replace(text, "podpass/v1", "podpass/v2", 1), "update podpass"},
		"a newer format":                 {strings.Replace(text, `"format": 1`, `"format": 2`, 1), "update podpass"},
		"no format":                      {strings.Replace(text, `"format": 1`, `"format": 0`, 1), "make the plan anew"},
		"an unknown field":               {strings.Replace(text, `"format": 1,`, `"format": 1, "more": 2,`, 1), "more"},
		"a field twice":                  {strings.Replace(text, `"format": 1,`, `"format": 1, "format": 1,`, 1), "format"},
		"a second document":              {text + "{}", "read plan"},
		"half of a document":             {text[:len(text)/2], "read plan"},
		"a step that does not wait":      {strings.Replace(text, `"cart"`, `"card"`, 1), "altered"},
		"a value altered by hand":        {strings.Replace(text, "uid-cart", "uid-card", 1), "altered"},
		"a hash altered by hand":         {strings.Replace(text, `"hash": "`, `"hash": "0`, 1), "altered"},
		"a list":                         {"[]", "read plan"},
		"an empty file":                  {"", "read plan"},
		"YAML":                           {"apiVersion: podpass/v1\nkind: Plan\n", "read plan"},
		"text that is not UTF-8":         {strings.Replace(text, "registry", "registr\xff", 1), "read plan"},
		"a number where a word is meant": {strings.Replace(text, `"origin": "cluster"`, `"origin": 1`, 1), "origin"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.text == text {
				t.Fatal("the case changes nothing")
			}
			if _, err := plan.Read(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestTheTimeOfAPlanIsNoPartOfItsHash(t *testing.T) {
	text := strings.Replace(written(t, made()), "2023-11-14T22:13:20Z", "2024-01-01T00:00:00Z", 1)
	if _, err := plan.Read(strings.NewReader(text)); err != nil {
		t.Error(err)
	}
}

// What is read is written as the same bytes, or refused; and the hash tells
// every other change.
func FuzzRead(f *testing.F) {
	text := written(f, made())
	f.Add(text)
	f.Add(`{"apiVersion":"podpass/v1","kind":"Plan","format":1}`)
	f.Add(strings.Replace(text, `"value": null`, `"value": 1e3`, 1))
	f.Fuzz(func(t *testing.T, text string) {
		p, err := plan.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		once := written(t, p)
		again, err := plan.Read(strings.NewReader(once))
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		if diff := cmp.Diff(once, written(t, again)); diff != "" {
			t.Error(diff)
		}
	})
}
