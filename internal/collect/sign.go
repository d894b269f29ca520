package collect

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// Signs gives the signs (snapshot.Sign…), sorted, of what was added since
// Begin; nil for none. It needs Detail. A mount at the path of the token is
// not told here but by Mounts.
func (a *AWS) Signs() []string {
	if len(a.detail.signs) == 0 {
		return nil
	}
	slices.Sort(a.detail.signs)
	return slices.Clone(a.detail.signs)
}

// Mounts adds the sign of a mount at or below the path of the token. Of a pod
// that the API server serves, live, what Tokens takes for added by it is none.
func (a *AWS) Mounts(volumes []Volume, mounts [][]Mount, live bool) {
	if !a.Detail {
		return
	}
	for _, list := range mounts {
		if slices.ContainsFunc(list, func(m Mount) bool { return covers(volumes, m, live) }) {
			a.detail.sign(snapshot.SignDefaultMount)
		}
	}
}

// covers tells whether a mount is at or below the path of the token, and the
// pod's own.
func covers(volumes []Volume, m Mount, live bool) bool {
	at := strings.TrimPrefix(path.Clean(m.Path), "/var")
	if at != tokenDir && !strings.HasPrefix(at, tokenDir+"/") {
		return false
	}
	added := strings.HasPrefix(m.Volume, injected) || m.Path == TokenPath &&
		slices.ContainsFunc(volumes, func(v Volume) bool { return v.Secret && v.Name == m.Volume })
	return !live || !added
}

// tokenDir is TokenPath by its other name: in most images /var/run is a link to
// /run. It is part of TokenPath, too.
const tokenDir = "/run/secrets/kubernetes.io/serviceaccount"

var tokenDirBytes = []byte(tokenDir)

func (d *detail) sign(sign string) {
	if !slices.Contains(d.signs, sign) {
		d.signs = append(d.signs, sign)
	}
}

// annotation: none of these projects takes a label for its annotation. What it
// has injected carries a status, also where the namespace or a default of the
// installation asked for it.
//
// https://github.com/hashicorp/consul-k8s/blob/main/control-plane/connect-inject/constants/annotations_and_labels.go
// https://github.com/linkerd/linkerd2/blob/main/pkg/inject/report.go
// https://github.com/dapr/dapr/blob/master/pkg/injector/annotations/annotations.go
// https://github.com/hashicorp/vault-k8s/blob/main/agent-inject/agent/annotations.go
func (d *detail) annotation(name, value []byte) {
	if sign := signOf(name); sign != "" && (sign == snapshot.SignVault || !isOff(value)) {
		d.sign(sign)
	}
}

// signOf gives the sign of an annotation by its name; empty for none.
func signOf(name []byte) string {
	switch string(name) {
	case "consul.hashicorp.com/connect-inject", "consul.hashicorp.com/connect-inject-status":
		return snapshot.SignConsul
	case annotationLinkerd:
		return snapshot.SignLinkerd
	case "dapr.io/enabled":
		return snapshot.SignDapr
	case "vault.hashicorp.com/agent-inject", "vault.hashicorp.com/agent-inject-status":
		return snapshot.SignVaultInject
	case "vault.hashicorp.com/role":
		return snapshot.SignVault
	}
	return ""
}

// annotationLinkerd is read on namespaces too: there it asks for all pods that do
// not decline by their own. It is among the annotations that readers keep until
// they are pruned, since kube2iam may read it for all that they know.
// https://linkerd.io/2/features/proxy-injection/
const annotationLinkerd = "linkerd.io/inject"

// linkerd adds the sign of Linkerd to pods by the annotation of their namespace.
// It comes before annotations are pruned.
func (p *pruner) linkerd() {
	asks := map[string]bool{}
	for i := range p.snapshot.Namespaces {
		ns := &p.snapshot.Namespaces[i]
		asks[ns.Name] = asks[ns.Name] || slices.ContainsFunc(ns.Annotations, func(a snapshot.Annotation) bool {
			return a.Name == annotationLinkerd && !isOff([]byte(a.Value))
		})
	}
	add := func(namespace string, spec *snapshot.PodSpec) {
		declines := spec.AWS != nil && slices.ContainsFunc(spec.AWS.Annotations, func(a snapshot.Annotation) bool {
			return a.Name == annotationLinkerd && isOff([]byte(a.Value))
		})
		if at, there := slices.BinarySearch(spec.Signs, snapshot.SignLinkerd); asks[namespace] && !declines && !there {
			spec.Signs = slices.Insert(spec.Signs, at, snapshot.SignLinkerd)
		}
	}
	for i := range p.snapshot.Workloads {
		if w := &p.snapshot.Workloads[i]; w.Template != nil {
			add(w.Namespace, w.Template)
		}
	}
	for i := range p.snapshot.Pods {
		add(p.snapshot.Pods[i].Namespace, &p.snapshot.Pods[i].Spec)
	}
}

// isOff tells the values by which an annotation asks for nothing.
func isOff(value []byte) bool {
	switch strings.ToLower(string(bytes.TrimSpace(value))) {
	case "", "0", "f", "false", "n", "no", "off", "disabled":
		return true
	}
	return false
}

// variable looks at one of a container of a name; value is nil where it is not
// literal.
func (d *detail) variable(container string, name, value []byte) {
	switch variable := string(name); {
	case variable == jwtPolicy && string(value) == "first-party-jwt" && container == "istio-proxy":
		d.sign(snapshot.SignIstioFirst)
	case strings.HasPrefix(variable, "VAULT_"):
		d.sign(snapshot.SignVault)
	case strings.HasPrefix(variable, "SPRING_CLOUD_KUBERNETES_"):
		d.sign(snapshot.SignSpringCloud)
	case variable == "KUBERNETES_NAMESPACE":
		d.sign(snapshot.SignHazelcast)
	case variable == "DD_KUBERNETES_KUBELET_HOST":
		d.sign(snapshot.SignDatadog)
	}
	d.text(value)
}

const jwtPolicy = "JWT_POLICY"

// image looks at the last part of an image's name.
func (d *detail) image(image string) {
	name := base(image)
	switch name {
	case "prometheus":
		d.sign(snapshot.SignPrometheus)
	case "fluent-bit", "aws-for-fluent-bit":
		d.sign(snapshot.SignFluentBit)
	case "kube-rbac-proxy":
		d.sign(snapshot.SignKubeRBAC)
	case "filebeat", "filebeat-oss", "metricbeat", "metricbeat-oss":
		d.sign(snapshot.SignBeats)
	case "aws-otel-collector":
		d.sign(snapshot.SignOTel)
	}
	// Distributions have names of their own: -contrib, -k8s.
	if name == otelCollector || strings.HasPrefix(name, otelCollector+"-") {
		d.sign(snapshot.SignOTel)
	}
}

const otelCollector = "opentelemetry-collector"

// text looks into a literal value or a word of a command.
func (d *detail) text(text []byte) {
	if bytes.Contains(text, tokenDirBytes) {
		d.sign(snapshot.SignTokenFile)
	}
}

// MayBeSign tells whether an annotation may be a sign, whatever its value.
func MayBeSign(name []byte) bool { return signOf(name) != "" }

// MaySign tells whether the literal value of a variable may be a sign, so that
// a reader must keep it; all other signs are in the name.
func MaySign(name string, value []byte) bool {
	return name == jwtPolicy || bytes.Contains(value, tokenDirBytes)
}
