package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// addWave makes accounts and bindings, and writes new names beside old ones:
// nothing uses them yet.
func (m *maker) addWave() {
	made := map[string][]string{} // a file needs an object once
	files := !m.live()
	for _, mv := range m.moves {
		var copied []copied
		if mv.moves() { // what these have to ask holds up the role too
			copied = m.copies(mv)
			m.addReferences(mv)
		}
		m.addRole(mv)
		if !mv.moves() {
			continue
		}
		mv.own = make([][]string, len(mv.defs))
		m.fillAccount(mv)
		for i, d := range mv.defs {
			file := ""
			if files {
				file = mv.object.Namespace + "/" + mv.to + "\x00" + fileOf(d)
			}
			if ids := made[file]; files && ids != nil {
				mv.own[i] = ids
				continue
			}
			m.addAccount(mv, i)
			for _, b := range copied {
				m.addStep(mv, i, b.Manifest, b.of)
			}
			if files {
				made[file] = mv.own[i]
			}
		}
	}
}

func fileOf(d audit.Definition) string {
	if d.Meta.Source == nil {
		return ""
	}
	return d.Meta.Source.File
}

// addAccount makes the account of a move; fillAccount fills the one that is
// there.
func (m *maker) addAccount(mv *move, i int) {
	if len(mv.fill) == 0 {
		m.addStep(mv, i, m.newAccount(mv), nil)
	}
}

func (m *maker) fillAccount(mv *move) {
	made := m.newAccount(mv)
	for _, there := range mv.fill {
		before, after := filled(there, made)
		if len(after) == 0 {
			continue
		}
		step := m.step(Add, Change, Object{made.APIVersion, made.Kind, made.Metadata.Namespace, made.Metadata.Name})
		step.Source, step.For = sourceOf(&there.Meta), mv.about
		step.Expects.UID = there.UID
		step.Before, step.After = &State{Fields: before}, &State{Fields: after}
		step.Waits, step.Reverse = mv.waits, textRemoveFields
		mv.needs = append(mv.needs, step.ID)
		m.keep(step)
	}
}

// addStep makes an object in front of a definition: an account, or a copy of a
// binding.
func (m *maker) addStep(mv *move, i int, made *Manifest, of *snapshot.Binding) {
	step := m.step(Add, Create, Object{made.APIVersion, made.Kind, made.Metadata.Namespace, made.Metadata.Name})
	step.Source, step.For = sourceOf(mv.defs[i].Meta), mv.about
	step.After = &State{Manifest: made}
	step.Waits, step.Reverse = mv.waits, textRemoveAccount
	if of != nil {
		step.CopyOf, step.Reverse = sourceOf(&of.Meta), textRemoveBinding
	}
	mv.own[i] = append(mv.own[i], step.ID)
	m.keep(step)
}

// newAccount gives the account of a workload: what the old one has, but for
// what makes that one what it is.
func (m *maker) newAccount(mv *move) *Manifest {
	made := &Manifest{APIVersion: "v1", Kind: snapshot.KindServiceAccount, Metadata: Metadata{Name: mv.to, Namespace: mv.object.Namespace}}
	there := m.judge.Accounts(mv.object.Namespace, mv.from)
	if len(there) == 0 {
		made.annotate(mv)
		return made
	}
	old := there[0]
	made.Metadata.Labels, made.Metadata.Annotations = handedOn(old.Labels, ownerLabel), handedOn(old.Annotations, ownerAnnotation)
	made.annotate(mv)
	switch old.Automount {
	case snapshot.False:
		made.AutomountServiceAccountToken = new(bool)
	case snapshot.True:
		yes := true
		made.AutomountServiceAccountToken = &yes
	}
	for _, name := range old.ImagePullSecrets {
		made.ImagePullSecrets = append(made.ImagePullSecrets, Named{name})
	}
	for _, name := range old.Secrets {
		if !m.holdsToken(mv.object.Namespace, name) {
			made.Secrets = append(made.Secrets, Named{name})
		}
	}
	return made
}

// annotate names the role of a new account, which nothing uses yet.
func (m *Manifest) annotate(mv *move) {
	if r := mv.aws.role; r == nil || r.By != AWSIRSA || !mv.moves() {
		return
	}
	if m.Metadata.Annotations == nil {
		m.Metadata.Annotations = map[string]string{}
	}
	m.Metadata.Annotations[AnnotationRole] = mv.aws.role.ARN
}

