package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"podpass/internal/snapshot"
	"podpass/internal/waivers"
)

// Options are the choices of a run. The zero value judges everything with all
// rules.
type Options struct {
	Rules      []string // ids; empty: all
	Namespaces []string // narrows the results; empty: all
	Excluded   []string // namespaces left out
	// Severities are those of failures, by rule id, in place of the rule's.
	Severities map[string]Severity
	Waivers    *waivers.Set // failures that are accepted, and recorded verdicts; nil: none
	Baseline   *Baseline    // what an earlier run found; nil: none
	OnlyFiles  *OnlyFiles   // narrows what is shown; nil: all
	// FromFile is set where the Snapshot was read from a file, for the scope.
	FromFile bool
	Tool     Tool
	Now      time.Time
}

// Run judges a Snapshot. The Snapshot must be sorted; it is not changed.
func Run(s *snapshot.Snapshot, o Options) *Report { return NewJudge(s, o).Run() }

// Run judges what the Judge holds.
func (j *Judge) Run() *Report {
	c, o, s := j.c, j.o, j.c.snap
	run, left := choose(o.Rules)
	// Most rules say something of every namespace.
	results := make([]Result, 0, len(run)*len(c.namespaces))
	for i := range run {
		if rule := &run[i]; rule.Source != sourceSecrets || rule.Partly || s.SecretsRead {
			command := c.command(rule, o)
			add := func(r Result, about Object) {
				if r.Status == Fail && r.Severity != Info {
					r.Fix = strings.TrimPrefix(r.Fix+command, "\n")
				}
				results = append(results, finish(rule, r, about))
			}
			from := len(results)
			rule.check(c, add)
			c.gapResults(rule, add)
			sortResults(results[from:])
		}
	}
	grade(results, o.Severities)
	r := &Report{
		APIVersion: APIVersion, Kind: Kind, Tool: o.Tool, GeneratedAt: o.Now,
		Benchmark: benchmark(),
		Cluster:   Cluster{s.Cluster.Name, s.Cluster.Version, s.Cluster.Context},
		Caller:    s.Caller,
		Results:   results,
	}
	r.Coverage = c.coverage(run, left, o)
	r.Coverage.Selected, r.Coverage.Excluded = orEmpty(j.selected), orEmpty(j.excluded)
	c.useFiles(r, run, o)
	r.Summary = summarize(results)
	r.Verdicts = c.verdicts(r, run)
	c.limit(r, o.OnlyFiles)
	return r
}

// command ends the fix of a failure with what makes the change, where something
// does. It is the same for all objects, so that like findings stay alike.
func (c *context) command(rule *Rule, o Options) string {
	if !rule.Planned || rule.ID == "PP204" && c.files() { // a dump of pods is nothing to mend
		return ""
	}
	var f fix
	f.say("Podpass makes the change, and says what it takes:")
	switch {
	case !c.files(): // a snapshot says what its cluster says
		f.run("podpass", "plan")
	case slices.Contains(c.snap.Paths, "-") || len(c.snap.Paths) == 0:
		f.run("podpass", "fix", "FILES")
	default:
		f.run(append([]string{"podpass", "fix"}, c.snap.Paths...)...)
	}
	return "\n" + f.String()
}

// useFiles applies the user's waivers, then the baseline: what is waived is
// neither new nor known.
func (c *context) useFiles(r *Report, run []Rule, o Options) {
	if o.Waivers == nil && o.Baseline == nil {
		return
	}
	s := newSight(c, r, run)
	if o.Waivers != nil {
		r.Waivers = waive(r.Results, o.Waivers, o.Now).use(o.Waivers, s)
	}
	if o.Baseline != nil {
		r.Baseline = o.Baseline.against(r, s)
	}
}

// benchmark names what is judged. 5.2.1 has had its number and its text in
// every edition from 1.0.1 to 1.8.0.
func benchmark() Benchmark {
	return Benchmark{Name: "CIS Amazon EKS Benchmark", Edition: "1.8.0", Control: "5.2.1"}
}

// narrow gives the namespaces in both lists; an empty list stands for all.
func narrow(a, b []string) []string {
	switch {
	case len(a) == 0:
		return merge(b, nil)
	case len(b) == 0:
		return merge(a, nil)
	}
	var both []string
	for _, one := range a {
		if slices.Contains(b, one) {
			both = append(both, one)
		}
	}
	return merge(both, nil)
}

func merge(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// choose splits the table into the rules that run and those left out.
func choose(ids []string) (run []Rule, left []string) {
	for _, rule := range Rules() {
		if len(ids) == 0 || slices.Contains(ids, rule.ID) {
			run = append(run, rule)
		} else {
			left = append(left, rule.ID)
		}
	}
	return run, left
}

// finish fills in what follows from the rule, and makes no list null.
func finish(rule *Rule, r Result, about Object) Result {
	r.Rule = rule.ID
	if r.Severity == "" {
		r.Severity = rule.Severity
	}
	if r.Evidence == nil {
		r.Evidence = []Evidence{}
	}
	for i := range r.Evidence {
		if r.Evidence[i].Objects == nil {
			r.Evidence[i].Objects = []Object{}
		}
	}
	r.Fingerprint = fingerprint(rule.ID, about, r.Fingerprint)
	return r
}

// fingerprint names a finding for ever: by rule, object and the identity of
// its evidence, not by places or texts.
func fingerprint(rule string, o Object, identity string) string {
	text := make([]byte, 0, 256)
	for _, part := range [...]string{rule, o.Kind, o.Namespace, o.Name, o.Container, identity} {
		text = append(append(text, part...), 0)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// sortResults sorts the results of one rule. Most rules go through sorted lists,
// so that there is nothing to do.
func sortResults(results []Result) {
	for i := 1; i < len(results); i++ {
		if compareResults(&results[i-1], &results[i]) > 0 {
			slices.SortStableFunc(results, func(a, b Result) int { return compareResults(&a, &b) })
			return
		}
	}
}

func compareResults(a, b *Result) int {
	return cmp.Or(
		cmp.Compare(a.Object.Namespace, b.Object.Namespace),
		cmp.Compare(a.Object.Kind, b.Object.Kind),
		cmp.Compare(a.Object.Name, b.Object.Name),
		cmp.Compare(a.Fingerprint, b.Fingerprint),
	)
}

func summarize(results []Result) Summary {
	var s Summary
	for i := range results {
		switch results[i].Status {
		case Pass:
			s.Pass++
		case Fail:
			s.Fail++
		case Manual:
			s.Manual++
		case Unknown:
			s.Unknown++
		case Waived:
			s.Waived++
		}
	}
	return s
}
