package export

import (
	"fmt"
	"strings"

	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// readme tells how the components are included, and what they leave to others.
func (k *kustomize) readme() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Plan for %s, for kustomize\n\n", code(or(k.Source.Cluster.Name, "a cluster")))
	fmt.Fprintf(&b, "Made by podpass on %s. Plan %s.\n\n", k.GeneratedAt.UTC().Format("2006-01-02 15:04 UTC"), code(k.Hash))
	b.WriteString("| Component | Steps | Waiting | What it does |\n|---|---|---|---|\n")
	for _, c := range k.waves {
		name := code(c.folder)
		if len(c.files) == 0 {
			name += ", not there: nothing to do"
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %s |\n", name, len(c.steps), len(c.waiting), about(c.Wave))
	}
	k.include(&b)
	k.order(&b)
	k.whatIsLeft(&b)
	return b.String()
}

// include shows the kustomization around.
func (k *kustomize) include(b *strings.Builder) {
	b.WriteString("\n## How to include them\n\nIn a kustomization around the one that renders your manifests, so that they see final names:\n\n```yaml\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- ../overlays/production # yours, with its namespace, prefixes and patches\ncomponents:\n")
	none := true
	for i, c := range k.waves {
		if len(c.files) > 0 {
			mark := ""
			if i > 0 {
				mark = " # once the wave before it has rolled out"
			}
			fmt.Fprintf(b, "- podpass/%s%s\n", c.folder, mark)
			none = false
		}
	}
	if none {
		b.WriteString("# none: no step has a form here\n")
	}
	b.WriteString("```\n\n")
	b.WriteString(kustomizeRules)
	if k.Source.Origin == snapshot.OriginCluster {
		b.WriteString(kustomizeCluster)
	} else {
		b.WriteString(kustomizeFiles)
	}
}

const kustomizeRules = `- Take one more line at a time, and keep those before it: each component is a change of your manifests, not of the cluster.
- Give the kustomization around no ` + "`namePrefix`, `nameSuffix` or `namespace`" + `: they would rename or move the new accounts too, and an IAM role lets in one account of one namespace.
- Look at the result before it goes anywhere: ` + "`kustomize build . | podpass audit -`" + `.
- A build that stops at a patch says that an object is not among your manifests, or is not what the plan was made for. Make the plan anew; or, for an object that these manifests do not hold, take its lines out of the component and change it where it comes from.
- Once all is well, bring the changes into the manifests themselves (` + "`podpass fix`" + ` does that in files), and take the components away.
`

const kustomizeCluster = "- The plan is of a cluster. The account `default`, which a cluster makes by itself, comes as a resource: where your manifests have it, move its file from `resources` to `patches`. Subjects of bindings are tested as the API server has them, which writes `apiGroup` where a manifest may leave it out: where that stops a build, write the test as the manifest is.\n"

const kustomizeFiles = "- The plan is of files. Make it of what is rendered (`kustomize build ../overlays/production >all.yaml; podpass plan all.yaml --format json`): sources of a kustomization do not know their final names.\n- An object that names no namespace counts as one of `default`, and what is made for it says so. Name the namespace in your kustomization before you make the plan.\n"

// order tells what has to be so before each wave.
func (k *kustomize) order(b *strings.Builder) {
	b.WriteString("\n## Before each wave\n\n")
	for _, c := range k.waves {
		if len(c.files) == 0 {
			continue
		}
		fmt.Fprintf(b, "%s\n\n", code(c.folder))
		gates := []string{}
		switch c.Wave {
		case plan.Add:
			gates = append(gates, "Nothing.")
		case plan.Move:
			gates = append(gates, "What `1-add` makes is there.")
			if len(k.aws) > 0 {
				gates = append(gates, "The IAM roles below are there, and it is proven that they may do what the workloads do.")
			}
		case plan.Lock:
			gates = append(gates, "Every workload works with its new account, and no unfinished pod runs as an account that loses something: `kubectl get pods -A --field-selector spec.serviceAccountName=NAME`.")
		case plan.Clean:
			gates = append(gates, "The longest session of a role and the longest pause of a CronJob have passed, and CloudTrail shows the new roles in use, where workloads got one.")
		}
		b.WriteString("- " + strings.Join(gates, "\n- ") + "\n")
		for _, s := range c.steps {
			for _, risk := range s.Risk {
				fmt.Fprintf(b, "- %s %s: %s\n", s.number, code(objectName(s.Step)), markdown(risk))
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("A component that is taken out of the list again takes its wave back; begin with the last. What it has made stays in the cluster where nothing prunes, and does no harm.\n")
}

// whatIsLeft lists what the components do not do.
func (k *kustomize) whatIsLeft(b *strings.Builder) {
	if len(k.aws) > 0 {
		b.WriteString("\n## AWS\n\nThese are not kustomize's: `podpass export PLAN --as terraform` writes them. They come before `2-move`; associations of accounts that pods use already come with it.\n\n")
		for _, s := range k.aws {
			fmt.Fprintf(b, "- %s %s. %s\n", s.Action, code(objectName(s)), markdown(forWhom(s)))
		}
	}
	k.leftToKubectl(b)
	var waiting []*plan.Step
	for _, c := range k.waves {
		waiting = append(waiting, c.waiting...)
	}
	if len(waiting) > 0 {
		b.WriteString("\n## What waits\n\nThese steps are not in the components. Decide in a choices file, make the plan anew, and export it.\n\n")
		waitingList(b, k.Plan, waiting)
	}
}

func (k *kustomize) leftToKubectl(b *strings.Builder) {
	head := "\n## By hand\n\n"
	for _, c := range k.waves {
		for _, s := range c.byHand {
			fmt.Fprintf(b, "%s- %s: make the pods of %s anew: it has no roll-out.\n", head, code(c.folder), code(objectName(s.Step)))
			head = ""
		}
		for _, s := range c.deleted {
			words := []string{"kubectl", "delete", resource(s.Object), s.Object.Name}
			if s.Object.Namespace != "" {
				words = append(words, "--namespace", s.Object.Namespace)
			}
			fmt.Fprintf(b, "%s- %s: `kubectl apply` deletes nothing. Where nothing prunes: %s\n", head, code(c.folder), code(strings.TrimSpace(call(words...))))
			head = ""
		}
	}
}
