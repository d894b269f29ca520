package snapshot

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// full is a Snapshot in which every field of every noun is set somewhere.
func full() *Snapshot {
	meta := Meta{Namespace: "team", Name: "app", UID: "u", Live: true, Deleting: true,
		Owner: &Owner{"apps", "ReplicaSet", "app-1"}, Manager: &Manager{ByHelm, "Helm release app"}, Source: &Source{"a.yaml", 3},
		Keys: []Key{{ID: "AKIA", Secret: true, Example: true, Profile: "p", At: []Place{{"app", FieldEnv, "A", "base64"}}}}}
	said := AWS{
		Containers: []Container{{
			Name: "app", Type: TypeInit, Set: []string{"AWS_ACCESS_KEY_ID"}, Empty: []string{"AWS_SECRET_ACCESS_KEY"},
			Hidden: []string{"AWS_ACCESS_KEY"}, Script: []string{"AWS_SECRET_KEY"}, File: "/f",
			Uses: []Use{{KindSecret, "s", "e", UseEnv, "A", true, 1, "v"}}, At: 1, Chain: []string{"AWS_PROFILE"}, Tool: &Tool{Kube2IAM, ByImage, "r", "x", "n", "b"},
		}},
		Annotations: []Annotation{{"iam.amazonaws.com/role", "r"}},
		Skipped:     []string{"sidecar"},
	}
	spec := PodSpec{Account: "app", Legacy: true, Automount: False, APIToken: true, Explicit: true, Masked: true, AWS: &said, Signs: []string{SignVault}}
	return &Snapshot{
		Header: Header{APIVersion: APIVersion, Kind: Kind, Tool: "v1", Origin: OriginFiles, Cluster: Cluster{"c", "ctx", "v1.37.2", "uid", "https://issuer"},
			Caller: "me", Selected: []string{"team"}, Excluded: []string{"other"}, Ignored: []KindCount{{"Service", 2}}, SecretsRead: true, Detail: true,
			Gaps: []Gap{{"pods", "cluster", "team", "forbidden", "list pods", []string{"Pod"}, &Ref{"Pod", "team", "x"}}}},
		Namespaces:      []Namespace{{Meta: meta, Implied: true, NoDefault: true, Annotations: said.Annotations}},
		ServiceAccounts: []ServiceAccount{{Meta: meta, Automount: True, ImagePullSecrets: []string{"s"}, RoleARN: "arn", Labels: map[string]string{"l": "1"}, Annotations: map[string]string{"a": "1"}, Withheld: []string{"w"}, Secrets: []string{"t"}}},
		Roles: []Role{{Meta: meta, Rules: []Rule{{[]string{"get"}, []string{""}, []string{"pods"}, []string{"n"}, []string{"/u"}}},
			Aggregate: []Selector{{map[string]string{"b": "1", "a": "2"}, []Expression{{"k", "In", []string{"v"}}}}}, Labels: map[string]string{"z": "1", "y": "2"}}, {Meta: meta, Aggregate: []Selector{}}},
		Bindings:     []Binding{{Meta: meta, Role: RoleRef{GroupRBAC, "Role", "r"}, Subjects: []Subject{{"User", GroupRBAC, "ns", "u"}}}},
		Workloads:    []Workload{{Meta: meta, Group: "apps", Kind: "Deployment", Template: &spec, Finished: true, Rollout: RolloutPaused}, {Meta: meta, Group: "apps", Kind: "ReplicaSet"}, {Meta: meta, Kind: "x", Template: &PodSpec{}}},
		Pods:         []Pod{{Meta: meta, Spec: spec, Finished: true, Mirror: true}},
		TokenSecrets: []TokenSecret{{Meta: meta, Account: "app"}},
		Holders:      []Holder{{Meta: meta, Kind: KindConfigMap, Entries: []Entry{{"e", true, true}}}},
		References: []Reference{{Meta: meta, Group: "g", Version: "v1", Kind: "K", Pointer: "/spec", Value: "v", Withheld: true, Form: FormName, Of: Names{"team", "app"}, Loose: true, Use: Knows,
			Item: "/s", Whole: "{}", Denies: true, Except: true, Entry: true, Selects: &Selector{MatchLabels: map[string]string{"a": "1"}}, Field: "spec.x"}},
	}
}

func written(t *testing.T, s *Snapshot) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWriteThenReadIsTheIdentity(t *testing.T) {
	want := full()
	got, err := Read(bytes.NewReader(written(t, want)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEqualSnapshotsAreEqualBytes(t *testing.T) {
	if !bytes.Equal(written(t, full()), written(t, full())) {
		t.Error("two writes differ")
	}
}

func unzip(t *testing.T, file []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func zip(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFilesThatAreRefused(t *testing.T) {
	good := written(t, full())
	text := unzip(t, good)
	lines := strings.SplitAfter(text, "\n")
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 0x40
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "not a Podpass snapshot"},
		{"a JSON file", []byte(`{"kind":"Snapshot"}`), "not a Podpass snapshot"},
		{"another gzip file", zip(t, "hello\n"), "first line is no header"},
		{"cut in the middle", good[:len(good)/2], "truncated"},
		{"cut before the checksum", good[:len(good)-4], "truncated"},
		{"without its end line", zip(t, strings.Join(lines[:len(lines)-2], "")), "truncated"},
		{"a line removed", zip(t, strings.Join(append(append([]string{}, lines[:3]...), lines[4:]...), "")), "should hold"},
		{"a line after the end", zip(t, text+lines[1]), "after the end"},
		{"a flipped bit", flipped, "snapshot is"},
		{"a line that is no JSON", zip(t, lines[0]+"{\n"), "damaged at line 2"},
		{"a line of no known kind", zip(t, lines[0]+"{}\n"), "damaged"},
		{"a wrong type", zip(t, lines[0]+`{"pod":{"name":7}}`+"\n"), "damaged at line 2"},
		{"a newer format", zip(t, strings.Replace(text, `"format":3`, `"format":4`, 1)), "update podpass"},
		{"an older format", zip(t, strings.Replace(text, `"format":3`, `"format":1`, 1)), "take it again"},
		{"a newer version", zip(t, strings.Replace(text, "podpass/v1", "podpass/v2", 1)), "update podpass"},
		{"a line beyond the limit", zip(t, lines[0]+strings.Repeat("x", MaxLine+1)+"\n"), "damaged at line 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := Read(bytes.NewReader(test.file))
			if err == nil {
				t.Fatalf("read %+v, want an error", s)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want it to say %q", err, test.want)
			}
		})
	}
}

func TestNewFieldsOfALaterVersionAreNoHindrance(t *testing.T) {
	text := strings.Replace(unzip(t, written(t, full())), `{"namespace":{`, `{"namespace":{"later":[1],`, 1)
	if _, err := Read(bytes.NewReader(zip(t, text))); err != nil {
		t.Error(err)
	}
}

// FuzzRead: what is read, written and read again is the same.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, full()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		again, err := Read(bytes.NewReader(written(t, s)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, again); diff != "" {
			t.Fatal(diff)
		}
	})
}
