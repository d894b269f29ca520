package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/choices"
	"podpass/internal/plan"
)

func TestExitCodesOfPlans(t *testing.T) {
	moves := plan.Step{ID: "move/a", Wave: plan.Move}
	cleans := plan.Step{ID: "clean/a", Wave: plan.Clean}
	decision := func(holdsUp ...string) []plan.Decision { return []plan.Decision{{ID: "d", HoldsUp: holdsUp}} }
	for _, c := range []struct {
		name   string
		plan   plan.Plan
		unread int
		want   int
	}{
		{"nothing to do", plan.Plan{}, 0, exitOK},
		{"only what is not planned", plan.Plan{NotPlanned: []plan.NotPlanned{{Rule: "PP601"}}}, 0, exitOK},
		{"steps", plan.Plan{Steps: []plan.Step{moves}}, 0, audit.ExitFindings},
		{"steps that are due in clean", plan.Plan{Steps: []plan.Step{cleans}}, 0, audit.ExitFindings},
		{"a decision that nothing waits for", plan.Plan{Decisions: decision()}, 0, audit.ExitOpen},
		{"a decision that a step waits for", plan.Plan{Steps: []plan.Step{moves}, Decisions: decision("move/a")}, 0, audit.ExitOpen},
		{"a decision that only clean waits for", plan.Plan{Steps: []plan.Step{moves, cleans}, Decisions: decision("clean/a")}, 0, audit.ExitFindings},
		{"a decision that clean and move wait for", plan.Plan{Steps: []plan.Step{moves, cleans}, Decisions: decision("clean/a", "move/a")}, 0, audit.ExitOpen},
		{"a gap that a step waits for", plan.Plan{Steps: []plan.Step{moves}, Gaps: []plan.Gap{{HoldsUp: []string{"move/a"}}}}, 0, audit.ExitOpen},
		{"a gap that only clean waits for", plan.Plan{Steps: []plan.Step{cleans}, Gaps: []plan.Gap{{HoldsUp: []string{"clean/a"}}}}, 0, audit.ExitFindings},
		{"nothing to do, and a file that could not be read", plan.Plan{}, 1, audit.ExitOpen},
	} {
		if got := planCode(&c.plan, c.unread); got != c.want {
			t.Errorf("%s: exit code %d, want %d", c.name, got, c.want)
		}
	}
}

func planOf(t *testing.T, want int, args ...string) *plan.Plan {
	t.Helper()
	code, stdout, stderr := run(append([]string{"plan", "--format", "json"}, args...)...)
	if code != want {
		t.Fatalf("plan %v: exit code %d, want %d\n%s%s", args, code, want, stderr, stdout)
	}
	var p plan.Plan
	if err := json.Unmarshal([]byte(stdout), &p); err != nil {
		t.Fatal(err)
	}
	return &p
}

const shop = "../../examples/shop"

func TestPlansOfTheSameFilesDifferInTheirTimeAlone(t *testing.T) {
	a, b := planOf(t, audit.ExitOpen, shop), planOf(t, audit.ExitOpen, shop)
	a.GeneratedAt, b.GeneratedAt = time.Time{}, time.Time{}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	if len(a.Steps) == 0 {
		t.Error("nothing is planned for the sample shop")
	}
}

func TestThePlanOfASnapshotIsThatOfItsFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.podpass")
	if code, _, stderr := run("snapshot", shop, "-o", file); code != exitOK {
		t.Fatal(stderr)
	}
	a, b := planOf(t, audit.ExitOpen, shop), planOf(t, audit.ExitOpen, "--snapshot", file)
	if diff := cmp.Diff(a.Steps, b.Steps); diff != "" {
		t.Error(diff)
	}
}

// TestTheDraftOfTheShopCanBeGivenBack: it decides nothing, and the plan with it
// has the same steps.
func TestTheDraftOfTheShopCanBeGivenBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "choices.yaml")
	before := planOf(t, audit.ExitOpen, shop, "--write-choices", file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := choices.Parse(file, data); err != nil || len(c.Bindings) > 0 {
		t.Fatalf("got %v, %v", c, err)
	}
	after := planOf(t, audit.ExitOpen, shop, "--choices", file)
	if diff := cmp.Diff(before.Steps, after.Steps); diff != "" {
		t.Error(diff)
	}
}
