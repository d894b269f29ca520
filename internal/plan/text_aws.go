package plan

import (
	"fmt"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// The texts on roles and keys.

const (
	textNoAWS           = "By choice the workload gets no role."
	textUnusedKey       = "No workload that was seen takes it: find out who does, make the key inactive, and delete it only when nothing fails."
	textRoleOnDefault   = "A role is not tied to default, which every pod without an account of its own runs as: move the workload to an account of its own (PP201)."
	textMixed           = "It holds other entries too: take the key out by hand, once the role is used."
	textGoneKey         = "It cannot be made again from here: its data was not read. Make the key inactive first, and delete it only when nothing fails."
	textUndoAssociation = "Delete the association, and make the pods anew."
	textUntie           = "Take the annotation away, and make the pods anew."
	textRestartAgain    = "Restart the workload once the role is taken away."
	textPutAnnotation   = "Put the annotation back."

	riskExternalID  = "It gives an external id to kube2iam or kiam; a service account has none to give. If the role's trust policy asks for one, the new statement does not."
	riskIAM         = "IAM takes some seconds until a change is seen everywhere: wait before pods are made anew."
	riskAssociation = "EKS takes some seconds until an association is seen everywhere: wait before pods are made anew. Its agent must run on the nodes; Fargate and Windows have none."
	riskKey         = "Make the key inactive first: whoever uses it elsewhere shows then, and it can be made active again."
)

func textCarried(from, arn string) string {
	return fmt.Sprintf("The account %s, which it leaves, carries the IAM role %s. Which role does the workload need, if any?", from, arn)
}

func textSeveralRoles(roles []string) string {
	return fmt.Sprintf("Its definitions ask kube2iam or kiam for several roles: %s. Which one does it need?", strings.Join(roles, ", "))
}

func textNamedRole(name string) string {
	return fmt.Sprintf("It asks kube2iam or kiam for the role %s by its name. In which AWS account is it, and under which path? No argument of them that was seen tells.", name)
}

func textTakesKeys(found []*audit.Result) string {
	return fmt.Sprintf("It takes AWS access keys from %s. Which IAM role may do what the key's user may, as far as the workload does it?", keyHolders(found))
}

func keyHolders(found []*audit.Result) string {
	const most = 3
	var words []string
	for _, r := range found[:min(most, len(found))] {
		words = append(words, r.Object.Kind+" "+r.Object.Name)
	}
	if n := len(found) - most; n > 0 {
		words = append(words, fmt.Sprintf("%d more", n))
	}
	return strings.Join(words, ", ")
}

func textOtherPartition(arn, partition string) string {
	return fmt.Sprintf("The role %s is of another partition than the cluster (%s): no token of it is taken there.", arn, partition)
}

func textLacking(keys []string) string {
	return fmt.Sprintf("Roles need to know of the cluster: %s.", strings.Join(keys, ", "))
}

func textNoPermissions(name string) string {
	return fmt.Sprintf("Its role %s would have no permissions. What may it do?", name)
}

func textRoleTaken(name string, other audit.Object) string {
	return fmt.Sprintf("The role %s would be its own and that of %s; IAM tells names apart by letters, not by their case.", name, refOf(other))
}

func textTrust(arn, problem string) string {
	return fmt.Sprintf("The trust policy of %s cannot let the account in: %s.", arn, strings.TrimSuffix(problem, "."))
}

func textNoAccount(name string) string {
	return fmt.Sprintf("Its account %s is not among the files, so that nobody can give it the role here.", name)
}

func textScript(c *snapshot.Container) string {
	return fmt.Sprintf("A script in container %s sets %s, which would override the role: change the script.", c.Name, strings.Join(c.Script, ", "))
}

func textUnreadSource(o audit.Object) string {
	return fmt.Sprintf("It takes all entries of %s as variables, which could not be read: whether they override the role is not known.", refOf(o))
}

func textUsedBy(o audit.Object) string {
	return fmt.Sprintf("%s still takes keys from it.", refOf(o))
}

func textVolumeStays(o audit.Object) string {
	return fmt.Sprintf("A volume of %s still is of it, though nothing mounts it any more: take the volume out first.", refOf(o))
}

func textShared(name string, others []audit.Workload) string {
	return fmt.Sprintf("The role would go to the account %s, which is that of %s too: each of them would get it. Give them accounts of their own, or leave this alone.", name, workloadNames(others))
}

func textOtherAccount(arn, account string) string {
	return fmt.Sprintf("The role %s is of another AWS account than the cluster (%s): EKS Pod Identity associates roles of the cluster's own account. Name one of that, which may assume this one.", arn, account)
}

func riskVolume(name string) string {
	return fmt.Sprintf("The volume %s stays, without a mount of it: take it out before its Secret goes.", name)
}

func textUndoRole(r *Role) string {
	if r.Exists {
		return "Take the statement out of the trust policy again."
	}
	return "Delete the role: nobody uses it before its workload's move."
}
