package export

import (
	"fmt"
	"slices"
	"strings"

	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// step is a step of the plan as lines of shell: what does it, what takes it
// back, and the files that these lines use.
type step struct {
	*plan.Step
	number string // two digits or more
	// apply and revert are calls of steps.sh; revert may be empty.
	apply, revert string
	files         []File
	// recreated is set where a later step deletes the object, so that it has
	// another uid once that is taken back.
	recreated *plan.Step
	// later are the states in which later steps leave the same fields, and
	// earlier those in which earlier steps found them.
	later, earlier []string
	// Of a role: trust is the whole trust policy that it gets, and with the step
	// that gives it to the same role.
	trust []byte
	with  *step
}

// object names the object for steps.sh.
func (s *step) object() string {
	return call("object", s.number, resource(s.Object), s.Object.Namespace, s.Object.Name)
}

// resource is a kind as kubectl takes it: KIND.VERSION.GROUP, or KIND.
func resource(o plan.Object) string {
	group, version, ok := strings.Cut(o.APIVersion, "/")
	if !ok {
		return o.Kind
	}
	return o.Kind + "." + version + "." + group
}

func call(words ...string) string {
	for i, w := range words {
		words[i] = quote(w)
	}
	return strings.Join(words, " ") + "\n"
}

// slug is the name of the step's files, without an end: letters of names that a
// file system or a shell might not take are left out.
func (s *step) slug() string {
	o := s.Object
	words := []string{s.number, strings.ToLower(o.Kind), o.Namespace, o.Name}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	name := strings.Map(func(r rune) rune {
		if outsideKey(r) || r == '/' {
			return '_'
		}
		return r
	}, strings.Join(words, "-"))
	const most = 120 // of 255 that file systems take
	return name[:min(len(name), most)]
}

// write makes the lines and files of a step.
func (s *step) write(p *plan.Plan, folder string) error {
	var err error
	switch {
	case s.Action == plan.Create:
		err = s.create()
	case s.Action == plan.Delete:
		err = s.delete()
	case s.Action == plan.Restart:
		s.apply = call("restart", s.Expects.UID, p.GeneratedAt.UTC().Format("2006-01-02T15:04:05Z"), map[bool]string{true: "tokens"}[s.Wave == plan.Lock])
	case s.names():
		err = s.changeItems(folder)
	case s.item() != "":
		err = s.item1()
	default:
		err = s.change()
	}
	if err != nil {
		return fmt.Errorf("export step %s: %w", s.ID, err)
	}
	if s.Action != plan.Create && s.Expects.UID == "" {
		return fmt.Errorf("export step %s: the plan has no uid of the object: make it anew from the cluster", s.ID)
	}
	return nil
}

// create: there is nothing, or what the step makes.
func (s *step) create() error {
	made := s.After.Manifest
	fields := fieldsOf(made)
	is, err := stateOf(fields)
	if err != nil {
		return err
	}
	file, err := s.file(".yaml", made, "")
	if err != nil {
		return err
	}
	s.apply = call("create", file, is.query, is.want)
	s.revert = call("delete", "", is.query, is.want)
	return nil
}

// fieldsOf lists what says whether an object is the one that a manifest makes:
// what it sets, and of an account also what would give its pods something else
// if another had set it.
func fieldsOf(m *plan.Manifest) []plan.Field {
	var fields []plan.Field
	add := func(path string, v any, set bool) {
		if set {
			fields = append(fields, plan.Field{Path: path, Value: v})
		}
	}
	account := m.RoleRef == nil
	add("/automountServiceAccountToken", m.AutomountServiceAccountToken, account)
	add("/imagePullSecrets", m.ImagePullSecrets, len(m.ImagePullSecrets) > 0)
	add("/secrets", m.Secrets, len(m.Secrets) > 0)
	add("/roleRef", m.RoleRef, !account)
	add("/subjects", m.Subjects, !account)
	annotations := m.Metadata.Annotations
	if _, ok := annotations[plan.AnnotationRole]; account && !ok {
		fields = append(fields, plan.Field{Path: "/metadata/annotations/" + escape(plan.AnnotationRole)})
	}
	for _, key := range sortedKeys(annotations) {
		add("/metadata/annotations/"+escape(key), annotations[key], true)
	}
	for _, key := range sortedKeys(m.Metadata.Labels) {
		add("/metadata/labels/"+escape(key), m.Metadata.Labels[key], true)
	}
	return fields
}

// delete: what it takes to make the object again is in what the step expects.
func (s *step) delete() error {
	is, err := stateOf(s.fields(s.Before.Fields))
	if err != nil {
		return err
	}
	s.apply = call("delete", s.Expects.UID, is.query, is.want)
	if !binding(s.Object) {
		return nil // what was in it is not in the plan
	}
	made, err := again(s.Step)
	if err != nil {
		return err
	}
	file, err := s.file(".revert.yaml", made, "It makes what step "+s.number+" deleted, without its labels and annotations.")
	if err != nil {
		return err
	}
	s.revert = call(slices.Concat([]string{"create", file, is.query, is.want}, s.earlier)...)
	return nil
}

func binding(o plan.Object) bool {
	return o.Kind == snapshot.KindRoleBinding || o.Kind == snapshot.KindClusterRoleBinding
}

// again is a binding that was deleted, as far as the plan knows it.
func again(s *plan.Step) (*plan.Manifest, error) {
	made := &plan.Manifest{
		APIVersion: s.Object.APIVersion, Kind: s.Object.Kind,
		Metadata: plan.Metadata{Name: s.Object.Name, Namespace: s.Object.Namespace}, RoleRef: &plan.RoleRef{},
	}
	made.RoleRef.APIGroup, _, _ = strings.Cut(s.Object.APIVersion, "/")
	for _, f := range s.Expects.Fields {
		switch text, _ := f.Value.(string); f.Path {
		case "/roleRef/kind":
			made.RoleRef.Kind = text
		case "/roleRef/name":
			made.RoleRef.Name = text
		}
	}
	if made.RoleRef.Kind == "" || made.RoleRef.Name == "" {
		return nil, fmt.Errorf("a %s that is deleted cannot be made again", s.Object.Kind)
	}
	return made, nil
}

// fields puts those that the step expects to stay before others.
func (s *step) fields(list []plan.Field) []plan.Field {
	return slices.Concat(s.Expects.Fields, list)
}

// change: fields are as before, or as after.
func (s *step) change() error {
	if slices.ContainsFunc(s.Before.Fields, func(f plan.Field) bool { return f.Present }) {
		return fmt.Errorf("it changes a field that the plan does not hold: make the plan anew")
	}
	before, err := stateOf(s.fields(s.Before.Fields))
	if err != nil {
		return err
	}
	after, err := stateOf(s.fields(s.After.Fields))
	if err != nil {
		return err
	}
	if before.query != after.query {
		return fmt.Errorf("it does not say of each field what it was and will be")
	}
	uid, stay, back := s.Expects.UID, s.Expects.Fields, s.Expects.UID
	forth := change(uid, stay, s.Before.Fields, s.After.Fields)
	file, err := s.file(".yaml", forth.body, "")
	if err != nil {
		return err
	}
	s.apply = call(slices.Concat([]string{"change", forth.kind, file, uid, before.query, before.want, after.want}, s.later)...)
	if s.recreated != nil {
		back, stay = "", slices.Concat(stay, s.recreated.Expects.Fields)
	}
	to := change(back, stay, s.After.Fields, s.Before.Fields)
	if file, err = s.file(".revert.yaml", to.body, "It takes step "+s.number+" back."); err != nil {
		return err
	}
	s.revert = call(slices.Concat([]string{"change", to.kind, file, back, before.query, after.want, before.want}, s.earlier)...)
	return nil
}
