package fix

import (
	"errors"
	"fmt"

	"podpass/internal/manifest"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// locate turns the steps of a file into edits.
func (m *mender) locate(f *open) {
	f.beside = nil
	for _, s := range f.steps {
		if !m.active[s.ID] {
			continue
		}
		if err := m.edit(f, s); err != nil {
			m.fail(s.ID, reason(f.file, err))
		}
	}
}

// reason is why something is not edited, with the way out.
func reason(f *file, err error) string {
	var r *manifest.Refusal
	if errors.As(err, &r) {
		return fmt.Sprintf("%s:%d: %s: %s", f.path, r.Line, r.Reason, r.Way)
	}
	return f.path + ": " + err.Error()
}

// edit makes the edits of a step.
func (m *mender) edit(f *open, s *plan.Step) error {
	if s.Action == plan.Create {
		return m.create(f, s)
	}
	o, err := f.find(s.Source.Line, s.Object.Kind, s.Object.Namespace, s.Object.Name)
	if err != nil {
		return err
	}
	if o.Refusal != nil {
		return o.Refusal
	}
	if s.Action == plan.Delete {
		f.work = append(f.work, work{s, []manifest.Edit{gone(o)}})
		return nil
	}
	edits, err := edits(o, s)
	f.work = append(f.work, work{s, edits})
	return err
}

func gone(o *manifest.Object) manifest.Edit {
	if o.InList() {
		return manifest.Delete(o.Document, o.Path)
	}
	return manifest.DeleteDocument(o.Document)
}

// create adds an object: in front of the workload, or behind the Namespace that
// default belongs to.
func (m *mender) create(f *open, s *plan.Step) error {
	beside, err := m.beside(f, s)
	if err != nil {
		return err
	}
	if beside.Refusal != nil {
		return beside.Refusal
	}
	object := m.mapping(s, beside)
	if f.json && !beside.InList() {
		about := m.o.About(f.path)
		switch {
		case about.Kustomized != "":
			return fmt.Errorf("a new object needs a file of its own beside this file of JSON, and %s would not list it: make it by hand, or write the file as YAML", about.Kustomized)
		case about.Taken:
			return fmt.Errorf("a new object needs a file of its own beside this file of JSON, and %s is there: move it away", Sibling(f.path))
		}
		f.beside = append(f.beside, besides{s, object})
		return nil
	}
	f.work = append(f.work, work{s, []manifest.Edit{manifest.AddDocument(beside.Document, f.place(s, beside), object)}})
	return nil
}

// place is in front of a workload, and behind a Namespace. In front of the first
// object of a file a comment may stand of which nobody knows whether it heads
// the file or belongs to the object: then the new object comes behind it.
func (f *open) place(s *plan.Step, beside *manifest.Object) manifest.Place {
	if s.Wave == plan.Lock || !beside.InList() && !f.parsed.Fronts(beside.Document) {
		return manifest.After
	}
	return manifest.Before
}

// beside gives the object that a new one stands beside.
func (m *mender) beside(f *open, s *plan.Step) (*manifest.Object, error) {
	if s.For != nil {
		return f.find(s.Source.Line, s.For.Kind, s.For.Namespace, s.For.Name)
	}
	return f.find(s.Source.Line, snapshot.KindNamespace, "", s.Object.Namespace)
}

// mapping writes a new object. It has a namespace exactly if the workload has
// one, since both get it from elsewhere otherwise; a copied binding if the
// binding has one.
func (m *mender) mapping(s *plan.Step, beside *manifest.Object) manifest.Mapping {
	made := *s.After.Manifest
	switch {
	case s.CopyOf != nil:
		if m.isBare(s.CopyOf) {
			made.Metadata.Namespace = ""
		}
	case s.For != nil && beside.Namespace == "":
		made.Metadata.Namespace = ""
	}
	return Mapping(&made)
}

// Mapping gives a manifest's members in the order in which people write them.
func Mapping(made *plan.Manifest) manifest.Mapping {
	meta := manifest.Mapping{{Key: "name", Value: made.Metadata.Name}}
	if made.Metadata.Namespace != "" {
		meta = append(meta, manifest.Member{Key: "namespace", Value: made.Metadata.Namespace})
	}
	meta = appendMap(meta, "labels", made.Metadata.Labels)
	meta = appendMap(meta, "annotations", made.Metadata.Annotations)
	out := manifest.Mapping{{Key: "apiVersion", Value: made.APIVersion}, {Key: "kind", Value: made.Kind}, {Key: "metadata", Value: meta}}
	if made.AutomountServiceAccountToken != nil {
		out = append(out, manifest.Member{Key: "automountServiceAccountToken", Value: *made.AutomountServiceAccountToken})
	}
	out = appendNames(out, "imagePullSecrets", made.ImagePullSecrets)
	out = appendNames(out, "secrets", made.Secrets)
	if made.RoleRef != nil {
		out = append(out, manifest.Member{Key: "roleRef", Value: manifest.Mapping{
			{Key: "apiGroup", Value: made.RoleRef.APIGroup}, {Key: "kind", Value: made.RoleRef.Kind}, {Key: "name", Value: made.RoleRef.Name},
		}})
		list := []any{}
		for _, s := range made.Subjects {
			list = append(list, subject(s))
		}
		out = append(out, manifest.Member{Key: "subjects", Value: list})
	}
	return out
}

func subject(s plan.SubjectItem) manifest.Mapping {
	m := manifest.Mapping{}
	for _, f := range []manifest.Member{{Key: "kind", Value: s.Kind}, {Key: "apiGroup", Value: s.APIGroup}, {Key: "name", Value: s.Name}, {Key: "namespace", Value: s.Namespace}} {
		if f.Value != "" {
			m = append(m, f)
		}
	}
	return m
}
