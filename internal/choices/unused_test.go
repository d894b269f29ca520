package choices

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// lines gives problems as one text.
func problemLines(p Problems) string {
	if len(p) == 0 {
		return ""
	}
	return p.Error() + "\n"
}

const unusedFile = `workloads:
- {kind: Deployment, namespace: shop, name: cart, token: keep}
- {kind: Deployment, namespace: shop, name: crat, leaveAlone: true}
- {kind: StatefulSet, namespace: shop, name: db, leaveAlone: true}
- {kind: "*", namespace: shop, name: "c*", token: keep}
- {kind: "*", namespace: shop, name: "*-canary", token: keep}
namespaces:
- {name: shop, lock: true}
- {name: shoop, lock: true}
bindings:
- {kind: RoleBinding, namespace: shop, name: 'a\[b\]\*', leaveAlone: true}
- {kind: ClusterRoleBinding, name: bos, leaveAlone: true}
references:
- {kind: AuthorizationPolicy, namespace: shop, name: allow, handled: true}
- {kind: AuthorizationPolicy, namespace: shop, name: deny, handled: true}
`

func TestEntriesThatSelectNothing(t *testing.T) {
	c, err := Parse("c.yaml", []byte(unusedFile))
	if err != nil {
		t.Fatal(err)
	}
	named, patterns := Unused(c, world())
	const other = "take the entry out, or write a pattern for what need not be there\n"
	want := "c.yaml:3: Deployment shop/crat is not there: the nearest name is Deployment shop/cart; else " + other +
		"c.yaml:4: StatefulSet shop/db is not there: there is no StatefulSet: " + other +
		"c.yaml:9: Namespace shoop is not there: the nearest name is Namespace shop; else " + other +
		"c.yaml:12: ClusterRoleBinding bos is not there: the nearest name is ClusterRoleBinding boss; else " + other +
		"c.yaml:15: AuthorizationPolicy shop/deny is not there: the nearest name is AuthorizationPolicy shop/allow; else " + other
	if diff := cmp.Diff(want, problemLines(named)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("c.yaml:6: this entry of workloads fits nothing: take it out if it is no longer needed\n", problemLines(patterns)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatMayBeHiddenIsNotCalledMissing(t *testing.T) {
	c, err := Parse("c.yaml", []byte(unusedFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []struct {
		name   string
		change func(*snapshot.Snapshot)
		want   string // lines of c.yaml that are told
	}{
		{"by a file that could not be read", func(s *snapshot.Snapshot) { s.Gaps = []snapshot.Gap{{What: "file", Scope: "a.yaml:1"}} }, ""},
		{"by a kind that could not be read", func(s *snapshot.Snapshot) {
			s.Gaps = []snapshot.Gap{{What: "deployments", Kinds: []string{snapshot.KindDeployment}}}
		}, "4 9 12 15 6"},
		{"in a namespace that was not asked for", func(s *snapshot.Snapshot) { s.Selected = []string{"pay"} }, "12"},
		{"without detail", func(s *snapshot.Snapshot) { s.Detail = false }, "3 4 9 12 6"},
	} {
		s := world()
		w.change(s)
		named, patterns := Unused(c, s)
		var lines []string
		for line := range strings.Lines(problemLines(named) + problemLines(patterns)) {
			lines = append(lines, strings.Split(line, ":")[1])
		}
		if got := strings.Join(lines, " "); got != w.want {
			t.Errorf("hidden %s: lines %s, want %s", w.name, got, w.want)
		}
	}
}

func TestTheNearestName(t *testing.T) {
	for _, c := range []struct{ name, word, want string }{
		{"of one that is there", "cart", "cart"},
		{"with letters that changed places", "crat", "cart"},
		{"with a letter too many", "carts", "cart"},
		{"of equally near ones the first", "cbrt", "cart"},
		{"in other letters", "größe", "grösse"},
		{"of nothing", "", "db"},
	} {
		if got := Nearest(c.word, []string{"checkout", "cart", "cirt", "grösse", "db"}); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := Nearest("cart", nil); got != "" {
		t.Errorf("of no words: %q", got)
	}
}
