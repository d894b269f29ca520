package fix

import (
	"errors"
	"fmt"

	"podpass/internal/manifest"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// locate turns every step into edits.
func (m *mender) locate() {
	for i := range m.plan.Steps {
		s := &m.plan.Steps[i]
		if !m.active[s.ID] {
			continue
		}
		if s.Source == nil {
			m.fail(s.ID, "its place in the files is not known")
			continue
		}
		if s.Source.File == "-" {
			m.fail(s.ID, "it was read from standard input: give its file")
			continue
		}
		f := m.file(s.Source.File)
		if err := m.edit(f, s); err != nil {
			m.fail(s.ID, reason(f, err))
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
func (m *mender) edit(f *file, s *plan.Step) error {
	if f.err != nil {
		return f.err
	}
	if s.Action == plan.Create {
		return m.create(f, s)
	}
	o, err := f.find(s.Source.Line, s.Object.Kind, s.Object.Name)
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
func (m *mender) create(f *file, s *plan.Step) error {
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
	f.work = append(f.work, work{s, []manifest.Edit{manifest.AddDocument(beside.Document, f.place(s, beside, object), object)}})
	return nil
}

// place is in front of a workload, and behind a Namespace. In front of the first
// object of a file a comment may stand of which nobody knows whether it heads
// the file or belongs to the object: then the new object comes behind it.
func (f *file) place(s *plan.Step, beside *manifest.Object, object manifest.Mapping) manifest.Place {
	if s.Wave == plan.Lock {
		return manifest.After
	}
	if beside.Document == 0 && !f.probed {
		_, err := f.parsed.Apply(manifest.AddDocument(0, manifest.Before, object))
		f.probed, f.headed = true, err != nil
	}
	if beside.Document == 0 && f.headed {
		return manifest.After
	}
	return manifest.Before
}

// beside gives the object that a new one stands beside.
func (m *mender) beside(f *file, s *plan.Step) (*manifest.Object, error) {
	if s.For != nil {
		return f.find(s.Source.Line, s.For.Kind, s.For.Name)
	}
	return f.find(s.Source.Line, snapshot.KindNamespace, s.Object.Namespace)
}

// mapping writes a new object. It has a namespace exactly if the workload has
// one, since both get it from elsewhere otherwise; a copied binding if the
// binding has one.
func (m *mender) mapping(s *plan.Step, beside *manifest.Object) manifest.Mapping {
	made := *s.After.Manifest
	switch {
	case s.CopyOf != nil:
		of, err := m.file(s.CopyOf.File).find(s.CopyOf.Line, made.Kind, "")
		if err == nil && of.Namespace == "" {
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
