package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestASecretIsNoName: a secret that stands where names and other words of
// Kubernetes do is shown by no command, whatever the API server would say to
// the object. ID, SECRET and their base64 (B64ID, B64SECRET) stand for those of
// a key. Its id is told wherever it lies in something that is looked into.
func TestASecretIsNoName(t *testing.T) {
	list := plant(keysPlanted)
	l := newLeaks(t, newSearcher(list))
	number := 0
	for _, group := range []map[string]string{names(), podNames(), otherNames(), broken()} {
		for _, name := range slices.Sorted(maps.Keys(group)) {
			k, text := list[number%keysPlanted], group[name]
			number++
			t.Run(name, func(t *testing.T) {
				l := &leaks{t, l.dir, l.search, l.given}
				l.give("m.yaml", fill(text, k))
				told := l.everywhere("m.yaml")
				if strings.Contains(text, "ID") != strings.Contains(told, k.id) {
					t.Errorf("the id is told: %v", strings.Contains(told, k.id))
				}
			})
		}
	}
}

// fill writes a key into a text.
func fill(text string, k planted) string {
	return strings.NewReplacer("B64ID", b64(k.id), "B64SECRET", b64(k.secret), "ID", k.id, "SECRET", k.secret,
		"HALF", k.secret[:20], "REST", k.secret[20:], "ESCAPED", strings.ReplaceAll(k.secret, "/", `\/`)).Replace(text)
}

// everywhere audits a file and looks into all that comes of it.
func (l *leaks) everywhere(file string) string {
	l.Helper()
	all := []int{0, 3, 4}
	told := l.run(all, "", "audit", file, "--format", "json", "-o", "r.json")
	for _, format := range formats() {
		l.run(all, "", "audit", file, "--format", format, "-v")
	}
	l.run([]int{0, 4}, "", "snapshot", file, "-o", "s.podpass")
	l.run(all, "", "audit", "--snapshot", "s.podpass", "-v")
	l.run(all, "", "plan", file, "--write-choices", "c.yaml", "--force")
	l.run(all, "", "plan", "--snapshot", "s.podpass", "--format", "json", "-o", "p.json")
	l.run(clean, "", "report", "baseline", "r.json", "-o", "b.json")
	return told + l.files()["r.json"]
}

