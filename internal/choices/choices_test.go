package choices

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/plan"
)

func TestWhatAFileDecides(t *testing.T) {
	const data = `# of the shop
cluster:
  issuer: https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE
  accountId: "111122223333"
  partition: aws
  region: eu-central-1
  name: prod
  path: /podpass/
  boundary: arn:aws:iam::111122223333:policy/boundary
  tags: {team: shop, cost center: "12"}
workloads:
- kind: Deployment
  namespace: shop
  name: cart
  account: cart
  aws: irsa
  role: {arn: "arn:aws:iam::111122223333:role/apps/cart", trust: cart-trust.json}
  rights: [RoleBinding shop/read, ClusterRoleBinding view]
  token: keep
  managed: true
- kind: "*"
  namespace: shop-*
  name: "*"
  role:
    name: all
    policies: [arn:aws:iam::aws:policy/ReadOnlyAccess]
    inline: [a.json, b.json]
  rights: copy
- {kind: Job, namespace: shop, name: once, leaveAlone: true}
namespaces:
- name: shop
  lock: true
bindings:
- kind: RoleBinding
  namespace: shop
  name: catalog-config
  accounts: [catalog, shop/cart]
- {kind: ClusterRoleBinding, name: all, leaveAlone: true}
references:
- {kind: AuthorizationPolicy, namespace: shop, name: allow, handled: true}
`
	match := func(kind, namespace, name string, line int) plan.Match {
		return plan.Match{Kind: kind, Namespace: namespace, Name: name, Line: line}
	}
	want := &plan.Choices{
		File: "c.yaml",
		Cluster: plan.ClusterChoice{
			Issuer: "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE", AccountID: "111122223333", Partition: "aws", Region: "eu-central-1",
			Name: "prod", Path: "/podpass/", Boundary: "arn:aws:iam::111122223333:policy/boundary", Tags: map[string]string{"team": "shop", "cost center": "12"},
		},
		Workloads: []plan.WorkloadChoice{
			{
				Match: match("Deployment", "shop", "cart", 12), Account: "cart", AWS: plan.AWSIRSA, Token: plan.TokenKeep, Managed: true,
				Role:     plan.RoleChoice{ARN: "arn:aws:iam::111122223333:role/apps/cart", Trust: "cart-trust.json", Line: 17},
				Bindings: []string{"RoleBinding shop/read", "ClusterRoleBinding view"},
			},
			{
				Match: match("*", "shop-*", "*", 21), Rights: plan.RightsCopy,
				Role: plan.RoleChoice{Name: "all", Policies: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}, Inline: []string{"a.json", "b.json"}, Line: 25},
			},
			{Match: match("Job", "shop", "once", 29), LeaveAlone: true},
		},
		Namespaces: []plan.NamespaceChoice{{Match: match("Namespace", "", "shop", 31), Lock: true}},
		Bindings: []plan.BindingChoice{
			{Match: match("RoleBinding", "shop", "catalog-config", 34), Accounts: []string{"catalog", "shop/cart"}},
			{Match: match("ClusterRoleBinding", "", "all", 38), LeaveAlone: true},
		},
		References: []plan.ReferenceChoice{{Match: match("AuthorizationPolicy", "shop", "allow", 40), Handled: true}},
	}
	got, err := Parse("c.yaml", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAFileThatDecidesNothingIsNoError(t *testing.T) {
	for _, data := range []string{"", "# nothing yet\n", "---\n", "{}", "workloads:\n", "cluster:\nworkloads:\nnamespaces: []\nbindings:\nreferences:\n", "\ufeffcluster: {}\n"} {
		got, err := Parse("c.yaml", []byte(data))
		if err != nil {
			t.Errorf("%q: %v", data, err)
			continue
		}
		if diff := cmp.Diff(&plan.Choices{File: "c.yaml"}, got); diff != "" {
			t.Errorf("%q: %s", data, diff)
		}
	}
}

// entry gives a file with one workload that says some things.
func entry(lines ...string) string {
	return "workloads:\n- kind: Deployment\n  namespace: shop\n  name: cart\n  " + strings.Join(lines, "\n  ") + "\n"
}

func inCluster(line string) string { return "cluster:\n  " + line + "\n" }

// refusal is a file that is refused. inYAML is set where a schema cannot see why.
type refusal struct {
	name, data, want string
	inYAML           bool
}

func refusals() []refusal {
	return []refusal{
		{"an unknown key of the file", "workload: []", `c.yaml:1: there is no key "workload" in a file of choices: its keys are cluster, workloads`, false},
		{"an unknown key of an entry", entry("acount: x"), `c.yaml:5: there is no key "acount" in an entry of workloads: its keys are kind, namespace, name, account`, false},
		{"a file that is a list", "- a", "c.yaml:1: the file is a list", false},
		{"a key that stands twice", entry("account: a", "account: b"), `c.yaml:6: "account" stands there twice`, true},
		{"a list that stands twice", "workloads:\nworkloads:\n", `c.yaml:2: "workloads" stands there twice`, true},
		{"an entry without kind", "workloads:\n- {namespace: a, name: b, token: keep}", "c.yaml:2: an entry of workloads lacks kind", false},
		{"an entry without namespace", "workloads:\n- {kind: Job, name: b, token: keep}", "c.yaml:2: an entry of workloads lacks namespace", false},
		{"an entry that says nothing", "workloads:\n- {kind: Job, namespace: a, name: b}", "c.yaml:2: an entry of workloads says nothing: say what is decided", false},
		{"a namespace that says nothing", "namespaces:\n- name: a", "c.yaml:2: an entry of namespaces says nothing", false},
		{"a reference that says nothing", "references:\n- {kind: A, name: b}", "c.yaml:2: an entry of references says nothing", false},
		{"an entry that is a string", "workloads:\n- cart", "c.yaml:2: an entry of workloads is a string: write keys and values there", false},
		{"a list that is a mapping", "workloads: {kind: a}", `c.yaml:1: workloads is a mapping: write a list`, false},
		{"a name that is a number", "workloads:\n- {kind: Job, namespace: a, name: 12, token: keep}", "c.yaml:2: name is a number: put it in quotes", false},
		{"a name that YAML 1.1 takes for a boolean", "workloads:\n- {kind: Job, namespace: a, name: on, token: keep}", "c.yaml:2: name is a boolean: put it in quotes", true},
		{"a key that YAML 1.1 takes for a boolean", "on: 1", "c.yaml:1: a key is a boolean", false},
		{"a name with a class of characters", "workloads:\n- {kind: Job, namespace: a, name: 'c[ab]', token: keep}", `c.yaml:2: name "c[ab]" is no name or pattern`, false},
		{"an empty name", "workloads:\n- {kind: Job, namespace: a, name: '', token: keep}", `c.yaml:2: name "" is no name or pattern`, false},
		{"an anchor", entry("account: &a cart"), "c.yaml:5: an anchor stands here", true},
		{"two documents", "workloads:\n---\nworkloads:\n", "c.yaml:2: a second document starts here", true},
		{"an account that is no name", entry("account: Cart"), `c.yaml:5: account "Cart" is no name of a service account: use lower-case letters`, false},
		{"an account that is too long", entry("account: " + strings.Repeat("a", 254)), "is no name of a service account", false},
		{"an account that ends in a dash", entry("account: cart-"), "is no name of a service account", false},
		{"the account default", entry("account: default"), "c.yaml:5: account default is nobody's own", true},
		{"a way to AWS that is none", entry("aws: kube2iam"), `c.yaml:5: aws "kube2iam" is no way to AWS: write one of irsa, pod-identity, none`, false},
		{"a role without AWS", entry("aws: none", "role: {name: cart}"), "c.yaml:6: role stands beside aws: none", false},
		{"an empty role", entry("role: {}"), "c.yaml:5: role says nothing: give arn", false},
		{"a role that is there and new", entry("role: {arn: 'arn:aws:iam::111122223333:role/a', name: b}"), "c.yaml:5: name stands beside arn", false},
		{"a role that is there with policies", entry("role: {arn: 'arn:aws:iam::111122223333:role/a', inline: [a.json]}"), "c.yaml:5: inline stands beside arn", false},
		{"a trust of a role that is not there", entry("role: {name: a, trust: t.json}"), "c.yaml:5: trust stands there without arn", false},
		{"a role that is no ARN", entry("role: {arn: cart}"), `c.yaml:5: arn "cart" is no ARN of a role: write it whole`, false},
		{"a role that is a user", entry("role: {arn: 'arn:aws:iam::111122223333:user/cart'}"), "is no ARN of a role", false},
		{"a role of a partition that is none", entry("role: {arn: 'arn:aws-eu:iam::111122223333:role/cart'}"), "is no ARN of a role", false},
		{"a role name that is too long", entry("role: {name: " + strings.Repeat("a", 65) + "}"), "is no name of a role", false},
		{"a policy that is a name", entry("role: {policies: [ReadOnlyAccess]}"), `an item of policies "ReadOnlyAccess" is no ARN of a policy`, false},
		{"a policy twice", entry("role: {inline: [a.json, a.json]}"), `"a.json" stands in inline twice`, false},
		{"no policy", entry("role: {policies: []}"), "policies is an empty list", false},
		{"rights that are none", entry("rights: some"), `c.yaml:5: rights "some" is no choice of rights: write one of copy, all, none`, false},
		{"rights of a role", entry("rights: [Role shop/a]"), `an item of rights "Role shop/a" is no binding: write RoleBinding NAMESPACE/NAME`, false},
		{"no rights as a list", entry("rights: []"), "rights is an empty list", false},
		{"a token that is neither", entry("token: drop"), "write one of keep, remove", false},
		{"what is left alone and changed", entry("leaveAlone: true", "account: cart", "token: keep"), "c.yaml:6: account stands beside leaveAlone: they contradict each other", false},
		{"false", entry("leaveAlone: false"), "c.yaml:5: leaveAlone is a boolean: write true, or leave it out", false},
		{"yes", entry("managed: yes"), "managed is a boolean: write true", false},
		{"a namespace that is locked and left alone", "namespaces:\n- {name: a, lock: true, leaveAlone: true}", "lock stands beside leaveAlone", false},
		{"a binding of another kind", "bindings:\n- {kind: Role, namespace: a, name: b, leaveAlone: true}", `c.yaml:2: kind "Role" is none of a binding`, true},
		{"a RoleBinding without a namespace", "bindings:\n- {kind: RoleBinding, name: b, leaveAlone: true}", "an entry of bindings lacks namespace", true},
		{"a ClusterRoleBinding in a namespace", "bindings:\n- {kind: ClusterRoleBinding, namespace: a, name: b, leaveAlone: true}", "a ClusterRoleBinding has no namespace", true},
		{"an account of a ClusterRoleBinding without a namespace", "bindings:\n- {kind: ClusterRoleBinding, name: b, accounts: [cart]}", `account "cart" of a ClusterRoleBinding may be in any namespace: write NAMESPACE/NAME`, true},
		{"a placeholder that was not filled in", "bindings:\n- {kind: RoleBinding, namespace: a, name: b, accounts: [a/NAME]}", `"a/NAME" is no account`, false},
		{"an issuer without https", inCluster("issuer: http://oidc.example/a"), "c.yaml:2: issuer \"http://oidc.example/a\" is no https URL of an issuer", false},
		{"an issuer with a query", inCluster("issuer: https://oidc.example/a?b=c"), "is no https URL of an issuer: write it without query, fragment and user", false},
		{"an issuer with a fragment", inCluster("issuer: 'https://oidc.example/a#b'"), "is no https URL of an issuer", false},
		{"an issuer with a user", inCluster("issuer: https://me@oidc.example/a"), "is no https URL of an issuer", false},
		{"an issuer without a host", inCluster("issuer: https:///a"), "is no https URL of an issuer", false},
		{"an account id as a number", inCluster("accountId: 111122223333"), "c.yaml:2: accountId is a number: put it in quotes", false},
		{"an account id of eleven digits", inCluster("accountId: '11112222333'"), "is no AWS account id: write its 12 digits", false},
		{"a partition that is none", inCluster("partition: aws-eu"), `partition "aws-eu" is no AWS partition: write one of aws, aws-cn`, false},
		{"a region that is none", inCluster("region: Frankfurt"), "is no AWS region", false},
		{"a path without slashes", inCluster("path: podpass"), "is no path of a role: begin and end it with /", false},
		{"a boundary that is a role", inCluster("boundary: arn:aws:iam::111122223333:role/a"), "is no ARN of a policy", false},
		{"a tag with a character that AWS refuses", inCluster("tags: {'a*': b}"), `a key of tags "a*" is no key of a tag`, false},
		{"a value of a tag that is too long", inCluster("tags: {a: " + strings.Repeat("b", 257) + "}"), `"a" of tags`, false},
		{"a value of a tag that is a number", inCluster("tags: {a: 1}"), `"a" of tags is a number`, false},
		{"a tag of AWS", inCluster("tags: {'aws:x': b}"), "begins with aws:", true},
		{"tags that differ in case", inCluster("tags: {Team: a, team: b}"), "differs from another in case alone", true},
		{"51 tags", inCluster("tags: {" + manyTags(51) + "}"), "tags has 51 items: AWS takes 50 at most", false},
		{"a region of another partition", "cluster:\n  partition: aws\n  region: cn-north-1\n", "c.yaml:3: region is of the partition aws-cn, but partition in line 2 is of aws", true},
		{"an issuer of another partition", "cluster:\n  issuer: https://oidc.eks.cn-north-1.amazonaws.com.cn/id/A\n  region: eu-central-1\n", "issuer is of the partition aws-cn, but region in line 3 is of aws", true},
		{"a role of another partition", entry("role: {arn: 'arn:aws-cn:iam::111122223333:role/a'}") + "cluster: {partition: aws-us-gov}\n", "c.yaml:5: role is of the partition aws-cn, but partition in line 6 is of aws-us-gov", true},
		{"roles of two partitions", entry("role: {arn: 'arn:aws-cn:iam::111122223333:role/a'}") + "- {kind: Job, namespace: a, name: b, role: {arn: 'arn:aws:iam::111122223333:role/a'}}\n", "c.yaml:6: role is of the partition aws, but role in line 5 is of aws-cn", true},
		{"two entries for one workload", entry("token: keep") + "- {kind: Deployment, namespace: shop, name: cart, aws: irsa}\n", "c.yaml:6: this entry of workloads is for the same as that in line 2", true},
		{"two entries for one namespace", "namespaces:\n- {name: a, lock: true}\n- {name: a, managed: true}\n", "c.yaml:3: this entry of namespaces is for the same as that in line 2", true},
		{"one account for two workloads", entry("account: cart") + "- {kind: Job, namespace: shop, name: b, account: cart}\n", `c.yaml:6: account "cart" is chosen for the workload in line 2, too`, true},
	}
}

func manyTags(n int) string {
	var tags []string
	for i := range n {
		tags = append(tags, fmt.Sprintf("t%d: a", i))
	}
	return strings.Join(tags, ", ")
}

func TestWhatIsRefused(t *testing.T) {
	for _, c := range refusals() {
		t.Run(c.name, func(t *testing.T) {
			got, err := Parse("c.yaml", []byte(c.data))
			var problems Problems
			if got != nil || !errors.As(err, &problems) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v and\n%v\nwant\n%s", got, err, c.want)
			}
		})
	}
}

