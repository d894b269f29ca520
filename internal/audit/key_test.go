package audit

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// The ids of these tests are nobody's: they spell what they are for.
const (
	idPair  = "AKIAPAIRAAAAAAAAAAAA"
	idTemp  = "ASIATEMPAAAAAAAAAAAA"
	idAlone = "AKIAALONEAAAAAAAAAAA"
)

func pair(id string, at ...snapshot.Place) snapshot.Key {
	return snapshot.Key{ID: id, Secret: true, At: at}
}

func inEnv(container, name string) snapshot.Place {
	return snapshot.Place{Container: container, Field: snapshot.FieldEnv, Name: name}
}

func inData(name string) snapshot.Place {
	return snapshot.Place{Field: snapshot.FieldData, Name: name}
}

// holder adds a Secret or ConfigMap of the namespace team.
func (w *world) holder(kind, name string, keys []snapshot.Key, entries ...snapshot.Entry) *world {
	m := meta(name)
	m.Keys = keys
	w.Holders = append(w.Holders, snapshot.Holder{Meta: m, Kind: kind, Entries: entries})
	return w
}

// app adds a Deployment of that account, with one container.
func (w *world) app(name, account string, c snapshot.Container) *world {
	c.Name = "app"
	return w.workload(snapshot.KindDeployment, meta(name), &snapshot.PodSpec{Account: account, AWS: &snapshot.AWS{Containers: []snapshot.Container{c}}})
}

func (w *world) withRole(account string) *world {
	w.account(account, no)
	w.ServiceAccounts[len(w.ServiceAccounts)-1].RoleARN = "arn:aws:iam::111122223333:role/" + account
	return w
}

func secretUse(name, entry, as string) snapshot.Use {
	return snapshot.Use{Kind: snapshot.KindSecret, Name: name, Entry: entry, How: snapshot.UseEnv, As: as}
}

// failures gives "severity kind/name ids" of each failure of a rule.
func failures(r *Report, rule string) []string {
	var list []string
	for _, result := range r.Results {
		if result.Rule == rule && result.Status == Fail {
			name := result.Object.Kind + "/" + result.Object.Name
			if result.Object.Container != "" {
				name += "/" + result.Object.Container
			}
			list = append(list, strings.TrimSpace(string(result.Severity)+" "+name+" "+strings.Join(result.KeyIDs, ",")))
		}
	}
	return list
}

func TestSeverityOfKeys(t *testing.T) {
	example := pair("AKIAIOSFODNN7EXAMPLE", inData("a"))
	example.Example = true
	for name, c := range map[string]struct {
		keys []snapshot.Key
		want string
		says string
	}{
		"a pair":           {[]snapshot.Key{pair(idPair, inData("a"))}, "critical Secret/s " + idPair, "Holds an AWS access key with its secret."},
		"a temporary pair": {[]snapshot.Key{pair(idTemp, inData("a"))}, "high Secret/s " + idTemp, "Holds an AWS access key with its secret."},
		"a lone id":        {[]snapshot.Key{{ID: idAlone, At: []snapshot.Place{inData("a")}}}, "low Secret/s " + idAlone, "Holds the id of an AWS access key."},
		"a lone secret":    {[]snapshot.Key{{Secret: true, At: []snapshot.Place{inData("a")}}}, "medium Secret/s", "Holds an AWS secret access key without its id."},
		"the example":      {[]snapshot.Key{example}, "info Secret/s AKIAIOSFODNN7EXAMPLE", "Holds the example key of AWS's documentation."},
		"several": {
			[]snapshot.Key{pair(idPair, inData("a")), pair("AKIAPAIRBBBBBBBBBBBB", inData("b")), {ID: idAlone, At: []snapshot.Place{inData("c")}}, example},
			"critical Secret/s " + idAlone + ",AKIAIOSFODNN7EXAMPLE," + idPair + ",AKIAPAIRBBBBBBBBBBBB",
			"Holds 2 AWS access keys with their secrets, the id of an AWS access key and the example key of AWS's documentation.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := live().holder(snapshot.KindSecret, "s", c.keys).run("PP401")
			if diff := cmp.Diff([]string{c.want}, failures(r, "PP401")); diff != "" {
				t.Fatal(diff)
			}
			if got := only(t, r).Message; got != c.says {
				t.Errorf("got %q, want %q", got, c.says)
			}
		})
	}
}

