package plan

import (
	"strings"
	"testing"

	"podpass/internal/iam"
	"podpass/internal/iam/trust"
	"podpass/internal/snapshot"
)

const (
	issuer = "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
	roleA  = "arn:aws:iam::111122223333:role/app/cart"
	s3     = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
)

// keys is a template that takes keys from a Secret and names a profile.
func keysFrom(uses ...snapshot.Use) snapshot.PodSpec {
	return snapshot.PodSpec{Automount: snapshot.False, AWS: &snapshot.AWS{Containers: []snapshot.Container{{Name: "app", Chain: []string{"AWS_PROFILE"}, Uses: uses}}}}
}

func envUse(name, entry string) snapshot.Use {
	return snapshot.Use{Kind: "Secret", Name: "aws", Entry: entry, How: snapshot.UseEnv, As: name}
}

// secret holds a pair of keys, and other entries.
func (w *world) secret(more int) *world {
	at := func(name string) snapshot.Place { return snapshot.Place{Field: snapshot.FieldData, Name: name} }
	w.Holders = append(w.Holders, snapshot.Holder{
		Meta: func() snapshot.Meta {
			m := w.meta("aws")
			m.Keys = []snapshot.Key{{ID: "AKIAPAIRPAIRPAIRPAIR", Secret: true, At: []snapshot.Place{at("AWS_ACCESS_KEY_ID"), at("AWS_SECRET_ACCESS_KEY")}}}
			return m
		}(), Kind: "Secret", More: more,
		Entries: []snapshot.Entry{{Name: "AWS_ACCESS_KEY_ID"}, {Name: "AWS_SECRET_ACCESS_KEY"}},
	})
	return w
}

func choose(c WorkloadChoice, cluster ClusterChoice) Options {
	c.Match = Match{Kind: "*", Namespace: "shop", Name: "cart"}
	return Options{Choices: &Choices{Cluster: cluster, Workloads: []WorkloadChoice{c}}}
}

func locked(a *snapshot.ServiceAccount) { a.Automount = snapshot.False }

func TestAWorkloadWithKeysGetsARoleInOneStep(t *testing.T) {
	w := cluster().namespace().account("default", locked).secret(0).
		workload("Deployment", "cart", keysFrom(envUse("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"), envUse("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY")))
	p := w.plan(choose(WorkloadChoice{Role: RoleChoice{ARN: roleA}}, ClusterChoice{Issuer: issuer}))
	check(t, p, `
add/iamrole/cart trust
add/serviceaccount/shop/cart create automount=false eks.amazonaws.com/role-arn=arn:aws:iam::111122223333:role/app/cart
move/deployment/shop/cart change serviceAccountName=cart serviceAccount=cart [name=AWS_PROFILE]=<nil> [name=AWS_ACCESS_KEY_ID]=<nil> [name=AWS_SECRET_ACCESS_KEY]=<nil>
clean/secret/shop/aws delete
`)
	move := p.Steps[2]
	for _, need := range []string{"add/iamrole/cart", "add/serviceaccount/shop/cart", GateRoles} {
		if !strings.Contains(strings.Join(move.Needs, " "), need) {
			t.Errorf("the move needs %v, not %s", move.Needs, need)
		}
	}
	for _, f := range move.Before.Fields {
		if f.Path == "/spec/template/spec/containers/[name=app]/env/[name=AWS_PROFILE]" && (!f.Present || f.Value != nil) {
			t.Errorf("the literal is kept: %+v", f)
		}
	}
	admits(t, p.Steps[0].After.Role.Statement, "cart")
}

// admits reads a trust back: it lets in one account, and nobody else.
func admits(t *testing.T, doc []byte, name string) {
	t.Helper()
	parsed, err := iam.Parse(doc, iam.Trust)
	if err != nil {
		t.Fatal(err)
	}
	meant := trust.Meant{Provider: strings.TrimPrefix(issuer, "https://"), Namespace: "shop", ServiceAccount: name, Audience: trust.DefaultAudience}
	if !trust.Proves(iam.Compile(parsed), []trust.Meant{meant}) {
		t.Errorf("not proven: %s", doc)
	}
	if found := trust.Lint(iam.Compile(parsed), &trust.Context{Meant: []trust.Meant{meant}}); len(found.Findings) > 0 {
		t.Errorf("lint: %v", found.Findings)
	}
}

