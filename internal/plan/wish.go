package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/iam"
	"podpass/internal/snapshot"
)

// awsMove is what a plan does for the AWS identity of a workload.
type awsMove struct {
	role   *Role // that it gets; nil: none, or the one that it has
	strips map[*snapshot.Meta][]strip
	// asks are the annotations by which it asks kube2iam or kiam, to be taken
	// away in Clean.
	asks  []*audit.Result
	keys  []*audit.Result // failures of Secrets and ConfigMaps that it takes keys from
	needs []string        // steps for the role
	// carried is set where its account carries a role already.
	carried bool
	// others are the moves of whoever else runs as the account that gets the role:
	// they come first.
	others []*move
}

func (a *awsMove) changes() bool { return a.role != nil || len(a.strips) > 0 }

// wish is the role that a workload should get.
type wish struct {
	by   string // AWSIRSA or AWSPodIdentity; empty: none
	role RoleChoice
	from string // in words, where that role comes from
}

// planAWS finds out whether a workload gets a role, and what would override it.
func (m *maker) planAWS(mv *move) {
	w, ok := m.wish(mv)
	if !ok {
		return
	}
	if w.by != "" {
		m.giveRole(mv, w)
	}
	if mv.aws.role != nil || mv.aws.carried || w.by == "" && m.roleOf(mv.object.Namespace, mv.from) != "" && !mv.moves() {
		m.strip(mv)
	}
}

// roleOf gives the IAM role that an account carries.
func (m *maker) roleOf(namespace, name string) string {
	for _, sa := range m.judge.Accounts(namespace, name) {
		if sa.RoleARN != "" {
			return sa.RoleARN
		}
	}
	return ""
}

// wish decides for a workload; false where there is nothing to do, or a person
// has to say.
func (m *maker) wish(mv *move) (wish, bool) {
	c := mv.choice
	carried := m.roleOf(mv.object.Namespace, mv.from)
	mv.aws.asks = m.fails("PP602", mv.object)
	mv.aws.keys = m.keysOf(mv)
	overridden := m.fails("PP402", mv.object)
	asked := m.asksFor(mv)
	switch {
	case c.AWS == AWSNone:
		m.leave(slices.Concat(mv.aws.asks, mv.aws.keys, overridden), textNoAWS, true)
		mv.aws.asks, mv.aws.keys = nil, nil
		return wish{}, false
	case c.Role.Given() || c.AWS != "" && len(asked) != 1:
		return wish{by: cmp.Or(c.AWS, AWSIRSA), role: c.Role}, true
	case !mv.moves() && carried != "": // it is what its pods use now, whatever an annotation still asks for
		mv.aws.carried = true
		return wish{}, len(overridden) > 0
	case mv.moves() && carried != "":
		m.askRole(mv, textCarried(mv.from, carried), RoleChoice{ARN: carried})
		return wish{}, false
	case len(asked) == 1:
		return m.wishOf(mv, asked[0])
	case len(asked) > 1:
		m.askRole(mv, textSeveralRoles(asked), RoleChoice{ARN: asked[0]})
		return wish{}, false
	case carried == "" && len(mv.aws.keys) > 0:
		m.askRole(mv, textTakesKeys(mv.aws.keys), RoleChoice{})
		return wish{}, false
	}
	return wish{}, false
}

// wishOf: kube2iam and kiam take a role by its ARN or by its name, in front of
// which they put what an argument of theirs says. Where that is not known, or is
// several things, nobody can tell the account and the path of the role.
// https://github.com/jtblin/kube2iam#iam-roles
func (m *maker) wishOf(mv *move, asked string) (wish, bool) {
	by := cmp.Or(mv.choice.AWS, AWSIRSA)
	m.noteExternalID(mv)
	if arnParts.MatchString(asked) {
		return wish{by: by, role: RoleChoice{ARN: asked}, from: "annotation"}, true
	}
	base := m.baseARN()
	if whole := base + strings.TrimPrefix(asked, "/"); base != "" && arnParts.MatchString(whole) {
		return wish{by: by, role: RoleChoice{ARN: whole}, from: "annotation"}, true
	}
	account := cmp.Or(m.facts().account, "ACCOUNT")
	m.askRole(mv, textNamedRole(asked), RoleChoice{ARN: "arn:" + cmp.Or(m.facts().partition, "aws") + ":iam::" + account + ":role/" + strings.TrimPrefix(asked, "/")})
	return wish{}, false
}

