package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/audit"
	"podpass/internal/export"
	"podpass/internal/iam"
	"podpass/internal/iam/trust"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

const nodeTrust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/node"},"Action":"sts:AssumeRole"}}`

// roles is a plan with a role of every kind: new and by IRSA, there with a trust
// that is known and one that is not, and by EKS Pod Identity of an account that
// is new and of one that pods use.
func roles() *plan.Plan {
	meta := func(name string) snapshot.Meta {
		return snapshot.Meta{Namespace: "on", Name: name, UID: "uid-" + name, Live: true}
	}
	s := &snapshot.Snapshot{}
	s.Origin, s.Detail, s.SecretsRead = snapshot.OriginCluster, true, true
	s.Cluster = snapshot.Cluster{Name: "prod", UID: "11111111-2222-3333-4444-555555555555"}
	s.Namespaces = []snapshot.Namespace{{Meta: snapshot.Meta{Name: "on", UID: "uid-on", Live: true}}}
	s.ServiceAccounts = []snapshot.ServiceAccount{{Meta: meta("default"), Automount: snapshot.False}, {Meta: meta("own"), Automount: snapshot.False}}
	holder := meta("aws")
	at := func(name string) snapshot.Place { return snapshot.Place{Field: snapshot.FieldData, Name: name} }
	holder.Keys = []snapshot.Key{{ID: "AKIAPAIRPAIRPAIRPAIR", Secret: true, At: []snapshot.Place{at("AWS_ACCESS_KEY_ID"), at("AWS_SECRET_ACCESS_KEY")}}}
	s.Holders = []snapshot.Holder{{Meta: holder, Kind: "Secret", Entries: []snapshot.Entry{{Name: "AWS_ACCESS_KEY_ID"}, {Name: "AWS_SECRET_ACCESS_KEY"}}}}
	use := func(name string) snapshot.Use {
		return snapshot.Use{Kind: "Secret", Name: "aws", Entry: name, How: snapshot.UseEnv, As: name}
	}
	keys := &snapshot.AWS{Containers: []snapshot.Container{{Name: "app", Chain: []string{"AWS_PROFILE"}, Uses: []snapshot.Use{use("AWS_ACCESS_KEY_ID"), use("AWS_SECRET_ACCESS_KEY")}}}}
	for _, name := range []string{"given", "known", "new", "own", "pod"} {
		spec := &snapshot.PodSpec{Automount: snapshot.False}
		switch name {
		case "new":
			spec.AWS = keys
		case "own":
			spec.Account = "own"
		}
		s.Workloads = append(s.Workloads, snapshot.Workload{Meta: meta(name), Group: "apps", Kind: "Deployment", Template: spec})
	}
	s.Sort()
	return plan.Make(s, plan.Options{Now: time.Unix(1700000000, 0).UTC(), Tool: audit.Tool{Name: "podpass", Version: "test"}, Choices: chosen()})
}