func TestAllProblemsAreToldAtOnceInOrder(t *testing.T) {
	data := entry("account: Cart", "token: no", "rights: some") + "namespaces:\n- {name: a}\ncluster: {accountId: 1, partition: x}\n"
	_, err := Parse("c.yaml", []byte(data))
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	var lines []int
	for _, p := range problems {
		lines = append(lines, p.Line)
	}
	if diff := cmp.Diff([]int{5, 6, 7, 9, 10, 10}, lines); diff != "" {
		t.Errorf("%s\n%v", diff, err)
	}
}

func TestAFileOfAnotherKindHasABoundedAnswer(t *testing.T) {
	_, err := Parse("c.yaml", []byte("workloads:\n"+strings.Repeat("- a: b\n", 10_000)))
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != mostProblems+1 || !strings.Contains(err.Error(), "is it the right file?") {
		t.Errorf("%d problems", len(problems))
	}
}

func TestDocumentsAreReadAsWhatTheyAreMeantToBe(t *testing.T) {
	c, err := Parse("c.yaml", []byte(entry("role: {arn: 'arn:aws:iam::111122223333:role/a', trust: t.json}")+
		"- kind: Job\n  namespace: a\n  name: b\n  role:\n    inline: [p.json, t.json, none.json]\n"))
	if err != nil {
		t.Fatal(err)
	}
	const trust = "{\"Version\": \"2012-10-17\",\n\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"sts:AssumeRole\"}}"
	const identity = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}`
	contents := map[string]string{"t.json": trust, "p.json": identity}
	err = ReadDocuments(c, func(file string) ([]byte, error) {
		if text, ok := contents[file]; ok {
			return []byte(text), nil
		}
		return nil, errors.New("it is not there")
	})
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 2 {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		"t.json:2: it is no identity policy (named in c.yaml:10): an identity policy has no Principal",
		`c.yaml:10: the identity policy "none.json" cannot be read: it is not there`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got\n%v\nwant\n%s", err, want)
		}
	}
	if got := string(c.Workloads[0].Role.Documents["t.json"]); got != trust {
		t.Errorf("the trust is %q", got)
	}
	if got := string(c.Workloads[1].Role.Documents["p.json"]); got != identity {
		t.Errorf("the policy is %q", got)
	}
}
