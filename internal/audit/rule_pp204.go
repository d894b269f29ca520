package audit

import (
	"fmt"
	"strconv"

	"podpass/internal/snapshot"
)

func rulePP204() Rule {
	return Rule{
		ID:         "PP204",
		Title:      "No running pod holds a token that it no longer should",
		On:         snapshot.KindPod,
		Severity:   Medium,
		Severities: "info for pods of Kubernetes, EKS and its add-ons",
		Why: "A pod gets its token when it is made. Setting automountServiceAccountToken: false on an account or a template changes no pod that runs: " +
			"it keeps its token, and the kubelet keeps renewing it, until the pod is replaced.",
		Fix:        "Restart the workload, so that its pods are made anew.",
		Needs:      append(workloadKinds(), snapshot.KindServiceAccount),
		References: []string{refAutomount, refAccounts},
		Planned:    true,
		check:      checkPP204,
	}
}

func checkPP204(c *context, add emit) {
	for _, r := range c.roots {
		n := 0
		for _, p := range r.pods {
			if !p.Live || !p.Spec.APIToken {
				continue
			}
			if result, ok := c.keepsToken(r, p); ok {
				// Pods come and go: within its workload, a finding is told by
				// its number.
				result.Fingerprint = strconv.Itoa(n)
				n++
				add(result, r.Object)
			}
		}
	}
}

// keepsToken judges a pod that holds a token. An owned pod is judged by its
// root's template and account of today, since its spec is a copy of the
// template of its birth. Only a bare pod's own field entitles it.
func (c *context) keepsToken(r *root, p *snapshot.Pod) (Result, bool) {
	result := c.onRoot(r)
	result.Object = objectOf(snapshot.KindPod, &p.Meta)
	if s := source(&p.Meta); s != nil {
		result.Source = s
	}
	result.Evidence = []Evidence{{Text: "it belongs to " + names([]*root{r}), Objects: []Object{r.Object}}}
	switch {
	case r.Kind == snapshot.KindPod:
		result.Evidence = nil
		if p.Spec.Automount == snapshot.True || p.Spec.Explicit {
			return result, false
		}
	case len(r.templates) > 0:
		return c.byTemplate(r, result)
	}
	value, known := c.automount(p.Namespace, p.Spec.AccountName())
	switch {
	case known && value != snapshot.False:
		return result, false
	case !known && (!c.files() || c.gap(p.Namespace, snapshot.KindServiceAccount) != nil):
		return result, false // its account is gone, or the gap has a result of its own
	case !known:
		result.Status, result.Absent = Unknown, true
		result.Message = "It holds a token; whether it should could not be told: its account " + p.Spec.AccountName() + " is not among the files."
		return result, true
	case r.Kind != snapshot.KindPod && (p.Spec.Automount == snapshot.True || p.Spec.Explicit):
		result.Status = Unknown
		result.Message = fmt.Sprintf("It holds a token though its account now says automountServiceAccountToken: false; whether the template still asks for it could not be told: the %s was not seen.", r.Kind)
		return result, true
	}
	result.Message = "It still holds a token, though its account now says automountServiceAccountToken: false."
	result.Fix = c.fixToken(r)
	return result, true
}

// byTemplate judges by the templates of today: any that mounts a token
// entitles the pod.
func (c *context) byTemplate(r *root, result Result) (Result, bool) {
	said := "its template"
	for _, t := range r.templates {
		mounts, known := c.mounted(r.Namespace, t.spec)
		if !known && c.files() && c.gap(r.Namespace, snapshot.KindServiceAccount) == nil {
			result.Status, result.Absent = Unknown, true
			result.Message = "It holds a token; whether it should could not be told: its account " + t.spec.AccountName() + " is not among the files."
			return result, true
		}
		if mounts || !known {
			return result, false
		}
		if t.spec.Automount == snapshot.Unset && !t.spec.Masked {
			said = "its account"
		}
	}
	result.Message = "It still holds a token, though " + said + " now says automountServiceAccountToken: false."
	result.Fix = c.fixToken(r)
	return result, true
}

// fixToken gives a command where the workload can be restarted and the
// account holds no right that the token may be in use for.
func (c *context) fixToken(r *root) string {
	var f fix
	used := false
	for _, name := range r.accounts {
		grants, unsure := c.rightsOf(r.Namespace, name)
		used = used || unsure || len(grants) > 0 || c.gap(r.Namespace, snapshot.KindRoleBinding, snapshot.KindClusterRoleBinding) != nil
	}
	if used {
		f.say("Its account holds rights, so that the token may be in use: see that nothing in it calls the API server.")
	}
	switch r.Kind {
	case snapshot.KindDeployment, snapshot.KindStatefulSet, snapshot.KindDaemonSet:
		if used {
			f.say("Then restart %s %s.", r.Kind, r.Name)
		} else {
			f.run("kubectl", "rollout", "restart", target(r.Kind, r.Name), "-n", r.Namespace)
		}
	case snapshot.KindJob, snapshot.KindCronJob:
		f.say("Let the run of %s %s end, or make it anew: the next one holds no token.", r.Kind, r.Name)
	case snapshot.KindPod:
		f.say("Make the pod anew: nothing replaces it.")
	default:
		f.say("Let %s %s replace its pods.", r.Kind, r.Name)
	}
	return f.String()
}