// names are those of entries, objects, and annotations.
func names() map[string]string {
	return map[string]string{
		"an entry, beside its value":       "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {\"SECRET\": \"SECRET\", id: ID}",
		"an entry, without its value":      "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {\"SECRET\": B64ID}",
		"an entry, in base64":              "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {\"B64SECRET\": B64ID}",
		"an entry, behind another word":    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {\"aws.SECRET\": ID}",
		"an entry, its id the other":       "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {ID: \"SECRET\", \"SECRET\": ID}",
		"an annotation":                    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, annotations: {\"example.com/SECRET\": ID}}",
		"a profile":                        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {credentials: \"[SECRET]\\naws_access_key_id=ID\\naws_secret_access_key=SECRET\"}",
		"a Secret":                         "apiVersion: v1\nkind: Secret\nmetadata: {name: \"SECRET\"}\nstringData: {id: ID, key: \"SECRET\"}",
		"a ConfigMap in its namespace":     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: \"SECRET\"}\ndata: {id: ID, key: \"SECRET\"}",
		"a Namespace":                      "apiVersion: v1\nkind: Namespace\nmetadata: {name: \"SECRET\"}",
		"a kind":                           "apiVersion: v1\nkind: \"SECRET\"\nmetadata: {name: a, namespace: b}",
		"a version":                        "apiVersion: \"SECRET\"\nkind: Secret\nmetadata: {name: s}\nstringData: {id: ID, key: \"SECRET\"}",
		"a group":                          "apiVersion: \"SECRET/v1\"\nkind: Secret\nmetadata: {name: s}\nstringData: {id: ID, key: \"SECRET\"}",
		"a label and an annotation, twice": "apiVersion: v1\nkind: ClusterRole\nmetadata: {name: r, labels: {\"SECRET\": a, \"SECRET\": \"SECRET\"}, annotations: {\"SECRET\": a, \"SECRET\": b}}",
		"an object of no kind":             "metadata: {name: \"SECRET\"}\nspec: {a: b}",
		"a field":                          "apiVersion: v1\nkind: Secret\nmetadata: {name: s, \"SECRET\": b}\n\"SECRET\": c\nstringData: {id: ID, key: \"SECRET\"}",
	}
}

// podNames are those within pods.
func podNames() map[string]string {
	const env = "env: [{name: AWS_ACCESS_KEY_ID, value: ID}, {name: AWS_SECRET_ACCESS_KEY, value: \"SECRET\"}]"
	pod := func(spec string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {iam.amazonaws.com/role: app}}\nspec: {serviceAccountName: a, " + spec + "}"
	}
	secret := "\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {id: ID, key: \"SECRET\"}\n"
	return map[string]string{
		"a container":           pod("containers: [{name: \"SECRET\", image: a, " + env + "}]"),
		"a variable":            pod("containers: [{name: a, image: a, env: [{name: \"SECRET\", value: ID}]}]"),
		"a flag":                pod("containers: [{name: a, image: a, args: [\"--SECRET\", ID]}]"),
		"a volume and a path":   pod("volumes: [{name: \"SECRET\", secret: {secretName: s}}], containers: [{name: a, image: a, volumeMounts: [{name: \"SECRET\", mountPath: \"/SECRET\"}]}]") + secret,
		"a prefix":              pod("containers: [{name: a, image: a, envFrom: [{prefix: \"SECRET\", secretRef: {name: s}}]}]") + secret,
		"an entry of a Secret":  pod("containers: [{name: a, image: a, env: [{name: AWS_SECRET_ACCESS_KEY, valueFrom: {secretKeyRef: {name: s, key: \"SECRET\"}}}]}]") + secret,
		"a Secret of a pod":     pod("containers: [{name: a, image: a, env: [{name: AWS_SECRET_ACCESS_KEY, valueFrom: {secretKeyRef: {name: \"SECRET\", key: a}}}], envFrom: [{secretRef: {name: \"SECRET\"}}]}]"),
		"an image":              pod("containers: [{name: a, image: \"SECRET\"}]"),
		"an account":            strings.Replace(pod("containers: [{name: a, image: a}]"), "serviceAccountName: a", "serviceAccountName: \"SECRET\"", 1),
		"a role of kube2iam":    strings.Replace(pod("containers: [{name: a, image: a}]"), "role: app", "role: \"SECRET\"", 1),
		"a flag of kube2iam":    strings.Replace(pod("containers: [{name: a, image: kube2iam, args: [\"--iam-role-key=SECRET\", \"--namespace-key\", \"SECRET\"]}]"), "iam.amazonaws.com/role", "\"SECRET\"", 1),
		"arguments of kube2iam": pod("containers: [{name: a, image: a, args: [\"--base-role-arn=SECRET\", \"--iam-role-key\", SECRET, \"--iam-external-id=SECRET\"]}]"),
		"an owner":              strings.Replace(pod("containers: [{name: a, image: a, "+env+"}]"), "{name: p", "{name: p, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: \"SECRET\", controller: true}]", 1),
	}
}

// otherNames are those in rights, and of accounts.
func otherNames() map[string]string {
	binding := func(subject, role string) string {
		return "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b, namespace: n}\nsubjects: [{kind: ServiceAccount, name: default, namespace: n}, " + subject + "]\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: " + role + "}"
	}
	rule := func(rule string) string {
		return binding("{kind: Group, name: system:serviceaccounts}", "r") + "\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r, namespace: n}\nrules: [" + rule + "]"
	}
	return map[string]string{
		"a subject":        binding("{kind: User, name: \"SECRET\"}, {kind: ServiceAccount, name: \"SECRET\", namespace: n}", "r"),
		"a subject's kind": binding("{kind: \"SECRET\", apiGroup: \"SECRET\", name: a}", "r"),
		"a role":           binding("{kind: User, name: u}", "\"SECRET\""),
		"a resource":       rule("{apiGroups: [\"SECRET\"], resources: [\"SECRET\"], verbs: [\"SECRET\", get], resourceNames: [\"SECRET\"]}"),
		"a URL":            rule("{nonResourceURLs: [\"/SECRET\"], verbs: [get]}"),
		"a selector":       "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r, labels: {a: \"SECRET\"}}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {\"SECRET\": \"SECRET\"}}, {matchLabels: {\"SECRET\": a, \"SECRET\": b}}]}",
		"the AWS role of an account": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, annotations: {eks.amazonaws.com/role-arn: \"SECRET\"}}\nimagePullSecrets: [{name: \"SECRET\"}]\n---\n" +
			"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {serviceAccountName: a, containers: [{name: a, image: a, env: [{name: AWS_ACCESS_KEY_ID, value: ID}]}]}",
		"a token's account": "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token\nmetadata: {name: t, annotations: {kubernetes.io/service-account.name: \"SECRET\"}}",
		"a manager":         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: {app.kubernetes.io/managed-by: \"SECRET\", app.kubernetes.io/instance: \"SECRET\"}, managedFields: [{manager: \"SECRET\"}]}\ndata: {id: ID}",
	}
}

// broken are files and objects that are refused.
func broken() map[string]string {
	const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  id: ID\n  key: SECRET\n"
	return map[string]string{
		"folded":                      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  id: ID\n  key: >-\n    HALF\n    REST\n",
		"broken behind it":            "a: [SECRET\n  b: SECRET",
		"broken by it":                "SECRET: {SECRET: [SECRET}",
		"nothing else":                "SECRET",
		"an alias":                    "a: *SECRET\n",
		"an anchor":                   "a: &SECRET b\nc: *HALF\n",
		"a tag":                       "apiVersion: v1\nkind: Pod\nmetadata: {name: !!SECRET p}\nspec: {automountServiceAccountToken: !SECRET a}",
		"a directive":                 "%SECRET 1\n---\na: b",
		"a version of YAML":           "%YAML SECRET\n---\na: b",
		"JSON that ends":              `{"kind": "Secret", "stringData": {"key": "SECRET`,
		"JSON without quotes":         `{"kind": SECRET}`,
		"JSON with a broken escape":   `{"kind": "\uSECRET", "SECRET": "ESCAPED"}`,
		"an object behind a template": secret + "---\n{{ SECRET }}\n---\na: {{ .Values.SECRET }}\n",
		"no version":                  strings.Replace(secret, "apiVersion: v1\n", "", 1),
		"no name":                     strings.Replace(secret, "{name: s}", "{}", 1),
		"a list for a text":           "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {id: [ID], key: [\"SECRET\"]}",
		"a secret for a boolean":      "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s}\nautomountServiceAccountToken: \"SECRET\"",
		"a secret for a list":         "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: \"SECRET\", volumes: SECRET}",
		"a template in a name":        strings.Replace(secret, "{name: s}", "{name: \"{{ SECRET }}\"}", 1),
		"a list":                      "- SECRET\n- {SECRET: SECRET}",
		"an INI file":                 "[default]\naws_access_key_id = A\naws_secret_access_key = SECRET\n",
	}
}

// TestASecretInTheWrongPlace: a secret, or a file with one, that was given to
// the wrong flag or command is not repeated by the error. It stands in the
// history of the shell all the same, but logs of pipelines are read by more.
func TestASecretInTheWrongPlace(t *testing.T) {
	k := plant(keysPlanted)[7]
	l := newLeaks(t, newSearcher(plant(keysPlanted)))
	l.give("m.yaml", manifest([]object{inData()[0].plantIn(plant(1)[0], 0)}))
	l.run(findings, "", "audit", "m.yaml", "--format", "json", "-o", "r.json", "--rules", "PP401")
	report := l.files()["r.json"]
	_, fingerprint, ok := strings.Cut(report, `"fingerprint": "`)
	if !ok {
		t.Fatal("the report tells of no finding")
	}
	fingerprint = fingerprint[:8]
	for _, text := range wrongFlags() {
		t.Run(text, func(t *testing.T) {
			l := &leaks{t, l.dir, l.search, l.given}
			for _, form := range []string{k.secret, b64(k.secret)} {
				l.run([]int{1, 2}, "", strings.Fields(strings.NewReplacer("SECRET", form, "FINGERPRINT", fingerprint).Replace(text))...)
			}
			l.files()
		})
	}
	for name, text := range wrongFiles(report) {
		t.Run(name, func(t *testing.T) {
			l := &leaks{t, l.dir, l.search, l.given}
			l.give("wrong", fill(text, k))
			for _, args := range []string{
				"audit m.yaml --waivers wrong", "audit m.yaml --baseline wrong", "audit m.yaml --config wrong", "audit --snapshot wrong",
				"audit --kubeconfig wrong", "snapshot diff wrong wrong", "report convert wrong", "report baseline wrong",
				"waive FINGERPRINT --report wrong --waivers w.yaml --owner team-platform --reason r --expires 2999-12-31",
				"waive FINGERPRINT --report r.json --waivers wrong --owner team-platform --reason r --expires 2999-12-31",
			} {
				l.run([]int{0, 1, 2, 3, 4}, "", strings.Fields(strings.ReplaceAll(args, "FINGERPRINT", fingerprint))...)
			}
			l.run([]int{0, 1}, fill(text, k), "report", "convert", "-")
			l.files()
		})
	}
}

// wrongFlags are command lines with a secret where none belongs.
func wrongFlags() []string {
	return []string{
		"SECRET", "audit SECRET", "audit m.yaml SECRET", "audit --SECRET", "audit -SECRET", "audit m.yaml --format SECRET", "audit m.yaml --fail-on SECRET",
		"audit m.yaml --rules SECRET", "audit m.yaml --rules PP401,SECRET", "audit m.yaml -n SECRET", "audit m.yaml --exclude-namespace SECRET", "audit m.yaml -n SECRET --exclude-namespace SECRET",
		"audit m.yaml --strict=SECRET", "audit m.yaml --waivers SECRET", "audit m.yaml --baseline SECRET", "audit m.yaml --config SECRET",
		"audit --snapshot SECRET", "audit --kubeconfig SECRET", "audit --context SECRET", "audit --as SECRET", "audit --request-timeout SECRET", "audit --as-group SECRET",
		"audit m.yaml --only-files @SECRET", "audit --only-files SECRET", "audit m.yaml --as SECRET",
		"snapshot SECRET", "snapshot m.yaml -o SECRET/a", "snapshot diff SECRET SECRET", "snapshot diff SECRET", "snapshot diff a b --format SECRET",
		"report SECRET", "report convert SECRET", "report convert SECRET SECRET", "report convert r.json --format SECRET", "report baseline SECRET",
		"rules SECRET", "rbac SECRET", "rbac --name SECRET", "rbac -n SECRET", "version SECRET", "completion SECRET",
		"waive SECRET", "waive SECRET --report r.json --waivers w --owner o --reason r --expires 2999-12-31",
		"waive FINGERPRINT --report r.json --waivers w --owner o --reason r --expires SECRET",
		"waive FINGERPRINT --report r.json --waivers w --owner o --reason r --expires 2999-12-31 --verdict SECRET --evidence e",
		"waive FINGERPRINT --report r.json --waivers w --owner o --reason SECRET --expires 2999-12-31",
		"waive FINGERPRINT --report r.json --waivers w --owner key=SECRET --reason r --expires 2999-12-31 --dry-run",
		"waive FINGERPRINT --report SECRET --waivers w --owner o --reason r --expires 2999-12-31",
	}
}

// wrongFiles are files that are no report, baseline, waivers, or what they were
// given as, or have a secret in a field.
func wrongFiles(report string) map[string]string {
	files := map[string]string{
		"the manifest of a Secret":  "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  id: ID\n  key: SECRET\n",
		"a credentials file":        "[default]\naws_access_key_id = ID\naws_secret_access_key = SECRET\n",
		"a file of variables":       "AWS_ACCESS_KEY_ID=ID\nAWS_SECRET_ACCESS_KEY=SECRET\n",
		"a secret alone":            "SECRET\n",
		"a secret in quotes":        `"SECRET"`,
		"a mapping by secrets":      "SECRET: SECRET\nB64SECRET: a\n",
		"JSON by secrets":           `{"SECRET": "SECRET", "kind": "SECRET", "apiVersion": "SECRET"}`,
		"JSON with escapes":         `{"kind": "ESCAPED", "ESCAPED": "a", "generatedAt": "ESCAPED"}`,
		"broken YAML":               "a: [SECRET\nSECRET: &SECRET *SECRET",
		"broken JSON":               `{"a": SECRET}`,
		"a kubeconfig":              "apiVersion: v1\nkind: Config\ncurrent-context: SECRET\ncontexts: [{name: SECRET, context: {cluster: SECRET, user: SECRET}}]\n",
		"waivers":                   "waivers:\n- {rule: SECRET, kind: SECRET, namespace: SECRET, name: SECRET, container: SECRET, keyIds: [SECRET], owner: SECRET, reason: SECRET, expires: SECRET, SECRET: a}\n- SECRET\nverdicts: SECRET\nSECRET: a\n",
		"verdicts":                  "verdicts:\n- {rule: PP401, kind: a, namespace: a, name: a, owner: team-platform, reason: r, expires: 2999-12-31, verdict: SECRET, evidence: SECRET}\n",
		"waivers that tell secrets": "waivers:\n- {rule: PP102, kind: ServiceAccount, namespace: default, name: default, owner: team-platform, reason: \"the key SECRET\", expires: 2999-12-31}\n",
		"an old waiver for a name":  "waivers:\n- {rule: PP401, kind: Secret, namespace: SECRET, name: SECRET, owner: SECRET, reason: SECRET, expires: 2001-12-31}\n",
		"a configuration":           "flags: {SECRET: a, format: SECRET, fail-on: SECRET, strict: SECRET, rules: [SECRET]}\nexcludedNamespaces: [SECRET]\nseverities: {SECRET: low, PP401: SECRET}\nSECRET: a\n",
		"a baseline":                `{"apiVersion": "podpass/v1", "kind": "Baseline", "scope": "SECRET"}`,
		"a baseline of failures":    `{"apiVersion": "podpass/v1", "kind": "Baseline", "scope": "files", "failures": [{"rule": "SECRET", "severity": "SECRET", "fingerprint": "SECRET"}], "SECRET": 1}`,
	}
	for _, field := range reportFields() {
		files["a report with a secret for "+field] = strings.Replace(report, fmt.Sprintf("%q:", field), `"SECRET":`, 1)
	}
	for _, field := range reportFields() {
		for _, form := range []string{"SECRET", "ESCAPED"} {
			files["a report with "+field+" "+form] = strings.Replace(report, fmt.Sprintf("%q:", field), fmt.Sprintf("%q: \"%s\", \"x\":", field, form), 1)
		}
	}
	return files
}

// reportFields are some of a report, on all levels.
func reportFields() []string {
	return []string{"apiVersion", "kind", "tool", "name", "generatedAt", "summary", "pass", "coverage", "complete", "gaps", "verdicts", "status", "results", "rule", "object", "severity", "evidence"}
}
