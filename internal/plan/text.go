package plan

import (
	"fmt"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/rbac"
	"podpass/internal/snapshot"
)

// What follows are all texts of a plan: reasons, risks, questions and ways back.

const (
	textLeftAlone   = "It is left alone by choice."
	textNotAsked    = "It was not asked for."
	textRolling     = "Its template names another account already: only older pods run as default, until its roll-out ends."
	textOlderPods   = "Only older pods still share it: their templates name other accounts already, and their roll-outs have to end."
	textNoDetail    = "the snapshot was taken without what only a plan needs: references to accounts, their labels and annotations"
	textTakeAgain   = "take it again with this podpass snapshot"
	textTokenKept   = "Its token is kept by choice."
	textOwnVolume   = "Its template mounts a token by a volume of its own: take that volume out by hand, if nothing in it uses the token."
	textKeptToken   = "This Secret holds a token of default that does not expire. Whoever uses it loses the rights of default when they are taken away, and no pod tells who that is. May they go?"
	textBorrows     = "It asks for tokens of the account default, and uses its rights, which Lock takes away. May they go?"
	textDump        = "It is a pod of a dump: no manifest changes it. It is made anew when its workload is rolled out."
	textGenerated   = "Its name is made up when it is created (generateName): no account can be named after it."
	textNoPlanAtAll = "No step settles it."

	textRemoveAccount = "Delete the account: nothing uses it before its workload's move."
	textRemoveBinding = "Delete the binding: it gives the new account what the old one has."
	textRemoveFields  = "Take these fields away again."
	textRemoveName    = "Take the new name out of the list."
	textPutBack       = "Put the old name back into the list."
	textUnlock        = "Set the field to what it was. Pods get the token again when they are made anew."
	textGiveBack      = "Put the subjects back as they were."
	textNoUndo        = "There is nothing to take back: the pods are new, and otherwise the same."

	riskBrokenFile  = "A file could not be read. A right of the old account that stands in it is not handed on."
	riskTokenChosen = "By choice it loses its token, also where rights reach its account."
	riskToken       = "Nothing that was seen uses the token. A program that shows it to somebody else as a proof of who it is (Vault, some service meshes) leaves no sign. IRSA and EKS Pod Identity have tokens of their own and go on working."
	riskApply       = "kubectl apply changes neither the account of a Pod nor the template of a Job: delete it, and apply it again."
	riskLock        = "Pods that are made later and name no account get no token. IRSA and EKS Pod Identity have tokens of their own and go on working."
	riskEmpty       = "Whoever uses the rights of default from outside of the pods that were seen loses them."
)

func textUnseen(o audit.Object) string {
	return fmt.Sprintf("The %s itself was not seen, only its pods.", o.Kind)
}

// textForeign names the field of the custom resource, where it is known.
func textForeign(owner *snapshot.Owner) string {
	where := ""
	if field, known := snapshot.OwnerField(owner.Group, owner.Kind); known && field != "" {
		where = ": name the account in " + field
	} else if known {
		where = ", which fixes the account's name"
	}
	return fmt.Sprintf("%s %s makes it, and would undo a change below it%s.", owner.Kind, owner.Name, where)
}

func textTheirs(by *snapshot.Manager) string {
	return fmt.Sprintf("It belongs to %s.", managerName(by))
}

func managerName(by *snapshot.Manager) string {
	if by.Source != "" {
		return by.Source
	}
	switch by.By {
	case snapshot.ByArgoCD:
		return "Argo CD"
	case snapshot.ByFlux:
		return "Flux"
	case snapshot.ByHelm:
		return "Helm"
	case snapshot.ByKubernetes:
		return "Kubernetes"
	case snapshot.ByEKS, snapshot.ByEKSAddon:
		return "Amazon EKS"
	}
	return by.By
}

func textManaged(by *snapshot.Manager) string {
	return fmt.Sprintf("%s manages it, and may undo a change in the cluster: a move that is undone after the rights of the old account are gone breaks the workload. Change its source (podpass fix), or say that its source is changed at the same time.", managerName(by))
}

