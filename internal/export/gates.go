package export

import (
	"slices"
	"strings"

	"podpass/internal/plan"
	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// account is one of a cluster.
type account struct{ namespace, name string }

// gates are the accounts that no unfinished pod may run as: before Lock and
// Clean those that lose something, and before Add is taken back those that it
// made.
func (k *kubernetes) gates(w *wave, forth bool) string {
	var list []account
	for _, s := range w.steps {
		switch {
		case forth && (w.Wave == plan.Lock || w.Wave == plan.Clean) && s.Action != plan.Restart:
			list = append(list, k.losers(s)...)
		case !forth && w.Wave == plan.Add:
			list = append(list, k.gainers(s)...)
		}
	}
	var lines []string
	for _, a := range list {
		lines = append(lines, call("unused", a.namespace, a.name))
	}
	if !forth && w.Wave == plan.Move {
		lines = k.holders(w)
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "")
}

// holders are lines for the Secrets and ConfigMaps that Clean deletes, and that
// templates which come back take variables from.
func (k *kubernetes) holders(w *wave) []string {
	var lines []string
	for _, s := range k.waves[slices.Index(plan.Waves(), plan.Clean)].steps {
		needed := s.Action == plan.Delete && (s.Object.Kind == snapshot.KindSecret || s.Object.Kind == snapshot.KindConfigMap)
		if needed && slices.ContainsFunc(w.steps, func(o *step) bool { return slices.Contains(s.Needs, o.ID) }) {
			lines = append(lines, call("kept", s.Object.Kind, s.Object.Namespace, s.Object.Name))
		}
	}
	return lines
}

// losers are the accounts from which a step takes something.
func (k *kubernetes) losers(s *step) []account {
	var list []account
	if s.Wave == plan.Lock || s.item() != "" || len(subjects(s.Before)) > 0 || s.Action == plan.Delete && s.revert != "" {
		list = k.left(s, map[string]bool{}) // of others a workload may keep the account
	}
	if s.Object.Kind == snapshot.KindServiceAccount {
		list = append(list, account{s.Object.Namespace, s.Object.Name})
	}
	if s.Action != plan.Change {
		return list
	}
	kept := subjects(s.After)
	for _, subject := range subjects(s.Before) {
		if slices.Contains(kept, subject) {
			continue
		}
		binding := &snapshot.Binding{Meta: snapshot.Meta{Namespace: s.Object.Namespace}}
		if namespace, name, ok := rbac.Names(binding, subject); ok {
			list = append(list, account{namespace, name})
		}
		if namespace, ok := strings.CutPrefix(subject.Name, "system:serviceaccounts:"); ok && subject.Kind == string(rbac.ByGroup) {
			list = append(list, account{namespace, snapshot.Default})
		}
	}
	return list
}

// left are the accounts that workloads leave by the moves that a step needs, at
// once or by other steps.
func (k *kubernetes) left(s *step, seen map[string]bool) []account {
	var list []account
	for _, id := range s.Needs {
		o := k.byID[id]
		if o == nil || seen[id] {
			continue
		}
		seen[id] = true
		if from, to, ok := o.moves(); ok && from != to {
			list = append(list, account{o.Object.Namespace, from})
		}
		list = append(list, k.left(o, seen)...)
	}
	return list
}

// moves tells from which account to which a step takes a workload.
func (s *step) moves() (from, to string, ok bool) {
	if s.Wave != plan.Move || s.Before == nil || s.After == nil {
		return "", "", false
	}
	for i, f := range s.After.Fields {
		if strings.HasSuffix(f.Path, "/serviceAccountName") && i < len(s.Before.Fields) {
			from, _ = s.Before.Fields[i].Value.(string)
			to, _ = f.Value.(string)
		}
	}
	if from == "" {
		from = snapshot.Default
	}
	return from, to, to != ""
}

// gainers are the accounts that a step of Add makes, or gives something.
func (k *kubernetes) gainers(s *step) []account {
	var list []account
	if s.Object.Kind == snapshot.KindServiceAccount {
		list = append(list, account{s.Object.Namespace, s.Object.Name})
	}
	for _, o := range k.byID {
		if _, to, ok := o.moves(); ok && slices.Contains(o.Needs, s.ID) {
			list = append(list, account{o.Object.Namespace, to})
		}
	}
	if s.Action == plan.Create {
		for _, subject := range s.After.Manifest.Subjects {
			list = append(list, account{subject.Namespace, subject.Name})
		}
	}
	return list
}

// subjects reads those of a binding, as they are planned or as JSON has them.
func subjects(state *plan.State) []snapshot.Subject {
	if state == nil {
		return nil
	}
	for _, f := range state.Fields {
		if f.Path == "/subjects" {
			return plan.Subjects(f.Value)
		}
	}
	return nil
}