func TestANewRoleLetsInJustItsAccount(t *testing.T) {
	w := cluster().namespace().account("default", locked).workload("Deployment", "cart", snapshot.PodSpec{})
	facts := ClusterChoice{Issuer: issuer, AccountID: "111122223333", Path: "/podpass/", Boundary: "arn:aws:iam::111122223333:policy/b", Tags: map[string]string{"team": "shop"}}
	p := w.plan(choose(WorkloadChoice{AWS: AWSIRSA, Role: RoleChoice{Policies: []string{s3}}}, facts))
	r := p.Steps[0].After.Role
	admits(t, r.Trust, "cart")
	if r.ARN != "arn:aws:iam::111122223333:role/podpass/"+r.Name || !strings.HasPrefix(r.Name, "shop_cart-") || r.Boundary != facts.Boundary || r.Tags["team"] != "shop" || r.Exists {
		t.Errorf("the role is %+v", r)
	}
	if long := RoleName("c", strings.Repeat("n", 63), strings.Repeat("a", 253)); len(long) != MaxRoleName || long == RoleName("d", strings.Repeat("n", 63), strings.Repeat("a", 253)) {
		t.Errorf("a long name is %q", long)
	}
}

func TestPodIdentityAdmitsOneAccountOfOneCluster(t *testing.T) {
	w := cluster().namespace().account("own").workload("Deployment", "cart", snapshot.PodSpec{Account: "own", Automount: snapshot.False})
	p := w.plan(choose(WorkloadChoice{AWS: AWSPodIdentity, Role: RoleChoice{Policies: []string{s3}}}, ClusterChoice{AccountID: "111122223333", Region: "eu-central-1", Name: "prod"}))
	p.Steps = p.Steps[:min(len(p.Steps), 3)]
	if got := story(&Plan{Steps: p.Steps}); !strings.Contains(got, "move/podidentityassociation/shop/own create") || !strings.Contains(got, "move/deployment/shop/cart restart") {
		t.Errorf("planned: %s", got)
	}
	doc, err := iam.Parse(p.Steps[0].After.Role.Trust, iam.Trust)
	if err != nil {
		t.Fatal(err)
	}
	meant := trust.Meant{Cluster: "arn:aws:eks:eu-central-1:111122223333:cluster/prod", Namespace: "shop", ServiceAccount: "own"}
	if !trust.Proves(iam.Compile(doc), []trust.Meant{meant}) {
		t.Errorf("not proven: %s", p.Steps[0].After.Role.Trust)
	}
}

func TestAnExistingTrustGainsAStatement(t *testing.T) {
	kube2iam := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/node"},"Action":"sts:AssumeRole"}]}`
	w := func(given string) *Plan {
		w := cluster().namespace().account("default", locked).workload("Deployment", "cart", snapshot.PodSpec{})
		return w.plan(choose(WorkloadChoice{Role: RoleChoice{ARN: roleA, Trust: "t.json", Documents: map[string][]byte{"t.json": []byte(given)}}}, ClusterChoice{Issuer: issuer}))
	}
	p := w(kube2iam)
	if got := string(p.Steps[0].After.Role.Trust); !strings.Contains(got, "role/node") || !strings.Contains(got, "system:serviceaccount:shop:cart") || len(p.Decisions) > 0 {
		t.Errorf("%v: %s", p.Decisions, got)
	}
	denied := strings.Replace(kube2iam, `"Statement":[`, `"Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRoleWithWebIdentity"},`, 1)
	if p := w(denied); len(p.Decisions) != 1 || p.Decisions[0].ID != "trust/Deployment/shop/cart" || !p.Steps[len(p.Steps)-1].Waiting() {
		t.Errorf("decisions %+v", p.Decisions)
	}
}

