package collect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// TestToolsAreToldByImageAndByArguments: what runs kube2iam or kiam, and what
// only looks like it.
func TestToolsAreToldByImageAndByArguments(t *testing.T) {
	for name, c := range map[string]struct {
		image string
		words []string
		want  *snapshot.Tool
	}{
		"kube2iam of Docker Hub":                 {"jtblin/kube2iam:0.11.2", nil, &snapshot.Tool{Name: "kube2iam", By: "image"}},
		"without a tag":                          {"kube2iam", nil, &snapshot.Tool{Name: "kube2iam", By: "image"}},
		"of a private registry, with a digest":   {"registry.example:5000/mirror/kube2iam@sha256:" + strings.Repeat("a", 64), nil, &snapshot.Tool{Name: "kube2iam", By: "image"}},
		"tag and digest":                         {"quay.io/uswitch/kiam:v4.2@sha256:" + strings.Repeat("a", 64), nil, &snapshot.Tool{Name: "kiam", By: "image"}},
		"a registry with a port and no tag":      {"registry.example:5000/kiam", nil, &snapshot.Tool{Name: "kiam", By: "image"}},
		"kiamond":                                {"registry.example/kiamond:1", nil, nil},
		"a suffix":                               {"registry.example/kube2iam-exporter:1", nil, nil},
		"a folder of that name":                  {"registry.example/kube2iam/exporter:1", nil, nil},
		"a tag of that name":                     {"registry.example/proxy:kiam", nil, nil},
		"a renamed image with its flags":         {"proxy:1", []string{"--base-role-arn=arn:aws:iam::111122223333:role/", "--node=x"}, &snapshot.Tool{Name: "kube2iam", By: "arguments", Base: "arn:aws:iam::111122223333:role/"}},
		"a renamed image, flags in two words":    {"proxy:1", []string{"--auto-discover-base-arn", "--iam-role-key", "corp/role"}, &snapshot.Tool{Name: "kube2iam", By: "arguments", RoleKey: "corp/role"}},
		"flags that are common alone":            {"proxy:1", []string{"--host-ip=1.2.3.4", "--iptables=true"}, nil},
		"enough common flags":                    {"proxy:1", []string{"--host-ip=$(HOST_IP)", "--iptables=true", "--host-interface=eni+", "--node=$(NODE)"}, &snapshot.Tool{Name: "kube2iam", By: "arguments"}},
		"the command":                            {"proxy:1", []string{"/usr/bin/kube2iam", "--verbose"}, &snapshot.Tool{Name: "kube2iam", By: "arguments"}},
		"a script that starts it":                {"proxy:1", []string{"sh", "-c", "sleep 5; exec kube2iam --verbose"}, &snapshot.Tool{Name: "kube2iam", By: "arguments"}},
		"a script that speaks of it":             {"kubectl:1", []string{"sh", "-c", "kubectl rollout restart ds/kube2iam -n kube-system"}, nil},
		"a command that is given its name":       {"kubectl:1", []string{"kubectl", "logs", "kiam", "agent"}, nil},
		"kiam agent":                             {"proxy:1", []string{"/kiam", "agent", "--port=8181"}, &snapshot.Tool{Name: "kiam", By: "arguments"}},
		"kiam behind an init":                    {"proxy:1", []string{"tini", "--", "/kiam", "server"}, &snapshot.Tool{Name: "kiam", By: "arguments"}},
		"kiam without a part of it":              {"proxy:1", []string{"/kiam", "version"}, nil},
		"a renamed image with the flags of kiam": {"proxy:1", []string{"server", "--role-base-arn-autodetect"}, &snapshot.Tool{Name: "kiam", By: "arguments"}},
		"flags of which one starts like another": {"proxy:1", []string{"--base-role-arns=x"}, nil},
		"renamed annotations": {"kube2iam", []string{"--iam-role-key=corp/role", "--iam-external-id=corp/id", "--namespace-key=corp/roles"},
			&snapshot.Tool{Name: "kube2iam", By: "image", RoleKey: "corp/role", ExternalIDKey: "corp/id", NamespaceKey: "corp/roles"}},
		"renamed by what is only known at run time": {"kube2iam", []string{"--iam-role-key=$(KEY)"}, &snapshot.Tool{Name: "kube2iam", By: "image"}},
		"a flag without its value":                  {"kube2iam", []string{"--iam-role-key"}, &snapshot.Tool{Name: "kube2iam", By: "image"}},
		"a renamed kiam agent":                      {"proxy:1", []string{"agent", "--iptables", "--host-interface=cali+", "--host=$(HOST_IP)", "--server-address=kiam:443"}, &snapshot.Tool{Name: "kiam", By: "arguments"}},
		"an agent of something else":                {"proxy:1", []string{"agent", "--server-address=x"}, nil},
		"a server with common flags":                {"kiamond:1", []string{"server", "--sync", "--json-log"}, nil},
		"a controller with a flag of kube2iam":      {"hjacobs/kube-aws-iam-controller:1", []string{"--base-role-arn=arn:aws:iam::111122223333:role/"}, nil},
		"kiam has no such flag":                     {"kiam", []string{"--iam-role-key=corp/role"}, &snapshot.Tool{Name: "kiam", By: "image"}},
	} {
		t.Run(name, func(t *testing.T) {
			var a AWS
			a.Begin()
			a.Container("", "c")
			a.Image([]byte(c.image))
			for _, word := range c.words {
				a.Word(snapshot.FieldArgs, []byte(word))
			}
			var got *snapshot.Tool
			if said := a.Spec("ns"); said != nil {
				got = said.Containers[0].Tool
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLongWordsDoNotHideATool(t *testing.T) {
	var a AWS
	a.Begin()
	a.Container("", "c")
	a.Word(snapshot.FieldCommand, []byte("sh"))
	a.Word(snapshot.FieldCommand, []byte("-c"))
	a.Word(snapshot.FieldCommand, []byte("set -eu\n"+strings.Repeat("echo waiting for the network\n", 20)+"exec /kube2iam --verbose"))
	if said := a.Spec("ns"); said == nil || said.Containers[0].Tool == nil {
		t.Errorf("not told: %v", said)
	}
}

// TestAnnotationsThatMayNameARole: flags may rename them, so that the value
// decides.
func TestAnnotationsThatMayNameARole(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"iam.amazonaws.com/role", "app", true},
		{"iam.amazonaws.com/role", "", true},
		{"iam.amazonaws.com/permitted", ".*", true},
		{"iam.amazonaws.com/allowed-roles", `["a*"]`, true},
		{"corp.example/role", "arn:aws:iam::111122223333:role/team/app", true},
		{"corp.example/roles", `["arn:aws:iam::111122223333:role/app"]`, true},
		{"corp.example/note", "two words", false},
		{"corp.example/on", "true", false},
		{"corp.example/port", "8080", false},
		{"corp.example/empty", "", false},
		{"corp.example/json", `{"a":1}`, false},
		{"corp.example/roles", "[\"a\"]\n", true},
		{"iam.k8s.io/role", "app", true},
		{"kubernetes.io/psp", "eks.privileged", false},
		{"cluster-autoscaler.kubernetes.io/safe-to-evict", "yes", false},
		{"prometheus.io/path", "metrics", false},
	} {
		if got := mayNameRole([]byte(c.name), []byte(c.value)); got != c.want {
			t.Errorf("%s=%q: %v", c.name, c.value, got)
		}
	}
}

func TestHidden(t *testing.T) {
	for value, want := range map[string]bool{
		"ENC[AES256_GCM,data:xyz=,iv:a=,tag:b=,type:str]": true, "<path:secret/data/aws#id>": true, "${AWS_KEY}": true,
		"$(AWS_KEY)": true, "{{ .Values.key }}": true, "ref+awssecrets://a#b": true, "op://vault/item": true, `"${A}"`: true, "<AWS_KEY>": true, "@@KEY@@": true,
		"": false, "plain": false, "${": false, "$5 and ${A} more": false, "<html>\n</html>": false, "ENC": false,
	} {
		if got := Hidden([]byte(value)); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}
