package kube

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"podpass/internal/snapshot"
)

func podList(pods int) *corev1.PodList {
	list := &corev1.PodList{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"},
		ListMeta: metav1.ListMeta{ResourceVersion: "7", Continue: "more"},
	}
	for i := range pods {
		list.Items = append(list.Items, corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: fmt.Sprintf("web-%d", i), OwnerReferences: controlledBy("apps/v1", "ReplicaSet", "web")},
			Spec:       corev1.PodSpec{ServiceAccountName: "web", Containers: []corev1.Container{{Name: "c", Image: "i"}}},
		})
	}
	return list
}

// protobuf is an answer as the API server writes it.
func protobuf(t testing.TB, kind string, object marshaler) []byte {
	t.Helper()
	raw, err := object.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	body, err := (&runtime.Unknown{TypeMeta: runtime.TypeMeta{APIVersion: "v1", Kind: kind}, Raw: raw}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte(magic), body...)
}

func readPods(t testing.TB, body []byte) (page, error) {
	var p page
	err := p.read(newDecoder(resourceOf(t, snapshot.KindPod)), answer{"application/json", body}, false)
	return p, err
}

func TestJSONAndProtobufReadAlike(t *testing.T) {
	list := podList(3)
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	fromText, err := readPods(t, text)
	if err != nil {
		t.Fatal(err)
	}
	fromProtobuf, err := readPods(t, protobuf(t, "PodList", list))
	if err != nil {
		t.Fatal(err)
	}
	if len(fromText.objects.Pods) != 3 || fromText.resume != "more" {
		t.Errorf("read %d pods and the token %q, want 3 and more", len(fromText.objects.Pods), fromText.resume)
	}
	if diff := cmp.Diff(fromText, fromProtobuf, cmp.AllowUnexported(page{})); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNotTheListIsRefused(t *testing.T) {
	tests := map[string][]byte{
		"nothing":                nil,
		"a login page":           []byte("<html>log in</html>"),
		"an empty object":        []byte("{}"),
		"a list of another kind": []byte(`{"apiVersion":"v1","kind":"SecretList","items":[]}`),
		"another kind, protobuf": protobuf(t, "SecretList", &corev1.SecretList{}),
		"only the magic":         []byte(magic),
		"wrong types, protobuf":  append([]byte(magic), 0x08, 0x01),
		"wrong types, JSON":      []byte(`{"kind":"PodList","items":[{"spec":{"serviceAccountName":1}}]}`),
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			if p, err := readPods(t, body); err == nil {
				t.Errorf("took it for a list of %d pods", p.count)
			}
		})
	}
}

// Half an answer is never taken for a whole one, wherever it is cut.
func TestNoPrefixOfAnAnswerIsTakenForLess(t *testing.T) {
	body := protobuf(t, "PodList", podList(3))
	refused := 0
	for n := range body {
		p, err := readPods(t, body[:n])
		if err != nil {
			refused++
		} else if len(p.objects.Pods) != 3 || p.resume != "more" {
			t.Fatalf("cut at %d of %d: took %d pods for the list", n, len(body), len(p.objects.Pods))
		}
	}
	if refused < len(body)-8 {
		t.Errorf("refused %d of %d prefixes", refused, len(body))
	}
}

func FuzzPage(f *testing.F) {
	f.Add(protobuf(f, "PodList", podList(2)))
	f.Add([]byte(`{"kind":"PodList","items":[{"metadata":{"name":"a"}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := readPods(t, body)
		if err == nil && p.count != len(p.objects.Pods) {
			t.Errorf("counted %d pods of %d", p.count, len(p.objects.Pods))
		}
	})
}