// baseARN is what the tools of the cluster put in front of a role's name; empty
// where none says so, or they say different things.
func (m *maker) baseARN() string {
	seen := map[string]bool{}
	for _, w := range m.judge.Workloads() {
		for _, d := range w.Definitions() {
			if d.Spec.AWS == nil {
				continue
			}
			for _, c := range d.Spec.AWS.Containers {
				if c.Tool != nil && c.Tool.Base != "" {
					seen[strings.TrimSuffix(c.Tool.Base, "/")+"/"] = true
				}
			}
		}
	}
	return only("", seen)
}

// noteExternalID: a token of a service account has none.
func (m *maker) noteExternalID(mv *move) {
	for _, d := range mv.defs {
		if d.Spec.AWS != nil && slices.ContainsFunc(d.Spec.AWS.Annotations, func(a snapshot.Annotation) bool { return strings.HasSuffix(a.Name, "external-id") }) {
			mv.risk = append(mv.risk, riskExternalID)
			return
		}
	}
}

// askRole lets a person say which role a workload gets, if any: what fails for
// want of it waits.
func (m *maker) askRole(mv *move, question string, proposed RoleChoice) {
	id := m.decide("aws", mv.object, mv.source(), question, linesRole(mv, proposed))
	if mv.moves() && m.roleOf(mv.object.Namespace, mv.from) != "" {
		mv.hold(id) // it would lose the role
	}
	for _, list := range [][]*audit.Result{mv.aws.asks, mv.aws.keys, m.fails("PP402", mv.object)} {
		m.wait(list, id)
	}
	mv.aws.asks, mv.aws.keys = nil, nil
}

// asksFor lists the roles that its pods ask kube2iam or kiam for.
func (m *maker) asksFor(mv *move) []string {
	var roles []string
	for _, d := range mv.defs {
		if d.Spec.AWS == nil {
			continue
		}
		for _, a := range d.Spec.AWS.Annotations {
			if strings.HasSuffix(a.Name, "/role") && !slices.Contains(roles, a.Value) {
				roles = append(roles, a.Value)
			}
		}
	}
	return roles
}

// keysOf gives the failures of what a workload takes keys from, and of keys in
// itself.
func (m *maker) keysOf(mv *move) []*audit.Result {
	found := slices.Clone(m.fails("PP401", mv.object))
	for _, d := range mv.defs {
		if d.Spec.AWS == nil {
			continue
		}
		for _, c := range d.Spec.AWS.Containers {
			for _, u := range c.Uses {
				for _, r := range m.fails("PP401", audit.Object{Kind: u.Kind, Namespace: mv.object.Namespace, Name: u.Name}) {
					if !slices.Contains(found, r) {
						found = append(found, r)
					}
				}
			}
		}
	}
	return found
}

// wantsAWS tells whether there is anything to do for the AWS identity of a
// workload that keeps its account.
func (m *maker) wantsAWS(mv *move) bool {
	return mv.choice.AWS != "" || mv.choice.Role.Given() || len(m.fails("PP602", mv.object))+len(m.fails("PP402", mv.object))+len(m.keysOf(mv)) > 0
}

// leaveAWS says why nothing is planned.
func (m *maker) leaveAWS(mv *move, reason string, byChoice bool) {
	m.leave(slices.Concat(m.fails("PP602", mv.object), m.fails("PP402", mv.object), m.fails("PP401", mv.object)), reason, byChoice)
}

