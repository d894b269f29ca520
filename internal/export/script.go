package export

import (
	_ "embed"
	"slices"
	"strings"

	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// stepsSh holds the functions that the scripts are made of.
//
//go:embed steps.sh
var stepsSh string

// script writes apply.sh or revert.sh of a wave.
func (k *kubernetes) script(w *wave, forth bool) string {
	name, back := w.folder+"/revert.sh", ""
	if forth {
		name, back = w.folder+"/apply.sh", "Or take the wave back: "+w.folder+"/revert.sh"
	}
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	b.WriteString(comment("", title(w, forth)))
	b.WriteString(comment("", "Of plan "+k.Hash+", made by podpass. README.md tells more; what these lines do stands in steps.sh."))
	b.WriteString("#\n# steps.sh uses what is set here; names may hold $.\n# shellcheck disable=SC1091,SC2016,SC2034\nset -eu\nhere=$(CDPATH='' cd -- \"$(dirname -- \"$0\")\" && pwd)\n")
	b.WriteString("script=" + quote(name) + "\nback=" + quote(back) + "\n")
	b.WriteString(". \"$here/../steps.sh\"\n")
	b.WriteString("\n# others must be so before: steps of other waves.\n" + function("others", k.others(w, forth)))
	b.WriteString("\n# gates must be open before.\n" + function("gates", k.gates(w, forth)))
	b.WriteString("\nsteps() {\n" + body(w, forth) + "}\n\n")
	cluster := k.Source.Cluster
	b.WriteString(call("carry_out", namespaceOf(cluster), cluster.UID, shown(cluster.Name)))
	if !forth {
		for _, text := range lost(w) {
			b.WriteString(call("say", "Not as it was: "+text))
		}
	}
	return b.String()
}

// namespaceOf is the one that a cluster is told by.
func namespaceOf(c plan.ClusterSource) string { return or(c.Namespace, "kube-system") }

func title(w *wave, forth bool) string {
	if forth {
		return "Does the wave " + string(w.Wave) + "."
	}
	return "Takes the wave " + string(w.Wave) + " back, step by step from its end."
}

// function is one of shell without a comment in it.
func function(name, lines string) string {
	if lines == "" {
		return name + "() {\n    :\n}\n"
	}
	return name + "() {\n" + indent("    ", lines) + "}\n"
}

func indent(by, lines string) string {
	return by + strings.ReplaceAll(strings.TrimSuffix(lines, "\n"), "\n", "\n"+by) + "\n"
}

// body is what the function steps holds.
func body(w *wave, forth bool) string {
	var b strings.Builder
	list := w.steps
	if !forth {
		list = slices.Clone(list)
		slices.Reverse(list)
	}
	for _, s := range list {
		lines := s.apply
		if !forth {
			lines = s.revert
		}
		if lines == "" {
			continue
		}
		b.WriteString(comment("    ", s.ID+". "+forWhom(s.Step)))
		b.WriteString("    " + s.object())
		if s.rolls() {
			lines += "rollout\n"
		}
		if forth && (w.Wave == plan.Add || w.Wave == plan.Move) && slices.Contains(s.Needs, plan.GateRoles) {
			lines = "if role_ready; then\n" + indent("    ", lines) + "fi\n"
		}
		b.WriteString(indent("    ", lines))
	}
	if b.Len() == 0 {
		return "    say \"$script: there is nothing to do\"\n"
	}
	return b.String()
}

// rolls tells whether a step replaces pods that kubectl rollout can wait for.
func (s *step) rolls() bool {
	switch s.Object.Kind {
	case snapshot.KindDeployment, snapshot.KindStatefulSet, snapshot.KindDaemonSet:
		return s.Restarts
	}
	return false
}

// others are the steps of earlier waves that steps of this one need, or those of
// later waves that need what is taken back.
func (k *kubernetes) others(w *wave, forth bool) string {
	mine := map[string]bool{}
	for _, s := range w.steps {
		if forth {
			for _, id := range s.Needs {
				mine[id] = true
			}
		} else {
			mine[s.ID] = true
		}
	}
	var b strings.Builder
	for _, o := range k.waves {
		before := slices.Index(plan.Waves(), o.Wave) < slices.Index(plan.Waves(), w.Wave)
		if o == w || before != forth {
			continue
		}
		first, verb := "this is done already: run "+o.folder+"/revert.sh first", "revert"
		if forth {
			first, verb = "this is not done yet: run "+o.folder+"/apply.sh first", "apply"
		}
		b.WriteString(otherSteps(o, verb, first, func(s *step) bool {
			return forth && mine[s.ID] || !forth && slices.ContainsFunc(s.Needs, func(id string) bool { return mine[id] })
		}))
	}
	return b.String()
}

func otherSteps(o *wave, verb, first string, wanted func(*step) bool) string {
	var b strings.Builder
	for _, s := range o.steps {
		lines := s.apply
		if verb == "revert" {
			lines = s.revert
		}
		if lines == "" || !wanted(s) {
			continue
		}
		if b.Len() == 0 {
			b.WriteString("first=" + quote(first) + "\n")
		}
		b.WriteString(s.object() + lines)
	}
	return b.String()
}

// lost says what a wave that is taken back leaves otherwise than it was.
func lost(w *wave) []string {
	var list []string
	for _, s := range w.steps {
		name := shown(s.Object.Kind + " " + strings.TrimPrefix(s.Object.Namespace+"/"+s.Object.Name, "/"))
		switch {
		case s.Action == plan.Delete && s.revert == "":
			list = append(list, name+" is gone: the plan does not hold what was in it.")
		case s.Action == plan.Delete:
			list = append(list, name+" is made again without its labels and annotations, and has another uid.")
		case s.item() != "" && !strings.HasSuffix(s.After.Fields[0].Path, "/-"):
			list = append(list, "in "+name+" the item stands at the end of its list.")
		case s.names():
			if len(s.itemLabels(func(n *named) bool { return !n.present && n.was != nil })) > 0 {
				list = append(list, "what is put back in lists of "+name+" stands at their end.")
			}
		case s.Action == plan.Restart:
			list = append(list, "the pods of "+name+" stay new.")
		}
	}
	return list
}