func chosen() *plan.Choices {
	match := func(name string) plan.Match { return plan.Match{Kind: "*", Namespace: "on", Name: name} }
	s3 := []string{"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}
	inline := []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:*:111122223333:a<b>&c"}]}`)
	return &plan.Choices{
		Cluster: plan.ClusterChoice{
			Issuer: issuer, AccountID: "111122223333", Region: "eu-central-1", Name: "prod",
			Path: "/podpass/", Boundary: "arn:aws:iam::111122223333:policy/it's", Tags: map[string]string{"team": "it's `a` shop", "-x": "$(id)"},
		},
		Workloads: []plan.WorkloadChoice{
			{Match: match("given"), Role: plan.RoleChoice{ARN: "arn:aws:iam::111122223333:role/app/given", Trust: "trust.json", Documents: map[string][]byte{"trust.json": []byte(nodeTrust)}}},
			{Match: match("known"), Role: plan.RoleChoice{ARN: "arn:aws:iam::111122223333:role/known"}},
			{Match: match("new"), AWS: plan.AWSIRSA, Role: plan.RoleChoice{Policies: s3, Inline: []string{"policies/send.json"}, Documents: map[string][]byte{"policies/send.json": inline}}},
			{Match: match("own"), AWS: plan.AWSPodIdentity, Role: plan.RoleChoice{Policies: s3}},
			{Match: match("pod"), AWS: plan.AWSPodIdentity, Role: plan.RoleChoice{Policies: s3}},
		},
	}
}

func TestGoldenAWS(t *testing.T) {
	p := roles()
	p.Hash = strings.Repeat("0", 64)
	all := files(t, p)
	maps.DeleteFunc(all, func(name string, _ export.File) bool {
		return name == "steps.sh" || strings.HasPrefix(name, "1-add/") && strings.HasSuffix(name, ".yaml")
	})
	golden(t, "testdata/aws", all)
}

// TestEveryTrustOfAnExportIsProven reads each back as whoever gets the folder
// does.
func TestEveryTrustOfAnExportIsProven(t *testing.T) {
	p := roles()
	all := files(t, p)
	seen := 0
	for _, s := range p.Steps {
		if s.Object.Kind != plan.KindIAMRole {
			continue
		}
		r := s.After.Role
		meant := trust.Meant{Provider: strings.TrimPrefix(issuer, "https://"), Namespace: "on", ServiceAccount: r.Account.Name, Audience: trust.DefaultAudience}
		if r.By == plan.AWSPodIdentity {
			meant = trust.Meant{Cluster: "arn:aws:eks:eu-central-1:111122223333:cluster/prod", Namespace: "on", ServiceAccount: r.Account.Name}
		}
		for name, f := range all {
			end := strings.TrimLeft(path.Base(name), "0123456789")
			if strings.HasPrefix(end, "-iamrole-"+r.Name+".") && (strings.HasSuffix(name, ".trust.json") || strings.HasSuffix(name, ".statement.json")) {
				seen++
				judge(t, name, f.Data, meant, len(r.Trust) > 0 && r.Exists)
			}
		}
	}
	if seen != 5 {
		t.Errorf("%d trusts are read back, want 5", seen)
	}
}

// judge proves a trust; one of a role that exists lets in others too.
func judge(t *testing.T, name string, document []byte, meant trust.Meant, others bool) {
	t.Helper()
	doc, err := iam.Parse(document, iam.Trust)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if b := trust.BudgetOf(doc); b.Exceeded {
		t.Errorf("%s takes %d characters", name, b.Used)
	}
	own := iam.Compile(trust.For("111122223333", []trust.Meant{meant}))
	if others {
		if more := trust.NothingMore(own, iam.Compile(doc)); more.Verdict != trust.Yes {
			t.Errorf("%s does not let in its account", name)
		}
		old, err := iam.Parse([]byte(nodeTrust), iam.Trust)
		if err != nil || trust.NothingMore(iam.Compile(old), iam.Compile(doc)).Verdict != trust.Yes {
			t.Errorf("%s no longer lets in whom it did: %v", name, err)
		}
		return
	}
	if !trust.Proves(iam.Compile(doc), []trust.Meant{meant}) {
		t.Errorf("%s is not proven:\n%s", name, document)
	}
	if found := trust.Lint(iam.Compile(doc), &trust.Context{Meant: []trust.Meant{meant}}); len(found.Findings) > 0 {
		t.Errorf("%s: %+v", name, found.Findings)
	}
}

// TestARoleOfSeveralWorkloadsGetsOneTrust: IAM replaces a trust policy whole, so
// that the second would take out what the first put in.
func TestARoleOfSeveralWorkloadsGetsOneTrust(t *testing.T) {
	p := sharing(2)
	var one, statements []byte
	for name, f := range files(t, p) {
		switch {
		case strings.HasSuffix(name, ".trust.json") && one == nil:
			one = f.Data
		case strings.HasSuffix(name, ".trust.json"):
			t.Errorf("there is a second trust, %s", name)
		case strings.HasSuffix(name, ".statement.json"):
			statements = f.Data
		}
	}
	for _, account := range []string{"w0", "w1"} {
		meant := trust.Meant{Provider: strings.TrimPrefix(issuer, "https://"), Namespace: "on", ServiceAccount: account, Audience: trust.DefaultAudience}
		judge(t, account, one, meant, true)
	}
	if statements != nil {
		t.Errorf("a statement is to be added besides: %s", statements)
	}
	readme := string(files(t, p)["1-add/README.md"].Data)
	if !strings.Contains(readme, "The role of 01, whose trust policy lets this account in too.") || strings.Count(readme, "file://aws/01-iamrole-shared.trust.json") != 1 {
		t.Errorf("the README says otherwise:\n%s", readme)
	}
	// Of nine the plan itself holds those up for which there is no room.
	nine := sharing(9)
	if len(nine.Decisions) == 0 || !strings.Contains(nine.Decisions[0].Question, "characters, and the default quota") {
		t.Errorf("nine workloads: decisions %+v, want that the trust is too long", nine.Decisions)
	}
	if _, err := export.Kubernetes(nine); err != nil {
		t.Errorf("nine workloads, some of which wait: %v", err)
	}
}

// sharing is a plan in which some workloads get the same role.
func sharing(n int) *plan.Plan {
	s := &snapshot.Snapshot{}
	s.Origin, s.Detail, s.SecretsRead, s.Cluster.UID = snapshot.OriginCluster, true, true, "u"
	meta := func(name string) snapshot.Meta {
		return snapshot.Meta{Namespace: "on", Name: name, UID: "uid-" + name, Live: true}
	}
	s.Namespaces = []snapshot.Namespace{{Meta: snapshot.Meta{Name: "on", UID: "uid-on", Live: true}}}
	s.ServiceAccounts = []snapshot.ServiceAccount{{Meta: meta("default"), Automount: snapshot.False}}
	for i := range n {
		s.Workloads = append(s.Workloads, snapshot.Workload{Meta: meta(fmt.Sprint("w", i)), Group: "apps", Kind: "Deployment", Template: &snapshot.PodSpec{Automount: snapshot.False}})
	}
	s.Sort()
	role := plan.RoleChoice{ARN: "arn:aws:iam::111122223333:role/shared", Trust: "trust.json", Documents: map[string][]byte{"trust.json": []byte(nodeTrust)}}
	return plan.Make(s, plan.Options{Choices: &plan.Choices{Cluster: plan.ClusterChoice{Issuer: issuer}, Workloads: []plan.WorkloadChoice{{Match: plan.Match{Kind: "*", Namespace: "on", Name: "*"}, Role: role}}}})
}

// commands gives the lines of shell in a README.
func commands(readme []byte) string {
	var b strings.Builder
	fence := ""
	for line := range strings.Lines(string(readme)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case fence == "" && strings.HasPrefix(line, "```") && strings.HasSuffix(line, "sh"):
			fence = strings.TrimSuffix(line, "sh")
		case line == fence:
			fence = ""
		case fence != "":
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// TestCommandsAreTakenByAShellAsTheyAreMeant runs those of 1-add with an aws that
// prints its words.
func TestCommandsAreTakenByAShellAsTheyAreMeant(t *testing.T) {
	all := files(t, roles())
	for _, folder := range []string{"1-add", "2-move", "4-clean"} {
		text := commands(all[folder+"/README.md"].Data)
		if text == "" {
			t.Errorf("%s has no commands", folder)
		}
		if out, err := exec.Command("sh", "-n", "-c", text).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", folder, err, out)
		}
	}
	var lines []string
	for line := range strings.Lines(commands(all["1-add/README.md"].Data)) {
		if strings.HasPrefix(line, "aws ") && !strings.Contains(line, "|") {
			lines = append(lines, line)
		}
	}
	out, err := exec.Command("sh", "-c", "aws() { printf '[%s]' \"$@\"; echo; }\n"+strings.Join(lines, "")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{
		"[--permissions-boundary][arn:aws:iam::111122223333:policy/it's]", "[--path][/podpass/]", "[--url][" + issuer + "]",
		"[--policy-name][send][--policy-document][file://aws/", "[iam][attach-role-policy][--role-name][on_new-",
		"[eks][create-pod-identity-association][--cluster-name][prod][--region][eu-central-1][--namespace][on][--service-account][pod]",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no command says %s:\n%s", want, out)
		}
	}
}

// TestCommandsNameFilesOfTheExport sees that each file:// is there, or made by a
// command before.
func TestCommandsNameFilesOfTheExport(t *testing.T) {
	all := files(t, roles())
	for _, folder := range []string{"1-add", "2-move", "4-clean"} {
		text := commands(all[folder+"/README.md"].Data)
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" '\n", r) }) {
			name, ok := strings.CutPrefix(word, "file://")
			if _, there := all[folder+"/"+name]; ok && !there && !strings.Contains(text, ">"+name) && !strings.Contains(text, "cp "+strings.Replace(name, ".new.", ".old.", 1)+" "+name) {
				t.Errorf("%s names %s, which is not there", folder, name)
			}
		}
	}
}

func TestTagsAndPoliciesAreWrittenAsTheyAre(t *testing.T) {
	want := map[string]string{
		".tags.json":     `[{"Key":"-x","Value":"$(id)"},{"Key":"team","Value":"it's ` + "`a`" + ` shop"}]`,
		".policy-1.json": string(chosen().Workloads[2].Role.Documents["policies/send.json"]),
	}
	for name, f := range files(t, roles()) {
		for end, text := range want {
			if !strings.HasSuffix(name, end) || !strings.Contains(name, "on_new-") {
				continue
			}
			var got, meant any
			if err := json.Unmarshal(f.Data, &got); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			must(t, json.Unmarshal([]byte(text), &meant))
			if diff := cmp.Diff(meant, got); diff != "" || !bytes.HasSuffix(f.Data, []byte("\n")) {
				t.Errorf("%s: %s", name, diff)
			}
			delete(want, end)
		}
	}
	if len(want) > 0 {
		t.Errorf("not written: %v", slices.Sorted(maps.Keys(want)))
	}
}
