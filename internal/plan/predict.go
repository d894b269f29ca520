package plan

import (
	"maps"
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// Predict gives the Snapshot that must come out when the steps of some waves
// are carried out on s, but for those that wait. It shares what does not change
// with s. References stay as they are: no rule reads them.
func Predict(s *snapshot.Snapshot, p *Plan, waves ...Wave) *snapshot.Snapshot {
	o := audit.Options{Namespaces: p.Source.Namespaces, Excluded: p.Source.Excluded}
	return predict(s, p, audit.NewJudge(s, o), waves)
}

// predict groups the steps by the object that they change, and goes through
// each list of the Snapshot once.
func predict(s *snapshot.Snapshot, p *Plan, judge *audit.Judge, waves []Wave) *snapshot.Snapshot {
	out := *s
	c := &change{steps: map[target][]*Step{}, out: &out}
	for i := range p.Steps {
		if step := &p.Steps[i]; !step.Waiting() && slices.Contains(waves, step.Wave) {
			c.add(step)
		}
	}
	if len(c.steps)+len(c.made) == 0 {
		return &out
	}
	c.accounts()
	c.bindings()
	c.workloads()
	c.others()
	c.pods(judge)
	out.Sort()
	return &out
}

// target is an object in a place of the files.
type target struct {
	kind, namespace, name string
	source                audit.Source
}

type change struct {
	out   *snapshot.Snapshot
	steps map[target][]*Step
	made  []*Step
	// changed are the templates that differ from those before, by workload.
	changed map[audit.Object]*snapshot.PodSpec
	renewed map[audit.Object]bool // workloads whose pods are replaced
}

func (c *change) add(s *Step) {
	if s.Action == Create {
		c.made = append(c.made, s)
		return
	}
	key := target{kind: s.Object.Kind, namespace: s.Object.Namespace, name: s.Object.Name}
	if s.Source != nil {
		key.source = *s.Source
	}
	c.steps[key] = append(c.steps[key], s)
}

func targetOf(kind string, m *snapshot.Meta) target {
	key := target{kind: kind, namespace: m.Namespace, name: m.Name}
	if m.Source != nil {
		key.source = audit.Source{File: m.Source.File, Line: m.Source.Line}
	}
	return key
}

func (c *change) accounts() {
	list := slices.Clone(c.out.ServiceAccounts)
	for i := range list {
		sa := &list[i]
		for _, s := range c.steps[targetOf(snapshot.KindServiceAccount, &sa.Meta)] {
			sa.Labels, sa.Annotations = maps.Clone(sa.Labels), maps.Clone(sa.Annotations)
			for _, f := range s.After.Fields {
				setAccount(sa, f)
			}
		}
	}
	for _, s := range c.made {
		if m := s.After.Manifest; m != nil && m.Kind == snapshot.KindServiceAccount {
			list = append(list, snapshot.ServiceAccount{
				Meta: c.metaOf(s, m), Automount: snapshot.TriOf(m.AutomountServiceAccountToken), ImagePullSecrets: namesOf(m.ImagePullSecrets), Secrets: namesOf(m.Secrets),
				Labels: m.Metadata.Labels, Annotations: m.Metadata.Annotations, RoleARN: m.Metadata.Annotations[AnnotationRole],
			})
		}
	}
	c.out.ServiceAccounts = list
}

// others changes Namespaces, and takes Secrets and ConfigMaps away.
func (c *change) others() {
	c.out.Namespaces = slices.Clone(c.out.Namespaces)
	for i := range c.out.Namespaces {
		ns := &c.out.Namespaces[i]
		if len(c.steps[targetOf(snapshot.KindNamespace, &ns.Meta)]) > 0 {
			ns.Annotations = nil
		}
	}
	c.out.Holders = slices.DeleteFunc(slices.Clone(c.out.Holders), func(h snapshot.Holder) bool {
		return len(c.steps[targetOf(h.Kind, &h.Meta)]) > 0
	})
}

// AnnotationRole names the IAM role of an account.
// https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
const AnnotationRole = "eks.amazonaws.com/role-arn"

// metaOf is what a new object has: in files, the place of what it stands in
// front of, since its own line is not known before it is written.
func (c *change) metaOf(s *Step, m *Manifest) snapshot.Meta {
	meta := snapshot.Meta{Namespace: m.Metadata.Namespace, Name: m.Metadata.Name, Live: c.out.Origin == snapshot.OriginCluster}
	if s.Source != nil {
		meta.Source = &snapshot.Source{File: s.Source.File, Line: s.Source.Line}
	}
	return meta
}

func setAccount(sa *snapshot.ServiceAccount, f Field) {
	key := strings.NewReplacer("~1", "/", "~0", "~").Replace
	switch {
	case f.Path == "/automountServiceAccountToken":
		sa.Automount = triOf(f.Value)
	case f.Path == "/imagePullSecrets":
		sa.ImagePullSecrets = namesOf(f.Value)
	case f.Path == "/secrets":
		sa.Secrets = namesOf(f.Value)
	case strings.HasPrefix(f.Path, "/metadata/labels/"):
		sa.Labels = with(sa.Labels, key(f.Path[len("/metadata/labels/"):]), f.Value)
	case strings.HasPrefix(f.Path, "/metadata/annotations/"):
		name := key(f.Path[len("/metadata/annotations/"):])
		sa.Annotations = with(sa.Annotations, name, f.Value)
		if name == AnnotationRole {
			sa.RoleARN, _ = f.Value.(string)
		}
	}
}

func with(m map[string]string, key string, value any) map[string]string {
	text, ok := value.(string)
	if !ok {
		delete(m, key)
		return m
	}
	if m == nil {
		m = map[string]string{}
	}
	m[key] = text
	return m
}

func triOf(v any) snapshot.Tri {
	if b, ok := v.(bool); ok {
		return snapshot.TriOf(&b)
	}
	return snapshot.Unset
}

// namesOf reads a list of references by name, as it is planned or as JSON has
// it.
func namesOf(v any) []string {
	var names []string
	switch list := v.(type) {
	case []Named:
		for _, n := range list {
			names = append(names, n.Name)
		}
	case []any:
		for _, one := range list {
			if m, ok := one.(map[string]any); ok {
				name, _ := m["name"].(string)
				names = append(names, name)
			}
		}
	}
	return names
}

func (c *change) bindings() {
	list := slices.Clone(c.out.Bindings)
	gone := map[int]bool{}
	for i := range list {
		b := &list[i]
		for _, s := range c.steps[targetOf(bindingObject(b).Kind, &b.Meta)] {
			if s.Action == Delete {
				gone[i] = true
				continue
			}
			b.Subjects = Subjects(s.After.Fields[0].Value)
		}
	}
	kept := list[:0]
	for i := range list {
		if !gone[i] {
			kept = append(kept, list[i])
		}
	}
	for _, s := range c.made {
		if m := s.After.Manifest; m != nil && m.RoleRef != nil {
			kept = append(kept, snapshot.Binding{
				Meta: c.metaOf(s, m), Role: snapshot.RoleRef{Group: m.RoleRef.APIGroup, Kind: m.RoleRef.Kind, Name: m.RoleRef.Name}, Subjects: Subjects(m.Subjects),
			})
		}
	}
	c.out.Bindings = kept
}

// Subjects reads the value of a field /subjects, as it is planned or as JSON has
// it.
func Subjects(v any) []snapshot.Subject {
	var list []snapshot.Subject
	switch items := v.(type) {
	case []SubjectItem:
		for _, s := range items {
			list = append(list, snapshot.Subject{Kind: s.Kind, Group: s.APIGroup, Namespace: s.Namespace, Name: s.Name})
		}
	case []any:
		for _, one := range items {
			if m, ok := one.(map[string]any); ok {
				text := func(key string) string { s, _ := m[key].(string); return s }
				list = append(list, snapshot.Subject{Kind: text("kind"), Group: text("apiGroup"), Namespace: text("namespace"), Name: text("name")})
			}
		}
	}
	return list
}
