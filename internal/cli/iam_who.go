package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"podpass/internal/audit"
	"podpass/internal/iam"
	"podpass/internal/iam/trust"
	"podpass/internal/report"
	"podpass/internal/snapshot"
)

type whoFlags struct {
	iamOutput
	providers []string
	audiences []string
	snapshot  string
}

func (a *app) iamWho() *cobra.Command {
	var o whoFlags
	c := &cobra.Command{
		Use:   "who TRUST.json|-",
		Short: "Say who can assume a role, by its trust policy",
		Long: `Say which service accounts, and which other principals, can assume a role by its
trust policy: certainly, or perhaps, where that depends on what the policy does
not tell. Patterns describe all service accounts that could exist; with --snapshot
those that do are listed, too.

TRUST.json is a trust policy, or the output of "aws iam get-role".

Exit codes: 0 answered, 1 the policy or the snapshot could not be read, 2 wrong
usage, 4 something could not be decided: a set was too large to tell, or the
snapshot lacks service accounts.`,
		Example: `  aws iam get-role --role-name cart | podpass iam who -
  podpass iam who trust.json --snapshot prod.podpass
  podpass iam who trust.json --provider https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.runWho(c.Context(), &o, args[0]) },
	}
	f := c.Flags()
	f.StringArrayVar(&o.providers, "provider", nil, "ask about this `ISSUER` of tokens; may be repeated (default: those that the policy names)")
	f.StringArrayVar(&o.audiences, "audience", nil, "a client `ID` of the providers; may be repeated (default: "+trust.DefaultAudience+")")
	f.StringVar(&o.snapshot, "snapshot", "", "also list the service accounts of this snapshot `FILE`")
	o.iamOutput.flags(c, "text", "json")
	return c
}

func (o *whoFlags) check() error {
	for i, p := range o.providers {
		issuer, err := issuerOf(p)
		if err != nil {
			return usagef("--provider %w", err)
		}
		o.providers[i] = issuer
	}
	if slices.Contains(o.audiences, "") {
		return usagef("--audience is empty: give a client id, such as %s", trust.DefaultAudience)
	}
	return o.iamOutput.check()
}

// issuerOf takes an issuer as people write it: with or without scheme, or as
// the ARN of its provider.
func issuerOf(s string) (string, error) {
	issuer := strings.TrimPrefix(s, "https://")
	if _, after, ok := strings.Cut(issuer, ":oidc-provider/"); ok {
		issuer = after
	}
	issuer = strings.TrimSuffix(issuer, "/")
	if issuer == "" || strings.ContainsAny(issuer, "*? \t\n:") {
		return "", fmt.Errorf("%q is no issuer: give it as the cluster does, https://oidc.eks.REGION.amazonaws.com/id/ID", s)
	}
	return issuer, nil
}

func (a *app) runWho(ctx context.Context, o *whoFlags, file string) error {
	if err := o.check(); err != nil {
		return err
	}
	var snap *snapshot.Snapshot
	if o.snapshot != "" {
		var err error
		if snap, err = readSnapshot(o.snapshot); err != nil {
			return err
		}
	}
	options := trust.Options{Providers: o.providers, Audiences: o.audiences, Accounts: accountsOf(snap)}
	answer, err := await(ctx, func() (trust.Answer, error) { return a.who(file, options) })
	if err != nil {
		return err
	}
	err = a.write(o.file, func(w io.Writer) error {
		if o.format == "json" {
			return report.WriteJSON(w, answer)
		}
		return writeWho(w, &answer, &options)
	})
	if err != nil {
		return err
	}
	if gaps := a.tellAccounts(snap); gaps || undecided(&answer) {
		return exit(audit.ExitOpen)
	}
	return nil
}

func (a *app) who(file string, options trust.Options) (trust.Answer, error) {
	in, err := a.readPolicy(file)
	if err != nil {
		return trust.Answer{}, err
	}
	doc, err := in.parse(iam.Trust)
	if err != nil {
		return trust.Answer{}, err
	}
	return trust.Who(iam.Compile(doc), options), nil
}

// accountsOf lists the service accounts of a snapshot; nil without one.
func accountsOf(s *snapshot.Snapshot) []string {
	if s == nil {
		return nil
	}
	all := make([]string, 0, len(s.ServiceAccounts))
	for _, sa := range s.ServiceAccounts {
		all = append(all, sa.Namespace+"/"+sa.Name)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// tellAccounts says on stderr which service accounts the snapshot lacks, and
// gives whether there are such as should be in it.
func (a *app) tellAccounts(s *snapshot.Snapshot) (gaps bool) {
	if s == nil {
		return false
	}
	for i := range s.Gaps {
		if g := &s.Gaps[i]; lacksAccounts(g) {
			gaps = true
			fmt.Fprintf(a.stderr, "podpass: warning: the snapshot may lack service accounts: %s could not be read whole (%s): %s\n",
				report.Escape(g.What), report.Escape(g.Scope), report.Escape(g.Reason))
		}
	}
	note := func(text string) { fmt.Fprintf(a.stderr, "podpass: note: %s\n", report.Escape(text)) }
	if s.Origin == snapshot.OriginFiles {
		note("the snapshot was taken of files: service accounts that are not among them are not listed")
	}
	if len(s.Selected) > 0 {
		note("the snapshot was taken of some namespaces alone: " + strings.Join(s.Selected, ", "))
	}
	if len(s.Excluded) > 0 {
		note("the snapshot was taken without the namespaces " + strings.Join(s.Excluded, ", "))
	}
	return gaps
}

// lacksAccounts says whether a gap may hide service accounts: directly, or
// with the namespaces that they lie in.
func lacksAccounts(g *snapshot.Gap) bool {
	return len(g.Kinds) == 0 || slices.Contains(g.Kinds, snapshot.KindServiceAccount) || slices.Contains(g.Kinds, snapshot.KindNamespace)
}

// undecided says whether any set was too large to tell.
func undecided(answer *trust.Answer) bool {
	return slices.ContainsFunc(answer.Providers, func(a trust.Admission) bool { return len(a.Undecided) > 0 }) ||
		slices.ContainsFunc(answer.Principals, func(p trust.Principal) bool { return p.Pods != nil && len(p.Pods.Undecided) > 0 })
}
