package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/keys"
	"podpass/internal/report"
	"podpass/internal/waivers"
)

// accepted is the flags --waivers and --baseline of an audit.
type accepted struct{ waivers, baseline string }

func (k *accepted) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&k.waivers, "waivers", "", "accept failures as this YAML `FILE` says: each with an owner, a reason and an end")
	f.StringVar(&k.baseline, "baseline", "", "compare with this report or baseline `FILE`: only failures that it has not make exit code 3")
}

// load reads both files; what is not asked for is nil.
func (k *accepted) load() (set *waivers.Set, b *audit.Baseline, err error) {
	if k.waivers != "" {
		data, err := readBounded(k.waivers, waivers.MaxBytes)
		if err != nil {
			return nil, nil, fmt.Errorf("read waivers: %w", err)
		}
		if set, err = waivers.Parse(k.waivers, data, ruleIDs()); err != nil {
			return nil, nil, err
		}
	}
	if k.baseline != "" {
		if b, err = readBaseline(k.baseline); err != nil {
			return nil, nil, err
		}
	}
	return set, b, nil
}

type waiveFlags struct {
	report, waivers        string
	owner, reason, expires string
	verdict, evidence      string
	dryRun                 bool
}

func (a *app) waive() *cobra.Command {
	var o waiveFlags
	c := &cobra.Command{
		Use:   "waive FINGERPRINT…",
		Short: "Accept findings of a saved report: add them to a file of waivers",
		Long: `Add an entry for each finding to a file of waivers, exactly for its rule, object,
container and access key ids. Everything in the file stays as it is; a missing
file is made.
FINGERPRINT is that of a result in the report, or its first 8 digits or more;
"podpass audit --verbose" shows it, too.
Without --report the report is read from standard input.

A result of status manual takes --verdict and --evidence instead of acceptance.`,
		Example: `  podpass audit --format json -o report.json
  podpass waive 3f9a12cd --report report.json --waivers waivers.yaml \
    --owner team-shop --reason "moves in December, SHOP-12" --expires 2026-12-31
  podpass audit --waivers waivers.yaml`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.runWaive(&o, args, time.Now()) },
	}
	f := c.Flags()
	f.StringVar(&o.report, "report", stdin, "the report, a JSON `FILE`; - for standard input")
	f.StringVar(&o.waivers, "waivers", "", "the `FILE` to add to")
	f.StringVar(&o.owner, "owner", "", "the `TEAM` that answers for it")
	f.StringVar(&o.reason, "reason", "", "`WHY` it is accepted")
	f.StringVar(&o.expires, "expires", "", "the last `DAY` on which it holds, UTC: 2026-12-31")
	f.StringVar(&o.verdict, "verdict", "", "of a manual result: `pass|fail`")
	f.StringVar(&o.evidence, "evidence", "", "`WHAT` the verdict rests on, such as a ticket")
	f.BoolVar(&o.dryRun, "dry-run", false, "print the entries and write nothing")
	_ = c.RegisterFlagCompletionFunc("verdict", cobra.FixedCompletions([]string{waivers.VerdictPass, waivers.VerdictFail}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) runWaive(o *waiveFlags, args []string, now time.Time) error {
	if err := o.check(args, now); err != nil {
		return err
	}
	r, err := a.readReport(o.report)
	if err != nil {
		return err
	}
	results, err := choose(r, args)
	if err != nil {
		return err
	}
	add, err := o.entries(results)
	if err != nil {
		return err
	}
	a.warnOfMore(r, results, add)
	if o.dryRun {
		return a.write("", func(w io.Writer) error {
			for _, e := range slices.Concat(add.Waivers, add.Verdicts) {
				if _, err := io.WriteString(w, e.String()); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return a.addWaivers(o.waivers, add, results, now)
}

// check refuses wrong flags before anything is read.
func (o *waiveFlags) check(args []string, now time.Time) error {
	for _, f := range []struct{ name, value string }{
		{"waivers", o.waivers}, {"owner", o.owner}, {"reason", o.reason}, {"expires", o.expires},
	} {
		if strings.TrimSpace(f.value) == "" && !(f.name == "waivers" && o.dryRun) {
			return usagef("--%s is missing: an acceptance needs --waivers, --owner, --reason and --expires", f.name)
		}
	}
	for _, f := range []struct{ name, value string }{{"owner", o.owner}, {"reason", o.reason}, {"evidence", o.evidence}} {
		if keys.Shown(f.value) != f.value { // the file goes into a repository
			return usagef("--%s holds what looks like a secret access key: leave it out", f.name)
		}
	}
	if flaw := waivers.CheckDate(o.expires); flaw != "" {
		return usagef("--expires: %s", flaw)
	}
	if e := (waivers.Entry{Expires: o.expires}); e.Expired(now) {
		return usagef("--expires: %s is over: give a day to come", o.expires)
	}
	switch {
	case o.waivers == stdin:
		return usagef("--waivers must be a file: see the entries by --dry-run")
	case (o.verdict == "") != (strings.TrimSpace(o.evidence) == ""):
		return usagef("--verdict and --evidence go together")
	case o.verdict != "" && o.verdict != waivers.VerdictPass && o.verdict != waivers.VerdictFail:
		return usagef("--verdict %q is not one of pass, fail", o.verdict)
	}
	for _, arg := range args {
		if len(arg) < 8 || strings.Trim(strings.ToLower(arg), "0123456789abcdef") != "" {
			return usagef("%q is no fingerprint: give 8 digits of it or more, as the report has it", arg)
		}
	}
	return nil
}

// choose finds the results of fingerprints or their beginnings, each once.
func choose(r *audit.Report, args []string) ([]*audit.Result, error) {
	var chosen []*audit.Result
	for _, arg := range args {
		var found []*audit.Result
		for i := range r.Results {
			if strings.HasPrefix(r.Results[i].Fingerprint, strings.ToLower(arg)) {
				found = append(found, &r.Results[i])
			}
		}
		if len(found) == 0 {
			return nil, hinted{fmt.Errorf("no result of the report has the fingerprint %s", arg), "podpass audit --verbose shows the fingerprint of each finding, --format json that of each result"}
		}
		for _, one := range found {
			if one.Fingerprint != found[0].Fingerprint {
				return nil, fmt.Errorf("%s is the beginning of several fingerprints, such as %s and %s: give more digits", arg, found[0].Fingerprint, one.Fingerprint)
			}
			if !slices.Contains(chosen, one) {
				chosen = append(chosen, one)
			}
		}
	}
	return chosen, nil
}

// entries makes the entries for results, none twice.
func (o *waiveFlags) entries(results []*audit.Result) (*waivers.Set, error) {
	set := &waivers.Set{}
	for _, r := range results {
		if why := o.refusal(r); why != "" {
			return nil, fmt.Errorf("%s %s: %s", r.Fingerprint[:8], described(r), why)
		}
		e := o.entry(r)
		list := &set.Waivers
		if r.Status == audit.Manual {
			list = &set.Verdicts
		}
		if !slices.ContainsFunc(*list, func(other waivers.Entry) bool { return other.String() == e.String() }) {
			*list = append(*list, e)
		}
	}
	return set, nil
}

// refusal says why a result cannot be accepted; empty where it can.
func (o *waiveFlags) refusal(r *audit.Result) string {
	switch {
	case r.Status == audit.Pass:
		return "it passes, so that there is nothing to accept"
	case r.Status == audit.Unknown:
		return "what could not be evaluated cannot be accepted: do what its fix says, then audit again"
	case r.Status == audit.Waived:
		return "it is waived already: change its entry in the file to change its end"
	case len(r.KeyIDs) > 0 && r.SecretsWithoutID > 0:
		return "it also holds a secret access key without its id, which no entry can name: take that out, or add an entry without keyIds by hand, which accepts every key there"
	case r.Status == audit.Manual && o.verdict == "":
		return "a person must judge it: give --verdict and --evidence"
	case r.Status == audit.Fail && o.verdict != "":
		return "it fails by itself, so that no verdict is needed: leave --verdict out to accept it"
	}
	return ""
}

func described(r *audit.Result) string {
	o := r.Object
	return strings.TrimSpace(r.Rule + " " + o.Kind + " " + strings.TrimPrefix(o.Namespace+"/"+o.Name, "/") + " " + o.Container)
}

// entry is meant for one result and, where the rule knows key ids, for no
// others than it has.
func (o *waiveFlags) entry(r *audit.Result) waivers.Entry {
	e := waivers.Entry{
		Rule: waivers.Escape(r.Rule), Kind: waivers.Escape(r.Object.Kind), Namespace: waivers.Escape(r.Object.Namespace), Name: waivers.Escape(r.Object.Name),
		Container: "*", KeyIDs: slices.Clone(r.KeyIDs),
		Owner: o.owner, Reason: o.reason, Expires: o.expires, Verdict: o.verdict, Evidence: o.evidence,
	}
	if r.Object.Container != "" {
		e.Container = waivers.Escape(r.Object.Container)
	}
	if len(r.KeyIDs) == 0 {
		e.KeyIDs = nil
		if aboutKeys(r.Rule) {
			e.KeyIDs = []string{}
		}
	}
	return e
}

// aboutKeys tells the rules whose results carry key ids.
func aboutKeys(rule string) bool { return rule == "PP401" || rule == "PP402" }

// warnOfMore names findings that the entries accept beside those chosen.
func (a *app) warnOfMore(r *audit.Report, chosen []*audit.Result, add *waivers.Set) {
	for i := range r.Results {
		one := &r.Results[i]
		list := add.Waivers
		if one.Status == audit.Manual {
			list = add.Verdicts
		}
		target := audit.Target(one)
		if one.Status != audit.Fail && one.Status != audit.Manual || slices.Contains(chosen, one) ||
			!slices.ContainsFunc(list, func(e waivers.Entry) bool { return e.Matches(&target) }) {
			continue
		}
		fmt.Fprintf(a.stderr, "podpass: warning: this accepts %s %s too\n", report.Escape(one.Fingerprint), report.Escape(described(one)))
	}
}

// addWaivers adds entries to a file, whole or not at all.
func (a *app) addWaivers(file string, add *waivers.Set, results []*audit.Result, now time.Time) error {
	data, err := readBounded(file, waivers.MaxBytes)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read waivers: %w", err)
	}
	old, err := waivers.Parse(file, data, ruleIDs())
	if err != nil {
		return err
	}
	for _, r := range results {
		if e := inForce(old, r, now); e != nil {
			return fmt.Errorf("%s %s: %s:%d accepts it up to %s already: change that entry, or audit with --waivers %s",
				r.Fingerprint[:8], described(r), file, e.Line, e.Expires, file)
		}
	}
	out, err := waivers.Append(file, data, ruleIDs(), add)
	if err != nil {
		return err
	}
	err = a.write(file, func(w io.Writer) error {
		_, err := w.Write(out)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "podpass: added to %s: %d\n", report.Escape(file), len(add.Waivers)+len(add.Verdicts))
	return nil
}

// inForce gives the entry of a file that accepts or judges a result already.
func inForce(set *waivers.Set, r *audit.Result, now time.Time) *waivers.Entry {
	list := set.Waivers
	if r.Status == audit.Manual {
		list = set.Verdicts
	}
	target := audit.Target(r)
	for i := range list {
		if e := &list[i]; e.Matches(&target) && !e.Expired(now) {
			return e
		}
	}
	return nil
}
