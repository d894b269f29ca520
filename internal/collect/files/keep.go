package files

import (
	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

// keep adds an object to the Snapshot.
func (out *outcome) keep(k *kind, o *object) {
	s, m := &out.snap, out.metaOf(k.name, o)
	said := out.look(k, o)
	m.Keys = out.aws.Keys()
	if out.aws.Cut() {
		g := collect.Gap(snapshot.Ref{Kind: k.name, Namespace: m.Namespace, Name: m.Name})
		g.Scope = out.scope(o.line)
		out.gap(g)
	}
	switch k.name {
	case snapshot.KindNamespace:
		s.Namespaces = append(s.Namespaces, snapshot.Namespace{Meta: m, Annotations: out.aws.Annotations()})
	case snapshot.KindServiceAccount:
		s.ServiceAccounts = append(s.ServiceAccounts, out.accountOf(m, o))
	case snapshot.KindSecret:
		if o.secretType == "kubernetes.io/service-account-token" {
			s.TokenSecrets = append(s.TokenSecrets, snapshot.TokenSecret{Meta: m, Account: o.meta.annotations[annotationAccount]})
		}
		out.hold(k, m, o)
	case snapshot.KindConfigMap:
		out.hold(k, m, o)
		out.referIn(m, o)
	case snapshot.KindPod:
		_, mirror := o.meta.annotations[annotationMirror]
		s.Pods = append(s.Pods, snapshot.Pod{
			Meta:     m,
			Spec:     *out.specOf(&o.spec.pod, said, m.Live),
			Finished: o.status.phase == "Succeeded" || o.status.phase == "Failed",
			Mirror:   mirror || m.Owner != nil && m.Owner.Kind == "Node",
		})
	case snapshot.KindRole, snapshot.KindClusterRole:
		s.Roles = append(s.Roles, roleOf(k.name, m, o))
	case snapshot.KindRoleBinding, snapshot.KindClusterRoleBinding:
		s.Bindings = append(s.Bindings, snapshot.Binding{Meta: m, Role: o.roleRef, Subjects: o.subjects})
	default:
		s.Workloads = append(s.Workloads, out.workloadOf(k, m, o, said))
	}
}

func (out *outcome) metaOf(kind string, o *object) snapshot.Meta {
	m := snapshot.Meta{
		Namespace: o.meta.namespace,
		Name:      o.meta.name,
		UID:       o.meta.uid,
		Live:      o.meta.uid != "" || o.hasStatus,
		Deleting:  o.meta.deleting,
		Source:    &snapshot.Source{File: out.file, Line: o.line},
	}
	for _, owner := range o.meta.owners {
		if owner.controller == snapshot.True {
			m.Owner = &snapshot.Owner{Group: groupOf(owner.apiVersion), Kind: owner.kind, Name: owner.name}
			break
		}
	}
	marks := snapshot.Marks{Kind: kind, Namespace: m.Namespace, Name: m.Name, Labels: o.meta.labels, Annotations: o.meta.annotations}
	for _, f := range o.meta.managers {
		if f.subresource != "status" {
			marks.FieldManagers = append(marks.FieldManagers, f.name)
		}
	}
	m.Manager = snapshot.ManagerOf(marks)
	return m
}

func (out *outcome) accountOf(m snapshot.Meta, o *object) snapshot.ServiceAccount {
	sa := snapshot.ServiceAccount{Meta: m, Automount: o.automount, RoleARN: o.meta.annotations[annotationRole]}
	for _, r := range o.pullSecrets {
		sa.ImagePullSecrets = append(sa.ImagePullSecrets, r.name)
	}
	if !out.snap.Detail {
		return sa
	}
	for _, r := range o.secrets {
		sa.Secrets = append(sa.Secrets, r.name)
	}
	collect.Describe(&sa, o.meta.labels, o.meta.annotations)
	return sa
}

func roleOf(kind string, m snapshot.Meta, o *object) snapshot.Role {
	role := snapshot.Role{Meta: m, Rules: o.rules}
	if kind == snapshot.KindRole {
		return role
	}
	role.Labels = o.meta.labels
	if o.aggregate != nil {
		role.Aggregate = *o.aggregate
	}
	return role
}

// workloadOf: of owned ReplicaSets and Jobs only the metadata and keys count.
func (out *outcome) workloadOf(k *kind, m snapshot.Meta, o *object, said *snapshot.AWS) snapshot.Workload {
	w := snapshot.Workload{Meta: m, Group: k.group, Kind: k.name}
	if k.name == snapshot.KindJob {
		for _, c := range o.status.conditions {
			w.Finished = w.Finished || c.status == "True" && (c.kind == "Complete" || c.kind == "Failed")
		}
	}
	switch {
	case (k.name == snapshot.KindReplicaSet || k.name == snapshot.KindJob) && m.Owner != nil, k.name == snapshot.KindRevision:
	default:
		w.Template = out.specOf(&o.template(k).spec, said, false)
		w.Rollout = o.spec.rollout.Of(k.name)
	}
	return w
}

// specOf: the API server takes serviceAccountName over the legacy field. live is
// set for a pod that it serves.
func (out *outcome) specOf(p *podSpec, said *snapshot.AWS, live bool) *snapshot.PodSpec {
	s := &snapshot.PodSpec{Account: p.account, Automount: p.automount, AWS: said}
	if s.Account == "" {
		s.Account, s.Legacy = p.legacy, p.legacy != ""
	}
	volumes := make([]collect.Volume, len(p.volumes))
	for i, v := range p.volumes {
		volumes[i] = collect.Volume{Name: v.name, APIToken: v.apiToken, Secret: v.secret}
	}
	mounts, ephemeral := append(mountsOf(p.containers), mountsOf(p.init)...), mountsOf(p.eph)
	collect.Tokens(s, volumes, mounts, ephemeral)
	if out.snap.Detail {
		out.aws.Mounts(volumes, mounts, live)
		out.aws.Mounts(volumes, ephemeral, live)
		s.Signs = out.aws.Signs()
	}
	return s
}

func mountsOf(containers []container) [][]collect.Mount {
	list := make([][]collect.Mount, len(containers))
	for i, c := range containers {
		for _, m := range c.mounts {
			list[i] = append(list[i], m.Mount)
		}
	}
	return list
}