// holdsToken tells a Secret with a token of an account: it is the old one's.
// Without the right to read Secrets the name tells those that Kubernetes made
// until 1.24: ACCOUNT-token-XXXXX.
func (m *maker) holdsToken(namespace, name string) bool {
	return slices.ContainsFunc(m.s.TokenSecrets, func(t snapshot.TokenSecret) bool { return t.Namespace == namespace && t.Name == name }) ||
		!m.s.SecretsRead && strings.Contains(name, "-token-")
}

// handedOn leaves out what says whose an object is, and what AWS gives it.
func handedOn(all map[string]string, owner func(string) bool) map[string]string {
	kept := maps.Clone(all)
	maps.DeleteFunc(kept, func(key, _ string) bool { return owner(key) })
	if len(kept) == 0 {
		return nil
	}
	return kept
}

func ownerLabel(key string) bool {
	switch key {
	case "app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "applyset.kubernetes.io/part-of":
		return true
	}
	return ownerAnnotation(key)
}

func ownerAnnotation(key string) bool {
	prefix, _, _ := strings.Cut(key, "/")
	switch prefix {
	case "argocd.argoproj.io", "meta.helm.sh", "applyset.kubernetes.io", "eks.amazonaws.com":
		return true
	}
	return strings.HasSuffix(prefix, ".toolkit.fluxcd.io") || key == "kubectl.kubernetes.io/last-applied-configuration"
}

// filled gives the fields that an account which is there lacks.
func filled(there *snapshot.ServiceAccount, made *Manifest) (before, after []Field) {
	set := func(path string, was, will any) {
		before, after = append(before, Field{Path: path, Value: was}), append(after, Field{Path: path, Value: will})
	}
	if made.AutomountServiceAccountToken != nil && there.Automount == snapshot.Unset {
		set("/automountServiceAccountToken", nil, *made.AutomountServiceAccountToken)
	}
	if all := union(there.ImagePullSecrets, made.ImagePullSecrets); len(all) > len(there.ImagePullSecrets) {
		set("/imagePullSecrets", namedOf(there.ImagePullSecrets), all)
	}
	if all := union(there.Secrets, made.Secrets); len(all) > len(there.Secrets) {
		set("/secrets", namedOf(there.Secrets), all)
	}
	if arn := made.Metadata.Annotations[AnnotationRole]; arn != "" && there.RoleARN != "" && there.RoleARN != arn {
		set("/metadata/annotations/"+escape(AnnotationRole), there.RoleARN, arn)
	}
	for _, f := range append(missing("/metadata/annotations/", there.Annotations, made.Metadata.Annotations), missing("/metadata/labels/", there.Labels, made.Metadata.Labels)...) {
		set(f.Path, nil, f.Value)
	}
	return before, after
}

// union is a list with what another has beyond it.
func union(have []string, more []Named) []Named {
	var all []Named
	for _, name := range have {
		all = append(all, Named{name})
	}
	for _, n := range more {
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

// namedOf is a list of references by name, nil where there is none.
func namedOf(names []string) any {
	if len(names) == 0 {
		return nil
	}
	var list []Named
	for _, name := range names {
		list = append(list, Named{name})
	}
	return list
}

func missing(path string, have, want map[string]string) []Field {
	var fields []Field
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if _, ok := have[key]; !ok {
			fields = append(fields, Field{Path: path + escape(key), Value: want[key]})
		}
	}
	return fields
}

// escape writes a token of a JSON pointer.
func escape(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

// step starts a step; its id is the plan's own.
func (m *maker) step(wave Wave, action Action, o Object) *Step {
	id := string(wave) + "/" + strings.ToLower(o.Kind) + "/"
	if o.Namespace != "" {
		id += o.Namespace + "/"
	}
	id += o.Name
	m.ids[id]++
	if n := m.ids[id]; n > 1 {
		id += "#" + strconv.Itoa(n)
	}
	return &Step{ID: id, Wave: wave, Action: action, Object: o, Settles: []string{}, Needs: []string{}, Waits: []string{}, Risk: []string{}}
}

// keep adds a step to the plan.
func (m *maker) keep(s *Step) {
	s.Settles, s.Needs, s.Waits, s.Risk = distinct(s.Settles), distinct(s.Needs), distinct(s.Waits), orNone(s.Risk)
	m.plan.Steps = append(m.plan.Steps, *s)
}

func distinct(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return orNone(slices.Compact(list))
}

func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func sourceOf(m *snapshot.Meta) *audit.Source {
	if m == nil || m.Source == nil {
		return nil
	}
	return &audit.Source{File: m.Source.File, Line: m.Source.Line}
}

func compareObjects(a, b audit.Object) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// hashOf is a short name of some words, for names that must not collide.
func hashOf(words ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	return hex.EncodeToString(sum[:4])
}

func refOf(o audit.Object) string {
	return snapshot.Ref{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}.String()
}
