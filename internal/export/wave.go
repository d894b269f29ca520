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
	aws     []*step      // of AWS, which kubectl cannot do
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
		if err := w.write(p); err != nil {
			return nil, err
		}
	}
	for _, w := range k.waves { // scripts hold lines of other waves' steps
		list, err := awsFiles(w)
		if err != nil {
			return nil, err
		}
		for _, s := range w.steps {
			list = append(list, s.files...)
		}
		list = append(list,
			File{Path: "README.md", Data: []byte(k.waveReadme(w))},
			File{Path: "apply.sh", Data: []byte(k.script(w, true)), Executable: true},
			File{Path: "revert.sh", Data: []byte(k.script(w, false)), Executable: true})
		for _, f := range list {
			f.Path = w.folder + "/" + f.Path
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// write makes what the steps of a wave are written as.
func (w *wave) write(p *plan.Plan) error {
	for _, s := range w.steps {
		if err := s.write(p, w.folder); err != nil {
			return err
		}
	}
	return w.joinTrusts()
}

// sort puts each step into its wave. Steps stand behind those that they need.
func (k *kubernetes) sort() {
	digits := max(2, len(strconv.Itoa(len(k.Steps))))
	for i := range k.Steps {
		s := &k.Steps[i]
		w := k.waves[slices.Index(plan.Waves(), s.Wave)]
		list := &w.steps
		switch {
		case s.Waiting():
			w.waiting = append(w.waiting, s)
			continue
		case s.Object.APIVersion == plan.AWSAPI:
			list = &w.aws
		}
		one := &step{Step: s, number: fmt.Sprintf("%0*d", digits, len(*list)+1)}
		*list = append(*list, one)
		if list == &w.steps {
			k.byID[s.ID] = one
		}
	}
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
	if a.Action != plan.Change || a.names() || a.item() != "" || b.item() != "" || b.Before == nil || !samePaths(a.After.Fields, b.Before.Fields) {
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
