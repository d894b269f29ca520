package plan

import (
	"testing"

	"podpass/internal/audit"
)

func TestTheEntryThatCounts(t *testing.T) {
	entry := func(kind, namespace, name, account string) WorkloadChoice {
		return WorkloadChoice{Match: Match{Kind: kind, Namespace: namespace, Name: name}, Account: account}
	}
	e := indexAll(&Choices{Workloads: []WorkloadChoice{
		entry("Deployment", "shop", "cart", "first exact"),
		entry("*", "shop", "*", "first pattern"),
		entry("Deployment", "shop", "c*", "second pattern"),
		entry("Deployment", "shop", `a\[b\]\*`, "escaped"),
		entry("*", "*", `a\[b\]*`, "pattern after escaped"),
		entry("Deployment", "shop", "cart", "second exact"),
	}}).workloads
	for _, c := range []struct {
		name string
		of   audit.Object
		want string
	}{
		{"the last exact one, whatever patterns there are", audit.Object{Kind: "Deployment", Namespace: "shop", Name: "cart"}, "second exact"},
		{"the last pattern, where none is exact", audit.Object{Kind: "Deployment", Namespace: "shop", Name: "catalog"}, "second pattern"},
		{"a pattern for any kind", audit.Object{Kind: "Job", Namespace: "shop", Name: "cart"}, "first pattern"},
		{"an exact one whose name has special characters", audit.Object{Kind: "Deployment", Namespace: "shop", Name: "a[b]*"}, "escaped"},
		{"of a container, that of its workload", audit.Object{Kind: "Deployment", Namespace: "shop", Name: "cart", Container: "x"}, "second exact"},
		{"none", audit.Object{Kind: "Job", Namespace: "pay", Name: "cart"}, ""},
	} {
		if got := e.find(c.of).Account; got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
