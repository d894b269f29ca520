package audit

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// KindBaseline names the document.
const KindBaseline = "Baseline"

// Baseline is what an earlier run found, with which another is compared.
type Baseline struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Scope      string    `json:"scope"` // as of Coverage
	Cluster    string    `json:"cluster"`
	Paths      []string  `json:"paths"` // of files: those that were read
	Selected   []string  `json:"selected"`
	Excluded   []string  `json:"excluded"`
	Rules      []string  `json:"rules"`    // those that were evaluated on all objects
	Failures   []Failure `json:"failures"` // sorted

	File string `json:"-"` // its name, for people
}

// Failure is a failure of a Baseline.
type Failure struct {
	Fingerprint string   `json:"fingerprint"`
	Rule        string   `json:"rule"`
	Severity    Severity `json:"severity"`
	Object      Object   `json:"object"`
}

// BaselineOf gives what a Report found. What was waived is not part of it:
// when the waiver ends, the failure is new.
func BaselineOf(r *Report) *Baseline {
	b := &Baseline{
		APIVersion: APIVersion, Kind: KindBaseline, Scope: r.Coverage.Scope, Cluster: r.Cluster.Name, Paths: orEmpty(r.Coverage.Paths),
		Selected: orEmpty(r.Coverage.Selected), Excluded: orEmpty(r.Coverage.Excluded),
		Rules: []string{}, Failures: []Failure{},
	}
	for _, rule := range Rules() {
		if !slices.ContainsFunc(r.Coverage.NotAssessed, func(n NotAssessed) bool { return slices.Contains(n.Rules, rule.ID) }) {
			b.Rules = append(b.Rules, rule.ID)
		}
	}
	for i := range r.Results {
		if one := &r.Results[i]; one.Status == Fail {
			b.Failures = append(b.Failures, Failure{one.Fingerprint, one.Rule, one.Severity, one.Object})
		}
	}
	b.sort()
	return b
}

func (b *Baseline) sort() {
	slices.SortStableFunc(b.Failures, func(x, y Failure) int {
		return cmp.Or(
			cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Object.Namespace, y.Object.Namespace), cmp.Compare(x.Object.Kind, y.Object.Kind),
			cmp.Compare(x.Object.Name, y.Object.Name), cmp.Compare(x.Object.Container, y.Object.Container),
			cmp.Compare(x.Fingerprint, y.Fingerprint),
		)
	})
}

// files tells whether it was made of files, also by way of a snapshot.
func (b *Baseline) files() bool { return b.Scope == scopeFiles || len(b.Paths) > 0 }

// against compares the failures of a run with those of a Baseline, each of
// these with one at most. One that is waived now is neither unchanged nor
// fixed: it stands among the waived results.
func (b *Baseline) against(r *Report, s *sight) *Comparison {
	open := map[string]int{} // failures of the Baseline that are not found yet
	for i := range b.Failures {
		open[b.Failures[i].Fingerprint]++
	}
	found := &Comparison{File: b.File, Fixed: []Known{}, NotEvaluated: []Known{}}
	found.mark(r.Results, open)
	other := b.other(s)
	for i := range b.Failures {
		f := &b.Failures[i]
		if open[f.Fingerprint] == 0 {
			continue
		}
		open[f.Fingerprint]--
		known := Known{f.Fingerprint, f.Rule, f.Severity, f.Object, cmp.Or(other, s.unjudged(f))}
		if known.Reason == "" {
			found.Fixed = append(found.Fixed, known)
		} else {
			found.NotEvaluated = append(found.NotEvaluated, known)
		}
	}
	return found
}

// mark tells the failures of a run that are known from those that are new,
// and takes what it finds off what is open.
func (c *Comparison) mark(results []Result, open map[string]int) {
	for i := range results {
		one := &results[i]
		switch {
		case one.Status != Fail:
		case open[one.Fingerprint] > 0:
			open[one.Fingerprint]--
			one.Baseline = Unchanged
			c.Unchanged++
		default:
			one.Baseline = New
			c.New++
		}
	}
	for i := range results { // after all failures, which go first
		if one := &results[i]; one.Status == Waived && open[one.Fingerprint] > 0 {
			open[one.Fingerprint]--
		}
	}
}

// other says why a run says nothing of what a Baseline was made of.
func (b *Baseline) other(s *sight) string {
	switch name := s.report.Cluster.Name; {
	case b.files() && !s.files():
		return "the baseline is of files, and this run of a cluster"
	case !b.files() && s.files():
		return "the baseline is of a cluster, and this run of files"
	case b.Cluster != name:
		return fmt.Sprintf("the baseline is of cluster %q, and this run of %q", b.Cluster, name)
	case b.files() && len(b.Paths) == 0:
		return "the baseline does not say which paths it was made of"
	case b.files() && !within(b.Paths, s.snap.Paths):
		return "this run was not given all paths of the baseline: " + strings.Join(b.Paths, ", ")
	case b.files() && homeOf(b.Selected) != homeOf(s.snap.Selected):
		return fmt.Sprintf("objects that name no namespace were taken to lie in %q, and in %q by this run", homeOf(b.Selected), homeOf(s.snap.Selected))
	}
	return ""
}

// homeOf is the namespace of objects in files that name none.
func homeOf(selected []string) string {
	if len(selected) == 1 {
		return selected[0]
	}
	return "default"
}

// within tells whether all of some paths are among others or lie below them.
func within(paths, others []string) bool {
	for _, p := range paths {
		if !slices.ContainsFunc(others, func(other string) bool { return below(path.Clean(p), path.Clean(other)) }) {
			return false
		}
	}
	return true
}

func below(p, folder string) bool {
	switch {
	case p == folder:
		return true
	case folder == ".":
		return !path.IsAbs(p) && p != ".." && !strings.HasPrefix(p, "../") && p != "-"
	}
	return strings.HasPrefix(p, strings.TrimSuffix(folder, "/")+"/")
}
