package audit

import "time"

// APIVersion and Kind name the document.
const (
	APIVersion = "podpass/v1"
	Kind       = "Report"
)

// Report is the outcome of an audit: evidence for an auditor, and the only
// input of every output format. It is JSON-stable: no list is null, and the
// same Snapshot gives the same bytes but for GeneratedAt.
type Report struct {
	APIVersion  string    `json:"apiVersion"`
	Kind        string    `json:"kind"`
	Tool        Tool      `json:"tool"`
	Benchmark   Benchmark `json:"benchmark"`
	Cluster     Cluster   `json:"cluster"`
	Caller      string    `json:"caller,omitempty"`
	GeneratedAt time.Time `json:"generatedAt"`
	Summary     Summary   `json:"summary"`
	Coverage    Coverage  `json:"coverage"`
	Verdicts    Verdicts  `json:"verdicts"`
	Results     []Result  `json:"results"`

	// What the user's own files did to this run; nil where there are none.
	Waivers  *WaiverUse  `json:"waivers,omitempty"`
	Baseline *Comparison `json:"baseline,omitempty"`
	Config   *ConfigUse  `json:"config,omitempty"`
	Only     *Only       `json:"only,omitempty"`
}

// WaiverUse says which waivers of a file were expired, and which matched
// nothing.
type WaiverUse struct {
	File    string      `json:"file"`
	Applied int         `json:"applied"` // results that are waived or judged by it
	Expired []WaiverRef `json:"expired"`
	Unused  []WaiverRef `json:"unused"`
}

