package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/fix"
	"podpass/internal/plan"
	"podpass/internal/report"
	"podpass/internal/rewrite"
)

type fixFlags struct {
	source
	decided       decided
	rules, waves  []string
	write         bool
	editGenerated bool
}

func (a *app) fix() *cobra.Command {
	var o fixFlags
	c := &cobra.Command{
		Use:   "fix PATH…",
		Short: "Mend manifests: an account of its own for each workload, nothing left on default",
		Long: `Change manifests so that each workload has an account of its own with the rights
that it has now, no token where nothing needs it, and the default account
neither token nor rights. It is the plan of "podpass plan PATH…", done in the
files: every byte that no change needs stays as it is.

Without --write the change is printed as a unified diff, for "patch -p1" and "git
apply". With it all files change or none does.

Waves are add (accounts, bindings), move (workloads), lock (default) and clean
(what nobody needs any more). In a cluster that runs these files, lock is to be
merged only when the pods of move are replaced: merge --waves add,move first,
then the rest.

What could not be mended is told on standard error, with file, line and reason;
the rest is mended all the same.

Exit codes: 0 nothing to do, or with --write done; 1 the files could not be read
or written, 2 wrong usage, 3 without --write: there is a diff, 4 something that
fails could not be mended in these files (4 goes before 3).`,
		Example: `  podpass fix deploy/                             # look
  podpass fix deploy/ --write                     # do it
  podpass fix deploy/ --waves add,move --write    # in two steps: first this,
  podpass fix deploy/ --write                     # and when it runs, the rest
  podpass fix deploy/ --choices podpass.yaml      # with what you decided`,
		RunE: func(c *cobra.Command, paths []string) error { return a.runFix(c, &o, paths) },
	}
	f := c.Flags()
	f.StringVar(&o.decided.choices, "choices", "", "decide as this YAML `FILE` says")
	f.StringSliceVarP(&o.namespaces, "namespace", "n", nil, "`NAMESPACE` to mend (default: all); also that of objects which name none")
	f.StringSliceVar(&o.excluded, "exclude-namespace", nil, "`NAMESPACE` to leave alone")
	f.StringSliceVar(&o.rules, "rules", nil, "mend only what the rules of this `LIST` find: "+strings.Join(plan.Planned(), ", "))
	f.StringSliceVar(&o.waves, "waves", []string{"add", "move", "lock"}, "`LIST` of waves to carry out: add, move, lock, clean")
	f.BoolVar(&o.write, "write", false, "change the files")
	f.BoolVar(&o.editGenerated, "edit-generated", false, "also change files that say that they are generated")
	_ = c.RegisterFlagCompletionFunc("rules", cobra.FixedCompletions(plan.Planned(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("waves", cobra.FixedCompletions(waveNames(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func waveNames() []string {
	var names []string
	for _, w := range plan.Waves() {
		names = append(names, string(w))
	}
	return names
}

func (o *fixFlags) check(c *cobra.Command, paths []string) error {
	switch {
	case len(o.waves) == 0 || len(o.waves) == 1 && o.waves[0] == "":
		return usagef("no wave was given: %s", strings.Join(waveNames(), ", "))
	case len(paths) == 0:
		return hinted{usagef("there are no files to mend"), "give files or folders; podpass plan makes a plan for a cluster"}
	case slices.Contains(paths, stdin):
		return usagef("standard input is no file that can be mended: give its path")
	}
	for _, w := range o.waves {
		if !slices.Contains(waveNames(), w) {
			return usagef("wave %q is not one of %s", w, strings.Join(waveNames(), ", "))
		}
	}
	if err := checkPlanned(o.rules); err != nil {
		return err
	}
	if err := o.decided.check(c, ""); err != nil {
		return err
	}
	return o.source.check(c, paths)
}

func (a *app) runFix(c *cobra.Command, o *fixFlags, paths []string) error {
	if err := o.check(c, paths); err != nil {
		return err
	}
	choices, err := o.decided.load()
	if err != nil {
		return err
	}
	o.source.detail = true
	snap, err := o.source.load(c.Context(), a, paths)
	if err != nil {
		return err
	}
	if err := o.decided.fit(a, choices, snap); err != nil {
		return err
	}
	snap.TakenAt = time.Time{}
	p, before := plan.MakeReported(snap, plan.Options{
		Choices: choices, Rules: o.rules, Namespaces: o.namespaces, Excluded: o.excluded,
		Tool: audit.Tool{Name: "podpass", Version: version()}, Now: time.Now().UTC().Truncate(time.Second),
	})
	around := newSurroundings(paths)
	r := fix.Mend(p, before, fix.Options{
		Waves: wavesOf(o.waves), Rules: o.rules, EditGenerated: o.editGenerated, Read: os.ReadFile, About: around.of,
	})
	if err := a.applyFix(o, r); err != nil {
		return err
	}
	return a.tellFix(o, p, r, before)
}

func wavesOf(names []string) []plan.Wave {
	waves := make([]plan.Wave, len(names))
	for i, name := range names {
		waves[i] = plan.Wave(name)
	}
	return waves
}

// applyFix prints the diff, or changes the files.
func (a *app) applyFix(o *fixFlags, r *fix.Result) error {
	if !o.write {
		return a.write("", func(w io.Writer) error { return writeDiff(w, r.Changes) })
	}
	files := make([]rewrite.File, len(r.Changes))
	for i, change := range r.Changes {
		files[i] = rewrite.File(change)
	}
	if err := rewrite.All(files); err != nil {
		return hinted{err, "free some room, or make the files writable, and run again"}
	}
	for _, f := range files {
		verb := "changed"
		if f.Before == nil {
			verb = "made"
		}
		fmt.Fprintf(a.stderr, "podpass: note: %s %s\n", verb, report.Escape(f.Path))
	}
	return nil
}

// tellFix says what was not mended, and gives the exit code.
func (a *app) tellFix(o *fixFlags, p *plan.Plan, r *fix.Result, before *audit.Report) error {
	for _, u := range r.Unmended {
		rule := u.Rule + " "
		if u.Rule == "" {
			rule = ""
		}
		fmt.Fprintf(a.stderr, "%s: %s%s: not mended: %s\n", report.Escape(place(u)), rule, report.Escape(objectName(u.Object)), report.Escape(u.Reason))
	}
	broken := 0
	for _, g := range before.Coverage.Gaps {
		if g.What == "file" {
			broken++
			fmt.Fprintf(a.stderr, "%s: not read: %s: %s\n", report.Escape(g.Scope), report.Escape(g.Reason), report.Escape(g.Grant))
		}
	}
	fmt.Fprintf(a.stderr, "podpass: %s\n", summaryOf(r, o.write))
	for i := range r.First {
		fmt.Fprintf(a.stderr, "podpass: note: first in AWS: %s\n", report.Escape(awsText(&r.First[i])))
	}
	for _, risk := range risksOf(r) {
		fmt.Fprintf(a.stderr, "podpass: note: %s\n", report.Escape(risk))
	}
	if text := afterwards(o, p, r); text != "" {
		fmt.Fprintf(a.stderr, "podpass: note: %s\n", text)
	}
	switch {
	case len(r.Unmended)+broken > 0:
		return exit(audit.ExitOpen)
	case len(r.Changes) > 0 && !o.write:
		return exit(audit.ExitFindings)
	}
	return nil
}

func place(u fix.Unmended) string {
	if u.File == "" {
		return "-"
	}
	return fmt.Sprintf("%s:%d", u.File, u.Line)
}

func objectName(o audit.Object) string {
	if o.Namespace == "" {
		return o.Kind + " " + o.Name
	}
	return o.Kind + " " + o.Namespace + "/" + o.Name
}

// summaryOf counts what is done.
func summaryOf(r *fix.Result, written bool) string {
	var accounts, bindings, moved, locked, other int
	for i := range r.Done {
		switch s := &r.Done[i]; {
		case s.Wave == plan.Add && s.Object.Kind == "ServiceAccount":
			accounts++
		case s.Wave == plan.Add && s.Action == plan.Create:
			bindings++
		case s.Wave == plan.Move:
			moved++
		case s.Wave == plan.Lock && s.Object.Kind == "ServiceAccount":
			locked++
		default:
			other++
		}
	}
	verb := "would change"
	if written {
		verb = "changed"
	}
	return fmt.Sprintf("%s %s: %s, %s, %s, %s locked, %s. %s not mended.", plural(len(r.Changes), "file"), verb, plural(accounts, "account"),
		plural(bindings, "binding"), plural(moved, "workload"), plural(locked, "default account"), plural(other, "other change"), plural(len(r.Unmended), "finding"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// afterwards says what merging this in one step means for a cluster.
func afterwards(o *fixFlags, p *plan.Plan, r *fix.Result) string {
	has := func(w plan.Wave) bool {
		return slices.ContainsFunc(r.Done, func(s plan.Step) bool { return s.Wave == w })
	}
	switch {
	case has(plan.Move) && has(plan.Lock):
		return "where a cluster runs these files, default loses token and rights while pods of the old templates still run as it. " +
			"Merge --waves add,move first; once its roll-outs are through, merge the rest."
	case has(plan.Move) && slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Wave == plan.Lock }):
		return "once the roll-outs are through, podpass fix does the rest (lock)."
	}
	return ""
}

// awsText says what has to be done in AWS before files are rolled out. The plan
// has the policies: podpass plan --format json.
func awsText(s *plan.Step) string {
	switch {
	case s.After.Association != nil:
		return fmt.Sprintf("associate %s with the account %s/%s (EKS Pod Identity)", s.After.Association.RoleARN, s.Object.Namespace, s.Object.Name)
	case s.Action == plan.Trust:
		return fmt.Sprintf("let %s trust the account %s/%s; its permissions must do for %s", s.After.Role.ARN, s.After.Role.Account.Namespace, s.After.Role.Account.Name, objectName(s.After.Role.For))
	}
	return fmt.Sprintf("make the role %s for %s: podpass plan --format json has its policies, podpass export --as terraform writes it", s.After.Role.ARN, objectName(s.After.Role.For))
}

// risksOf lists what may go wrong with what was done, each with those it is
// about.
func risksOf(r *fix.Result) []string {
	var order []string
	about := map[string][]string{}
	for i := range r.Done {
		s := &r.Done[i]
		for _, risk := range s.Risk {
			if about[risk] == nil {
				order = append(order, risk)
			}
			about[risk] = append(about[risk], objectName(audit.Object{Kind: s.Object.Kind, Namespace: s.Object.Namespace, Name: s.Object.Name}))
		}
	}
	list := make([]string, 0, len(order))
	for _, risk := range order {
		const most = 3
		names := about[risk]
		text := strings.Join(names[:min(most, len(names))], ", ")
		if n := len(names) - most; n > 0 {
			text += fmt.Sprintf(" and %d more", n)
		}
		list = append(list, text+": "+risk)
	}
	return list
}

// checkPlanned refuses rules that no step settles.
func checkPlanned(rules []string) error {
	for i, id := range rules {
		rules[i] = strings.ToUpper(strings.TrimSpace(id))
		if !slices.Contains(plan.Planned(), rules[i]) {
			return usagef("rule %q is not one of those that are planned: %s", id, strings.Join(plan.Planned(), ", "))
		}
	}
	return nil
}
