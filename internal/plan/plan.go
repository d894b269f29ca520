// Package plan turns what an audit finds into steps: accounts of their own for
// workloads, with the rights that the old one has, a role where one is meant,
// and then a default account without either.
//
// It reads a Snapshot (with detail), what audit says of it, and the user's
// Choices, and gives a Plan: a document that says of each step what it expects
// to find, what it leaves, what must come before it and how it is taken back.
// Whoever carries it out (package export as scripts and files, the command fix
// in the team's files) decides nothing.
//
// Steps stand in waves, and every prefix of the waves leaves a cluster that
// works: Add makes what nothing uses yet, Move takes a workload over, Lock takes
// rights and token from default, Clean takes away what nobody needs any more.
// What the facts do not decide is a Decision for a person: the steps that depend
// on it wait, all others go on. Nothing is guessed, and nothing is planned where
// something that bears on it could not be read.
//
// The package is pure. The same Snapshot, Choices and Options give the same
// Plan; a plan of the state that it predicts has no steps.
package plan

import (
	"time"

	"podpass/internal/audit"
)

// APIVersion and Kind name the document. Format is raised where an older Podpass
// would carry out a newer plan wrongly.
const (
	APIVersion = "podpass/v1"
	Kind       = "Plan"
	Format     = 1
)

// Plan is an ordered list of steps, and what is known of their outcome. No list
// of it is null.
type Plan struct {
	APIVersion string     `json:"apiVersion"`
	Kind       string     `json:"kind"`
	Format     int        `json:"format"`
	Tool       audit.Tool `json:"tool"`
	// GeneratedAt is the only part that differs between two equal plans; Hash
	// (SHA-256, hex) is of all other parts, so that a change by hand shows.
	GeneratedAt time.Time `json:"generatedAt"`
	Hash        string    `json:"hash"`
	Source      Source    `json:"source"`
	// Decisions are those that a person has to make; what waits for them is in
	// their HoldsUp.
	Decisions []Decision `json:"decisions"`
	// Gaps are facts that were asked for and could not be read.
	Gaps []Gap `json:"gaps"`
	// Steps are in the order in which they can be carried out.
	Steps []Step `json:"steps"`
	// NotPlanned are failures that no step settles.
	NotPlanned []NotPlanned `json:"notPlanned"`
	Predicted  Predicted    `json:"predicted"`
}

// Source is what a plan was made of.
type Source struct {
	Origin  string        `json:"origin"` // as that of the Snapshot: cluster or files
	Cluster ClusterSource `json:"cluster"`
	TakenAt time.Time     `json:"takenAt,omitzero"` // of a snapshot file
	Paths   []string      `json:"paths,omitempty"`
	Choices string        `json:"choices,omitempty"` // the file
	Rules   []string      `json:"rules,omitempty"`   // those asked for; empty: all that are planned
	// Namespaces and Excluded are those of the run.
	Namespaces []string `json:"namespaces,omitempty"`
	Excluded   []string `json:"excluded,omitempty"`
	Workloads  []string `json:"workloads,omitempty"`
}

// ClusterSource names the cluster. UID is that of its namespace kube-system; or,
// where that was not read, of one that was asked for, which is then in Namespace.
type ClusterSource struct {
	Name      string `json:"name,omitempty"`
	Context   string `json:"context,omitempty"`
	Version   string `json:"version,omitempty"`
	UID       string `json:"uid,omitempty"`
	Namespace string `json:"namespace,omitempty"`
}

// Wave is a part of a plan that can be carried out by itself, after those
// before it.
type Wave string

// The waves, in their order.
const (
	Add   Wave = "add"
	Move  Wave = "move"
	Lock  Wave = "lock"
	Clean Wave = "clean"
)

// Waves lists the waves in their order.
func Waves() []Wave { return []Wave{Add, Move, Lock, Clean} }

// Action is what a step does.
type Action string

// The actions.
const (
	Create  Action = "create"  // an object that is not there
	Change  Action = "change"  // fields of one that is
	Restart Action = "restart" // the pods of a workload
	Delete  Action = "delete"  // an object
	Trust   Action = "trust"   // an IAM role that is there lets in one account more
)

// Object names the object of a step as Kubernetes does.
type Object struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

// Step is one change of one object.
type Step struct {
	ID     string        `json:"id"` // WAVE/KIND/NAMESPACE/NAME, and a number where that is not enough
	Wave   Wave          `json:"wave"`
	Action Action        `json:"action"`
	Object Object        `json:"object"`
	Source *audit.Source `json:"source,omitempty"` // of files: the object, or that which it stands in front of
	// CopyOf is where that stands which the new object is a copy of; of files.
	CopyOf *audit.Source `json:"copyOf,omitempty"`
	// For is the workload whose story it belongs to; nil: a namespace's.
	For     *audit.Object `json:"for,omitempty"`
	Expects Expects       `json:"expects"`
	// Before and After are the object where it is made or deleted, else the
	// fields that change; Before of a Create and After of a Delete are nil.
	Before *State `json:"before"`
	After  *State `json:"after"`
	// Settles are fingerprints of results that fail before it and not after all
	// that settle them are done.
	Settles []string `json:"settles"`
	Needs   []string `json:"needs"` // ids of steps, or gates (Gate…), that come first
	// Waits are ids of decisions and gaps without which it is not carried out.
	Waits    []string `json:"waits"`
	Restarts bool     `json:"restarts"` // whether pods are replaced
	Reverse  string   `json:"reverse"`  // how it is taken back, in words
	Risk     []string `json:"risk"`     // in words
}

