package references_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/collect/references"
	"podpass/internal/snapshot"
)

const configTOML = `concurrent = 10
[[runners]]
  name = "one"
  token = "glrt-very-secret"
  executor = "kubernetes"
  [runners.kubernetes]
    namespace = "ci"
    service_account = "builder"
    [runners.kubernetes.pod_labels]
      service_account = "no"
[[runners]]
  [runners.kubernetes]
    namespace = 'ci'
[[runners]]
  [runners.kubernetes]
    namespace = "ci"
    service_account = "picked"
    service_account_overwrite_allowed = ".*"
[[runners]]
  [runners.kubernetes]
    namespace = "{{ .Release.Namespace }}"
`

const jcasc = `jenkins:
  clouds:
  - kubernetes:
      name: kubernetes
      namespace: ci
      templates:
      - name: maven
        serviceAccount: maven
      - name: plain
      - name: elsewhere
        namespace: tools
      - name: child
        inheritFrom: maven
      - name: raw
        yaml: "spec: {serviceAccountName: x}"
      - name: variable
        serviceAccount: "${ACCOUNT}"
`

func TestAccountsThatStandInConfigMaps(t *testing.T) {
	const gitlab, jenkins = "field=[runners.kubernetes] service_account", "field=jenkins.clouds[].kubernetes.templates[].serviceAccount"
	tests := map[string]struct {
		configMap, entry, value string
		want                    []string
	}{
		"the default of Tekton": {"config-defaults", "default-service-account", "pipeline\n", []string{
			`/data/default-service-account "pipeline" name */pipeline runsAs loose field=data[default-service-account]`,
		}},
		"an entry of that name elsewhere": {"mine", "default-service-account", "pipeline", nil},
		"runners of GitLab": {"gitlab-runner", "config.toml", configTOML, []string{
			`/data/config.toml "builder" name ci/builder runsAs ` + gitlab,
			`/data/config.toml "" name ci/default fallsBack ` + gitlab,
			`/data/config.toml "picked" name ci/picked runsAs loose ` + gitlab,
			`/data/config.toml "" name */default fallsBack loose ` + gitlab,
		}},
		"agents of Jenkins": {"jenkins-casc", "a/b.yaml", jcasc, []string{
			`/data/a~1b.yaml "maven" name ci/maven runsAs ` + jenkins,
			`/data/a~1b.yaml "" name ci/default fallsBack ` + jenkins,
			`/data/a~1b.yaml "" name tools/default fallsBack ` + jenkins,
			`/data/a~1b.yaml "" name ci/default fallsBack loose ` + jenkins,
			`/data/a~1b.yaml "" name ci/default fallsBack loose ` + jenkins,
			`/data/a~1b.yaml "${ACCOUNT}" text runsAs ` + jenkins,
		}},
		"what is no YAML": {"jenkins", "x", "clouds: kubernetes: templates: [", nil},
		"an access key in an account's place": {"gitlab-runner", "config.toml", "[runners.kubernetes]\nservice_account = \"AKIAIOSFODNN7EXAMPLE\"\n", []string{
			`/data/config.toml "" text runsAs withheld ` + gitlab,
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			about := snapshot.Meta{Name: test.configMap, Namespace: "ops", Keys: []snapshot.Key{{ID: "x"}}}
			found := references.Entry(about, test.entry, []byte(test.value))
			if diff := cmp.Diff(test.want, lines(found)); diff != "" {
				t.Error(diff)
			}
			for _, r := range found {
				if r.Kind != snapshot.KindConfigMap || r.Name != test.configMap || r.Namespace != "ops" || len(r.Keys) > 0 {
					t.Errorf("of the object %+v", r.Meta)
				}
			}
			if len(test.want) > 0 && !references.Speaks(test.entry, []byte(test.value)) {
				t.Error("nothing is expected of it")
			}
		})
	}
}

// FuzzEntry: no text of a ConfigMap makes more than a name of it known.
func FuzzEntry(f *testing.F) {
	for _, seed := range []string{configTOML, jcasc, "pipeline", "jenkins: {clouds: [{kubernetes: {templates: [&a [*a]]}}]}"} {
		f.Add(seed)
	}
	about := snapshot.Meta{Name: "config-defaults", Namespace: "ops"}
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{"default-service-account", "config.toml"} {
			found := references.Entry(about, name, []byte(text))
			if len(found) > 0 && !references.Speaks(name, []byte(text)) {
				t.Errorf("found, and not expected: %v", lines(found))
			}
			for _, r := range found {
				if r.Form == snapshot.FormName && strings.Trim(r.Value, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
					t.Errorf("more than a name: %s", line(&r))
				}
			}
		}
	})
}
