package collect

import (
	"slices"
	"strings"

	"podpass/internal/keys"
	"podpass/internal/snapshot"
)

// Prune drops what readers have kept of a Snapshot because no object alone
// tells whether it counts: uses of Secrets and ConfigMaps that give no
// credentials, their entries, and annotations that neither kube2iam nor kiam
// reads. It shortens what looks like a secret, too. Both readers call it once
// all objects are there.
func Prune(s *snapshot.Snapshot) {
	p := pruner{snapshot: s, holders: map[snapshot.Ref][]*snapshot.Holder{}, done: map[*snapshot.AWS]bool{}, taken: map[snapshot.Ref]map[string]bool{}}
	for i := range s.Holders {
		h := &s.Holders[i]
		p.holders[h.Ref()] = append(p.holders[h.Ref()], h)
	}
	p.toolNames()
	if s.Detail {
		p.linkerd()
	}
	for i := range s.Namespaces {
		s.Namespaces[i].Annotations = p.ofNamespace(s.Namespaces[i].Annotations)
	}
	for i := range s.Workloads {
		if w := &s.Workloads[i]; w.Template != nil {
			p.spec(w.Namespace, w.Template)
		}
	}
	for i := range s.Pods {
		p.spec(s.Pods[i].Namespace, &s.Pods[i].Spec)
	}
	s.Holders = slices.DeleteFunc(s.Holders, func(h snapshot.Holder) bool {
		return len(h.Keys) == 0 && p.taken[h.Ref()] == nil
	})
	for i := range s.Holders {
		h := &s.Holders[i]
		taken, all := p.taken[h.Ref()], len(h.Entries)
		h.Entries = slices.DeleteFunc(h.Entries, func(e snapshot.Entry) bool { return !taken[e.Name] })
		h.Entries = slices.Clip(h.Entries)
		if s.Detail {
			h.More = all - len(h.Entries)
		}
	}
	conceal(s)
}

type pruner struct {
	snapshot *snapshot.Snapshot
	holders  map[snapshot.Ref][]*snapshot.Holder // several only where files define one twice
	// Names of the annotations that count: of pods those that ask for a role,
	// and those that count beside one; those of namespaces.
	roles, beside, lists []string
	done                 map[*snapshot.AWS]bool
	taken                map[snapshot.Ref]map[string]bool // entries from which containers take credentials

	last      *snapshot.AWS
	namespace string
}

// toolNames lists the names under which the tools that are seen read
// annotations, and those by which they do where nothing says otherwise.
func (p *pruner) toolNames() {
	p.roles, p.beside, p.lists = []string{annotationsIAM + "role"}, []string{annotationsIAM + "external-id", annotationsIAM + "session-name"},
		[]string{annotationsIAM + "allowed-roles", annotationsIAM + "permitted"}
	add := func(spec *snapshot.PodSpec) {
		if spec == nil || spec.AWS == nil {
			return
		}
		for _, c := range spec.AWS.Containers {
			if c.Tool != nil {
				p.roles, p.beside, p.lists = append(p.roles, c.Tool.RoleKey), append(p.beside, c.Tool.ExternalIDKey), append(p.lists, c.Tool.NamespaceKey)
			}
		}
	}
	for i := range p.snapshot.Workloads {
		add(p.snapshot.Workloads[i].Template)
	}
	for i := range p.snapshot.Pods {
		add(&p.snapshot.Pods[i].Spec)
	}
}

// ofPod keeps the annotations of a pod that ask for a role, and what goes with
// them.
func (p *pruner) ofPod(list []snapshot.Annotation) []snapshot.Annotation {
	if !slices.ContainsFunc(list, func(a snapshot.Annotation) bool { return slices.Contains(p.roles, a.Name) && says(a) }) {
		return nil
	}
	return slices.Clip(slices.DeleteFunc(list, func(a snapshot.Annotation) bool {
		return !slices.Contains(p.roles, a.Name) && !slices.Contains(p.beside, a.Name) || !says(a)
	}))
}

// ofNamespace keeps the annotations of a namespace that allow roles.
func (p *pruner) ofNamespace(list []snapshot.Annotation) []snapshot.Annotation {
	list = slices.DeleteFunc(list, func(a snapshot.Annotation) bool { return !slices.Contains(p.lists, a.Name) || !says(a) })
	if len(list) == 0 {
		return nil
	}
	return slices.Clip(list)
}

func says(a snapshot.Annotation) bool { return strings.TrimSpace(a.Value) != "" }

