package snapshot

import (
	"bytes"
	"testing"
)

// TestEqualSeesEveryField: two that differ in any one field are not equal, so
// that no pod shares what another says.
func TestEqualSeesEveryField(t *testing.T) {
	make := func() *AWS {
		return &AWS{
			Containers: []Container{{
				Name: "c", Type: TypeInit, Set: []string{"a"}, Empty: []string{"b"},
				Uses: []Use{{Kind: KindSecret, Name: "s", Entry: "e", How: UseEnv, As: "v"}}, Tool: &Tool{Name: Kiam, By: ByImage},
			}},
			Annotations: []Annotation{{"k", "v"}},
		}
	}
	if !make().Equal(make()) {
		t.Error("two alike are not equal")
	}
	if make().Equal(nil) || (*AWS)(nil).Equal(make()) || !(*AWS)(nil).Equal(nil) {
		t.Error("nil is only equal to nil")
	}
	for name, change := range map[string]func(*AWS){
		"name":        func(a *AWS) { a.Containers[0].Name = "d" },
		"type":        func(a *AWS) { a.Containers[0].Type = "" },
		"set":         func(a *AWS) { a.Containers[0].Set = nil },
		"empty":       func(a *AWS) { a.Containers[0].Empty[0] = "c" },
		"hidden":      func(a *AWS) { a.Containers[0].Hidden = []string{"c"} },
		"script":      func(a *AWS) { a.Containers[0].Script = []string{"c"} },
		"file":        func(a *AWS) { a.Containers[0].File = "c" },
		"skipped":     func(a *AWS) { a.Skipped = []string{"c"} },
		"use":         func(a *AWS) { a.Containers[0].Uses[0].Optional = true },
		"uses":        func(a *AWS) { a.Containers[0].Uses = nil },
		"tool":        func(a *AWS) { a.Containers[0].Tool.RoleKey = "k" },
		"no tool":     func(a *AWS) { a.Containers[0].Tool = nil },
		"containers":  func(a *AWS) { a.Containers = append(a.Containers, Container{Name: "e"}) },
		"annotation":  func(a *AWS) { a.Annotations[0].Value = "w" },
		"annotations": func(a *AWS) { a.Annotations = nil },
	} {
		other := make()
		if change(other); make().Equal(other) || other.Equal(make()) {
			t.Errorf("a change of %s is not seen", name)
		}
	}
}

func TestNeighboursShareWhatTheySayAlike(t *testing.T) {
	s := &Snapshot{Pods: []Pod{
		{Meta: Meta{Namespace: "a", Name: "1"}, Spec: PodSpec{AWS: &AWS{Annotations: []Annotation{{"k", "v"}}}}},
		{Meta: Meta{Namespace: "a", Name: "2"}, Spec: PodSpec{AWS: &AWS{Annotations: []Annotation{{"k", "v"}}}}},
		{Meta: Meta{Namespace: "a", Name: "3"}, Spec: PodSpec{AWS: &AWS{Annotations: []Annotation{{"k", "w"}}}}},
		{Meta: Meta{Namespace: "b", Name: "1"}, Spec: PodSpec{AWS: &AWS{Annotations: []Annotation{{"k", "w"}}}}},
	}}
	got, err := Read(bytes.NewReader(written(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	p := got.Pods
	if p[0].Spec.AWS != p[1].Spec.AWS || p[1].Spec.AWS == p[2].Spec.AWS || p[2].Spec.AWS == p[3].Spec.AWS {
		t.Errorf("shared: %p %p %p %p", p[0].Spec.AWS, p[1].Spec.AWS, p[2].Spec.AWS, p[3].Spec.AWS)
	}
	for i := range p {
		if !p[i].Spec.AWS.Equal(s.Pods[i].Spec.AWS) {
			t.Errorf("pod %d says %v", i, p[i].Spec.AWS)
		}
	}
}
