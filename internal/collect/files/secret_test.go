package files

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// TestNoGapQuotesTheFile: what a parser complains of may be a secret.
func TestNoGapQuotesTheFile(t *testing.T) {
	const secret = "HUNTER2"
	for name, text := range map[string]string{
		"an anchor that is not there": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {b: *HUNTER2}\n",
		"an unknown tag":              "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {b: !!HUNTER2 x}\n",
		"a tag handle":                "stringData: !HUNTER2!x y\n",
		"a directive":                 "%HUNTER2 1.1\n---\nkind: Secret\n",
		"a broken quote":              "kind: Secret\ndata: {b: \"HUNTER2\n",
		"a tab":                       "kind: Secret\ndata:\n\tb: HUNTER2\n",
		"a key twice":                 "apiVersion: v1\nkind: Secret\nmetadata: {name: HUNTER2x, name: s}\n",
		"JSON that ends in it":        `{"kind":"Secret","data":{"b":"HUNTER2`,
		"JSON with a bad escape":      `{"kind":"Secret","data":{"b":"\HUNTER2"}}`,
		"a control character":         "kind: Secret\ndata: {b: HUNTER2\x01}\n",
		"a value of a wrong type":     "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s}\nautomountServiceAccountToken: HUNTER2\n",
	} {
		s, err := Collect(t.Context(), Options{Paths: []string{Stdin}, Stdin: strings.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range s.Gaps {
			if strings.Contains(fmt.Sprint(g.Reason, g.Grant, g.Scope), secret) && name != "a key twice" {
				t.Errorf("%s: the gap quotes it: %+v", name, g)
			}
		}
		if len(s.Gaps) == 0 && name != "an unknown tag" && name != "a directive" {
			t.Errorf("%s: no gap", name)
		}
	}
}

// TestAReadThatNeverEndsIsCalledOff, as by an interrupt.
func TestAReadThatNeverEndsIsCalledOff(t *testing.T) {
	never, writer := io.Pipe()
	defer writer.Close()
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, stop)
	if _, err := Collect(ctx, Options{Paths: []string{Stdin}, Stdin: never}); err == nil {
		t.Error("no error")
	}
}

func TestNamespacesAndVersionsThatAreNone(t *testing.T) {
	text := `apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: web}
---
apiVersion: v7
kind: ServiceAccount
metadata: {name: default, namespace: a}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: Shop_4}
---
apiVersion: v1
Kind: ServiceAccount
metadata: {name: default, namespace: b}
---
apiVersion: v1
kind: "{{ .Values.kind }}"
metadata: {name: default, namespace: b}
`
	s, err := Collect(t.Context(), Options{Paths: []string{Stdin}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.ServiceAccounts) != 0 {
		t.Errorf("kept %+v", s.ServiceAccounts)
	}
	var at []string
	for _, g := range s.Gaps {
		at = append(at, g.Scope)
	}
	if want := "-:5 -:9 -:13 -:18"; strings.Join(at, " ") != want {
		t.Errorf("gaps at %v, want %s: %+v", at, want, s.Gaps)
	}
	if len(s.Namespaces) == 0 || s.Namespaces[len(s.Namespaces)-1].Name != "web" {
		t.Errorf("the namespace of a ConfigMap is not there: %+v", s.Namespaces)
	}
}