// TestCopiesAreEvidenceOfTheirRoot: the same key in a Deployment, its
// ReplicaSets and its pods is one result, that of an old revision too.
func TestCopiesAreEvidenceOfTheirRoot(t *testing.T) {
	w := live()
	top, set, pod, revision := meta("web"), owned("web-1", "apps", "Deployment", "web"), owned("web-1-a", "apps", "ReplicaSet", "web-1"), owned("db-1", "apps", "StatefulSet", "db")
	top.Keys = []snapshot.Key{pair(idPair, inEnv("app", "AWS_ACCESS_KEY_ID"))}
	set.Keys = []snapshot.Key{pair(idTemp, inEnv("app", "AWS_ACCESS_KEY_ID"))}
	pod.Keys, revision.Keys = set.Keys, top.Keys
	w.workload("Deployment", top, &snapshot.PodSpec{Account: "web"}).workload("ReplicaSet", set, nil).pod(pod, snapshot.PodSpec{Account: "web"})
	w.workload("StatefulSet", meta("db"), &snapshot.PodSpec{Account: "db"}).workload(snapshot.KindRevision, revision, nil)
	r := w.run("PP401")
	want := []string{"critical Deployment/web " + idPair + "," + idTemp, "critical StatefulSet/db " + idPair}
	if diff := cmp.Diff(want, failures(r, "PP401")); diff != "" {
		t.Fatal(diff)
	}
	var in []string
	for _, e := range r.Results[0].Evidence {
		for _, o := range e.Objects {
			in = append(in, o.Kind+"/"+o.Name)
		}
	}
	if diff := cmp.Diff([]string{"Pod/web-1-a", "ReplicaSet/web-1"}, in); diff != "" {
		t.Error(diff)
	}
}

// TestFingerprintsOfKeys: those of the keys alone, whatever the order, the
// places and the names of copies.
func TestFingerprintsOfKeys(t *testing.T) {
	print := func(keys ...snapshot.Key) string {
		return only(t, live().holder(snapshot.KindSecret, "s", keys).run("PP401")).Fingerprint
	}
	a, b := pair(idPair, inData("a")), pair(idTemp, inData("b"))
	if print(a, b) != print(b, a) {
		t.Error("the order changes it")
	}
	if moved := pair(idPair, inData("z")); print(a) != print(moved) {
		t.Error("the place changes it")
	}
	if print(a) == print(b) || print(a) == print(a, b) {
		t.Error("another key does not change it")
	}
	if half := (snapshot.Key{ID: idPair, At: a.At}); print(a) == print(half) {
		t.Error("a secret beside the id does not change it")
	}
	one, other := snapshot.Key{Secret: true, Profile: "one", At: a.At}, snapshot.Key{Secret: true, Profile: "other", At: a.At}
	if print(one) == print(one, other) {
		t.Error("another secret in the same entry does not change it")
	}
}

