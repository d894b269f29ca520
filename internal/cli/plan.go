package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/plan"
	"podpass/internal/report"
	"podpass/internal/snapshot"
)

type planFlags struct {
	source
	settings  settings
	decided   decided
	format    string
	file      string
	rules     []string
	workloads []string
}

func (a *app) plan() *cobra.Command {
	o := planFlags{source: source{detail: true}, settings: settings{other: []string{"format", "rules"}}}
	c := &cobra.Command{
		Use:   "plan [PATH…]",
		Short: "Plan how to mend what an audit finds, in waves that each leave a working cluster",
		Long: `Plan an account of its own for each workload, with the rights that the old one
has, and then a default account without rights and token. Nothing is changed.
The plan is told as a story by workload, or as JSON, which is what other commands
carry out.

Its steps stand in waves: add makes what nothing uses yet, move takes a workload
over, lock takes rights and token from default, clean takes away what nobody
needs any more. After each the cluster works. What the facts do not decide is a
decision of yours: its steps wait, the others go on. --write-choices writes a file
with all that are open; complete it, and give it back with --choices.

Exit codes: 0 nothing to do, 1 the plan could not be made, 2 wrong usage, 3 there
are steps, 4 a decision is open, or something could not be read. What is left
alone by choice makes no 4, nor does what is due only in clean.`,
		Example: `  podpass plan deploy/                                      # manifests
  podpass plan deploy/ --write-choices choices.yaml         # what you have to decide
  podpass plan deploy/ --choices choices.yaml
  podpass plan -n shop --workload deployment/cart           # in the current cluster
  podpass plan --snapshot prod.podpass --format json -o plan.json`,
		RunE: func(c *cobra.Command, paths []string) error { return a.runPlan(c, &o, paths) },
	}
	o.source.flags(c, true)
	o.settings.flags(c)
	o.decided.flags(c)
	f := c.Flags()
	f.StringVar(&o.format, "format", report.Text, "output `FORMAT`: "+strings.Join(report.PlanFormats(), ", "))
	f.StringVarP(&o.file, "output", "o", "", "write to `FILE` instead of standard output")
	f.StringSliceVar(&o.rules, "rules", nil, "mend only what fails the rules of this `LIST` (PP101,PP102); default: all that are planned")
	f.StringArrayVar(&o.workloads, "workload", nil, "plan only for this workload and what it needs, as `KIND/NAME` or NAMESPACE/KIND/NAME; parts may be patterns; may be repeated")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(report.PlanFormats(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("rules", cobra.FixedCompletions(plan.Planned(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) runPlan(c *cobra.Command, o *planFlags, paths []string) error {
	if err := o.settings.apply(c, &o.source, paths); err != nil {
		return err
	}
	only, err := o.check(c, paths)
	if err != nil {
		return err
	}
	chosen, err := o.decided.load()
	if err != nil {
		return err
	}
	o.settings.tell(a)
	snap, err := o.source.load(c.Context(), a, paths)
	if err != nil {
		return err
	}
	if err := o.decided.fit(a, chosen, snap); err != nil {
		return err
	}
	if only, err = named(only, snap, o); err != nil {
		return err
	}
	p := o.make(snap, chosen, only)
	if err := a.writePlan(o, p); err != nil {
		return err
	}
	if err := o.decided.draft(a, p); err != nil {
		return err
	}
	gaps := unreadGaps(p, snap, o)
	a.warnGaps(gaps)
	if code := planCode(p, len(gaps)); code != exitOK {
		return exit(code)
	}
	return nil
}

func (o *planFlags) make(snap *snapshot.Snapshot, chosen *plan.Choices, only []plan.Match) *plan.Plan {
	if o.source.snapshot == "" {
		snap.TakenAt = time.Time{} // just now: equal plans have one hash
	}
	return plan.Make(snap, plan.Options{
		Choices: chosen, Rules: o.rules, Workloads: only, Namespaces: o.namespaces, Excluded: o.excluded,
		Tool: audit.Tool{Name: "podpass", Version: version()}, Now: time.Now().UTC().Truncate(time.Second),
	})
}

// check refuses wrong flags before anything is read. It gives the workloads
// that are asked for.
func (o *planFlags) check(c *cobra.Command, paths []string) ([]plan.Match, error) {
	if !slices.Contains(report.PlanFormats(), o.format) {
		return nil, usagef("format %q is not one of %s", o.format, strings.Join(report.PlanFormats(), ", "))
	}
	if err := checkPlanned(o.rules); err != nil {
		return nil, err
	}
	if err := o.decided.check(c, o.file); err != nil {
		return nil, err
	}
	var only []plan.Match
	for _, text := range o.workloads {
		m, err := workloadFlag(text)
		if err != nil {
			return nil, err
		}
		only = append(only, m)
	}
	return only, o.source.check(c, paths)
}

func (a *app) writePlan(o *planFlags, p *plan.Plan) error {
	options := report.Options{Format: o.format}
	if o.file == "" {
		options.Color, options.Width = terminal(a.stdout)
	}
	return a.write(o.file, func(w io.Writer) error { return report.WritePlan(w, p, options) })
}

// unreadGaps are those that the plan itself does not tell: what they hide may
// have to be mended, too.
func unreadGaps(p *plan.Plan, snap *snapshot.Snapshot, o *planFlags) []snapshot.Gap {
	var gaps []snapshot.Gap
	for _, g := range snap.Gaps {
		asked := len(o.namespaces) == 0 || slices.Contains(o.namespaces, g.Namespace)
		told := slices.ContainsFunc(p.Gaps, func(t plan.Gap) bool { return t.What == g.What && t.Scope == g.Scope })
		if !told && (g.Namespace == "" || asked && !slices.Contains(o.excluded, g.Namespace)) {
			gaps = append(gaps, g)
		}
	}
	return gaps
}

// planCode is the exit code of a plan; unread is how many gaps it does not tell.
func planCode(p *plan.Plan, unread int) int {
	late := map[string]bool{} // steps that are due only in clean
	for i := range p.Steps {
		late[p.Steps[i].ID] = p.Steps[i].Wave == plan.Clean
	}
	open := func(holdsUp []string) bool {
		return len(holdsUp) == 0 || slices.ContainsFunc(holdsUp, func(id string) bool { return !late[id] })
	}
	switch {
	case unread > 0,
		slices.ContainsFunc(p.Decisions, func(d plan.Decision) bool { return open(d.HoldsUp) }),
		slices.ContainsFunc(p.Gaps, func(g plan.Gap) bool { return open(g.HoldsUp) }):
		return audit.ExitOpen
	case len(p.Steps) > 0:
		return audit.ExitFindings
	}
	return exitOK
}

// workloadFlag reads KIND/NAME or NAMESPACE/KIND/NAME.
func workloadFlag(text string) (plan.Match, error) {
	parts := strings.Split(text, "/")
	if len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") {
		return plan.Match{}, usagef("--workload %q is neither KIND/NAME nor NAMESPACE/KIND/NAME", text)
	}
	m := plan.Match{Namespace: "*", Kind: parts[len(parts)-2], Name: parts[len(parts)-1]}
	if len(parts) == 3 {
		m.Namespace = parts[0]
	}
	return m, nil
}

// workloadText is a workload as the flag has it.
func workloadText(m plan.Match, o audit.Object) string {
	if m.Namespace == "*" {
		return o.Kind + "/" + o.Name
	}
	return fmt.Sprintf("%s/%s/%s", o.Namespace, o.Kind, o.Name)
}
