// Package export writes a Plan as files that people review and that are carried
// out without Podpass.
//
// It reads a Plan and gives Files; it decides nothing, and carries out nothing:
// steps that wait are named, with what they wait for, and are no part of what a
// file does. Names and texts of the plan come from a cluster: each is quoted for
// the shell, for YAML and for Markdown, and an object whose name holds an
// invisible character is refused.
//
// The package is pure. The same Plan gives the same Files.
package export

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// form is one in which a plan is exported.
type form struct {
	name  string
	write func(*plan.Plan) ([]File, error)
}

func forms() []form {
	return []form{{"kubernetes", Kubernetes}, {"kustomize", Kustomize}, {"terraform", Terraform}}
}

// Targets lists the forms in which a plan is exported.
func Targets() []string {
	var names []string
	for _, f := range forms() {
		names = append(names, f.name)
	}
	return names
}

// Write writes a plan in one of the Targets.
func Write(p *plan.Plan, as string) ([]File, error) {
	for _, f := range forms() {
		if f.name == as {
			return f.write(p)
		}
	}
	return nil, fmt.Errorf("form %+q is none of %s", as, strings.Join(Targets(), ", "))
}

var accountFolder = regexp.MustCompile(`^[0-9]{12}$`)

// IsEntry tells what stands at the top of an export, of whatever form.
func IsEntry(name string) bool {
	return slices.Contains([]string{"1-add", "2-move", "3-lock", "4-clean", "README.md", "steps.sh"}, name) || accountFolder.MatchString(name)
}

// File is one of an export. Path is relative and has slashes.
type File struct {
	Path       string
	Data       []byte
	Executable bool
}

// ErrFiles tells that a plan was made of files, which have no uids to recognise
// an object of a cluster by.
var ErrFiles = errors.New("the plan was made of files, and says nothing of a cluster: change the files with podpass fix, or make the plan from the cluster (podpass plan --format json without a path)")

// check refuses a plan that cannot be carried out safely on a cluster.
func check(p *plan.Plan) error {
	if p.Source.Origin != snapshot.OriginCluster {
		return ErrFiles
	}
	if p.Source.Cluster.UID == "" {
		return errors.New("the plan does not know which cluster it is for: no uid of a namespace, kube-system or one that was asked for, could be read. Let podpass read namespaces (podpass rbac prints the right), and make the plan anew")
	}
	for _, text := range []string{p.Source.Cluster.UID, p.Source.Cluster.Namespace} {
		if err := visible("the uid of the cluster", text); err != nil {
			return err
		}
	}
	return visibleSteps(p)
}

// visibleSteps refuses steps that do not say what they do, and objects whose
// names cannot be reviewed.
func visibleSteps(p *plan.Plan) error {
	for i := range p.Steps {
		s := &p.Steps[i]
		if !whole(s) {
			return fmt.Errorf("export step %+q: it does not say what it changes, or in which wave: make the plan anew", s.ID)
		}
		if s.Object.APIVersion == plan.AWSAPI && !s.Waiting() {
			if err := checkAWS(s); err != nil {
				return err
			}
		}
		for _, text := range []string{s.Object.APIVersion, s.Object.Kind, s.Object.Namespace, s.Object.Name, s.Expects.UID} {
			if err := visible("step "+s.ID, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// whole tells whether a step says what it takes to do it.
func whole(s *plan.Step) bool {
	if !slices.Contains(plan.Waves(), s.Wave) {
		return false
	}
	if s.Object.APIVersion == plan.AWSAPI {
		return true // checkAWS tells more
	}
	switch s.Action {
	case plan.Create:
		return s.After != nil && s.After.Manifest != nil
	case plan.Change:
		return s.Before != nil && s.After != nil
	case plan.Delete:
		return s.Before != nil
	}
	return s.Action == plan.Restart
}

// visible refuses a name that cannot be reviewed.
func visible(what, name string) error {
	if !utf8.ValidString(name) {
		return fmt.Errorf("export %+q: the name %+q is not UTF-8: rename the object, or leave it alone by a choice", what, name)
	}
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("export %+q: the name %+q holds a character that cannot be seen: rename the object, or leave it alone by a choice", what, name)
		}
	}
	return nil
}
