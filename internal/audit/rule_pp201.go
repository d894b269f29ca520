package audit

import (
	"fmt"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

func rulePP201() Rule {
	return Rule{
		ID:         "PP201",
		Title:      "Every workload has a service account of its own, not default",
		On:         onWorkload,
		Severity:   Medium,
		Severities: "info for workloads of Kubernetes, EKS and its add-ons",
		Why: "A workload on default shares its identity with every pod of the namespace that names none. An IAM role or a right that is given to it is given to all of them, " +
			"and no log can tell them apart.",
		Fix:        "Make an account of the workload's name with the old one's imagePullSecrets, and name it in the pod template as serviceAccountName.",
		Needs:      workloadKinds(),
		References: []string{refControl, refIRSA, refAccounts},
		Planned:    true,
		check:      checkPP201,
	}
}

func checkPP201(c *context, add emit) {
	for _, r := range c.roots {
		if slices.Contains(r.accounts, snapshot.Default) {
			add(c.onDefault(r), r.Object)
		}
	}
}

func (c *context) onDefault(r *root) Result {
	result := c.onRoot(r)
	result.Message = "Runs as default: " + r.naming() + "."
	if r.moved() {
		result.Message = "Older pods of it still run as default, though its template names another account."
	}
	if r.owner != nil {
		result.Evidence = append(result.Evidence, Evidence{
			Text: fmt.Sprintf("it is owned by %s %s", r.owner.Kind, r.owner.Name), Objects: []Object{{Kind: r.owner.Kind, Namespace: r.Namespace, Name: r.owner.Name}},
		})
	}
	if slices.ContainsFunc(r.accounts, func(a string) bool { return a != snapshot.Default }) {
		result.Evidence = append(result.Evidence, Evidence{Text: "its pods run as several accounts: " + strings.Join(r.accounts, ", ")})
	}
	result.Fix = c.fixDefault(r)
	return result
}

// onRoot starts the result of a failure on a workload.
func (c *context) onRoot(r *root) Result {
	result := Result{Status: Fail, Object: r.Object, Source: r.source(), ManagedBy: managedBy(r.manager)}
	if info(r.manager) {
		result.Severity = Info
	}
	if r.unseen() {
		result.Evidence = []Evidence{{
			Text: fmt.Sprintf("the %s itself was not seen, only its %s", r.Kind, count(len(r.pods), "pod")), Objects: podObjects(r.pods, 3),
		}}
	}
	return result
}

// naming says by which field the workload comes to default.
func (r *root) naming() string {
	for _, t := range r.templates {
		switch {
		case t.spec.AccountName() != snapshot.Default:
		case t.spec.Account == "":
			return "it names no service account"
		case t.spec.Legacy:
			return "its legacy field serviceAccount says so"
		default:
			return "its serviceAccountName says so"
		}
	}
	switch {
	case r.Kind != snapshot.KindPod:
		return "its pods say so"
	case r.pods[0].Spec.Account == "":
		return "it names no service account"
	case r.pods[0].Spec.Legacy:
		return "its legacy field serviceAccount says so"
	}
	return "its serviceAccountName says so"
}

// moved tells whether the template names another account already, so that
// only older pods run as default.
func (r *root) moved() bool {
	return len(r.templates) > 0 && !slices.ContainsFunc(r.templates, func(t template) bool { return t.spec.AccountName() == snapshot.Default })
}

// specs are the root's templates, then its pods.
func (r *root) specs() []*snapshot.PodSpec {
	list := make([]*snapshot.PodSpec, 0, len(r.templates)+len(r.pods))
	for _, t := range r.templates {
		list = append(list, t.spec)
	}
	for _, p := range r.pods {
		list = append(list, &p.Spec)
	}
	return list
}

// fixDefault gives the account and the changed field; as commands only where
// nothing is lost on the way: not where default holds a role or an AWS role,
// nor where pods do not follow a changed template.
func (c *context) fixDefault(r *root) string {
	var f fix
	if r.moved() {
		f.say("Let the roll-out of %s %s end, or restart it: its template is right already.", r.Kind, r.Name)
		return f.String()
	}
	name, fill := Workload{c, r}.Offer()
	losing := c.sayHeld(&f, r)
	old := c.accounts[account{r.Namespace, snapshot.Default}]
	automount, pull := snapshot.Unset, []string(nil)
	if len(old) > 0 {
		automount, pull = old[0].Automount, old[0].ImagePullSecrets
	}
	manifest := accountYAML(r.Namespace, name, automount, pull)
	managed := f.byController(r.manager, r.Object)
	if r.foreign() {
		f.say("%s %s owns it: make the change there, since one beside it does not last.", r.owner.Kind, r.owner.Name)
		managed = true
	}
	if managed || losing || r.meta == nil || !r.meta.Live || !rolls(r.Kind) {
		if len(fill) == 0 {
			f.say("Make the account:")
		} else {
			f.say("The account %s is there, and nothing uses it yet. Let it say:", name)
		}
		f.yaml(manifest)
		f.say("%s", c.changeText(r))
		f.yaml(specYAML(r.Kind, name))
		return f.String()
	}
	switch {
	case automount == snapshot.Unset && len(pull) == 0 && len(fill) > 0: // it is right as it is
	case automount == snapshot.Unset && len(pull) == 0:
		f.run("kubectl", "create", "serviceaccount", name, "-n", r.Namespace)
	default:
		f.say("Apply this account:")
		f.yaml(manifest)
		f.say("Then:")
	}
	f.run("kubectl", "patch", target(r.Kind, r.Name), "-n", r.Namespace, "--type=merge", "-p", patch(r.Kind, name))
	return f.String()
}

// sayHeld names what default holds and the new account would lack, and
// whether that is anything, or cannot be told.
func (c *context) sayHeld(f *fix, r *root) bool {
	losing := false
	grants, unsure := c.rightsOf(r.Namespace, snapshot.Default)
	var held []string
	for _, g := range grants {
		if !g.Everyone() && !strings.HasPrefix(g.Subject, "system:serviceaccounts:") {
			held = append(held, ref(Object{Kind: bindingKind(g.Binding), Namespace: g.Binding.Namespace, Name: g.Binding.Name}))
		}
	}
	slices.Sort(held)
	if held = slices.Compact(held); len(held) > 0 {
		f.say("default holds rights that the workload may use: bind the new account in %s first, as far as it needs them.", strings.Join(held, ", "))
		losing = true
	}
	for _, sa := range c.accounts[account{r.Namespace, snapshot.Default}] {
		if sa.RoleARN != "" {
			f.say("default carries the IAM role %s: give the new account a role of its own first.", sa.RoleARN)
			losing = true
		}
	}
	if unsure || c.gap(r.Namespace, snapshot.KindRoleBinding, snapshot.KindClusterRoleBinding, snapshot.KindServiceAccount) != nil {
		f.say("What default holds could not be read whole: look before the move.")
		losing = true
	}
	return losing
}

// rolls tells the kinds that replace their pods when the template changes.
func rolls(kind string) bool {
	switch kind {
	case snapshot.KindDeployment, snapshot.KindStatefulSet, snapshot.KindDaemonSet, snapshot.KindCronJob:
		return true
	}
	return false
}

func (c *context) changeText(r *root) string {
	switch {
	case r.unseen():
		return fmt.Sprintf("Then name it in the pod template of the %s %s:", r.Kind, r.Name)
	case r.Kind == snapshot.KindPod:
		return fmt.Sprintf("Then name it in the Pod%s, which must be made anew, since the field cannot be changed:", inFile(r.meta))
	case r.Kind == snapshot.KindJob:
		return fmt.Sprintf("Then name it in the Job%s, which must be made anew, since its template cannot be changed:", inFile(r.meta))
	case !rolls(r.Kind):
		return fmt.Sprintf("Then name it in the template%s and delete the pods one by one, since nothing replaces them:", inFile(r.meta))
	}
	return fmt.Sprintf("Then name it in the template%s:", inFile(r.meta))
}

// templatePath is the path to the pod spec in an object of a kind.
func templatePath(kind string) []string {
	switch kind {
	case snapshot.KindPod:
		return []string{"spec"}
	case snapshot.KindCronJob:
		return []string{"spec", "jobTemplate", "spec", "template", "spec"}
	}
	return []string{"spec", "template", "spec"}
}

func patch(kind, account string) string {
	path := templatePath(kind)
	var b strings.Builder
	for _, key := range path {
		fmt.Fprintf(&b, "{%q:", key)
	}
	fmt.Fprintf(&b, `{"serviceAccountName":%q}`, account)
	b.WriteString(strings.Repeat("}", len(path)))
	return b.String()
}

func specYAML(kind, account string) string {
	var b strings.Builder
	indent := ""
	for _, key := range templatePath(kind) {
		fmt.Fprintf(&b, "%s%s:\n", indent, key)
		indent += "  "
	}
	fmt.Fprintf(&b, "%sserviceAccountName: %s\n", indent, scalar(account))
	return b.String()
}

// names lists workloads in one line.
func names(roots []*root) string {
	words := make([]string, len(roots))
	for i, r := range roots {
		words[i] = r.Kind + " " + r.Name
		if r.unseen() {
			words[i] += " (not seen)"
		}
	}
	return strings.Join(words, ", ")
}

func objects(roots []*root) []Object {
	list := make([]Object, len(roots))
	for i, r := range roots {
		list[i] = r.Object
	}
	return list
}

func podObjects(pods []*snapshot.Pod, most int) []Object {
	var list []Object
	for _, p := range pods[:min(most, len(pods))] {
		list = append(list, objectOf(snapshot.KindPod, &p.Meta))
	}
	return list
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
