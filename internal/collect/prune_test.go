package collect

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// TestAnnotationsThatToolsRead: those of pods only beside one that asks for a
// role, those of namespaces only where they allow one, under the names that the
// flags of kube2iam give them.
func TestAnnotationsThatToolsRead(t *testing.T) {
	renames := &snapshot.AWS{Containers: []snapshot.Container{{Name: "c", Tool: &snapshot.Tool{Name: snapshot.Kube2IAM, By: snapshot.ByImage, RoleKey: "corp/role", NamespaceKey: "corp/roles"}}}}
	for _, c := range []struct {
		name      string
		namespace bool // they are those of a namespace
		given     []snapshot.Annotation
		want      string
	}{
		{"a role", false, []snapshot.Annotation{{Name: "iam.amazonaws.com/role", Value: "a"}}, "[{iam.amazonaws.com/role a}]"},
		{"a role and what goes with it", false, []snapshot.Annotation{{Name: "iam.amazonaws.com/external-id", Value: "x"}, {Name: "iam.amazonaws.com/role", Value: "a"}},
			"[{iam.amazonaws.com/external-id x} {iam.amazonaws.com/role a}]"},
		{"what goes with it alone", false, []snapshot.Annotation{{Name: "iam.amazonaws.com/external-id", Value: "x"}}, "[]"},
		{"a role without a name", false, []snapshot.Annotation{{Name: "iam.amazonaws.com/role", Value: " "}}, "[]"},
		{"a renamed one", false, []snapshot.Annotation{{Name: "corp/role", Value: "a"}}, "[{corp/role a}]"},
		{"another", false, []snapshot.Annotation{{Name: "corp/other", Value: "a"}}, "[]"},
		{"that of namespaces, on a pod", false, []snapshot.Annotation{{Name: "iam.amazonaws.com/allowed-roles", Value: "[]"}}, "[]"},
		{"those of a namespace", true, []snapshot.Annotation{{Name: "corp/roles", Value: "[]"}, {Name: "iam.amazonaws.com/permitted", Value: ".*"}}, "[{corp/roles []} {iam.amazonaws.com/permitted .*}]"},
		{"that of pods, on a namespace", true, []snapshot.Annotation{{Name: "iam.amazonaws.com/role", Value: "a"}}, "[]"},
		{"none that is permitted", true, []snapshot.Annotation{{Name: "iam.amazonaws.com/permitted", Value: ""}}, "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &snapshot.Snapshot{
				Namespaces: []snapshot.Namespace{{Meta: snapshot.Meta{Name: "n"}}},
				Pods:       []snapshot.Pod{{Meta: snapshot.Meta{Namespace: "kube-system", Name: "tool"}, Spec: snapshot.PodSpec{AWS: renames}}, {Meta: snapshot.Meta{Namespace: "n", Name: "p"}}},
			}
			if c.namespace {
				s.Namespaces[0].Annotations = c.given
			} else {
				s.Pods[1].Spec.AWS = &snapshot.AWS{Annotations: c.given}
			}
			Prune(s)
			got := s.Namespaces[0].Annotations
			if said := s.Pods[1].Spec.AWS; said != nil {
				got = said.Annotations
			}
			if diff := cmp.Diff(c.want, fmt.Sprint(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestVolumesTellWhichEntriesAreMounted: items and subPath narrow them.
func TestVolumesTellWhichEntriesAreMounted(t *testing.T) {
	for name, c := range map[string]struct {
		items [][2]string
		sub   string
		want  []string
	}{
		"all":                      {nil, "", []string{""}},
		"one path":                 {nil, "key", []string{"key"}},
		"items":                    {[][2]string{{"a", "x"}, {"b", "dir/y"}}, "", []string{"a", "b"}},
		"the path of an item":      {[][2]string{{"a", "x"}, {"b", "dir/y"}}, "x", []string{"a"}},
		"a folder of items":        {[][2]string{{"a", "x"}, {"b", "dir/y"}}, "dir", []string{"b"}},
		"a path that is no item's": {[][2]string{{"a", "x"}}, "z", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var a AWS
			a.Begin()
			a.Volume([]byte("v"), []byte(snapshot.KindSecret), []byte("s"), false)
			for _, i := range c.items {
				a.Item([]byte(i[0]), []byte(i[1]))
			}
			a.Container("", "c")
			a.Mount([]byte("v"), []byte("/m"), []byte(c.sub))
			var got []string
			if said := a.Spec("n"); said != nil {
				for _, u := range said.Containers[0].Uses {
					got = append(got, u.Entry)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestEitherDefinitionMayCount: of files that define a Secret twice, what one of
// them says is not lost for the other.
func TestEitherDefinitionMayCount(t *testing.T) {
	hidden := snapshot.Holder{Meta: snapshot.Meta{Namespace: "n", Name: "s"}, Kind: snapshot.KindSecret, Entries: []snapshot.Entry{{Name: "AWS_ACCESS_KEY_ID", Hidden: true}}}
	other := snapshot.Holder{Meta: hidden.Meta, Kind: snapshot.KindSecret, Entries: []snapshot.Entry{{Name: "PASSWORD"}}}
	for _, holders := range [][]snapshot.Holder{{hidden, other}, {other, hidden}} {
		var a AWS
		a.Begin()
		a.Container("", "c")
		a.EnvFrom([]byte(snapshot.KindSecret), []byte("s"), nil, false)
		s := &snapshot.Snapshot{
			Holders: slices.Clone(holders),
			Pods:    []snapshot.Pod{{Meta: snapshot.Meta{Namespace: "n", Name: "p"}, Spec: snapshot.PodSpec{AWS: a.Spec("n")}}},
		}
		Prune(s)
		entries := 0
		for _, h := range s.Holders {
			entries += len(h.Entries)
		}
		if s.Pods[0].Spec.AWS == nil || entries != 1 {
			t.Errorf("the pod says %v, of %d entries", s.Pods[0].Spec.AWS, entries)
		}
	}
}

// TestScriptsThatSetCredentials: what a shell would export, or env would set.
func TestScriptsThatSetCredentials(t *testing.T) {
	for word, want := range map[string][]string{
		"export AWS_ACCESS_KEY_ID=AKIA AWS_SECRET_ACCESS_KEY='x'; exec app": {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"},
		"AWS_ACCESS_KEY_ID=AKIA":                                    {"AWS_ACCESS_KEY_ID"},
		"AWS_ACCESS_KEY_ID=$(vault read x)":                         nil, // perhaps got through the role
		"export AWS_ACCESS_KEY_ID=$AWS_ACCESS_KEY_ID":               nil,
		"export MY_AWS_ACCESS_KEY_ID=1; AWS_ACCESS_KEY_ID=AKIA app": {"AWS_ACCESS_KEY_ID"},
		"AWS_ACCESS_KEY_ID= \nAWS_ACCESS_KEY_ID=AKIA app":           {"AWS_ACCESS_KEY_ID"},
		"  # export AWS_ACCESS_KEY_ID=AKIA":                         nil,
		"docker run -e AWS_ACCESS_KEY_ID=AKIA image":                nil,
		"--from-literal=AWS_ACCESS_KEY_ID=AKIA":                     nil,
		"unset AWS_ACCESS_KEY_ID":                                   nil,
		"AWS_ACCESS_KEY_ID= app":                                    nil,
		`AWS_ACCESS_KEY_ID="" app`:                                  nil,
		"MY_AWS_ACCESS_KEY_ID=x":                                    nil,
		"AWS_ACCESS_KEY_ID_FILE=x":                                  nil,
	} {
		var a AWS
		a.Begin()
		a.Container("", "c")
		a.Word(snapshot.FieldArgs, []byte(word))
		var got []string
		if said := a.Spec("n"); said != nil {
			got = said.Containers[0].Script
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", word, diff)
		}
	}
}

// TestEmptyByReference: $(NAME) of a variable that is set to nothing is nothing;
// of another, what that holds is not known here.
func TestEmptyByReference(t *testing.T) {
	for name, c := range map[string]struct {
		env  [][2]string
		want snapshot.Container
	}{
		"of one that is empty":       {[][2]string{{"NONE", ""}, {"AWS_ACCESS_KEY_ID", "$(NONE)"}}, snapshot.Container{Empty: []string{"AWS_ACCESS_KEY_ID"}}},
		"of one that is not":         {[][2]string{{"SOME", "x"}, {"AWS_ACCESS_KEY_ID", "$(SOME)"}}, snapshot.Container{Hidden: []string{"AWS_ACCESS_KEY_ID"}}},
		"of one that comes after it": {[][2]string{{"AWS_ACCESS_KEY_ID", "$(NONE)"}, {"NONE", ""}}, snapshot.Container{Hidden: []string{"AWS_ACCESS_KEY_ID"}}},
		"of one that is set again":   {[][2]string{{"NONE", ""}, {"NONE", "x"}, {"AWS_ACCESS_KEY_ID", "$(NONE)"}}, snapshot.Container{Hidden: []string{"AWS_ACCESS_KEY_ID"}}},
	} {
		t.Run(name, func(t *testing.T) {
			var a AWS
			a.Begin()
			a.Container("", "")
			for _, e := range c.env {
				a.Env([]byte(e[0]), []byte(e[1]))
			}
			if diff := cmp.Diff([]snapshot.Container{c.want}, a.Spec("n").Containers); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAKeyThatWasNotEncoded: the API server decoded it to bytes that are no
// text.
func TestAKeyThatWasNotEncoded(t *testing.T) {
	const id = "AKIAPLAINPLAINPLAINP"
	value, ok := Decode([]byte(id))
	if !ok {
		t.Fatal("it is no base64")
	}
	var a AWS
	a.Begin()
	a.Decoded([]byte("AWS_ACCESS_KEY_ID"), value)
	if found := a.Keys(); len(found) != 1 || found[0].ID != id {
		t.Errorf("found %v", found)
	}
	a.Begin()
	a.Decoded([]byte("salt"), []byte("fifteen bytes.."))
	if found := a.Keys(); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}
