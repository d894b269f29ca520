package export

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"podpass/internal/plan"
)

// wave is one of the four folders.
type wave struct {
	plan.Wave
	folder  string
	steps   []*step      // that are carried out
	waiting []*plan.Step // for a decision or a gap
	aws     []*plan.Step // of AWS, which kubectl cannot do
	// beyond are steps that no script does yet, and those that need one of them.
	beyond []*plan.Step
}

// kubernetes is the export of a plan under way.
type kubernetes struct {
	*plan.Plan
	waves []*wave
	byID  map[string]*step
}

// Kubernetes writes a plan as folders of YAML and scripts for kubectl, one
// folder a wave. It refuses a plan of files (ErrFiles), one of a cluster
// that it cannot tell, and one with names or steps that cannot be written
// safely.
func Kubernetes(p *plan.Plan) ([]File, error) {
	if err := check(p); err != nil {
		return nil, err
	}
	k := &kubernetes{Plan: p, byID: map[string]*step{}}
	for i, name := range plan.Waves() {
		k.waves = append(k.waves, &wave{Wave: name, folder: strconv.Itoa(i+1) + "-" + string(name)})
	}
	k.sort()
	if err := k.chain(); err != nil {
		return nil, err
	}
	files := []File{{Path: "README.md", Data: []byte(k.readme())}, {Path: "steps.sh", Data: []byte(stepsSh)}}
	for _, w := range k.waves {
		for _, s := range w.steps {
			if err := s.write(p); err != nil {
				return nil, err
			}
			for _, f := range s.files {
				files = append(files, File{Path: w.folder + "/" + f.Path, Data: f.Data})
			}
		}
	}
	for _, w := range k.waves {
		files = append(files,
			File{Path: w.folder + "/README.md", Data: []byte(k.waveReadme(w))},
			File{Path: w.folder + "/apply.sh", Data: []byte(k.script(w, true)), Executable: true},
			File{Path: w.folder + "/revert.sh", Data: []byte(k.script(w, false)), Executable: true})
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// sort puts each step into its wave. Steps stand behind those that they need.
func (k *kubernetes) sort() {
	digits := max(2, len(strconv.Itoa(len(k.Steps))))
	beyond := map[string]bool{}
	for i := range k.Steps {
		s := &k.Steps[i]
		w := k.waves[slices.Index(plan.Waves(), s.Wave)]
		switch {
		case s.Waiting():
			w.waiting = append(w.waiting, s)
		case s.Object.APIVersion == plan.AWSAPI:
			w.aws = append(w.aws, s)
		case named(s) || slices.ContainsFunc(s.Needs, func(id string) bool { return beyond[id] }):
			beyond[s.ID] = true
			w.beyond = append(w.beyond, s)
		default:
			one := &step{Step: s, number: fmt.Sprintf("%0*d", digits, len(w.steps)+1)}
			w.steps = append(w.steps, one)
			k.byID[s.ID] = one
		}
	}
}

// named tells whether a step changes an item of a list that it names, as a
// variable of a container: to a JSON patch items have no names.
func named(s *plan.Step) bool {
	return s.Action == plan.Change && slices.ContainsFunc(slices.Concat(s.Before.Fields, s.After.Fields), func(f plan.Field) bool {
		return f.Present || strings.Contains(f.Path, "[") || strings.Contains(f.Path, "/-/")
	})
}

// chain tells each step in which states later steps leave the fields that it
// changes, so that a wave is run again after a later one, and finds objects that
// are deleted later.
func (k *kubernetes) chain() error {
	last := map[plan.Object][]*step{}
	for _, w := range k.waves {
		for _, s := range w.steps {
			for _, earlier := range last[s.Object] {
				if err := follows(earlier, s); err != nil {
					return fmt.Errorf("export step %s: %w", s.ID, err)
				}
			}
			last[s.Object] = append(last[s.Object], s)
		}
	}
	return nil
}

// follows notes on two steps of an object what one means for the other.
func follows(a, b *step) error {
	if a.Action != plan.Change || a.item() != "" || b.item() != "" || b.Before == nil || !samePaths(a.After.Fields, b.Before.Fields) {
		return nil
	}
	if a.Wave == b.Wave {
		return errors.New("an earlier step of its wave changes the same fields: make the plan anew")
	}
	before, err := stateOf(b.fields(a.Before.Fields))
	if err != nil {
		return err
	}
	b.earlier = append(b.earlier, before.want)
	if b.Action == plan.Delete {
		a.recreated, a.later = b.Step, append(a.later, "")
		return nil
	}
	after, err := stateOf(a.fields(b.After.Fields))
	if err != nil {
		return err
	}
	a.later = append(a.later, after.want)
	return nil
}

func samePaths(a, b []plan.Field) bool {
	return slices.EqualFunc(a, b, func(x, y plan.Field) bool { return x.Path == y.Path })
}

// file adds a file of the step and gives its name.
func (s *step) file(end string, v any, text string) (string, error) {
	body, err := yamlOf(v)
	if err != nil {
		return "", err
	}
	name := s.slug() + end
	s.files = append(s.files, File{Path: name, Data: []byte(s.head(text) + body)})
	return name, nil
}

// head is the comment that a file starts with.
func (s *step) head(text string) string {
	head := comment("", "Step "+s.number+" of the wave "+string(s.Wave)+": "+s.ID)
	if text == "" {
		head += comment("", forWhom(s.Step))
		for _, risk := range s.Risk {
			head += comment("", "Risk: "+risk)
		}
		text = "Taken back: " + s.Reverse
	}
	return head + comment("", text)
}

// forWhom names whose story a step belongs to.
func forWhom(s *plan.Step) string {
	switch {
	case s.For != nil:
		return "For " + s.For.Kind + " " + s.For.Namespace + "/" + s.For.Name + "."
	case s.Object.Namespace != "":
		return "For the namespace " + s.Object.Namespace + "."
	}
	return "For the cluster."
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// escape writes a token of a JSON pointer.
func escape(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}