func (p *pruner) spec(namespace string, spec *snapshot.PodSpec) {
	a := spec.AWS
	if a == nil {
		return
	}
	if !p.done[a] {
		p.done[a] = true
		a.Annotations = p.ofPod(a.Annotations)
		for i := range a.Containers {
			p.container(namespace, &a.Containers[i])
		}
		a.Containers = slices.DeleteFunc(a.Containers, func(c snapshot.Container) bool { return !c.Says() })
	}
	switch {
	case len(a.Containers)+len(a.Annotations) == 0:
		spec.AWS = nil
	case namespace == p.namespace && a.Equal(p.last):
		spec.AWS = p.last
	default:
		p.namespace, p.last = namespace, a
	}
}

func (p *pruner) container(namespace string, c *snapshot.Container) {
	c.Uses = slices.DeleteFunc(c.Uses, func(u snapshot.Use) bool { return !p.counts(namespace, c, &u) })
	c.Uses = slices.Clip(c.Uses)
}

// counts tells whether a use may give credentials: by the name of the variable
// or the path of the mount, or because there is a key in what is used.
func (p *pruner) counts(namespace string, c *snapshot.Container, u *snapshot.Use) bool {
	ref := snapshot.Ref{Kind: u.Kind, Namespace: namespace, Name: u.Name}
	holders := p.holders[ref]
	if len(holders) == 0 {
		return p.mayGive(namespace, c, u)
	}
	counts := false
	for _, h := range holders {
		counts = p.gives(ref, h, c, u) || counts
	}
	return counts
}

// gives tells whether a use may give credentials of one holder.
func (p *pruner) gives(ref snapshot.Ref, h *snapshot.Holder, c *snapshot.Container, u *snapshot.Use) bool {
	switch u.How {
	case snapshot.UseEnv:
		e, _ := h.Entry(u.Entry)
		if isCredential(u.As) || e.Hidden && (Reveals(u.As) || Reveals(u.Entry)) {
			p.take(ref, u.Entry)
			return true
		}
		return h.KeyIn(u.Entry)
	case snapshot.UseEnvFrom:
		return p.givesAll(h, u) || h.KeyIn("")
	}
	hidden := false
	for _, e := range h.Entries {
		if e.Hidden && c.LooksFor(u) && (u.Entry == "" || u.Entry == e.Name) {
			p.take(ref, e.Name)
			hidden = true
		}
	}
	return hidden || h.KeyIn(u.Entry)
}

// mayGive tells whether a use of what is not there may give credentials.
func (p *pruner) mayGive(namespace string, c *snapshot.Container, u *snapshot.Use) bool {
	switch {
	case u.How == snapshot.UseEnv && isCredential(u.As):
		return true
	case p.read(u.Kind, namespace):
		return false
	case u.How == snapshot.UseVolume:
		return c.LooksFor(u)
	}
	return u.How == snapshot.UseEnvFrom || u.Kind == snapshot.KindSecret && (Reveals(u.As) || Reveals(u.Entry))
}

// givesAll tells whether the entries of a holder, taken all as variables, are
// credentials.
func (p *pruner) givesAll(h *snapshot.Holder, u *snapshot.Use) bool {
	gives := false
	for _, variable := range snapshot.CredentialVariables() {
		entry, ok := strings.CutPrefix(variable, u.As)
		if _, there := h.Entry(entry); ok && there {
			p.take(h.Ref(), entry)
			gives = true
		}
	}
	return gives
}

func (p *pruner) take(ref snapshot.Ref, entry string) {
	if p.taken[ref] == nil {
		p.taken[ref] = map[string]bool{}
	}
	p.taken[ref][entry] = true
}

// read tells whether a kind was read in a namespace, so that what is not there
// does not exist.
func (p *pruner) read(kind, namespace string) bool {
	if p.snapshot.Origin == snapshot.OriginFiles || kind == snapshot.KindSecret && !p.snapshot.SecretsRead {
		return false
	}
	return !slices.ContainsFunc(p.snapshot.Gaps, func(g snapshot.Gap) bool {
		return (g.Namespace == "" || g.Namespace == namespace) && (len(g.Kinds) == 0 || slices.Contains(g.Kinds, kind))
	})
}

// Reveals tells whether the name of a variable or entry says that an AWS key,
// or half of one, stands behind it.
func Reveals(name string) bool {
	id, secret := keys.Says(name)
	return id || secret || isCredential(name)
}