// giveRole makes the role, or adds to the trust of one that is there.
func (m *maker) giveRole(mv *move, w wish) {
	if !mv.moves() && mv.to == snapshot.Default {
		m.leave(slices.Concat(mv.aws.asks, mv.aws.keys, m.fails("PP402", mv.object)), textRoleOnDefault, false)
		return
	}
	f := m.facts()
	own := f.account // of the cluster
	r := &Role{
		By: w.by, For: mv.object, Account: Object{"v1", snapshot.KindServiceAccount, mv.object.Namespace, mv.to},
		Exists: w.role.ARN != "", Boundary: m.choices.Cluster.Boundary, Tags: m.choices.Cluster.Tags,
	}
	if parts := arnParts.FindStringSubmatch(w.role.ARN); parts != nil {
		r.ARN, f.account = w.role.ARN, parts[2]
		f.partition = cmp.Or(f.partition, parts[1])
		if own == "" {
			own = f.account
		}
		if w.by == AWSPodIdentity && own != f.account {
			mv.hold(m.decide("roleaccount", mv.object, mv.source(), textOtherAccount(w.role.ARN, own), linesRole(mv, RoleChoice{})))
			return
		}
		at := strings.LastIndexByte("/"+parts[3], '/')
		r.Path, r.Name = ("/" + parts[3])[:at+1], ("/" + parts[3])[at+1:]
		if f.partition != parts[1] || w.by == AWSIRSA && f.issuer != "" && strings.HasPrefix(f.issuer, "oidc.eks") && iam.Partition(f.issuer) != parts[1] {
			mv.hold(m.decide("partition", mv.object, mv.source(), textOtherPartition(w.role.ARN, f.partition), linesRole(mv, RoleChoice{})))
			return
		}
	}
	if lacking := f.lacks(w.by); len(lacking) > 0 {
		object := audit.Object{Kind: "Cluster", Name: f.name}
		id := m.decide("cluster", object, nil, textLacking(lacking), linesCluster(lacking))
		if w.from == "" {
			mv.hold(id)
			return
		}
		m.wait(mv.aws.asks, id) // kube2iam and kiam go on to serve it
		return
	}
	if !r.Exists {
		m.newRole(mv, r, w.role, f)
	}
	if m.inForce(mv, r) {
		mv.aws.carried = true
		return
	}
	m.fillRole(mv, r, w.role, f)
	mv.aws.role = r
}

// inForce tells whether the account carries the role already, so that nothing is
// left to do but what would override it.
func (m *maker) inForce(mv *move, r *Role) bool {
	if mv.moves() {
		return false
	}
	if r.By == AWSIRSA {
		return m.roleOf(mv.object.Namespace, mv.to) == r.ARN
	}
	// An association is not in the Snapshot; that pods get credentials by one is.
	pods := mv.w.Pods()
	return len(pods) > 0 && !slices.ContainsFunc(pods, func(p *snapshot.Pod) bool {
		return p.Spec.AWS == nil || !slices.ContainsFunc(p.Spec.AWS.Containers, func(c snapshot.Container) bool {
			return slices.Contains(c.Chain, "AWS_CONTAINER_CREDENTIALS_FULL_URI")
		})
	})
}

// newRole names a role and gives it its permissions: one without is never taken
// for done.
func (m *maker) newRole(mv *move, r *Role, chosen RoleChoice, f clusterFacts) {
	r.Name = cmp.Or(chosen.Name, RoleName(f.issuer+f.name, mv.object.Namespace, mv.to))
	r.Path = cmp.Or(m.choices.Cluster.Path, "/")
	r.ARN = fmt.Sprintf("arn:%s:iam::%s:role%s%s", f.partition, f.account, r.Path, r.Name)
	r.Policies = chosen.Policies
	for _, file := range chosen.Inline {
		name := strings.TrimSuffix(file[strings.LastIndexByte(file, '/')+1:], ".json")
		if slices.ContainsFunc(r.Inline, func(p InlinePolicy) bool { return p.Name == name }) {
			name += "-" + hashOf(file)
		}
		r.Inline = append(r.Inline, InlinePolicy{name, chosen.Documents[file]})
	}
	if len(r.Policies)+len(r.Inline) == 0 {
		mv.hold(m.decide("permissions", mv.object, mv.source(), textNoPermissions(r.Name), linesPermissions(mv)))
	}
	key := strings.ToLower(r.Name)
	if other, taken := m.roleNames[key]; taken && other != mv.object {
		mv.hold(m.decide("role", mv.object, mv.source(), textRoleTaken(r.Name, other), linesPermissions(mv)))
	}
	m.roleNames[key] = mv.object
}

func (m *maker) fillRole(mv *move, r *Role, chosen RoleChoice, f clusterFacts) {
	r.Region = f.region
	if r.By == AWSPodIdentity {
		r.Cluster = f.name
	} else {
		r.Issuer = "https://" + f.issuer
	}
	meant := f.meant(r.By, account{mv.object.Namespace, mv.to})
	given := chosen.Documents[chosen.Trust]
	if known := m.trusts[r.ARN]; known != nil {
		given = known // of several workloads of one role each adds to what the others have
	}
	problem := r.writeTrust(meant, f.account, given)
	if r.Trust != nil && r.Exists {
		m.trusts[r.ARN] = r.Trust
	}
	if problem != "" {
		mv.hold(m.decide("trust", mv.object, mv.source(), textTrust(r.ARN, problem), linesRole(mv, RoleChoice{})))
	}
}