func TestKeysAreTracedToTheirUsers(t *testing.T) {
	w := live().holder(snapshot.KindSecret, "s", []snapshot.Key{pair(idPair, inData("id"))}, snapshot.Entry{Name: "id"}, snapshot.Entry{Name: "secret"}).
		app("b", "b", snapshot.Container{Type: snapshot.TypeInit, Uses: []snapshot.Use{secretUse("s", "id", "AWS_ACCESS_KEY_ID"), {Kind: snapshot.KindSecret, Name: "s", How: snapshot.UseVolume, As: "/aws"}}}).
		app("a", "a", snapshot.Container{Uses: []snapshot.Use{{Kind: snapshot.KindSecret, Name: "s", How: snapshot.UseEnvFrom, As: "X_"}}}).
		app("c", "c", snapshot.Container{Uses: []snapshot.Use{{Kind: snapshot.KindConfigMap, Name: "s", How: snapshot.UseEnvFrom}}})
	var got []string
	for _, e := range w.run("PP401").Results[0].Evidence[1:] {
		got = append(got, e.Text)
	}
	want := []string{
		"used by Deployment a: container app takes all entries as variables behind X_",
		"used by Deployment b: init container app mounts it at /aws; init container app takes AWS_ACCESS_KEY_ID from its entry id",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	alone := live().holder(snapshot.KindSecret, "s", []snapshot.Key{pair(idPair, inData("id"))}).run("PP401")
	if e := only(t, alone).Evidence; e[len(e)-1].Text != "no workload that was seen uses it" {
		t.Errorf("evidence: %v", e)
	}
}

// TestReferencesRevealWhatWasNotRead: only where the Secret was not read, or is
// filled in elsewhere.
func TestReferencesRevealWhatWasNotRead(t *testing.T) {
	user := func(w *world) *world {
		return w.app("a", "a", snapshot.Container{Uses: []snapshot.Use{secretUse("s", "id", "AWS_ACCESS_KEY_ID"), secretUse("s", "key", "AWS_SECRET_ACCESS_KEY")}})
	}
	unread := func() *world { w := live(); w.SecretsRead = false; return w }
	fromFiles := func() *world { w := live(); w.Origin = snapshot.OriginFiles; return w }
	hidden := []snapshot.Entry{{Name: "id", Hidden: true}, {Name: "key", Hidden: true}}
	for name, c := range map[string]struct {
		world *world
		want  []string
	}{
		"Secrets were not asked for":        {user(unread()), []string{"medium Secret/s"}},
		"the Secret is not among the files": {user(fromFiles()), []string{"medium Secret/s"}},
		"it is filled in elsewhere":         {user(live().holder(snapshot.KindSecret, "s", nil, hidden...)), []string{"medium Secret/s"}},
		"it does not exist":                 {user(live()), nil},
		"it was read and holds no key":      {user(live().holder(snapshot.KindSecret, "s", nil, snapshot.Entry{Name: "id"}, snapshot.Entry{Name: "key"})), nil},
		"it was read and holds one":         {user(live().holder(snapshot.KindSecret, "s", []snapshot.Key{pair(idPair, inData("id"))}, hidden...)), []string{"critical Secret/s " + idPair}},
		"it may not exist":                  {unread().app("a", "a", snapshot.Container{Uses: []snapshot.Use{{Kind: snapshot.KindSecret, Name: "s", Entry: "id", How: snapshot.UseEnv, As: "AWS_ACCESS_KEY_ID", Optional: true}}}), nil},
		"all of it is taken, and filled in elsewhere": {
			live().holder(snapshot.KindSecret, "s", nil, snapshot.Entry{Name: "AWS_SECRET_ACCESS_KEY", Hidden: true}).
				app("a", "a", snapshot.Container{Uses: []snapshot.Use{{Kind: snapshot.KindSecret, Name: "s", How: snapshot.UseEnvFrom}}}), []string{"medium Secret/s"},
		},
		"all of it is taken, and unread": {unread().app("a", "a", snapshot.Container{Uses: []snapshot.Use{{Kind: snapshot.KindSecret, Name: "s", How: snapshot.UseEnvFrom}}}), nil},
		"only the id is taken from it":   {unread().app("a", "a", snapshot.Container{Uses: []snapshot.Use{secretUse("s", "id", "AWS_ACCESS_KEY_ID")}}), []string{"low Secret/s"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, failures(c.world.run("PP401"), "PP401")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNamespacesPassOnlyWhereAllWasRead: silence is no pass.
func TestNamespacesPassOnlyWhereAllWasRead(t *testing.T) {
	unread := live()
	unread.SecretsRead = false
	for name, c := range map[string]struct {
		world *world
		want  map[string]Status // by rule, of the namespace
	}{
		"all was read":                     {live(), map[string]Status{"PP401": Pass, "PP601": Pass, "PP602": Pass}},
		"Secrets were not asked for":       {unread, map[string]Status{"PP601": Pass, "PP602": Pass}},
		"ConfigMaps could not be read":     {live().gap(snapshot.KindConfigMap), map[string]Status{"PP401": Unknown, "PP601": Pass, "PP602": Pass}},
		"revisions could not be read":      {live().gap(snapshot.KindRevision), map[string]Status{"PP401": Unknown, "PP601": Pass, "PP602": Pass}},
		"pods could not be read":           {live().gap(snapshot.KindPod), map[string]Status{"PP401": Unknown, "PP601": Unknown, "PP602": Unknown}},
		"a file of any content is missing": {live().gap(), map[string]Status{"PP401": Unknown, "PP601": Unknown, "PP602": Unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]Status{}
			for _, result := range c.world.run("PP401", "PP601", "PP602").Results {
				if got[result.Rule] != "" {
					t.Errorf("%s has two results", result.Rule)
				}
				got[result.Rule] = result.Status
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	cut := live()
	cut.Gaps = []snapshot.Gap{{What: "secrets", Scope: "namespace team", Namespace: "team", Kinds: []string{snapshot.KindKey}, Object: &snapshot.Ref{Kind: snapshot.KindSecret, Namespace: "team", Name: "s"}}}
	if diff := cmp.Diff([]string{"unknown Secret/s", "pass Namespace/team", "pass Namespace/team"}, found(cut.run("PP401", "PP206", "PP601", "PP602"))); diff != "" {
		t.Errorf("a value that was too much: %s", diff)
	}
	r := unread.run()
	if !slices.Contains(r.Verdicts.CISIntent.Reasons, "PP401 did not look into Secrets") {
		t.Errorf("reasons: %v", r.Verdicts.CISIntent.Reasons)
	}
}

// TestKeysThatOverrideARole: by what the SDKs take, in their order.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
func TestKeysThatOverrideARole(t *testing.T) {
	const id, secret = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
	both := []string{id, secret}
	refs := func(optional bool) []snapshot.Use {
		a, b := secretUse("s", "id", id), secretUse("s", "key", secret)
		a.Optional, b.Optional = optional, optional
		return []snapshot.Use{a, b}
	}
	from := func(prefix string) []snapshot.Use {
		return []snapshot.Use{{Kind: snapshot.KindSecret, Name: "s", How: snapshot.UseEnvFrom, As: prefix}}
	}
	full := []snapshot.Entry{{Name: "id"}, {Name: "key"}}
	named := []snapshot.Entry{{Name: id}, {Name: secret}}
	fromFiles := func() *world { w := live(); w.Origin = snapshot.OriginFiles; return w }
	file := snapshot.Use{Kind: snapshot.KindSecret, Name: "s", How: snapshot.UseVolume, As: "/home/app/.aws"}
	for name, c := range map[string]struct {
		world     *world
		container snapshot.Container
		want      string
	}{
		"by value":                                        {live(), snapshot.Container{Set: both}, "fail high"},
		"under the older names":                           {live(), snapshot.Container{Set: []string{"AWS_ACCESS_KEY", "AWS_SECRET_KEY"}}, "fail medium"},
		"an id alone under the older name":                {live(), snapshot.Container{Set: []string{"AWS_ACCESS_KEY"}}, "pass"},
		"a secret under the older name":                   {live(), snapshot.Container{Set: []string{id, "AWS_SECRET_KEY"}}, "fail medium"},
		"a value that is filled in elsewhere":             {live(), snapshot.Container{Hidden: both}, "fail medium"},
		"by a script":                                     {live(), snapshot.Container{Empty: both, Script: both}, "fail high"},
		"empty values":                                    {live(), snapshot.Container{Empty: both}, "pass"},
		"nothing":                                         {live(), snapshot.Container{}, "pass"},
		"an id alone":                                     {live(), snapshot.Container{Set: []string{id}}, "fail low"},
		"an id, and an empty secret":                      {live(), snapshot.Container{Set: []string{id}, Empty: []string{secret}}, "fail low"},
		"a secret alone":                                  {live(), snapshot.Container{Set: []string{secret}}, "pass"},
		"by reference, read":                              {live().holder(snapshot.KindSecret, "s", nil, full...), snapshot.Container{Uses: refs(false)}, "fail high"},
		"by reference, empty":                             {live().holder(snapshot.KindSecret, "s", nil, snapshot.Entry{Name: "id", Empty: true}, snapshot.Entry{Name: "key", Empty: true}), snapshot.Container{Uses: refs(false)}, "pass"},
		"by reference, filled in elsewhere":               {live().holder(snapshot.KindSecret, "s", nil, snapshot.Entry{Name: "id", Hidden: true}, snapshot.Entry{Name: "key"}), snapshot.Container{Uses: refs(false)}, "fail medium"},
		"by reference to what does not exist":             {live(), snapshot.Container{Uses: refs(true)}, "pass"},
		"by reference, not among the files":               {fromFiles(), snapshot.Container{Uses: refs(false)}, "fail medium"},
		"by an optional one, not among them":              {fromFiles(), snapshot.Container{Uses: refs(true)}, "unknown"},
		"by value, and an optional one that is not there": {live(), snapshot.Container{Set: both, Uses: refs(true)}, "fail high"},
		"by value, and an optional one that was not read": {fromFiles(), snapshot.Container{Set: both, Uses: refs(true)}, "fail medium"},
		"all of a Secret, and an optional one without it": {
			live().holder(snapshot.KindSecret, "s", nil, named...).holder(snapshot.KindSecret, "other", nil), snapshot.Container{Uses: append(from(""), func() []snapshot.Use {
				r := refs(true)
				r[0].Name, r[1].Name = "other", "other"
				return r
			}()...)}, "fail high",
		},
		"a credentials file that is filled in elsewhere": {live().holder(snapshot.KindSecret, "s", nil, snapshot.Entry{Name: "credentials", Hidden: true}), snapshot.Container{Uses: []snapshot.Use{file}}, "unknown"},
		"a credentials file with an id alone": {
			live().holder(snapshot.KindSecret, "s", []snapshot.Key{{ID: idAlone, At: []snapshot.Place{inData("credentials")}}}), snapshot.Container{Uses: []snapshot.Use{file}}, "pass",
		},
		"all of a Secret":                   {live().holder(snapshot.KindSecret, "s", nil, named...), snapshot.Container{Uses: from("")}, "fail high"},
		"all of one, behind another prefix": {live().holder(snapshot.KindSecret, "s", nil, named...), snapshot.Container{Uses: from("S3_")}, "pass"},
		"all of one, with the prefix": {
			live().holder(snapshot.KindSecret, "s", nil, snapshot.Entry{Name: "ACCESS_KEY_ID"}, snapshot.Entry{Name: "SECRET_ACCESS_KEY"}), snapshot.Container{Uses: from("AWS_")}, "fail high",
		},
		"all of one that is not among the files": {fromFiles(), snapshot.Container{Uses: from("")}, "unknown"},
		"a variable goes before envFrom":         {live().holder(snapshot.KindSecret, "s", nil, named...), snapshot.Container{Empty: both, Uses: from("")}, "pass"},
		"the last of envFrom counts": {
			live().holder(snapshot.KindSecret, "s", nil, named...).holder(snapshot.KindConfigMap, "c", nil, snapshot.Entry{Name: id, Empty: true}, snapshot.Entry{Name: secret, Empty: true}),
			snapshot.Container{Uses: append(from(""), snapshot.Use{Kind: snapshot.KindConfigMap, Name: "c", How: snapshot.UseEnvFrom})}, "pass",
		},
		"of envFrom, one read and a later one not": {
			fromFiles().holder(snapshot.KindSecret, "s", nil, named...), snapshot.Container{Uses: append(from(""), snapshot.Use{Kind: snapshot.KindSecret, Name: "z", How: snapshot.UseEnvFrom})}, "fail medium",
		},
		"of two definitions the surer counts": {
			fromFiles().holder(snapshot.KindSecret, "s", nil, snapshot.Entry{Name: "id", Hidden: true}, snapshot.Entry{Name: "key", Hidden: true}).holder(snapshot.KindSecret, "s", nil, full...),
			snapshot.Container{Uses: refs(false)}, "fail high",
		},
		"a file at the path that a variable names": {
			live().holder(snapshot.KindSecret, "s", []snapshot.Key{pair(idPair, inData("cloud"))}),
			snapshot.Container{File: "/credentials/cloud", Uses: []snapshot.Use{{Kind: snapshot.KindSecret, Name: "s", How: snapshot.UseVolume, As: "/credentials/"}}}, "fail medium",
		},
		"a file mounted somewhere else": {
			live().holder(snapshot.KindSecret, "s", []snapshot.Key{pair(idPair, inData("cloud"))}),
			snapshot.Container{Uses: []snapshot.Use{{Kind: snapshot.KindSecret, Name: "s", How: snapshot.UseVolume, As: "/credentials"}}}, "pass",
		},
		"a file that was not read":            {fromFiles(), snapshot.Container{Uses: []snapshot.Use{file}}, "unknown"},
		"an ephemeral container gets no role": {live(), snapshot.Container{Type: snapshot.TypeEphemeral, Set: both}, "pass"},
		"a credentials file":                  {live().holder(snapshot.KindSecret, "s", []snapshot.Key{pair(idPair, inData("credentials"))}), snapshot.Container{Uses: []snapshot.Use{file}}, "fail medium"},
		"a credentials file without a key":    {live().holder(snapshot.KindSecret, "s", nil, full...), snapshot.Container{Uses: []snapshot.Use{file}}, "pass"},
	} {
		t.Run(name, func(t *testing.T) {
			r := only(t, c.world.withRole("a").app("web", "a", c.container).run("PP402"))
			got := string(r.Status)
			if r.Status == Fail {
				got += " " + string(r.Severity)
				if r.Object.Container != "app" {
					t.Errorf("it names container %q", r.Object.Container)
				}
			}
			if got != c.want {
				t.Errorf("got %s, want %s: %s", got, c.want, r.Message)
			}
		})
	}
	t.Run("an account that is not among the files", func(t *testing.T) {
		if r := only(t, fromFiles().app("web", "elsewhere", snapshot.Container{Set: both}).run("PP402")); r.Status != Unknown || !r.Absent {
			t.Errorf("%s, absent %v: %s", r.Status, r.Absent, r.Message)
		}
		if r := fromFiles().app("web", "elsewhere", snapshot.Container{Empty: both}).run("PP402"); len(r.Results) != 0 {
			t.Errorf("results: %v", found(r))
		}
	})
	t.Run("a container that the webhook skips", func(t *testing.T) {
		w := live().withRole("a").app("web", "a", snapshot.Container{Set: both})
		w.Workloads[0].Template.AWS.Skipped = []string{"app"}
		if r := only(t, w.run("PP402")); r.Status != Pass {
			t.Errorf("%s: %s", r.Status, r.Message)
		}
	})
	t.Run("fingerprints tell what it is", func(t *testing.T) {
		seen := map[string]bool{}
		for _, one := range []snapshot.Container{{Set: both}, {Hidden: both}, {Set: []string{id}}, {Set: []string{"AWS_ACCESS_KEY", "AWS_SECRET_KEY"}}} {
			seen[only(t, live().withRole("a").app("web", "a", one).run("PP402")).Fingerprint] = true
		}
		if len(seen) != 4 {
			t.Errorf("%d fingerprints of four findings", len(seen))
		}
	})
	t.Run("an account without a role", func(t *testing.T) {
		if r := live().account("a", no).app("web", "a", snapshot.Container{Set: both}).run("PP402"); len(r.Results) != 0 {
			t.Errorf("results: %v", found(r))
		}
	})
}

// TestOnlyTheContainersConcerned: the others of the pod keep their role.
func TestOnlyTheContainersConcerned(t *testing.T) {
	w := live().withRole("a")
	w.workload(snapshot.KindDeployment, meta("web"), &snapshot.PodSpec{Account: "a", AWS: &snapshot.AWS{Containers: []snapshot.Container{
		{Name: "good", Empty: []string{"AWS_ACCESS_KEY_ID"}},
		{Name: "bad", Set: []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}},
		{Name: "worse", Type: snapshot.TypeInit, Set: []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}},
	}}})
	w.Workloads[0].Keys = []snapshot.Key{pair(idPair, inEnv("bad", "AWS_ACCESS_KEY_ID")), pair(idTemp, inEnv("worse", "AWS_ACCESS_KEY_ID")), pair(idAlone, inEnv("bad", "OTHER"))}
	want := []string{"high Deployment/web/bad " + idPair, "high Deployment/web/worse " + idTemp}
	got := failures(w.run("PP402"), "PP402")
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestKube2iamAndKiam(t *testing.T) {
	tool := func(name, by string) snapshot.Container {
		return snapshot.Container{Tool: &snapshot.Tool{Name: name, By: by, RoleKey: "corp/role"}}
	}
	w := live().app("proxy", "p", tool("kube2iam", "arguments")).app("agent", "p", tool("kiam", "image")).app("web", "p", snapshot.Container{Set: []string{"AWS_ACCESS_KEY_ID"}})
	if diff := cmp.Diff([]string{"high Deployment/agent", "high Deployment/proxy"}, failures(w.run("PP601"), "PP601")); diff != "" {
		t.Error(diff)
	}
	asks := &snapshot.PodSpec{Account: "a", AWS: &snapshot.AWS{Annotations: []snapshot.Annotation{{Name: "corp/role", Value: "app"}}}}
	w = live().workload("Deployment", meta("web"), asks).pod(meta("bare"), *asks).pod(owned("db-0", "apps", "StatefulSet", "db"), *asks)
	w.Namespaces[0].Annotations = []snapshot.Annotation{{Name: "iam.amazonaws.com/permitted", Value: ".*"}}
	r := w.run("PP602")
	want := []string{"medium Namespace/team", "medium Deployment/web", "medium Pod/bare", "medium StatefulSet/db"}
	got := failures(r, "PP602")
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, result := range r.Results {
		text := ""
		for _, e := range result.Evidence {
			text += e.Text + "\n"
		}
		if result.Object.Kind != "Namespace" && !strings.Contains(text, "corp/role: app") {
			t.Errorf("%s does not name the role: %s", result.Object.Name, text)
		}
	}
}