func textBare(kind string) string {
	switch kind {
	case snapshot.KindPod:
		return "It is a pod of its own: the account of a pod cannot be changed, and nothing replaces it. Make it anew from its manifest (podpass fix), or leave it alone."
	case snapshot.KindJob:
		return "It is a Job of its own: its template cannot be changed. Make it anew from its manifest (podpass fix), or leave it alone."
	}
	return fmt.Sprintf("It is a %s of its own: nothing replaces its pods where its template changes. Change its manifest (podpass fix) and delete its pods one by one, or leave it alone.", kind)
}

func textTaken(name string, there []*snapshot.ServiceAccount, users []audit.Workload) string {
	if len(users) > 0 {
		return fmt.Sprintf("The account %s that is chosen for it is the one of %s. Choose another name.", name, workloadNames(users))
	}
	return fmt.Sprintf("The account %s that is chosen for it carries the IAM role %s. Say that this is its role, or choose another name.", name, there[0].RoleARN)
}

func textCollision(name string, other audit.Object) string {
	return fmt.Sprintf("The account %s would be its own and that of %s. Choose another name for one of them.", name, refOf(other))
}

func textBroad(from string, g *rbac.Grant) string {
	return fmt.Sprintf("The account %s holds %s by %s, which lets it do almost anything. Does the workload need that? Until it is said, the right is not handed on, and the workload stays where it is.",
		from, roleName(g), refOf(bindingObject(g.Binding)))
}

func roleName(g *rbac.Grant) string { return g.Binding.Role.Kind + " " + g.Binding.Role.Name }

func textSigns(signs []string) string {
	return fmt.Sprintf("It may use the token without any right, as a proof of who it is: there are signs of %s. Say token: remove if it does not.", strings.Join(signs, ", "))
}

func textNoRestart(kind string) string {
	if kind == snapshot.KindCronJob || kind == snapshot.KindJob {
		return "It holds the token until its run ends."
	}
	return "Nothing replaces it: make it anew."
}

func textStillOn(left []audit.Workload) string {
	return fmt.Sprintf("%s would stay on default.", workloadNames(left))
}

func workloadNames(list []audit.Workload) string {
	const most = 3
	var words []string
	for _, w := range list[:min(most, len(list))] {
		words = append(words, w.Object().Kind+" "+w.Object().Name)
	}
	if n := len(list) - most; n > 0 {
		words = append(words, fmt.Sprintf("%d more", n))
	}
	return strings.Join(words, ", ")
}

func textFallback(found []*snapshot.Reference) string {
	const most = 3
	var words []string
	for _, r := range found[:min(most, len(found))] {
		word := r.Kind + " " + r.Name
		if r.Field != "" {
			word += " (" + r.Field + ")"
		}
		words = append(words, word)
	}
	if n := len(found) - most; n > 0 {
		words = append(words, fmt.Sprintf("%d more", n))
	}
	return fmt.Sprintf("These make pods as default where they name no account: %s. Name one in them; then say that default may be locked.", strings.Join(words, ", "))
}

func textGroup(g *rbac.Grant) string {
	return fmt.Sprintf("It gives %s to the group %s, which default is in, as all accounts there are and will be. Which accounts need it? They take the place of the group.", roleName(g), g.Subject)
}

func textNoChosen(namespace, name string) string {
	return fmt.Sprintf("The account %s/%s that was chosen is neither there nor planned.", namespace, name)
}

func textNoSuchRight(name, from string) string {
	return fmt.Sprintf("%s, which was chosen to be handed on, gives the account %s no right by its name.", name, from)
}

func textTakenOver(name string) string {
	return fmt.Sprintf("The account %s that is chosen for it is there, and is not what the workload runs as now: other rights, pull secrets, labels of another tool, or a token that is off. Say rights: copy if it may keep what it has and get what the workload has now; or choose another name.", name)
}

func textOpenGroup(o audit.Object) string {
	return fmt.Sprintf("%s reaches default through a group: say which accounts take its place.", refOf(o))
}

func textReference(r *snapshot.Reference) string {
	what := fmt.Sprintf("At %s it knows pods by their account", r.Pointer)
	if r.Value != "" && !r.Withheld {
		what += fmt.Sprintf(" (%s)", clip(r.Value))
	}
	switch {
	case r.Use == snapshot.Blocks:
		return "It refuses a change of the account of a workload. Let it admit the move, and say that it does."
	case shutsOff(r):
		return what + ", and shuts off what it knows: under its new account the workload would be let in. Let it know the new account too, and say that it does."
	}
	return what + ": under its new account the workload would not be known, and may be refused. Let it know the new account too, and say that it does."
}

