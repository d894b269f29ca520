package export

import (
	"fmt"
	"slices"
	"strings"

	"podpass/internal/plan"
)

// readme tells what the folders are and in which order they are used.
func (k *kubernetes) readme() string {
	var b strings.Builder
	c := k.Source.Cluster
	fmt.Fprintf(&b, "# Plan for %s\n\n", code(or(c.Name, "a cluster")))
	fmt.Fprintf(&b, "Made by podpass on %s. Plan %s.\nThe cluster is the one whose namespace %s has the uid %s; the scripts refuse another.\n\n",
		k.GeneratedAt.UTC().Format("2006-01-02 15:04 UTC"), code(k.Hash), code(namespaceOf(c)), code(c.UID))
	b.WriteString("Run the waves in their order, and look after each whether everything still works:\n\n")
	b.WriteString("| Wave | Steps | Waiting | By hand | What it does |\n|---|---|---|---|---|\n")
	for _, w := range k.waves {
		fmt.Fprintf(&b, "| [%s](%s/README.md) | %d | %d | %d | %s |\n", w.folder, w.folder, len(w.steps), len(w.waiting), len(w.aws), about(w.Wave))
	}
	b.WriteString(use)
	if c.Context != "" {
		fmt.Fprintf(&b, "\nThe plan was made with the context %s.\n", code(c.Context))
	}
	k.decisions(&b)
	if n := len(k.NotPlanned); n > 0 {
		fmt.Fprintf(&b, "\n%d failing results are not planned for; the plan says why, as does `podpass plan`.\n", n)
	}
	fmt.Fprintf(&b, "\nFailing results: %d before, %d after all waves.\n", k.Predicted.Before.Fail, k.Predicted.After.Fail)
	return b.String()
}

const use = `
` + "```sh" + `
1-add/apply.sh
2-move/apply.sh
3-lock/apply.sh
4-clean/apply.sh   # later: see its README.md
` + "```" + `

Each can be run from any folder, and again: a step that is done is skipped, and a script stops where the cluster is neither as it was planned for nor as the step leaves it. Before it changes anything, a wave is run whole with ` + "`--dry-run=server`" + `. ` + "`revert.sh`" + ` takes a wave back; begin with the last that was done.

| Variable | Meaning | Else |
|---|---|---|
| ` + "`KUBECTL`" + ` | the kubectl to use | ` + "`kubectl`" + ` |
| ` + "`CONTEXT`" + ` | the kubeconfig context | the current one |
| ` + "`WAIT`" + ` | seconds to wait for each roll-out, 0: do not wait | 600 |
| ` + "`ROLES_READY`" + ` | 1: the IAM roles are there and proven | 0 |
| ` + "`PARTLY`" + ` | 1: ` + "`revert.sh`" + ` takes back what it can, though it cannot put all back | 0 |
`

// about says what a wave does.
func about(w plan.Wave) string {
	switch w {
	case plan.Add:
		return "Makes accounts and bindings, and puts new names beside old ones. Nothing uses them yet."
	case plan.Move:
		return "Gives each workload its account. Its pods are replaced."
	case plan.Lock:
		return "Takes token and rights from default, and replaces pods that hold a token which they need not."
	}
	return "Takes away what nobody needs any more."
}

// gatesOf says what must be so before a wave is done.
func gatesOf(w plan.Wave) []string {
	switch w {
	case plan.Move:
		return []string{"The wave 1-add is done; the script checks it.", "The IAM roles that workloads get are there, and their permissions are proven: ROLES_READY=1 says so. Workloads without a role do not wait for it."}
	case plan.Lock:
		return []string{"The wave 2-move is done, and every workload works with its new account.", "No unfinished pod runs as an account that loses something; the script checks it."}
	case plan.Clean:
		return []string{"The longest session of a role and the longest pause of a CronJob have passed since the wave 2-move.", "CloudTrail shows the new roles in use, where workloads got one.", "No unfinished pod runs as an old account; the script checks it."}
	}
	return nil
}

// waveReadme tells what one folder does, what may go wrong, and how it is taken
// back.
func (k *kubernetes) waveReadme(w *wave) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n", w.folder, about(w.Wave))
	if gates := gatesOf(w.Wave); len(gates) > 0 {
		b.WriteString("\n## Before\n\n- " + strings.Join(gates, "\n- ") + "\n")
	}
	b.WriteString("\n## Steps\n\n")
	if len(w.steps) == 0 {
		b.WriteString("None.\n")
	}
	for _, s := range w.steps {
		fmt.Fprintf(&b, "- %s %s %s. %s", s.number, s.Action, code(objectName(s.Step)), markdown(forWhom(s.Step)))
		if items := s.itemLabels(func(*named) bool { return true }); len(items) > 0 {
			fmt.Fprintf(&b, " In the same patch, variables and mounts: %s.", codes(items))
		}
		for _, risk := range s.Risk {
			b.WriteString(" Risk: " + markdown(risk))
		}
		fmt.Fprintf(&b, " Taken back: %s\n", markdown(s.Reverse))
	}
	if list := slices.Concat(unknownIn(w), lost(w)); len(list) > 0 {
		b.WriteString("\n## What does not return\n\n")
		for _, text := range list {
			fmt.Fprintf(&b, "- %s\n", markdown(text))
		}
	}
	b.WriteString(k.awsReadme(w))
	if len(w.waiting) > 0 {
		b.WriteString("\n## What waits\n\nThese steps are not part of the scripts. Decide in a choices file, make the plan anew, and export it.\n\n")
		for _, s := range w.waiting {
			fmt.Fprintf(&b, "- %s %s waits for %s\n", s.Action, code(objectName(s)), codes(s.Waits))
		}
	}
	return b.String()
}

// unknownIn says what revert.sh cannot put back; it asks itself what of that is
// not there.
func unknownIn(w *wave) []string {
	var list []string
	for _, s := range w.steps {
		if labels := s.itemLabels(unknown); len(labels) > 0 {
			list = append(list, objectName(s.Step)+" stays without "+strings.Join(labels, ", ")+": the plan does not hold that, since it may be a secret. revert.sh refuses until the template is back (kubectl rollout history, then kubectl rollout undo --to-revision=N), or takes back the rest with PARTLY=1.")
		}
	}
	return list
}

// decisions lists what waits for whom.
func (k *kubernetes) decisions(b *strings.Builder) {
	if len(k.Decisions)+len(k.Gaps) > 0 {
		b.WriteString("\n## What waits\n\n")
	}
	for _, d := range k.Decisions {
		fmt.Fprintf(b, "- %s (%d steps): %s\n", code(d.ID), len(d.HoldsUp), markdown(d.Question))
	}
	for _, g := range k.Gaps {
		fmt.Fprintf(b, "- %s (%d steps): %s. %s\n", code(g.ID), len(g.HoldsUp), markdown(g.Reason), markdown(g.Grant))
	}
}

func objectName(s *plan.Step) string {
	return s.Object.Kind + " " + strings.TrimPrefix(s.Object.Namespace+"/"+s.Object.Name, "/")
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// code writes a text as code of Markdown, between more backticks than it has in
// a row.
func code(s string) string {
	s = shown(s)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}

func codes(list []string) string {
	words := slices.Clone(list)
	for i := range words {
		words[i] = code(words[i])
	}
	return strings.Join(words, ", ")
}

// markdown writes a text so that Markdown takes nothing in it for markup.
func markdown(s string) string {
	var b strings.Builder
	for _, r := range shown(s) {
		if strings.ContainsRune("\\`*_{}[]<>#|!&~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
