package kube

import (
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

const (
	partialItem = "PartialObjectMetadata"
	partialList = "PartialObjectMetadataList"
)

// magic begins every protobuf object; a runtime.Unknown follows.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
const magic = "k8s\x00"

func isProtobuf(body []byte) bool {
	return len(body) >= len(magic) && string(body[:len(magic)]) == magic
}

// envelope gives the kind and the bytes of the object in a protobuf answer.
func envelope(body []byte) (kind string, raw []byte, err error) {
	d := decoder{}
	for f := d.fields(body[len(magic):]); f.next(); {
		switch f.num {
		case 1:
			_, name := d.pair(f.bytes())
			kind = string(name)
		case 2:
			raw = f.bytes()
		}
	}
	if d.err == nil && len(raw) == 0 {
		d.err = errMalformed // even an empty list has metadata
	}
	return kind, raw, d.err
}

// object gives the protobuf bytes of an answer, which must be of the kind that
// was asked for: a proxy's login page is no empty list.
func object(a answer, kind string) ([]byte, error) {
	if !isProtobuf(a.body) {
		return fromJSON(a, kind)
	}
	got, raw, err := envelope(a.body)
	if err == nil && got != kind {
		err = fmt.Errorf("read the API server's answer: it is a %q, not a %s", got, kind)
	}
	return raw, err
}

// fromJSON takes the long way from JSON to protobuf, so that there is only one
// way to read an object.
func fromJSON(a answer, kind string) ([]byte, error) {
	var head struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(a.body, &head); err != nil || head.Kind != kind {
		return nil, fmt.Errorf("read the API server's answer: it is no %s (its type is %q)", kind, a.contentType)
	}
	typed := typeOf(kind)
	if typed == nil {
		return nil, fmt.Errorf("read the API server's answer: %s in JSON", kind)
	}
	if err := json.Unmarshal(a.body, typed); err != nil {
		return nil, fmt.Errorf("read the API server's answer: %w", err)
	}
	return typed.Marshal()
}

type marshaler interface{ Marshal() ([]byte, error) }

func typeOf(kind string) marshaler {
	types := map[string]marshaler{
		partialItem: &metav1.PartialObjectMetadata{},
		partialList: &metav1.PartialObjectMetadataList{},

		snapshot.KindPod + "List":                &corev1.PodList{},
		snapshot.KindServiceAccount + "List":     &corev1.ServiceAccountList{},
		snapshot.KindRC + "List":                 &corev1.ReplicationControllerList{},
		snapshot.KindConfigMap + "List":          &corev1.ConfigMapList{},
		snapshot.KindSecret + "List":             &corev1.SecretList{},
		snapshot.KindRevision + "List":           &appsv1.ControllerRevisionList{},
		snapshot.KindDeployment + "List":         &appsv1.DeploymentList{},
		snapshot.KindReplicaSet + "List":         &appsv1.ReplicaSetList{},
		snapshot.KindStatefulSet + "List":        &appsv1.StatefulSetList{},
		snapshot.KindDaemonSet + "List":          &appsv1.DaemonSetList{},
		snapshot.KindJob + "List":                &batchv1.JobList{},
		snapshot.KindCronJob + "List":            &batchv1.CronJobList{},
		snapshot.KindRole + "List":               &rbacv1.RoleList{},
		snapshot.KindClusterRole + "List":        &rbacv1.ClusterRoleList{},
		snapshot.KindRoleBinding + "List":        &rbacv1.RoleBindingList{},
		snapshot.KindClusterRoleBinding + "List": &rbacv1.ClusterRoleBindingList{},
	}
	return types[kind]
}

// page is one page of a list, or the one object of a get.
type page struct {
	objects snapshot.Snapshot
	resume  string // the token for the next page; empty: this is the last
	count   int
}

// read replaces the page by what an answer holds. All lists have their
// ListMeta in field 1 and their items in field 2.
func (p *page) read(d *decoder, a answer, single bool) error {
	p.reset()
	d.err = nil
	if d.resource.refers != nil {
		return p.readReferring(d, a)
	}
	kind := d.resource.kind + "List"
	switch {
	case d.resource.partial && single:
		kind = partialItem
	case d.resource.partial:
		kind = partialList
	}
	raw, err := object(a, kind)
	if err != nil {
		return err
	}
	if single {
		p.add(d, raw)
		return d.err
	}
	for f := d.fields(raw); f.next(); {
		switch f.num {
		case 1:
			p.resume = string(d.dig(f.bytes(), 3))
		case 2:
			p.add(d, f.bytes())
		}
	}
	return d.err
}

func (p *page) add(d *decoder, object []byte) {
	d.aws.Begin()
	d.resource.add(d, object, &p.objects)
	p.count++
	if d.aws.Cut() {
		g := collect.Gap(snapshot.Ref{Kind: d.resource.kind, Namespace: d.last.Namespace, Name: d.last.Name})
		g.What, g.Scope = d.resource.name, where(d.last.Namespace)
		p.objects.Gaps = append(p.objects.Gaps, g)
	}
}

func (p *page) reset() {
	o := &p.objects
	o.Namespaces, o.ServiceAccounts = o.Namespaces[:0], o.ServiceAccounts[:0]
	o.Roles, o.Bindings = o.Roles[:0], o.Bindings[:0]
	o.Workloads, o.Pods = o.Workloads[:0], o.Pods[:0]
	o.TokenSecrets, o.Holders, o.Gaps = o.TokenSecrets[:0], o.Holders[:0], o.Gaps[:0]
	o.References = o.References[:0]
	p.resume, p.count = "", 0
}

// merge appends the objects of one snapshot to those of another.
func merge(into, from *snapshot.Snapshot) {
	into.Namespaces = append(into.Namespaces, from.Namespaces...)
	into.ServiceAccounts = append(into.ServiceAccounts, from.ServiceAccounts...)
	into.Roles = append(into.Roles, from.Roles...)
	into.Bindings = append(into.Bindings, from.Bindings...)
	into.Workloads = append(into.Workloads, from.Workloads...)
	into.Pods = append(into.Pods, from.Pods...)
	into.TokenSecrets = append(into.TokenSecrets, from.TokenSecrets...)
	into.Holders = append(into.Holders, from.Holders...)
	into.References = append(into.References, from.References...)
	into.Gaps = append(into.Gaps, from.Gaps...)
}
