package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/report"
)

type auditFlags struct {
	source
	output
	accepted accepted
	settings settings
	only     onlyFiles
	failOn   string
	strict   bool
	rules    []string
}

func (a *app) audit() *cobra.Command {
	var o auditFlags
	c := &cobra.Command{
		Use:   "audit [PATH…]",
		Short: "Judge a cluster, manifests or a snapshot by CIS EKS 5.2.1",
		Long: `Judge whether every workload has a service account and an AWS identity of its
own: default accounts without rights and token, no AWS access keys, neither
kube2iam nor kiam (CIS Amazon EKS Benchmark, 5.2.1).

Without PATH the cluster of the kubeconfig is read, and nothing in it changed.
PATH is a manifest, a dump of "kubectl get -o json", a folder, or - for
standard input.

Exit codes: 0 clean, 1 the audit could not be done, 2 wrong usage, 3 findings at
or above --fail-on that are neither waived nor in the baseline, 4 no such
findings, but something could not be evaluated. What is merely not among the
files makes 4 only with --strict.`,
		Example: `  podpass audit                                  # the current cluster
  podpass audit -n shop --context prod           # one namespace
  podpass audit deploy/                          # manifests
  helm template . | podpass audit -              # a chart
  podpass audit --format sarif -o podpass.sarif  # for code scanning`,
		RunE: func(c *cobra.Command, paths []string) error { return a.runAudit(c, &o, paths) },
	}
	o.source.flags(c, true)
	o.output.flags(c)
	o.accepted.flags(c)
	o.settings.flags(c)
	o.only.flags(c)
	f := c.Flags()
	f.StringVar(&o.failOn, "fail-on", string(audit.Low), "lowest `SEVERITY` that makes exit code 3: "+severities())
	f.BoolVar(&o.strict, "strict", false, "exit code 4 also for objects that are not among the files")
	f.StringSliceVar(&o.rules, "rules", nil, "run only the rules of this `LIST` (PP101,PP102)")
	_ = c.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(strings.Split(severities(), ", "), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("rules", cobra.FixedCompletions(ruleIDs(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) runAudit(c *cobra.Command, o *auditFlags, paths []string) error {
	if err := o.settings.apply(c, &o.source, paths); err != nil {
		return err
	}
	if err := o.check(c, paths); err != nil {
		return err
	}
	o.settings.grade(o.rules)
	waived, baseline, err := o.accepted.load()
	if err != nil {
		return err
	}
	snap, err := o.source.load(c.Context(), a, paths)
	if err != nil {
		return err
	}
	r := audit.Run(snap, audit.Options{
		Rules:      o.rules,
		Namespaces: o.namespaces,
		Excluded:   o.excluded,
		Severities: o.settings.severities,
		Waivers:    waived,
		Baseline:   baseline,
		OnlyFiles:  o.only.files,
		FromFile:   o.source.snapshot != "",
		Tool:       audit.Tool{Name: "podpass", Version: version()},
		Now:        time.Now().UTC().Truncate(time.Second),
	})
	r.Config = o.settings.use
	if err := a.writeReport(&o.output, r); err != nil {
		return err
	}
	o.note(a)
	if code := r.ExitCode(audit.Severity(o.failOn), o.strict); code != exitOK {
		return exit(code)
	}
	return nil
}

// note says on stderr what the report does not.
func (o *auditFlags) note(a *app) {
	if o.format == report.CSV { // has no place for the configuration
		o.settings.tell(a)
	}
	o.only.tell(a)
}

// check refuses wrong flags before anything is read.
func (o *auditFlags) check(c *cobra.Command, paths []string) error {
	if err := o.output.check(); err != nil {
		return err
	}
	if !slices.Contains(audit.Severities(), audit.Severity(o.failOn)) {
		return usagef("severity %q is not one of %s", o.failOn, severities())
	}
	for i, id := range o.rules {
		o.rules[i] = strings.ToUpper(strings.TrimSpace(id))
		if _, ok := audit.Find(o.rules[i]); !ok {
			return usagef("rule %q is not one of %s", id, strings.Join(ruleIDs(), ", "))
		}
	}
	if err := o.only.check(c, &o.source, paths); err != nil {
		return err
	}
	return o.source.check(c, paths)
}

func severities() string {
	words := make([]string, 0, 5)
	for _, s := range audit.Severities() {
		words = append(words, string(s))
	}
	return strings.Join(words, ", ")
}

func ruleIDs() []string {
	var ids []string
	for _, rule := range audit.Rules() {
		ids = append(ids, rule.ID)
	}
	return ids
}
