// Package fix carries out a Plan in the files that it was made of: it turns
// steps into edits of manifests, and says which results could not be mended and
// why.
//
// Bytes go in and come out: it is given the files and gives what they become,
// and reads and writes nothing itself. A step that cannot be made in a file
// takes with it all that would not make sense without it: what needs it, and
// what only it needs. The rest is done all the same.
package fix

import (
	"fmt"
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/manifest"
	"podpass/internal/plan"
)

// Options say what to do.
type Options struct {
	Waves []plan.Wave // in any order
	Rules []string    // that are to be mended; empty: all that are planned
	// EditGenerated edits files that say that they are generated.
	EditGenerated bool
	// Read gives a file by the path that the Snapshot has.
	Read func(path string) ([]byte, error)
	// About says what surrounds a file.
	About func(path string) Surroundings
}

// Surroundings are what the files beside a file say of it.
type Surroundings struct {
	Chart      string // the Chart.yaml above it, if it is a template of a chart
	Kustomized string // the kustomization that lists it as a resource
	Patch      string // the kustomization that lists it as a patch
	Taken      bool   // the sibling for new objects (Sibling) is there
}

// Change is a file with its new content.
type Change struct {
	Path          string
	Before, After []byte // Before is nil for a new file
}

// Unmended is a failing result that is still one in the files.
type Unmended struct {
	Rule   string
	Object audit.Object
	File   string
	Line   int
	Reason string
}

// Result is what comes out.
type Result struct {
	Changes  []Change    // sorted by path
	Done     []plan.Step // in the order of the plan
	First    []plan.Step // in AWS, before what is done is rolled out
	Unmended []Unmended  // sorted by file and line
}

// Mend carries out the steps of a plan. The report is the one that the plan was
// made of.
func Mend(p *plan.Plan, before *audit.Report, o Options) *Result {
	m := &mender{plan: p, o: o, steps: map[string]*plan.Step{}, active: map[string]bool{}, failed: map[string]string{}, files: map[string]*file{}, bare: map[string]map[int]bool{}}
	m.choose()
	m.sort()
	m.write()
	return &Result{Changes: m.changes(), Done: m.done(), First: m.first(), Unmended: m.unmended(before)}
}

// mender holds what one Mend knows.
type mender struct {
	plan   *plan.Plan
	o      Options
	steps  map[string]*plan.Step
	users  map[string][]string // steps by what they need
	active map[string]bool     // steps that are done, as far as is known
	failed map[string]string   // why others are not
	files  map[string]*file
	order  []*file
	bare   map[string]map[int]bool // by file: lines of objects that name no namespace
}

// file is one that steps change. What is parsed of it is kept only while it is
// worked on: there may be ten thousand.
type file struct {
	path        string
	steps       []*plan.Step
	done        []string // ids of those that before and after differ by
	before      []byte
	after       []byte
	beside      []besides // objects for a new file of JSON
	json, tried bool
}

// open is a file that is being worked on.
type open struct {
	*file
	data   []byte
	parsed *manifest.File
	byLine map[int][]*manifest.Object
	work   []work
}

// work is a step's edits in a file.
type work struct {
	step  *plan.Step
	edits []manifest.Edit
}

type besides struct {
	step   *plan.Step
	object manifest.Mapping
}

// choose takes the steps of the waves that are asked for, without those that
// wait, or need a step that is not done now.
func (m *mender) choose() {
	m.users = map[string][]string{}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		m.steps[s.ID] = s
		for _, id := range s.Needs {
			m.users[id] = append(m.users[id], s.ID)
		}
	}
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		switch first := m.missing(s); {
		case !slices.Contains(m.o.Waves, s.Wave), s.Waiting(), s.Action == plan.Restart, s.Object.APIVersion == plan.AWSAPI:
		case first != nil:
			m.failed[s.ID] = fmt.Sprintf("%s comes first: do the wave %s too, or before", first.ID, first.Wave)
		default:
			m.active[s.ID] = true
		}
	}
}

// missing gives a step that a step needs and that is not done.
func (m *mender) missing(s *plan.Step) *plan.Step {
	for _, id := range s.Needs {
		// Roles are made in AWS, by whoever merges the files.
		if need := m.steps[id]; need != nil && !m.active[id] && need.Object.APIVersion != plan.AWSAPI {
			return need
		}
	}
	return nil
}