// shutsOff tells whether what a reference means is refused: those that a denying
// rule excepts are let in.
func shutsOff(r *snapshot.Reference) bool { return r.Denies != r.Except }

const textMorePlaces = " There are more such places in it."

// textForeseen is of a reference that means the new account, and not the old one.
func textForeseen(mv *move, r *snapshot.Reference) string {
	what := fmt.Sprintf("At %s it means the account %s already", r.Pointer, mv.to)
	if r.Value != "" && !r.Withheld {
		what += fmt.Sprintf(" (%s)", clip(r.Value))
	}
	return what + fmt.Sprintf(", and not %s, as which %s runs: after its move the workload would be let in, or refused, where it was not. Choose another account for the workload, or say that this is as it should be.", mv.from, refOf(mv.object))
}

func clip(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func riskReference(r *snapshot.Reference) string {
	if shutsOff(r) {
		return "It denies: without the new name the workload would be let in after its move."
	}
	return "Old and new name stand side by side while pods of both run."
}

func riskDangling(g *rbac.Grant) string {
	return fmt.Sprintf("%s names %s, which is not there: it grants nothing, and is not copied.", refOf(bindingObject(g.Binding)), roleName(g))
}

func riskUnseenAccount(name string) string {
	return fmt.Sprintf("The account %s is not among the files. If it has imagePullSecrets in the cluster, the new account needs them too: give the files of the account, or make the plan from the cluster.", name)
}

// risksOfRights says what the new account holds by a group, as the old one does,
// and what no role among the files tells.
func (m *maker) risksOfRights(mv *move) []string {
	var risks []string
	grants, _ := m.judge.Rights(mv.object.Namespace, mv.from)
	for _, g := range grants {
		if g.Form == rbac.ByGroup && len(m.bindingChoice(bindingObject(g.Binding)).Accounts) == 0 {
			risks = append(risks, fmt.Sprintf("%s goes on by the group %s.", refOf(bindingObject(g.Binding)), g.Subject))
		}
	}
	if mv.choice.Rights == RightsNone {
		risks = append(risks, "By choice the new account gets none of the rights of "+mv.from+".")
	}
	return distinct(risks)
}

func riskWithheld(old *snapshot.ServiceAccount) string {
	return fmt.Sprintf("Of the account %s these are not handed on, since they hold what looks like a key: %s.", old.Name, strings.Join(old.Withheld, ", "))
}

func riskRollout(what string) string {
	switch what {
	case snapshot.RolloutPaused:
		return "Its roll-out is paused: old pods stay until it goes on."
	case snapshot.RolloutOnDelete:
		return "It replaces a pod only when that is deleted: delete its pods one by one."
	case snapshot.RolloutPartition:
		return "Its update strategy has a partition: pods below it stay as they are."
	case snapshot.RolloutSuspended:
		return "It is suspended: whether it works under the new account shows at its next run."
	}
	return ""
}

func textUndoMove(mv *move) string {
	if mv.moves() {
		return "Set the account to what it was, in serviceAccountName and in the old field serviceAccount, which mirrors it; the old account and its rights are still there."
	}
	return "Set the fields to what they were."
}

func textMakeAgain(o audit.Object) string {
	return fmt.Sprintf("Make the %s again with its role and without subjects. Its labels and annotations are gone.", o.Kind)
}

// textRule says why no step settles a failure of a rule.
func textRule(rule string) string {
	switch rule {
	case "PP202":
		return textOlderPods
	case "PP206":
		return "Who uses a token that does not expire is not known: find out, give them another way, then delete the Secret."
	case "PP401":
		return "Who uses the key has to be moved to a role first."
	case "PP601":
		return "kube2iam or kiam goes last, once no pod asks it for a role and the metadata service of the nodes is closed to pods."
	case "PP602":
		return "The annotation goes once the role is used through the account."
	}
	return textNoPlanAtAll
}