// WaiverRef names an entry of a waiver file as it is written there.
type WaiverRef struct {
	Line      int    `json:"line"`
	Rule      string `json:"rule"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Owner     string `json:"owner"`
	Expires   string `json:"expires"`
}

// Comparison says how the failures of this run relate to those of an earlier
// one, by fingerprint.
type Comparison struct {
	File         string  `json:"file"`
	New          int     `json:"new"`       // results with baseline "new"
	Unchanged    int     `json:"unchanged"` // results with baseline "unchanged"
	Fixed        []Known `json:"fixed"`
	NotEvaluated []Known `json:"notEvaluated"` // Reason says why
}

// Known is a failure of a baseline.
type Known struct {
	Fingerprint string   `json:"fingerprint"`
	Rule        string   `json:"rule"`
	Severity    Severity `json:"severity"`
	Object      Object   `json:"object"`
	Reason      string   `json:"reason,omitempty"`
}

// ConfigUse says what a configuration file changed.
type ConfigUse struct {
	File    string   `json:"file"`
	Changed []string `json:"changed"`
}

// Only says that results outside some files are not shown. The verdicts are
// of all of them.
type Only struct {
	Files  []string `json:"files"`
	Hidden int      `json:"hidden"` // failures and unknowns that are not shown
}

// Tool is the program that made a Report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Benchmark is the control that a Report judges.
type Benchmark struct {
	Name    string `json:"name"`
	Edition string `json:"edition"`
	Control string `json:"control"`
}

// Cluster names the cluster; all fields may be empty.
type Cluster struct {
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
	Context string `json:"context,omitempty"`
}

// Summary counts results by status.
type Summary struct {
	Pass    int `json:"pass"`
	Fail    int `json:"fail"`
	Manual  int `json:"manual"`
	Unknown int `json:"unknown"`
	Waived  int `json:"waived"`
}

// Coverage is what was looked at and what was not.
type Coverage struct {
	Complete    bool          `json:"complete"`  // no gap
	Scope       string        `json:"scope"`     // cluster, namespaces, files or snapshot
	Selected    []string      `json:"selected"`  // the namespaces asked for; empty: all
	Excluded    []string      `json:"excluded"`  // namespaces left out on request
	Evaluated   Evaluated     `json:"evaluated"` // how much was judged
	Ignored     []KindCount   `json:"ignored"`   // objects of kinds that no rule reads
	Gaps        []Gap         `json:"gaps"`
	NotAssessed []NotAssessed `json:"notAssessed"`
	// Paths are the files and folders that were asked for, sorted.
	Paths []string `json:"paths,omitzero"`
}

// Evaluated counts the objects that the rules judged.
type Evaluated struct {
	Namespaces int `json:"namespaces"`
	Workloads  int `json:"workloads"`
	Pods       int `json:"pods"`
	Accounts   int `json:"accounts"`
}

// KindCount counts objects of a kind.
type KindCount struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

// Gap is something asked for that could not be read whole.
type Gap struct {
	What   string   `json:"what"`
	Scope  string   `json:"scope"`
	Reason string   `json:"reason"`
	Grant  string   `json:"grant"`
	Rules  []string `json:"rules"`
}

// NotAssessed is a source, or a rule, that was not asked for.
type NotAssessed struct {
	Source string   `json:"source"`
	Rules  []string `json:"rules"`
	How    string   `json:"how"` // how to ask for it
}

// Verdicts are the two answers: the letter of the control and its intent.
type Verdicts struct {
	CISAudit  Verdict `json:"cisAudit"`
	CISIntent Verdict `json:"cisIntent"`
}

// Verdict is one answer, for the whole and for each namespace.
type Verdict struct {
	Status     Status             `json:"status"`
	Reasons    []string           `json:"reasons"` // why it is unknown, if it is
	Namespaces []NamespaceVerdict `json:"namespaces"`
}

// NamespaceVerdict is a verdict for one namespace.
type NamespaceVerdict struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
}

// Status is the outcome of a result or a verdict.
type Status string

// The statuses.
const (
	Pass    Status = "pass"
	Fail    Status = "fail"
	Manual  Status = "manual"
	Unknown Status = "unknown"
	Waived  Status = "waived"
)

// Severity ranks a result. Severities of passes are those of the rule.
type Severity string

// The severities, most severe first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Info     Severity = "info"
)

// Severities lists the severities, most severe first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Info} }

// Rank is 0 for critical and grows as severity falls; 5 for an unknown word.
func (s Severity) Rank() int {
	for i, one := range Severities() {
		if s == one {
			return i
		}
	}
	return len(Severities())
}

// Result is the outcome of one rule on one object.
//
// Message never repeats the object's name or namespace, so that the same
// finding in many namespaces has the same text. Fix is text of several lines;
// a line that starts with "$ " is a command, lines between "---" lines are
// YAML, all others are prose.
type Result struct {
	Rule        string     `json:"rule"`
	Status      Status     `json:"status"`
	Severity    Severity   `json:"severity"`
	Object      Object     `json:"object"`
	Source      *Source    `json:"source,omitempty"`
	ManagedBy   string     `json:"managedBy,omitempty"`
	Message     string     `json:"message"`
	Evidence    []Evidence `json:"evidence"`
	Fix         string     `json:"fix"`
	Fingerprint string     `json:"fingerprint"`
	// KeyIDs are the access key ids that a result of 4xx is about, sorted.
	KeyIDs []string `json:"keyIds,omitempty"`
	// SecretsWithoutID counts the secret access keys that it is about and whose
	// id is not known: no waiver can name them.
	SecretsWithoutID int `json:"secretsWithoutId,omitempty"`
	// Waiver is set where a waiver made a failure Waived, or a recorded verdict
	// judged what was Manual.
	Waiver *Waiver `json:"waiver,omitempty"`
	// Baseline is New or Unchanged for failures where one was given.
	Baseline string `json:"baseline,omitempty"`
	// Absent marks an unknown result whose object is simply not among the
	// files: it makes exit code 4 only with --strict.
	Absent bool `json:"absent,omitempty"`
}

// Values of Result.Baseline.
const (
	New       = "new"
	Unchanged = "unchanged"
)

// Waiver says who accepts a result, why, and up to when.
type Waiver struct {
	Owner   string `json:"owner"`
	Reason  string `json:"reason"`
	Expires string `json:"expires"` // 2006-01-02: that whole day, UTC
	// Verdict and Evidence are set for a recorded verdict.
	Verdict  Status `json:"verdict,omitempty"`
	Evidence string `json:"evidence,omitempty"`
}

// Object is what a result is on. Cluster-scoped objects have an empty
// namespace.
type Object struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Container string `json:"container,omitempty"`
}

// Source is a place in a file.
type Source struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// Evidence is one fact behind a result.
type Evidence struct {
	Text    string   `json:"text"`
	Objects []Object `json:"objects"`
	// Everywhere marks what bears on the same object of every namespace alike;
	// Severity is then that of this fact alone.
	Everywhere bool     `json:"everywhere,omitempty"`
	Severity   Severity `json:"severity,omitempty"`
}
