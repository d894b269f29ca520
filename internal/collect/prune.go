package collect

import (
	"cmp"
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
	p := pruner{snapshot: s, holders: map[snapshot.Ref]*snapshot.Holder{}, done: map[*snapshot.AWS]bool{}, taken: map[snapshot.Ref]map[string]bool{}}
	for i := range s.Holders {
		p.merge(&s.Holders[i])
	}
	p.names = p.annotationNames()
	for i := range s.Namespaces {
		s.Namespaces[i].Annotations = p.annotations(s.Namespaces[i].Annotations)
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
		taken := p.taken[h.Ref()]
		h.Entries = slices.DeleteFunc(h.Entries, func(e snapshot.Entry) bool { return !taken[e.Name] })
		h.Entries = slices.Clip(h.Entries)
	}
	conceal(s)
}

type pruner struct {
	snapshot *snapshot.Snapshot
	holders  map[snapshot.Ref]*snapshot.Holder
	names    []string // of the annotations that count
	done     map[*snapshot.AWS]bool
	taken    map[snapshot.Ref]map[string]bool // entries from which containers take credentials

	last      *snapshot.AWS
	namespace string
}

// merge notes a holder. Of files that define one twice either may count, so
// that one with a key does.
func (p *pruner) merge(h *snapshot.Holder) {
	if known := p.holders[h.Ref()]; known == nil || len(known.Keys) == 0 {
		p.holders[h.Ref()] = h
	}
}

// annotationNames lists the names under which the tools that are seen read
// annotations, and those by which they do where nothing says otherwise.
func (p *pruner) annotationNames() []string {
	names := []string{
		annotationsIAM + "role", annotationsIAM + "external-id", annotationsIAM + "session-name",
		annotationsIAM + "allowed-roles", annotationsIAM + "permitted",
	}
	add := func(spec *snapshot.PodSpec) {
		if spec == nil || spec.AWS == nil {
			return
		}
		for _, c := range spec.AWS.Containers {
			if c.Tool != nil {
				names = append(names, c.Tool.RoleKey, c.Tool.ExternalIDKey, c.Tool.NamespaceKey)
			}
		}
	}
	for i := range p.snapshot.Workloads {
		add(p.snapshot.Workloads[i].Template)
	}
	for i := range p.snapshot.Pods {
		add(&p.snapshot.Pods[i].Spec)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (p *pruner) annotations(list []snapshot.Annotation) []snapshot.Annotation {
	list = slices.DeleteFunc(list, func(a snapshot.Annotation) bool {
		_, counts := slices.BinarySearch(p.names, a.Name)
		return !counts
	})
	if len(list) == 0 {
		return nil
	}
	return slices.Clip(list)
}

func (p *pruner) spec(namespace string, spec *snapshot.PodSpec) {
	a := spec.AWS
	if a == nil {
		return
	}
	if !p.done[a] {
		p.done[a] = true
		a.Annotations = p.annotations(a.Annotations)
		for i := range a.Containers {
			p.container(namespace, &a.Containers[i])
		}
		a.Containers = slices.DeleteFunc(a.Containers, func(c snapshot.Container) bool {
			return len(c.Set)+len(c.Empty)+len(c.Uses) == 0 && c.Tool == nil
		})
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
	c.Uses = slices.DeleteFunc(c.Uses, func(u snapshot.Use) bool { return !p.counts(namespace, &u) })
	c.Uses = slices.Clip(c.Uses)
}

// counts tells whether a use may give credentials: by the name of the
// variable, or because there is a key in what is used.
func (p *pruner) counts(namespace string, u *snapshot.Use) bool {
	ref := snapshot.Ref{Kind: u.Kind, Namespace: namespace, Name: u.Name}
	h := p.holders[ref]
	switch {
	case u.How == snapshot.UseEnv && isCredential(u.As):
		p.take(ref, u.Entry)
		return true
	case h != nil && len(h.Keys) > 0 && u.How != snapshot.UseEnvFrom:
		return true
	case u.How == snapshot.UseEnvFrom && h != nil:
		return p.givesAll(h, u) || len(h.Keys) > 0
	case u.How == snapshot.UseEnvFrom:
		return u.Kind == snapshot.KindSecret || !p.read(u.Kind, namespace)
	}
	return u.How == snapshot.UseEnv && u.Kind == snapshot.KindSecret && (Reveals(u.As) || Reveals(u.Entry)) && h == nil
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

// SortEntries puts entries into the order in which a Holder has them. Of two
// of one name the last counts.
func SortEntries(list []snapshot.Entry) []snapshot.Entry {
	slices.SortStableFunc(list, func(a, b snapshot.Entry) int { return cmp.Compare(a.Name, b.Name) })
	kept := list[:0]
	for i, e := range list {
		if i+1 == len(list) || list[i+1].Name != e.Name {
			kept = append(kept, e)
		}
	}
	return kept
}
