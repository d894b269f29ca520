package plan

import (
	"slices"
	"strings"
	"testing"

	"podpass/internal/snapshot"
)

func kube2iam(arn string) *snapshot.AWS {
	return &snapshot.AWS{Annotations: []snapshot.Annotation{{Name: "iam.amazonaws.com/role", Value: arn}}}
}

// waits gives what a step waits for; "-" where there is no such step.
func waits(p *Plan, id string) string {
	for _, s := range p.Steps {
		if s.ID == id {
			return strings.Join(s.Waits, " ")
		}
	}
	return "-"
}

func TestARoleIsNotGivenToAnAccountThatOthersRunAs(t *testing.T) {
	make := func(managed bool) *world {
		w := cluster().namespace().account("default", locked).account("shared", locked).
			workload("Deployment", "a", snapshot.PodSpec{Account: "shared", AWS: kube2iam(roleA)}).
			workload("Deployment", "b", snapshot.PodSpec{Account: "shared"}, func(o *snapshot.Workload) {
				if managed {
					o.Manager = &snapshot.Manager{By: snapshot.ByHelm}
				}
			})
		w.Cluster.Issuer = issuer
		return w
	}
	p := make(false).plan(Options{})
	i := slices.IndexFunc(p.Steps, func(s Step) bool { return s.ID == "move/serviceaccount/shop/shared" })
	if i < 0 || !slices.Contains(p.Steps[i].Needs, "move/deployment/shop/b") {
		t.Errorf("the role does not come after the other's move: %s", story(p))
	}
	if got := waits(make(true).plan(Options{}), "move/serviceaccount/shop/shared"); !strings.Contains(got, "managed/Deployment/shop/b") {
		t.Errorf("the role waits for %q", got)
	}
	if got := waits(make(false).plan(Options{Workloads: []Match{{Kind: "Deployment", Namespace: "shop", Name: "a"}}}), "move/serviceaccount/shop/shared"); got != "shared/Deployment/shop/a" {
		t.Errorf("the role waits for %q", got)
	}
	w := cluster().namespace().account("default", locked).workload("Deployment", "a", snapshot.PodSpec{AWS: kube2iam(roleA)}).workload("Deployment", "b", snapshot.PodSpec{})
	w.Cluster.Issuer = issuer
	if p := w.plan(Options{Rules: []string{"PP602"}}); len(p.Steps) > 0 {
		t.Errorf("default gets a role: %s", story(p))
	}
}

func TestARoleInForceIsNotReplacedByAnAnnotation(t *testing.T) {
	w := cluster().namespace().account("default", locked).
		account("job", func(a *snapshot.ServiceAccount) { a.RoleARN, a.Automount = roleA, snapshot.False }).
		workload("CronJob", "job", snapshot.PodSpec{Account: "job", AWS: kube2iam("arn:aws:iam::111122223333:role/old")})
	w.Cluster.Issuer = issuer
	check(t, w.plan(Options{}), `
clean/cronjob/shop/job change iam.amazonaws.com~1role=<nil>
`)
}

func TestSeveralWorkloadsOfOneRoleAddToItsTrust(t *testing.T) {
	w := cluster().namespace().account("default", locked).workload("Deployment", "cart", snapshot.PodSpec{}).workload("Deployment", "web", snapshot.PodSpec{})
	given := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/node"},"Action":"sts:AssumeRole"}]}`
	o := Options{Choices: &Choices{Cluster: ClusterChoice{Issuer: issuer}, Workloads: []WorkloadChoice{{Match: Match{Kind: "*", Namespace: "*", Name: "*"},
		Role: RoleChoice{ARN: roleA, Trust: "t", Documents: map[string][]byte{"t": []byte(given)}}}}}}
	p := w.plan(o)
	last := ""
	for _, s := range p.Steps {
		if s.Action == Trust {
			last = string(s.After.Role.Trust)
		}
	}
	for _, who := range []string{"role/node", "shop:cart", "shop:web"} {
		if !strings.Contains(last, who) {
			t.Errorf("%s is not in the trust that stays: %s", who, last)
		}
	}
}