// fail gives a step up, with all that needs it, and what only it needs.
func (m *mender) fail(id, reason string) {
	if !m.active[id] {
		return
	}
	m.active[id] = false
	m.failed[id] = reason
	for _, user := range m.users[id] {
		m.fail(user, reason)
	}
	if m.steps[id].Wave != plan.Move {
		return // what comes before a Lock or a Clean makes sense without it
	}
	for _, need := range m.steps[id].Needs {
		if m.active[need] && m.steps[need].Wave == plan.Add && !slices.ContainsFunc(m.users[need], func(user string) bool { return m.active[user] }) {
			m.fail(need, reason)
		}
	}
}

func (m *mender) done() []plan.Step {
	list := []plan.Step{}
	for _, s := range m.plan.Steps {
		if m.active[s.ID] {
			list = append(list, s)
		}
	}
	return list
}

// first are the steps in AWS that done ones need.
func (m *mender) first() []plan.Step {
	list := []plan.Step{}
	for _, s := range m.plan.Steps {
		if s.Object.APIVersion == plan.AWSAPI && !s.Waiting() && slices.ContainsFunc(m.users[s.ID], func(id string) bool { return m.active[id] }) {
			list = append(list, s)
		}
	}
	return list
}

// sort gives each file its steps.
func (m *mender) sort() {
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		switch {
		case !m.active[s.ID]:
		case s.Source == nil:
			m.fail(s.ID, "its place in the files is not known")
		case s.Source.File == "-":
			m.fail(s.ID, "it was read from standard input: give its file")
		default:
			f := m.files[s.Source.File]
			if f == nil {
				f = &file{path: s.Source.File, json: strings.HasSuffix(s.Source.File, ".json")}
				m.files[f.path] = f
				m.order = append(m.order, f)
			}
			f.steps = append(f.steps, s)
		}
	}
}

// open reads a file.
func (m *mender) open(f *file) (*open, error) {
	data, err := m.o.Read(f.path)
	if err != nil {
		return nil, err
	}
	about := m.o.About(f.path)
	if about.Patch != "" {
		return nil, fmt.Errorf("%s lists it as a patch: edit the workload that it patches", about.Patch)
	}
	if chart := about.Chart; chart != "" {
		return nil, fmt.Errorf("it is a template of the chart of %s: set serviceAccount.create and serviceAccount.name in its values, where it has them, or edit the template", chart)
	}
	o := &open{file: f, data: data, byLine: map[int][]*manifest.Object{}}
	format := manifest.YAML
	if f.json {
		format = manifest.JSON
	}
	if o.parsed, err = manifest.Parse(data, format, manifest.Options{EditGenerated: m.o.EditGenerated}); err != nil {
		return nil, err
	}
	bare := map[int]bool{}
	objects := o.parsed.Objects()
	for i := range objects {
		one := &objects[i]
		o.byLine[one.Line] = append(o.byLine[one.Line], one)
		if one.Namespace == "" {
			bare[one.Line] = true
		}
	}
	m.bare[f.path] = bare
	return o, nil
}

// isBare tells whether the object of a place names no namespace.
func (m *mender) isBare(at *audit.Source) bool {
	if m.bare[at.File] == nil {
		f := &file{path: at.File, json: strings.HasSuffix(at.File, ".json")}
		if _, err := m.open(f); err != nil {
			m.bare[at.File] = map[int]bool{}
		}
	}
	return m.bare[at.File][at.Line]
}

// find gives the object of a place.
func (f *open) find(line int, kind, namespace, name string) (*manifest.Object, error) {
	var found []*manifest.Object
	for _, o := range f.byLine[line] {
		if o.Kind == kind && o.Name == name && (o.Namespace == namespace || o.Namespace == "") {
			found = append(found, o)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, fmt.Errorf("line %d: several %s %s stand there: give each a line of its own", line, kind, name)
	}
	return nil, fmt.Errorf("line %d: %s %s is not found there by the editor: mend the file's form, or change it by hand", line, kind, name)
}
