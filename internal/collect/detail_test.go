package collect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// detailed is what a container says with detail.
func detailed(tell func(*AWS)) *snapshot.AWS {
	a := AWS{Detail: true}
	a.Begin()
	a.Volume([]byte("v"), []byte(snapshot.KindSecret), []byte("s"), false)
	a.Container("", "c")
	tell(&a)
	return a.Spec("n")
}

// TestWhatIsKeptOfAnAccountsMetadata: all but what may be secret and what
// kubectl copies.
func TestWhatIsKeptOfAnAccountsMetadata(t *testing.T) {
	id, secret := "AKIAPLAINPLAINPLAINP", strings.Repeat("q7Rk2mZp", 5) // nobody's
	told := snapshot.Meta{Keys: []snapshot.Key{{ID: id, At: []snapshot.Place{{Field: snapshot.FieldAnnotation, Name: "half"}}}}}
	for name, c := range map[string]struct {
		labels, annotations map[string]string
		want                snapshot.ServiceAccount
	}{
		"nothing is nothing": {map[string]string{}, nil, snapshot.ServiceAccount{}},
		"what all of them together tell": {
			nil, map[string]string{"half": "x", "other": "y"},
			snapshot.ServiceAccount{Meta: told, Annotations: map[string]string{"other": "y"}, Withheld: []string{"half"}},
		},
		"labels and annotations": {
			map[string]string{"app": "web"}, map[string]string{"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/app", "empty": ""},
			snapshot.ServiceAccount{Labels: map[string]string{"app": "web"}, Annotations: map[string]string{"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/app", "empty": ""}},
		},
		"not what was applied last": {nil, map[string]string{lastApplied: "{}"}, snapshot.ServiceAccount{}},
		"an annotation with a key is named alone": {
			nil, map[string]string{"z": "key " + id, "a": "id=" + id + " secret=" + secret, "n": "x"},
			snapshot.ServiceAccount{Annotations: map[string]string{"n": "x"}, Withheld: []string{"a", "z"}},
		},
		"what would be shortened is not kept short": {
			map[string]string{"hash": secret}, map[string]string{"hash": "see " + secret},
			snapshot.ServiceAccount{Withheld: []string{"hash"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := snapshot.ServiceAccount{Meta: c.want.Meta}
			Describe(&got, c.labels, c.annotations)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			s := &snapshot.Snapshot{ServiceAccounts: []snapshot.ServiceAccount{got}}
			if Prune(s); !cmp.Equal(c.want, s.ServiceAccounts[0]) {
				t.Errorf("Prune made of it %+v", s.ServiceAccounts[0])
			}
		})
	}
}

// TestVariablesThatTurnSDKsElsewhere: the last of a name counts, if it has a
// literal value.
func TestVariablesThatTurnSDKsElsewhere(t *testing.T) {
	profile, file := []byte("AWS_PROFILE"), []byte("AWS_SHARED_CREDENTIALS_FILE")
	ref := func(optional bool) func(*AWS) {
		return func(a *AWS) {
			a.Env(profile, []byte("a"))
			a.EnvRef(profile, []byte(snapshot.KindConfigMap), []byte("c"), []byte("k"), optional)
		}
	}
	for name, c := range map[string]struct {
		tell func(*AWS)
		want []string
	}{
		"two, sorted":                             {func(a *AWS) { a.Env(file, []byte("/f")); a.Env(profile, []byte("a")) }, []string{"AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE"}},
		"one that is set twice":                   {func(a *AWS) { a.Env(profile, []byte("a")); a.Env(profile, []byte("b")) }, []string{"AWS_PROFILE"}},
		"one that is empty in the end":            {func(a *AWS) { a.Env(profile, []byte("a")); a.Env(profile, nil) }, nil},
		"one that is empty by another":            {func(a *AWS) { a.Env([]byte("NONE"), nil); a.Env(profile, []byte("$(NONE)")) }, nil},
		"one that a reference replaces":           {ref(false), nil},
		"one that an optional reference leaves":   {ref(true), []string{"AWS_PROFILE"}},
		"one of a field":                          {func(a *AWS) { a.EnvOther(profile) }, nil},
		"another of AWS":                          {func(a *AWS) { a.Env([]byte("AWS_REGION"), []byte("eu-west-1")) }, nil},
		"a token of a session, without its value": {func(a *AWS) { a.Env([]byte("AWS_SESSION_TOKEN"), []byte("secret")) }, []string{"AWS_SESSION_TOKEN"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			if said := detailed(c.tell); said != nil {
				for _, one := range said.Containers {
					got = append(got, one.Chain...)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestPlacesAreThoseInTheObject: what says nothing counts too.
func TestPlacesAreThoseInTheObject(t *testing.T) {
	tell := func(a *AWS) {
		b := func(s string) []byte { return []byte(s) }
		a.Container(snapshot.TypeInit, "i")
		a.Container("", "d")
		a.From()
		a.From()
		a.EnvFrom(b(snapshot.KindSecret), b("s"), nil, false)
		a.From()
		a.EnvFrom(b(snapshot.KindSecret), b("s"), nil, false)
		a.Env(b("X"), b("y"))
		a.EnvOther(b("Z"))
		a.EnvRef(b("A"), b(snapshot.KindSecret), b("s"), b("k"), false)
		a.Mount(b(injected+"x"), b(TokenPath), nil)
		a.Mount(b("v"), b("/m"), nil)
		a.Mount(b("v"), b("/m"), nil)
	}
	use := snapshot.Use{Kind: snapshot.KindSecret, Name: "s"}
	with := func(how, as, entry string, at int, volume string) snapshot.Use {
		u := use
		u.How, u.As, u.Entry, u.At, u.Volume = how, as, entry, at, volume
		return u
	}
	want := []snapshot.Container{{Name: "d", At: 1, Uses: []snapshot.Use{
		with(snapshot.UseEnvFrom, "", "", 1, ""), with(snapshot.UseEnvFrom, "", "", 2, ""), with(snapshot.UseEnv, "A", "k", 2, ""),
		with(snapshot.UseVolume, "/m", "", 1, "v"), with(snapshot.UseVolume, "/m", "", 2, "v"),
	}}}
	if diff := cmp.Diff(want, detailed(tell).Containers); diff != "" {
		t.Errorf("with detail: %s", diff)
	}
	var plain AWS
	plain.Begin()
	plain.Volume([]byte("v"), []byte(snapshot.KindSecret), []byte("s"), false)
	tell(&plain)
	want = []snapshot.Container{{Name: "d", Uses: []snapshot.Use{
		with(snapshot.UseEnvFrom, "", "", 0, ""), with(snapshot.UseEnv, "A", "k", 0, ""), with(snapshot.UseVolume, "/m", "", 0, ""),
	}}}
	if diff := cmp.Diff(want, plain.Spec("n").Containers); diff != "" {
		t.Errorf("without: %s", diff)
	}
}

// TestTheLastOfTwoUsesCounts: a source that is there twice comes after what
// stands between.
func TestTheLastOfTwoUsesCounts(t *testing.T) {
	for detail, want := range map[bool]string{false: "b a", true: "a b a"} {
		a := AWS{Detail: detail}
		a.Begin()
		a.Container("", "c")
		for _, name := range []string{"a", "b", "a"} {
			a.From()
			a.EnvFrom([]byte(snapshot.KindSecret), []byte(name), nil, false)
		}
		var got []string
		for _, u := range a.Spec("n").Containers[0].Uses {
			got = append(got, u.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("detail %v: %v, want %s", detail, got, want)
		}
	}
}

// TestSigns: each once as one, and once as what looks like it.
func TestSigns(t *testing.T) {
	annotation := func(name, value string) func(*AWS) {
		return func(a *AWS) { a.Annotation([]byte(name), []byte(value), true) }
	}
	env := func(name, value string) func(*AWS) {
		return func(a *AWS) { a.Env([]byte(name), []byte(value)) }
	}
	image := func(name string) func(*AWS) { return func(a *AWS) { a.Image([]byte(name)) } }
	istio := func(container, policy string) func(*AWS) {
		return func(a *AWS) { a.Container("", container); a.Env([]byte("JWT_POLICY"), []byte(policy)) }
	}
	for name, c := range map[string]struct {
		tell func(*AWS)
		want string
	}{
		"Consul is asked for":             {annotation("consul.hashicorp.com/connect-inject", "true"), "consul"},
		"Consul was injected by default":  {annotation("consul.hashicorp.com/connect-inject-status", "injected"), "consul"},
		"Consul is declined":              {annotation("consul.hashicorp.com/connect-inject", "false"), ""},
		"Consul's service is named":       {annotation("consul.hashicorp.com/connect-service", "web"), ""},
		"Linkerd is asked for":            {annotation("linkerd.io/inject", "enabled"), "linkerd"},
		"Linkerd is, as an ingress":       {annotation("linkerd.io/inject", "ingress"), "linkerd"},
		"Linkerd is declined":             {annotation("linkerd.io/inject", "disabled"), ""},
		"Dapr is asked for":               {annotation("dapr.io/enabled", "true"), "dapr"},
		"Dapr is declined":                {annotation("dapr.io/enabled", "No"), ""},
		"Vault's agent is asked for":      {annotation("vault.hashicorp.com/agent-inject", "true"), "vault-inject"},
		"Vault's agent is declined":       {annotation("vault.hashicorp.com/agent-inject", "False "), ""},
		"a role of Vault":                 {annotation("vault.hashicorp.com/role", "app"), "vault"},
		"a variable of Vault":             {env("VAULT_ADDR", "https://vault"), "vault"},
		"a variable that speaks of Vault": {env("MY_VAULT_ADDR", "https://vault"), ""},
		"an annotation of the workload":   {func(a *AWS) { a.Annotation([]byte("dapr.io/enabled"), []byte("true"), false) }, ""},
		"Istio with the account's token":  {istio("istio-proxy", "first-party-jwt"), "istio"},
		"Istio with a token of its own":   {istio("istio-proxy", "third-party-jwt"), ""},
		"the policy in another container": {istio("app", "first-party-jwt"), ""},
		"Spring Cloud":                    {env("SPRING_CLOUD_KUBERNETES_ENABLED", "true"), "spring-cloud"},
		"Hazelcast and the like":          {env("KUBERNETES_NAMESPACE", "team"), "kubernetes"},
		"the API server's own variable":   {env("KUBERNETES_SERVICE_HOST", "10.0.0.1"), ""},
		"Datadog, by a field":             {func(a *AWS) { a.EnvOther([]byte("DD_KUBERNETES_KUBELET_HOST")) }, "datadog"},
		"Hazelcast, by a ConfigMap": {func(a *AWS) {
			a.EnvRef([]byte("KUBERNETES_NAMESPACE"), []byte("ConfigMap"), []byte("c"), []byte("k"), true)
		}, "kubernetes"},
		"Prometheus":                       {image("quay.io:443/prometheus/prometheus:v3.5.0"), "prometheus"},
		"its operator":                     {image("quay.io/prometheus-operator/prometheus-operator:v0.80"), ""},
		"an image in Prometheus's folder":  {image("quay.io/prometheus/node-exporter"), ""},
		"Fluent Bit":                       {image("fluent/fluent-bit@sha256:0123"), "fluent-bit"},
		"Fluent Bit of AWS":                {image("public.ecr.aws/aws-observability/aws-for-fluent-bit:stable"), "fluent-bit"},
		"a collector of OpenTelemetry":     {image("otel/opentelemetry-collector"), "opentelemetry"},
		"a distribution of it":             {image("otel/opentelemetry-collector-contrib:0.110.0"), "opentelemetry"},
		"AWS's distribution of it":         {image("public.ecr.aws/aws-observability/aws-otel-collector:v0.40"), "opentelemetry"},
		"kube-rbac-proxy":                  {image("gcr.io/kubebuilder/kube-rbac-proxy:v0.16"), "kube-rbac-proxy"},
		"Filebeat":                         {image("docker.elastic.co/beats/filebeat:8.1"), "beats"},
		"Metricbeat without licence":       {image("docker.elastic.co/beats/metricbeat-oss:8.1"), "beats"},
		"a variable with the token's path": {env("TOKEN", "--token="+TokenPath+"/token"), "token-file"},
		"a word with it, by its other name": {func(a *AWS) {
			a.Word(snapshot.FieldArgs, []byte("cat /run/secrets/kubernetes.io/serviceaccount/token"))
		}, "token-file"},
		"a hook with it":    {func(a *AWS) { a.Exec(); a.ExecWord([]byte("cat " + TokenPath + "/token")) }, "token-file"},
		"the token of IRSA": {env("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"), ""},
		"two of them, sorted": {func(a *AWS) {
			a.Env([]byte("VAULT_ROLE"), nil)
			a.Annotation([]byte("dapr.io/enabled"), []byte("1"), true)
			a.Env([]byte("VAULT_ADDR"), nil)
		},
			"dapr vault"},
	} {
		t.Run(name, func(t *testing.T) {
			a := AWS{Detail: true}
			a.Begin()
			a.Container("", "c")
			c.tell(&a)
			if got := strings.Join(a.Signs(), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			a.Begin()
			if got := a.Signs(); got != nil {
				t.Errorf("the next object has %q", got)
			}
			a = AWS{}
			a.Begin()
			a.Container("", "c")
			if c.tell(&a); a.Signs() != nil {
				t.Errorf("without detail it has %q", a.Signs())
			}
		})
	}
}

// TestLinkerdOfANamespace: its annotation holds for all pods that do not
// decline.
func TestLinkerdOfANamespace(t *testing.T) {
	for name, c := range map[string]struct {
		namespace, pod string
		want           []string
	}{
		"neither asks":           {"", "", nil},
		"the namespace asks":     {"enabled", "", []string{"linkerd"}},
		"both ask":               {"ingress", "enabled", []string{"linkerd"}},
		"the pod declines":       {"enabled", "disabled", nil},
		"the namespace declines": {"disabled", "", nil},
		"the pod asks all alone": {"disabled", "enabled", []string{"linkerd"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := AWS{Detail: true}
			annotated := func(value string) []snapshot.Annotation {
				a.Begin()
				if value != "" {
					a.Annotation([]byte(annotationLinkerd), []byte(value), true)
				}
				return a.Annotations()
			}
			s := &snapshot.Snapshot{Header: snapshot.Header{Detail: true}, Namespaces: []snapshot.Namespace{{Meta: snapshot.Meta{Name: "n"}, Annotations: annotated(c.namespace)}}}
			annotated(c.pod)
			meta := snapshot.Meta{Namespace: "n", Name: "p"}
			s.Pods = []snapshot.Pod{{Meta: meta, Spec: snapshot.PodSpec{AWS: a.Spec("n"), Signs: a.Signs()}}}
			s.Workloads = []snapshot.Workload{{Meta: meta, Template: &snapshot.PodSpec{AWS: a.Spec("n"), Signs: a.Signs()}}}
			Prune(s)
			for _, got := range [][]string{s.Pods[0].Spec.Signs, s.Workloads[0].Template.Signs} {
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
			}
			if s.Pods[0].Spec.AWS != nil || len(s.Namespaces[0].Annotations) > 0 {
				t.Errorf("annotations are kept: %+v", s)
			}
		})
	}
}

// TestMountsOverTheToken: what the API server adds to a pod is none, and it adds
// nothing to a template.
func TestMountsOverTheToken(t *testing.T) {
	volumes := []Volume{{Name: injected + "x", APIToken: true}, {Name: "own", APIToken: true}, {Name: "secret", Secret: true}, {Name: "empty"}}
	for name, c := range map[string]struct {
		mount          Mount
		template, live bool
	}{
		"one that the API server added":    {Mount{injected + "x", TokenPath}, true, false},
		"a Secret, as before 1.21":         {Mount{"secret", TokenPath}, true, false},
		"a Secret below it":                {Mount{"secret", TokenPath + "/more"}, true, true},
		"a token of the pod's own":         {Mount{"own", TokenPath}, true, true},
		"anything, with a slash":           {Mount{"empty", TokenPath + "/"}, true, true},
		"anything, by the path's new name": {Mount{"empty", "/run/secrets/kubernetes.io/serviceaccount"}, true, true},
		"anything above it":                {Mount{"empty", "/var/run/secrets"}, false, false},
		"anything beside it":               {Mount{"empty", TokenPath + "-more"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			for live, want := range map[bool]bool{false: c.template, true: c.live} {
				a := AWS{Detail: true}
				a.Begin()
				a.Mounts(volumes, [][]Mount{nil, {c.mount}}, live)
				if got := a.Signs() != nil; got != want {
					t.Errorf("live %v: it is a sign: %v", live, got)
				}
			}
		})
	}
}

// TestRolloutsThatWait: each kind by its own fields.
func TestRolloutsThatWait(t *testing.T) {
	all := Rollout{Paused: true, Suspended: true, OnDelete: true, Partition: true}
	for _, c := range []struct {
		kind string
		of   Rollout
		want string
	}{
		{snapshot.KindDeployment, all, snapshot.RolloutPaused},
		{snapshot.KindStatefulSet, all, snapshot.RolloutOnDelete},
		{snapshot.KindStatefulSet, Rollout{Partition: true}, snapshot.RolloutPartition},
		{snapshot.KindDaemonSet, all, snapshot.RolloutOnDelete},
		{snapshot.KindDaemonSet, Rollout{Partition: true}, ""},
		{snapshot.KindCronJob, all, snapshot.RolloutSuspended},
		{snapshot.KindJob, all, snapshot.RolloutSuspended},
		{snapshot.KindReplicaSet, all, ""},
		{snapshot.KindDeployment, Rollout{Suspended: true, OnDelete: true, Partition: true}, ""},
	} {
		if got := c.of.Of(c.kind); got != c.want {
			t.Errorf("%s %+v: %q, want %q", c.kind, c.of, got, c.want)
		}
	}
}
