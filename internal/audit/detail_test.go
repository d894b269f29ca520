package audit_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/collect/files"
	"podpass/internal/snapshot"
)

// collected reads files, or a text where there are none, with detail or
// without.
func collected(t *testing.T, paths []string, text string, detail bool) *snapshot.Snapshot {
	t.Helper()
	if len(paths) == 0 {
		paths = []string{files.Stdin}
	}
	snap, err := files.Collect(t.Context(), files.Options{Paths: paths, Stdin: strings.NewReader(text), Detail: detail})
	if err != nil || snap.Detail != detail {
		t.Fatal(err, snap)
	}
	return snap
}

// sayTheSame holds the report of a Snapshot with detail against that of one
// without, and gives how many results both have.
func sayTheSame(t *testing.T, name string, plain, detailed *snapshot.Snapshot) int {
	t.Helper()
	o := audit.Options{Now: time.Unix(0, 0)}
	want := audit.Run(plain, o)
	if diff := cmp.Diff(want, audit.Run(detailed, o)); diff != "" {
		t.Errorf("%s: -without detail +with\n%s", name, diff)
	}
	if diff := cmp.Diff(audit.Diff(plain, plain), audit.Diff(plain, detailed)); diff != "" {
		t.Errorf("%s: detail is a change: %s", name, diff)
	}
	return len(want.Results)
}

// TestDetailChangesNoVerdict: of all manifests of the tests and examples, each
// by itself and each folder as one.
func TestDetailChangesNoVerdict(t *testing.T) {
	results, read := 0, 0
	for _, root := range []string{"testdata", "../collect/files/testdata", "../../examples", "../../bench/testdata"} {
		if err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err == nil {
				read++
				paths := []string{path}
				results += sayTheSame(t, path, collected(t, paths, "", false), collected(t, paths, "", true))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if read < 150 || results < 1000 {
		t.Errorf("only %d results of %d files and folders were compared", results, read)
	}
}

// TestDetailChangesNoVerdictOfRandomPods: whose containers use one thing in
// several places, and have variables that only a plan looks at.
func TestDetailChangesNoVerdictOfRandomPods(t *testing.T) {
	results := 0
	for seed := range uint64(300) {
		text := (&pods{rand.New(rand.NewPCG(seed, 1))}).dump(t)
		results += sayTheSame(t, fmt.Sprintf("seed %d: %s", seed, text), collected(t, nil, text, false), collected(t, nil, text, true))
	}
	if results < 1000 {
		t.Errorf("only %d results were compared", results)
	}
}

// pods makes random dumps.
type pods struct{ *rand.Rand }

type object = map[string]any

func (p *pods) one(list ...string) string { return list[p.IntN(len(list))] }

func (p *pods) list(most int, make func() object) []object {
	list := []object{}
	for range p.IntN(most + 1) {
		list = append(list, make())
	}
	return list
}

func (p *pods) variable() object {
	name := p.one("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ROLE_ARN", "AWS_SESSION_TOKEN", "VAULT_ADDR")
	if p.IntN(2) == 0 {
		return object{"name": name, "value": p.one("", "a", "${LATER}")}
	}
	return object{"name": name, "valueFrom": object{"secretKeyRef": object{"name": p.one("s", "none"), "key": "AWS_ACCESS_KEY_ID", "optional": p.IntN(2) == 0}}}
}

func (p *pods) container() object {
	from := func() object {
		return object{"prefix": p.one("", "AWS_"), "secretRef": object{"name": p.one("s", "none"), "optional": p.IntN(2) == 0}}
	}
	mount := func() object {
		return object{"name": "v", "mountPath": p.one("/root/.aws", "/x", "/var/run/secrets/kubernetes.io/serviceaccount")}
	}
	return object{"name": p.one("a", "b"), "image": p.one("app", "kube2iam"), "env": p.list(4, p.variable), "envFrom": p.list(3, from), "volumeMounts": p.list(3, mount)}
}

func (p *pods) template() object {
	return object{
		"metadata": object{"annotations": object{p.one("iam.amazonaws.com/role", "linkerd.io/inject", "dapr.io/enabled"): p.one("enabled", "true", "r")}},
		"spec": object{
			"serviceAccountName": p.one("app", "other", "default"), "volumes": []object{{"name": "v", "secret": object{"secretName": "s"}}},
			"containers": p.list(2, p.container), "initContainers": p.list(2, p.container),
		},
	}
}

func (p *pods) dump(t *testing.T) string {
	t.Helper()
	meta := func(name string) object { return object{"name": name, "namespace": "team", "uid": name} }
	account := meta("app")
	account["annotations"] = object{"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/app", "team": "shop"}
	pod, owned := p.template(), meta("w-1")
	owned["annotations"] = pod["metadata"].(object)["annotations"]
	owned["ownerReferences"] = []object{{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "w", "controller": true}}
	text, err := json.Marshal(object{"apiVersion": "v1", "kind": "List", "items": []object{
		{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account, "secrets": []object{{"name": "t"}}},
		{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta("other")},
		{"apiVersion": "v1", "kind": "Secret", "metadata": meta("s"), "stringData": object{p.one("AWS_ACCESS_KEY_ID", "ACCESS_KEY_ID", "x"): p.one("", "AKIAPLAINPLAINPLAINP", "ENC[x]")}},
		{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta("w"), "spec": object{"template": p.template(), "updateStrategy": object{"type": "OnDelete"}}},
		{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta("d"), "spec": object{"template": p.template(), "paused": true}},
		{"apiVersion": "v1", "kind": "Pod", "metadata": owned, "spec": pod["spec"]},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
