package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/plan"
	"podpass/internal/report"
)

// savedPlan is one of the plans from which golden files are made: of the sample
// shop, and of a cluster in which much waits and names are evil.
func savedPlan(t testing.TB, file string) *plan.Plan {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var p plan.Plan
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	return &p
}

func renderPlan(t testing.TB, p *plan.Plan, o report.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.WritePlan(&b, p, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// nothing is a plan without steps.
func nothing() *plan.Plan {
	return &plan.Plan{
		APIVersion: plan.APIVersion, Kind: plan.Kind, Format: plan.Format, Tool: audit.Tool{Name: "podpass", Version: "0.1.0"},
		Source:    plan.Source{Origin: "files", Paths: []string{"deploy"}},
		Decisions: []plan.Decision{}, Gaps: []plan.Gap{}, Steps: []plan.Step{}, NotPlanned: []plan.NotPlanned{},
		Predicted: plan.Predicted{Before: audit.Summary{Pass: 3}, After: audit.Summary{Pass: 3}, Staying: []plan.Staying{}},
	}
}

func TestGoldenPlan(t *testing.T) {
	for _, c := range []struct {
		file    string
		plan    *plan.Plan
		options report.Options
	}{
		{"plan_shop.txt", savedPlan(t, "plan_shop.json"), report.Options{Format: report.Text}},
		{"plan_cluster.txt", savedPlan(t, "plan_cluster.json"), report.Options{Format: report.Text}},
		{"plan_cluster_wide_color.txt", savedPlan(t, "plan_cluster.json"), report.Options{Format: report.Text, Width: 140, Color: true}},
		{"plan_nothing.txt", nothing(), report.Options{Format: report.Text}},
		{"plan_nothing.golden.json", nothing(), report.Options{Format: report.JSON}},
	} {
		t.Run(c.file, func(t *testing.T) {
			got := renderPlan(t, c.plan, c.options)
			checkGolden(t, c.file, got)
		})
	}
}

func TestAPlanThatIsReadAndWrittenAgainHasTheSameBytes(t *testing.T) {
	for _, file := range []string{"plan_shop.json", "plan_cluster.json"} {
		want, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		got := renderPlan(t, savedPlan(t, file), report.Options{Format: report.JSON})
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
}

// TestValuesAreShownAlikeBeforeAndAfterJSON: values that were read from JSON are
// shown as those that were planned.
func TestValuesAreShownAlikeBeforeAndAfterJSON(t *testing.T) {
	p := nothing()
	p.Steps = []plan.Step{{
		ID: "lock/rolebinding/shop/a", Wave: plan.Lock, Action: plan.Change, Object: plan.Object{Kind: "RoleBinding", Namespace: "shop", Name: "a"},
		Before: &plan.State{Fields: []plan.Field{{Path: "/subjects", Value: []plan.SubjectItem{{Kind: "ServiceAccount", Name: "default", Namespace: "shop"}}}, {Path: "/x"}}},
		After:  &plan.State{Fields: []plan.Field{{Path: "/subjects", Value: []plan.SubjectItem{}}, {Path: "/x", Value: map[string]any{"a": []string{"b"}}}}},
	}}
	o := report.Options{Format: report.Text}
	direct := renderPlan(t, p, o)
	var again plan.Plan
	if err := json.Unmarshal(renderPlan(t, p, report.Options{Format: report.JSON}), &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(direct), string(renderPlan(t, &again, o))); diff != "" {
		t.Error(diff)
	}
	for _, want := range []string{"subjects: ServiceAccount shop/default → (none)", `x: (none) → {"a":["b"]}`} {
		if !strings.Contains(string(direct), want) {
			t.Errorf("no %q in\n%s", want, direct)
		}
	}
}

func TestTheTextOfAPlanOfManyWorkloadsIsBounded(t *testing.T) {
	p := nothing()
	for i := range 10_000 {
		w := &audit.Object{Kind: "Deployment", Namespace: fmt.Sprint("ns-", i/10), Name: fmt.Sprint("cart-", i)}
		id := fmt.Sprint("rights/", i)
		p.Decisions = append(p.Decisions, plan.Decision{ID: id, Object: *w, Question: fmt.Sprint("Is it so? ", i), Choices: "workloads:\n", HoldsUp: []string{"x"}})
		p.Gaps = append(p.Gaps, plan.Gap{ID: "gap/" + id, What: "roles", Scope: w.Namespace})
		p.Steps = append(p.Steps, plan.Step{
			ID: fmt.Sprint("move/", i), Wave: plan.Move, Action: plan.Restart, For: w,
			Object: plan.Object{Kind: w.Kind, Namespace: w.Namespace, Name: w.Name}, Waits: []string{id}, Risk: []string{fmt.Sprint("It may be so. ", i)},
		})
		p.NotPlanned = append(p.NotPlanned, plan.NotPlanned{Rule: "PP601", Object: *w, Reason: fmt.Sprint("It is so. ", i)})
		p.Predicted.Staying = append(p.Predicted.Staying, plan.Staying{Rule: "PP602", Object: *w, Reason: fmt.Sprint("It stays so. ", i), New: i%2 == 0})
	}
	all := plan.Step{ID: "lock", Wave: plan.Lock, Action: plan.Delete, Object: plan.Object{Kind: "ClusterRoleBinding", Name: "all"}}
	for i := range p.Decisions {
		all.Waits = append(all.Waits, p.Decisions[i].ID)
	}
	p.Steps = append(p.Steps, all)
	text := string(renderPlan(t, p, report.Options{Format: report.Text}))
	if n := strings.Count(text, "\n"); n > 600 {
		t.Errorf("%d lines", n)
	}
	for _, want := range []string{
		"… and 9980 more: --write-choices FILE writes all.", "… and 9941 more, with 9941 steps (--workload", "… and 9985 more: --format json has all.",
		"… and 9980 other reasons: --format json has all.", "(10), ns-", "Fails then, and does not now",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestOnlyFilesThatCanBeNamedGetACommand(t *testing.T) {
	step := plan.Step{Wave: plan.Add, Action: plan.Create, Object: plan.Object{Kind: "ServiceAccount", Namespace: "a", Name: "b"}}
	for _, c := range []struct {
		name   string
		source plan.Source
		want   string
	}{
		{"files", plan.Source{Origin: "files", Paths: []string{"deploy", "it's a folder"}}, `podpass fix deploy 'it'\''s a folder' --write`},
		{"choices and rules", plan.Source{Origin: "files", Paths: []string{"a"}, Choices: "c d.yaml", Rules: []string{"PP101", "PP201"}}, `podpass fix a --choices 'c d.yaml' --rules PP101,PP201 --write`},
		{"standard input", plan.Source{Origin: "files", Paths: []string{"-"}}, "podpass export plan.json"},
		{"a path that cannot be shown", plan.Source{Origin: "files", Paths: []string{"a\x1b"}}, "podpass export plan.json"},
		{"some workloads", plan.Source{Origin: "files", Paths: []string{"a"}, Workloads: []string{"Deployment a/b"}}, "podpass export plan.json"},
		{"a cluster", plan.Source{Origin: "cluster"}, "podpass export plan.json"},
	} {
		p := nothing()
		p.Source, p.Steps = c.source, []plan.Step{step}
		text := string(renderPlan(t, p, report.Options{Format: report.Text}))
		if !strings.Contains(text, c.want) {
			t.Errorf("%s: no %q in\n%s", c.name, c.want, text)
		}
	}
}

func TestNoCharacterOfAPlanActsOnATerminal(t *testing.T) {
	const evil = "a\x1b[2J\u202e\n\u200b\x9b"
	p := nothing()
	o := audit.Object{Kind: evil, Namespace: evil, Name: evil, Container: evil}
	p.Source = plan.Source{Origin: "cluster", Cluster: plan.ClusterSource{Name: evil, Context: evil + "x"}, Paths: []string{evil}, Choices: evil, Rules: []string{evil}, Namespaces: []string{evil}}
	p.Decisions = []plan.Decision{{ID: "d", Object: o, Source: &audit.Source{File: evil, Line: 1}, Question: evil, Choices: "workloads:\n- " + evil}}
	p.Gaps = []plan.Gap{{ID: "g", What: evil, Scope: evil, Reason: evil, Grant: evil}}
	p.Steps = []plan.Step{{
		ID: evil, Wave: plan.Add, Action: plan.Change, Object: plan.Object{Kind: evil, Namespace: evil, Name: evil}, For: &o, Source: &audit.Source{File: evil, Line: 1},
		Before: &plan.State{}, After: &plan.State{
			Manifest: &plan.Manifest{RoleRef: &plan.RoleRef{Kind: evil, Name: evil}, ImagePullSecrets: []plan.Named{{Name: evil}}, Metadata: plan.Metadata{Annotations: map[string]string{plan.AnnotationRole: evil}}},
			Fields:   []plan.Field{{Path: "/" + evil, Value: evil}, {Path: "/x", Value: map[string]any{evil: evil}}},
		}, Risk: []string{evil}, Waits: []string{"d", "g"},
	}}
	p.NotPlanned = []plan.NotPlanned{{Rule: evil, Object: o, Reason: evil}}
	p.Predicted.Staying = []plan.Staying{{Rule: "x", Object: o, Reason: evil}, {Rule: "x", Object: o, Reason: evil, New: true}}
	for _, format := range report.PlanFormats() {
		for i, line := range strings.Split(string(renderPlan(t, p, report.Options{Format: format})), "\n") {
			if report.Escape(line) != line {
				t.Errorf("%s, line %d: %q", format, i+1, line)
			}
		}
	}
}

func TestAPlanHasNoOtherFormat(t *testing.T) {
	if err := report.WritePlan(&bytes.Buffer{}, nothing(), report.Options{Format: report.SARIF}); err == nil || !strings.Contains(err.Error(), "text, json") {
		t.Errorf("got %v", err)
	}
}