func TestWhatIsMissingForARoleIsADecision(t *testing.T) {
	full := ClusterChoice{Issuer: issuer, AccountID: "111122223333"}
	keys := keysFrom(envUse("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"))
	all := snapshot.Use{Kind: "Secret", Name: "aws", How: snapshot.UseEnvFrom}
	for name, c := range map[string]struct {
		world  *world
		choice WorkloadChoice
		facts  ClusterChoice
		want   string // the decision
		waits  bool   // the move
	}{
		"which role takes the place of keys": {cluster().account("default", locked).secret(0).workload("Deployment", "cart", keys), WorkloadChoice{}, full, "aws/Deployment/shop/cart", false},
		"which role an account that carries one hands on": {cluster().account("default", func(a *snapshot.ServiceAccount) { a.RoleARN = roleA }).workload("Deployment", "cart", snapshot.PodSpec{}),
			WorkloadChoice{}, full, "aws/Deployment/shop/cart", true},
		"what a new role may do":      {cluster().account("default", locked).workload("Deployment", "cart", snapshot.PodSpec{}), WorkloadChoice{AWS: AWSIRSA}, full, "permissions/Deployment/shop/cart", true},
		"the issuer":                  {cluster().account("default", locked).workload("Deployment", "cart", snapshot.PodSpec{}), WorkloadChoice{Role: RoleChoice{ARN: roleA}}, ClusterChoice{}, "cluster/Cluster/", true},
		"a role of another partition": {cluster().account("default", locked).workload("Deployment", "cart", snapshot.PodSpec{}), WorkloadChoice{Role: RoleChoice{ARN: strings.Replace(roleA, "arn:aws:", "arn:aws-cn:", 1)}}, full, "partition/Deployment/shop/cart", true},
		"a Secret that was not read":  {cluster().account("default", locked).workload("Deployment", "cart", keysFrom(all)), WorkloadChoice{Role: RoleChoice{ARN: roleA}}, full, "unread/Deployment/shop/cart", true},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.world.namespace().plan(choose(c.choice, c.facts))
			if len(p.Decisions) != 1 || p.Decisions[0].ID != c.want {
				t.Fatalf("decisions %+v", p.Decisions)
			}
			for _, s := range p.Steps {
				if s.Wave == Move && s.Waiting() != c.waits {
					t.Errorf("%s waits for %v", s.ID, s.Waits)
				}
			}
		})
	}
}

func TestASourceWithOtherEntriesStaysAndIsMasked(t *testing.T) {
	all := snapshot.Use{Kind: "Secret", Name: "aws", How: snapshot.UseEnvFrom}
	for more, want := range map[int]string{0: "[secretRef=aws]=<nil>", 3: "-=map[name:AWS_ACCESS_KEY_ID value:] -=map[name:AWS_SECRET_ACCESS_KEY value:]"} {
		w := cluster().namespace().account("default", locked).secret(more).workload("Deployment", "cart", keysFrom(all))
		got := story(w.plan(choose(WorkloadChoice{Role: RoleChoice{ARN: roleA}}, ClusterChoice{Issuer: issuer})))
		if !strings.Contains(got, want) || more > 0 != strings.Contains(got, "not PP401 Secret/aws: It holds other entries too") {
			t.Errorf("%d more entries: %s", more, got)
		}
	}
}

func TestAKube2iamRoleMovesToTheAccount(t *testing.T) {
	spec := snapshot.PodSpec{AWS: &snapshot.AWS{Annotations: []snapshot.Annotation{{Name: "iam.amazonaws.com/role", Value: roleA}}}}
	w := cluster().namespace().account("default", locked).workload("Deployment", "cart", spec)
	w.Namespaces[0].Annotations = []snapshot.Annotation{{Name: "iam.amazonaws.com/allowed-roles", Value: "[]"}}
	w.Cluster.Issuer = issuer
	p := w.plan(Options{})
	check(t, p, `
add/iamrole/cart trust
add/serviceaccount/shop/cart create automount=false eks.amazonaws.com/role-arn=arn:aws:iam::111122223333:role/app/cart
move/deployment/shop/cart change serviceAccountName=cart serviceAccount=cart
clean/deployment/shop/cart change iam.amazonaws.com~1role=<nil>
clean/namespace/shop change iam.amazonaws.com~1allowed-roles=<nil>
`)
	if again := Make(Predict(&w.Snapshot, p, Waves()...), Options{}); len(again.Steps) > 0 {
		t.Errorf("planned again: %s", story(again))
	}
	// Without an issuer the account moves all the same: kube2iam goes on.
	w.Cluster.Issuer = ""
	if got := story(w.plan(Options{})); !strings.HasPrefix(got, "add/serviceaccount/shop/cart create automount=false\nmove/deployment/shop/cart change serviceAccountName=cart serviceAccount=cart\n") {
		t.Errorf("planned %s", got)
	}
}
