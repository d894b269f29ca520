package collect

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"podpass/internal/snapshot"
)

const secretName = "Q8Zr0VbAT2nYk5mXcE7wBHsUaLdJ9fPg1oIiRtNy"

// fill sets every text of a value, also in lists and maps with one member.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{text: text}))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() != reflect.TypeFor[time.Time]() {
				fill(v.Field(i), text)
			}
		}
	}
}

// TestEveryFieldIsConcealed: whatever fields a Snapshot has, but for places of
// files, which say where to look.
func TestEveryFieldIsConcealed(t *testing.T) {
	var s snapshot.Snapshot
	fill(reflect.ValueOf(&s).Elem(), "a/"+secretName)
	before := encoded(t, &s)
	conceal(&s)
	after := encoded(t, &s)
	places := strings.Count(before, `"file":"a/`+secretName) + 1 // of files, and the scope of the gap
	if n := strings.Count(after, secretName); n != places || places < 8 {
		t.Errorf("%d fields hold the secret, want %d: %s", n, places, after)
	}
	if n, want := strings.Count(after, "Q8Zr…"), strings.Count(before, secretName)-places; n != want || n < 80 {
		t.Errorf("%d fields are concealed, want %d", n, want)
	}
}

// TestTwoNamesStayTwo: a binding must not come to another role.
func TestTwoNamesStayTwo(t *testing.T) {
	one, other := secretName, secretName[:8]+"Z9"+secretName[10:]
	s := snapshot.Snapshot{
		Roles:    []snapshot.Role{{Meta: snapshot.Meta{Name: one}}, {Meta: snapshot.Meta{Name: other}}},
		Bindings: []snapshot.Binding{{Role: snapshot.RoleRef{Name: other}}, {Role: snapshot.RoleRef{Name: one}}},
	}
	conceal(&s)
	if s.Roles[0].Name == s.Roles[1].Name || s.Bindings[0].Role.Name != s.Roles[1].Name || s.Bindings[1].Role.Name != s.Roles[0].Name {
		t.Errorf("roles %s and %s, bound %s and %s", s.Roles[0].Name, s.Roles[1].Name, s.Bindings[0].Role.Name, s.Bindings[1].Role.Name)
	}
}

func TestWhatIsNoSecretIsNotConcealed(t *testing.T) {
	var s snapshot.Snapshot
	fill(reflect.ValueOf(&s).Elem(), "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12/kubectl.kubernetes.io/last-applied-configuration")
	before := encoded(t, &s)
	conceal(&s)
	if after := encoded(t, &s); after != before {
		t.Errorf("changed: %s", after)
	}
}

func encoded(t *testing.T, s *snapshot.Snapshot) string {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// BenchmarkConceal goes over 10,000 pods, as they mostly are: with a template,
// an owner and no AWS.
func BenchmarkConceal(b *testing.B) {
	var s snapshot.Snapshot
	owner := &snapshot.Owner{Group: "apps", Kind: "ReplicaSet", Name: "checkout-5c69f7d7b8"}
	for i := range 10000 {
		s.Pods = append(s.Pods, snapshot.Pod{
			Meta: snapshot.Meta{Namespace: "shop", Name: fmt.Sprintf("checkout-5c69f7d7b8-%05d", i), UID: fmt.Sprintf("6f1ed002-ab59-5fd5-b1d0-ec25dd5%05d", i), Owner: owner},
			Spec: snapshot.PodSpec{Account: "checkout"},
		})
	}
	for b.Loop() {
		conceal(&s)
	}
}
