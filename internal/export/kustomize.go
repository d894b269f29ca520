package export

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// kustomize is the export of a plan under way.
type kustomize struct {
	*plan.Plan
	waves []*component
	aws   []*plan.Step
	// made are accounts that a cluster makes by itself, and that manifests of it
	// rarely have: they come as resources, once.
	made map[plan.Object]bool
	seen map[string][]*kustomized // by wave, action and object
}

// component is a wave: a kind of kustomization that others include.
// https://kubectl.docs.kubernetes.io/guides/config_management/components/
type component struct {
	*wave
	resources []string
	patches   []kpatch
	byHand    []*step
	deleted   []*step
	files     []File
}

// kpatch is an item of the list patches. Without a target it is a merge patch,
// and the object must be there; with one it is a JSON patch, which is silently
// not used where nothing matches: so each comes with a merge patch.
type kpatch struct {
	Path   string   `json:"path"`
	Target *ktarget `json:"target,omitempty"`
}

// ktarget selects an object. Its fields are regular expressions on the whole.
type ktarget struct {
	Group     string `json:"group,omitempty"`
	Version   string `json:"version"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// kustomized is a step as files.
type kustomized struct {
	*step
	source     string
	resource   any
	operations []map[string]any // of a JSON patch, before the merge patch
	merge      map[string]any
	order      []map[string]any // of one behind it
	containers []container
}

// Kustomize writes a plan as components for kustomize, one a wave that has steps,
// with resources for what is made and patches for what changes. Each builds on
// those before it. They go over manifests that have their final names: over what
// renders them, in a kustomization around it. So a plan of files will do, if it
// was made of what is rendered; one in which two files define an object in two
// ways is refused, since a component has it once.
//
// A patch for an object that is not among the manifests stops the build; so does
// one of a field that has another value than was planned for, where a JSON patch
// can tell.
func Kustomize(p *plan.Plan) ([]File, error) {
	if err := visibleSteps(p); err != nil {
		return nil, err
	}
	k := &kustomize{Plan: p, made: map[plan.Object]bool{}, seen: map[string][]*kustomized{}}
	for i, name := range plan.Waves() {
		k.waves = append(k.waves, &component{wave: &wave{Wave: name, folder: strconv.Itoa(i+1) + "-" + string(name)}})
	}
	if err := k.sort(); err != nil {
		return nil, err
	}
	files := []File{{Path: "README.md", Data: []byte(k.readme())}}
	for _, c := range k.waves {
		list, err := c.write()
		if err != nil {
			return nil, err
		}
		files = append(files, list...)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// sort puts each step into its wave, and writes it.
func (k *kustomize) sort() error {
	counts := map[plan.Wave]int{}
	for i := range k.Steps {
		counts[k.Steps[i].Wave]++
	}
	for i := range k.Steps {
		s := &k.Steps[i]
		c := k.waves[max(0, slices.Index(plan.Waves(), s.Wave))]
		switch {
		case s.Waiting():
			c.waiting = append(c.waiting, s)
		case s.Object.APIVersion == plan.AWSAPI:
			k.aws = append(k.aws, s)
		default:
			digits := max(2, len(strconv.Itoa(counts[s.Wave])))
			one := &step{Step: s, number: fmt.Sprintf("%0*d", digits, len(c.steps)+1)}
			if err := k.step(c, one); err != nil {
				return fmt.Errorf("export step %+q: %w", s.ID, err)
			}
		}
	}
	return nil
}

// step writes a step, unless another has written the same: files may define an
// object more than once.
func (k *kustomize) step(c *component, s *step) error {
	one := &kustomized{step: s}
	if s.Source != nil {
		one.source = fmt.Sprintf("%s:%d", s.Source.File, s.Source.Line)
	}
	if err := k.make(one); err != nil {
		return err
	}
	key := fmt.Sprintf("%s %s %q", s.Wave, s.Action, s.Object)
	for _, other := range k.seen[key] {
		switch same, err := one.same(other); {
		case err != nil:
			return err
		case other.source == one.source:
		case same:
			return nil
		default:
			return fmt.Errorf("%s and %s define the object in two ways, and a component has it once: make the plan of what one kustomization renders", other.source, one.source)
		}
	}
	k.seen[key] = append(k.seen[key], one)
	c.steps = append(c.steps, s)
	return c.add(one)
}

// same tells whether two steps are written alike.
func (k *kustomized) same(o *kustomized) (bool, error) {
	a, err := yamlOf([]any{k.resource, k.merge, k.operations, k.order})
	if err != nil {
		return false, err
	}
	b, err := yamlOf([]any{o.resource, o.merge, o.operations, o.order})
	return a == b, err
}

// make turns a step into a resource or patches.
func (k *kustomize) make(s *kustomized) error {
	switch {
	case s.Action == plan.Create && s.After != nil && s.After.Manifest != nil:
		s.resource = s.After.Manifest
	case s.Action == plan.Delete:
		s.merge = s.head()
		s.merge["$patch"] = "delete"
	case s.Action == plan.Restart:
		return k.restart(s)
	case s.Action != plan.Change || s.Before == nil || s.After == nil:
		return fmt.Errorf("an action %s on a %s has no form in kustomize", s.Action, s.Object.Kind)
	case k.ofCluster(s):
		k.made[s.Object] = true
		s.merge = s.head()
		if err := s.change(); err != nil {
			return err
		}
		s.resource, s.merge, s.operations = s.merge, nil, nil
	default:
		s.merge = s.head()
		return s.change()
	}
	return nil
}

// ofCluster tells an account default of a cluster, which makes it by itself.
func (k *kustomize) ofCluster(s *kustomized) bool {
	return k.Source.Origin == snapshot.OriginCluster && s.Object.Kind == snapshot.KindServiceAccount && s.Object.Name == snapshot.Default && !k.made[s.Object]
}

// head names the object of a merge patch.
func (k *kustomized) head() map[string]any {
	metadata := map[string]any{"name": k.Object.Name}
	if k.Object.Namespace != "" {
		metadata["namespace"] = k.Object.Namespace
	}
	return map[string]any{"apiVersion": k.Object.APIVersion, "kind": k.Object.Kind, "metadata": metadata}
}

// restart does what kubectl rollout restart does; other kinds have no rollout.
func (k *kustomize) restart(s *kustomized) error {
	switch s.Object.Kind {
	case snapshot.KindDeployment, snapshot.KindStatefulSet, snapshot.KindDaemonSet:
		s.merge = s.head()
		return s.put(plan.Field{Path: "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt", Value: k.GeneratedAt.UTC().Format("2006-01-02T15:04:05Z")})
	}
	return nil
}

// add writes the files of a step.
func (c *component) add(s *kustomized) error {
	if s.resource != nil {
		name, err := c.file(s, ".yaml", s.resource, "")
		c.resources = append(c.resources, name)
		return err
	}
	switch {
	case s.merge == nil:
		c.byHand = append(c.byHand, s.step)
		return nil
	case s.Action == plan.Delete:
		c.deleted = append(c.deleted, s.step)
	}
	if err := c.json(s, ".json6902.yaml", s.operations, "A test that fails stops the build: the manifest is not the one that was planned for."); err != nil {
		return err
	}
	name, err := c.file(s, ".yaml", s.merge, "")
	if err != nil {
		return err
	}
	c.patches = append(c.patches, kpatch{Path: name})
	return c.json(s, ".order.json6902.yaml", s.order, "kustomize puts containers that a patch names in front: this puts them back.")
}

// json adds a JSON patch, if there is anything in it.
func (c *component) json(s *kustomized, end string, operations []map[string]any, text string) error {
	if len(operations) == 0 {
		return nil
	}
	name, err := c.file(s, end, operations, text)
	c.patches = append(c.patches, kpatch{name, targetOf(s.Object)})
	return err
}

func (c *component) file(s *kustomized, end string, v any, text string) (string, error) {
	body, err := yamlOf(v)
	if err != nil {
		return "", err
	}
	name := s.slug() + end
	c.files = append(c.files, File{Path: name, Data: []byte(s.step.head(text) + body)})
	return name, nil
}

// write gives the files of the wave, none where it has no steps.
func (c *component) write() ([]File, error) {
	if len(c.files) == 0 {
		return nil, nil
	}
	body, err := yamlOf(struct {
		APIVersion string   `json:"apiVersion"`
		Kind       string   `json:"kind"`
		Resources  []string `json:"resources,omitempty"`
		Patches    []kpatch `json:"patches,omitempty"`
	}{"kustomize.config.k8s.io/v1alpha1", "Component", c.resources, c.patches})
	if err != nil {
		return nil, err
	}
	files := []File{{Path: path.Join(c.folder, "kustomization.yaml"), Data: slices.Concat([]byte(comment("", about(c.Wave))), []byte(body))}}
	for _, f := range c.files {
		files = append(files, File{Path: path.Join(c.folder, f.Path), Data: bytes.Clone(f.Data)})
	}
	return files, nil
}