// Waiting tells whether a step is held up.
func (s *Step) Waiting() bool { return len(s.Waits) > 0 }

// Expects is what must be so before a step, beside Before: else the object is
// not the one that was planned for.
type Expects struct {
	UID    string  `json:"uid,omitempty"`
	Fields []Field `json:"fields,omitempty"` // that stay
}

// State is an object, or some of its fields.
type State struct {
	Manifest *Manifest `json:"manifest,omitempty"`
	Fields   []Field   `json:"fields,omitempty"`
	// Of AWS:
	Role        *Role        `json:"role,omitempty"`
	Association *Association `json:"association,omitempty"`
}

// Field is a value in an object. Path is a JSON pointer (RFC 6901), in which the
// items of some lists are named: [name=app] is the one whose name is app,
// [secretRef=s] the one whose secretRef has the name s, and - the end of the
// list. A value of nil stands for a field that is not there.
type Field struct {
	Path  string `json:"path"`
	Value any    `json:"value"`
	// Present is set where something is there that a plan does not hold, since it
	// may be a secret: it can be taken away, and not be put back.
	Present bool `json:"present,omitempty"`
	// At is Path with places, from 0, in the stead of names, as far as they were
	// seen: for whoever patches by places (envFrom has no key to merge by).
	At string `json:"at,omitempty"`
}

// Manifest is an account or a binding, as it is made.
type Manifest struct {
	APIVersion                   string        `json:"apiVersion"`
	Kind                         string        `json:"kind"`
	Metadata                     Metadata      `json:"metadata"`
	AutomountServiceAccountToken *bool         `json:"automountServiceAccountToken,omitempty"`
	ImagePullSecrets             []Named       `json:"imagePullSecrets,omitempty"`
	Secrets                      []Named       `json:"secrets,omitempty"`
	RoleRef                      *RoleRef      `json:"roleRef,omitempty"`
	Subjects                     []SubjectItem `json:"subjects,omitempty"`
}

// Metadata is that of a Manifest.
type Metadata struct {
	Name        string            `json:"name"`
	Namespace   string            `json:"namespace,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Named is a reference by name.
type Named struct {
	Name string `json:"name"`
}

// RoleRef is the role of a binding.
type RoleRef struct {
	APIGroup string `json:"apiGroup"`
	Kind     string `json:"kind"`
	Name     string `json:"name"`
}

// SubjectItem is a subject of a binding, as the API server has it. Its fields
// stand in the order of their names, so that a plan that was read is written as
// it was.
type SubjectItem struct {
	APIGroup  string `json:"apiGroup,omitempty"`
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
}

// Gates are what must be seen, rather than done, before a step.
const (
	GateRoles   = "gate:roles"   // the role is there and its permissions are proven (G1)
	GateRollout = "gate:rollout" // no unfinished pod runs as the old account
	GateUse     = "gate:use"     // CloudTrail shows that the new role is used (G4)
	GateSoak    = "gate:soak"    // the longest session and the longest pause of a CronJob have passed (G5)
)

// Decision is a question that the facts do not answer.
type Decision struct {
	ID       string        `json:"id"`
	Object   audit.Object  `json:"object"`
	Source   *audit.Source `json:"source,omitempty"`
	Question string        `json:"question"`
	// Choices are lines of a choices file, any of which answers it.
	Choices string   `json:"choices"`
	HoldsUp []string `json:"holdsUp"` // ids of steps
}

// Gap is something that was asked for and could not be read.
type Gap struct {
	ID      string   `json:"id"`
	What    string   `json:"what"`
	Scope   string   `json:"scope"`
	Reason  string   `json:"reason"`
	Grant   string   `json:"grant"`
	HoldsUp []string `json:"holdsUp"`
}

// NotPlanned is a failure that no step settles, and why. ByChoice is set where a
// choice leaves it alone.
type NotPlanned struct {
	Fingerprint string        `json:"fingerprint"`
	Rule        string        `json:"rule"`
	Object      audit.Object  `json:"object"`
	Source      *audit.Source `json:"source,omitempty"`
	Reason      string        `json:"reason"`
	ByChoice    bool          `json:"byChoice,omitempty"`
	Waits       []string      `json:"waits,omitempty"` // decisions that come first
}

// Predicted is what an audit says before the plan, and after all steps of it
// that do not wait.
type Predicted struct {
	Before  audit.Summary `json:"before"`
	After   audit.Summary `json:"after"`
	Staying []Staying     `json:"staying"`
}

// Staying is a failure that the steps leave. New is set where it was none
// before.
type Staying struct {
	Fingerprint string        `json:"fingerprint"`
	Rule        string        `json:"rule"`
	Object      audit.Object  `json:"object"`
	Source      *audit.Source `json:"source,omitempty"`
	Reason      string        `json:"reason"`
	New         bool          `json:"new,omitempty"`
}
