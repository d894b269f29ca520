package audit

import (
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

func rulePP601() Rule {
	return Rule{
		ID:       "PP601",
		Title:    "Neither kube2iam nor kiam runs",
		On:       onWorkload,
		Severity: High,
		Why: "They stand between every pod and the instance metadata service and hand out roles by an annotation. For that a role of the node (of kiam, of the nodes of its server) may assume all of them, " +
			"and so may whoever gets at it. Both are known to hand out the wrong role when an IP address is used again, and kiam is no longer maintained.",
		Fix:        "Move each workload that they serve to a role of its own service account, then take sts:AssumeRole from the node's role, close the metadata service to pods, and only then delete them.",
		Needs:      workloadKinds(),
		References: []string{refIRSA, refKube2IAM, refKiam},
		check:      checkPP601,
	}
}

func checkPP601(c *context, add emit) {
	found := map[string]bool{}
	for _, r := range c.held().says {
		if result, ok := c.runsTool(r); ok {
			found[r.Namespace] = true
			add(result, result.Object)
		}
	}
	c.clean(rulePP601(), found, "Neither kube2iam nor kiam runs in it.", add)
}

func (c *context) runsTool(r *root) (Result, bool) {
	var tools []string
	var evidence []Evidence
	r.each(func(spec *snapshot.PodSpec, _ *snapshot.Meta) {
		for _, one := range spec.AWS.Containers {
			if one.Tool == nil {
				continue
			}
			tools = append(tools, one.Tool.Name)
			text := containerName(one.Type, one.Name) + ", recognised by its " + one.Tool.By
			reads := slices.DeleteFunc([]string{one.Tool.RoleKey, one.Tool.ExternalIDKey, one.Tool.NamespaceKey}, func(key string) bool { return key == "" })
			if len(reads) > 0 {
				text += "; its flags rename annotations: " + strings.Join(reads, ", ")
			}
			if !slices.ContainsFunc(evidence, func(e Evidence) bool { return e.Text == text }) {
				evidence = append(evidence, Evidence{Text: text})
			}
		}
	})
	if len(tools) == 0 {
		return Result{}, false
	}
	slices.Sort(tools)
	tools = slices.Compact(tools)
	result := c.onRoot(r)
	result.Severity = ""
	result.Message = "Runs " + strings.Join(tools, " and ") + "."
	result.Evidence = append(evidence, result.Evidence...)
	result.Fingerprint = strings.Join(tools, "\n")
	var f fix
	f.byController(r.manager, r.Object)
	f.say("First move what it serves: PP602 lists the pods and namespaces with its annotations. Pods without one get its default role, if it has one.")
	f.say("With none left: see in CloudTrail what else the node's role assumes, and find the pods that read a region or an instance id from the metadata service; then take sts:AssumeRole from that role and close the service to pods. Delete it last, with the rules that it put into iptables: were it gone before, pods would reach the node's role, which may assume every role that it hands out.")
	result.Fix = f.String()
	return result, true
}
