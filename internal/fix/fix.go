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
	Kustomized string // the kustomization that lists it
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
	Unmended []Unmended  // sorted by file and line
}

// Mend carries out the steps of a plan. The report is the one that the plan was
// made of.
func Mend(p *plan.Plan, before *audit.Report, o Options) *Result {
	m := &mender{plan: p, o: o, steps: map[string]*plan.Step{}, active: map[string]bool{}, failed: map[string]string{}, files: map[string]*file{}}
	m.choose()
	m.locate()
	m.write()
	return &Result{Changes: m.changes(), Done: m.done(), Unmended: m.unmended(before)}
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
}

// file is one that steps change.
type file struct {
	path    string
	data    []byte
	parsed  *manifest.File
	objects []manifest.Object
	err     error
	json    bool
	byLine  map[int][]*manifest.Object
	// headed is set where nothing can be put in front of the first object, once
	// that was probed.
	probed, headed bool
	work           []work
	after          []byte
	// beside are the objects for a new file of JSON.
	beside []besides
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
	for _, need := range m.steps[id].Needs {
		if m.active[need] && !slices.ContainsFunc(m.users[need], func(user string) bool { return m.active[user] }) {
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

// file reads a file once.
func (m *mender) file(path string) *file {
	if f := m.files[path]; f != nil {
		return f
	}
	f := &file{path: path, json: strings.HasSuffix(path, ".json")}
	m.files[path] = f
	m.order = append(m.order, f)
	if f.data, f.err = m.o.Read(path); f.err != nil {
		return f
	}
	if chart := m.o.About(path).Chart; chart != "" {
		f.err = fmt.Errorf("it is a template of the chart of %s: set serviceAccount.create and serviceAccount.name in its values, where it has them, or edit the template", chart)
		return f
	}
	format := manifest.YAML
	if f.json {
		format = manifest.JSON
	}
	if f.parsed, f.err = manifest.Parse(f.data, format, manifest.Options{EditGenerated: m.o.EditGenerated}); f.err == nil {
		f.objects = f.parsed.Objects()
		f.byLine = map[int][]*manifest.Object{}
		for i := range f.objects {
			o := &f.objects[i]
			f.byLine[o.Line] = append(f.byLine[o.Line], o)
		}
	}
	return f
}

// find gives the object of a place.
func (f *file) find(line int, kind, name string) (*manifest.Object, error) {
	if f.err != nil {
		return nil, f.err
	}
	for _, o := range f.byLine[line] {
		if o.Kind == kind && (o.Name == name || name == "") {
			return o, nil
		}
	}
	return nil, fmt.Errorf("line %d: %s %s is not found there by the editor: mend the file's form, or change it by hand", line, kind, name)
}