func TestASecretStaysWhileAnythingNeedsIt(t *testing.T) {
	pure := snapshot.Use{Kind: "Secret", Name: "aws", How: snapshot.UseEnvFrom}
	mount := snapshot.Use{Kind: "Secret", Name: "aws", How: snapshot.UseVolume, As: "/root/.aws", Volume: "creds"}
	side := keysFrom(pure)
	side.AWS.Containers = append(side.AWS.Containers, snapshot.Container{Name: "side", Uses: []snapshot.Use{pure}})
	side.AWS.Skipped = []string{"side"}
	for name, spec := range map[string]snapshot.PodSpec{"a container without the role": side, "a volume that nothing mounts any more": keysFrom(mount)} {
		w := cluster().namespace().account("default", locked).secret(0).workload("Deployment", "cart", spec)
		if got := story(w.plan(choose(WorkloadChoice{Role: RoleChoice{ARN: roleA}}, ClusterChoice{Issuer: issuer}))); strings.Contains(got, "clean/secret") || !strings.Contains(got, "not PP401 Secret/aws") {
			t.Errorf("%s: %s", name, got)
		}
	}
	w := cluster().namespace().account("default", locked).secret(0).workload("Deployment", "cart", keysFrom(pure))
	foreign := snapshot.Pod{Meta: w.meta("step"), Spec: snapshot.PodSpec{Account: "runner", AWS: keysFrom(pure).AWS}}
	foreign.Owner = &snapshot.Owner{Group: "argoproj.io", Kind: "Workflow", Name: "w"}
	w.Pods = append(w.Pods, foreign)
	if got := story(w.plan(choose(WorkloadChoice{Role: RoleChoice{ARN: roleA}}, ClusterChoice{Issuer: issuer}))); strings.Contains(got, "clean/secret") {
		t.Errorf("a pod of another controller: %s", got)
	}
}

func TestAGroupGoesWhenAllThatItReachesHaveMoved(t *testing.T) {
	group := snapshot.Subject{Kind: "Group", Group: snapshot.GroupRBAC, Name: "system:serviceaccounts:shop"}
	w := cluster().namespace().account("default", locked).account("own", locked).role("reader", rule("get", "configmaps")).
		bind("RoleBinding", "read", "reader", sa("default"), group).
		workload("Deployment", "own", snapshot.PodSpec{Account: "own"}).
		workload("Deployment", "z", snapshot.PodSpec{Account: "own"}, func(o *snapshot.Workload) { o.Manager = &snapshot.Manager{By: snapshot.ByHelm} })
	chosen := func(name string) Options {
		return Options{Choices: &Choices{Bindings: []BindingChoice{{Match: Match{Kind: "RoleBinding", Namespace: "shop", Name: "read"}, Accounts: []string{name}}}}}
	}
	p := w.plan(chosen("own"))
	for _, s := range p.Steps {
		if s.Wave == Lock && s.Object.Name == "read" && len(s.After.Fields[0].Value.([]SubjectItem)) == 1 && !slices.Contains(s.Waits, "managed/Deployment/shop/z") {
			t.Errorf("the group goes without waiting: %v", s.Waits)
		}
	}
	if got := story(w.plan(chosen("wron"))); strings.Contains(got, "wron") && !strings.Contains(got, "not PP101") {
		t.Errorf("an account that is not there takes the place of a group: %s", got)
	}
}

// TestAChosenTokenGoes: also where rights reach the account, which is told.
func TestAChosenTokenGoes(t *testing.T) {
	w := cluster().namespace().account("default", locked).account("own").role("reader", rule("get", "configmaps")).bind("RoleBinding", "read", "reader", sa("own")).
		workload("Deployment", "cart", snapshot.PodSpec{Account: "own"})
	if p := w.plan(Options{}); len(p.Steps) > 0 {
		t.Errorf("planned without a choice: %s", story(p))
	}
	p := w.plan(choose(WorkloadChoice{Token: TokenRemove}, ClusterChoice{}))
	check(t, p, "move/deployment/shop/cart change automountServiceAccountToken=false")
	if !slices.Contains(p.Steps[0].Risk, riskTokenChosen) {
		t.Errorf("its risks: %v", p.Steps[0].Risk)
	}
}
