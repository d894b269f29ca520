package trust

import (
	"slices"
	"strings"

	"podpass/internal/iam"
)

// principals judges whom the statements trust beside clusters.
func (l *linter) principals() {
	for i := range l.doc.Statements {
		s := &l.doc.Statements[i]
		for _, v := range s.Principals {
			l.principal(i, s, v)
		}
	}
	l.instance()
}

func (l *linter) principal(i int, s *iam.Statement, v iam.Principal) {
	where := at{i, whole}
	switch {
	case v.Type == iam.AWS && Deleted(v.Value):
		l.add("PT25", where, quoted(v.Value), "")
	case v.Value != "*" && strings.ContainsAny(v.Value, "*?"):
		l.add("PT36", where, quoted(v.Value), "")
	case s.Effect == iam.Deny || !s.Covers(iam.AssumeRole):
	case v.Value == "*" && (v.Type == iam.AWS || v.Type == iam.Anyone):
		if l.may(i, stranger) {
			l.add("PT19", where, "", "any principal of any account")
		}
	case v.Type == iam.AWS:
		l.account(i, v.Value)
	}
}

// account judges a principal that is an account or a role.
func (l *linter) account(i int, value string) {
	caller, err := iam.ParseCaller(value)
	switch {
	case err != nil:
	case caller.Kind() == "account" && l.may(i, value):
		l.add("PT18", at{i, whole}, quoted(value), "any principal of "+caller.Account()+" whose policies allow sts:AssumeRole")
	case l.node(caller) && l.may(i, value):
		l.add("PT17", at{i, whole}, quoted(value), value)
	}
}

// node says whether a caller is the role of a node, or a session of it.
func (l *linter) node(caller iam.Caller) bool {
	return slices.ContainsFunc(l.ctx.NodeRoles, func(arn string) bool {
		role, err := iam.ParseCaller(arn)
		return err == nil && (arn == caller.ARN() || caller.SessionOf(role))
	})
}

// may says whether a statement lets a caller assume the role, unless a
// condition says who or from where: such conditions are of the kind that may
// make it right.
func (l *linter) may(i int, value string) bool {
	for _, c := range l.doc.Statements[i].Conditions {
		key := strings.ToLower(c.Key)
		for _, narrow := range []string{"aws:principal", "aws:source", "aws:vpc", "aws:userid", "aws:username", "sts:externalid", "saml:"} {
			if strings.HasPrefix(key, narrow) && c.TrueIfAbsent() == iam.False {
				return false
			}
		}
	}
	caller, err := iam.ParseCaller(value)
	ctx := &iam.Context{OpenGlobals: true}
	return err == nil && l.p.Decide(iam.NewRequest(caller, iam.AssumeRole, "", ctx)) != iam.DecideDeny
}

// instance looks for a role that is a workload's and an instance's.
func (l *linter) instance() {
	trusted := map[string]int{}
	for i := range l.doc.Statements {
		s := &l.doc.Statements[i]
		for _, v := range s.Principals {
			if v.Type == iam.Service && s.Effect == iam.Allow && s.Covers(iam.AssumeRole) && l.may(i, v.Value) {
				trusted[service(v.Value)] = i
			}
		}
	}
	_, pods := trusted[iam.PodIdentity]
	if i, ec2 := trusted["ec2.amazonaws.com"]; ec2 && pods {
		l.add("PT24", at{i, whole}, "", "an instance with this role's profile")
	}
}

// service is a service's name without the suffix of a partition.
func service(name string) string { return strings.TrimSuffix(name, ".cn") }

// pods judges what EKS Pod Identity may do.
func (l *linter) pods() {
	f := pods(iam.AssumeRole)
	w := f.world()
	assume := f.formula(w, l.p, anyWay)
	first := whole
	for _, t := range assume.allow {
		if s := &l.doc.Statements[t.statement]; !forEveryone(s) {
			l.podStatement(t.statement, s)
			first = max(first, t.statement)
		}
	}
	if first != whole && !l.tagging() {
		l.add("PT21", at{first, whole}, "", "")
	}
}

// tagging says whether Pod Identity may pass session tags, or need not.
func (l *linter) tagging() bool {
	tagged := func(a Association) bool { return !a.DisableSessionTags }
	if own := l.ctx.associations(); len(own) > 0 && !slices.ContainsFunc(own, tagged) {
		return true
	}
	f := pods(iam.TagSession)
	w := f.world()
	tag := f.formula(w, l.p, anyWay)
	return len(tag.allow) > 0
}

// associations are those of the role; of a role that is not named, all.
func (c *Context) associations() []Association {
	var own []Association
	for _, a := range c.Associations {
		if c.Role == "" || a.Role == "" || a.Role == c.Role {
			own = append(own, a)
		}
	}
	return own
}

func (l *linter) podStatement(i int, s *iam.Statement) {
	if len(s.Conditions) == 0 {
		l.add("PT20", at{i, whole}, "", "any service account of any cluster of the account")
		return
	}
	names, cluster := whole, false
	for j, c := range s.Conditions {
		switch key := strings.ToLower(c.Key); key {
		case strings.ToLower(tagNamespace), strings.ToLower(tagAccount):
			names = j
		case strings.ToLower(tagCluster), "aws:sourcearn":
			cluster = cluster || c.TrueIfAbsent() == iam.False && !strings.ContainsAny(strings.Join(c.Values, ""), "*?")
		}
		if strings.HasPrefix(strings.ToLower(c.Key), "aws:requesttag/") {
			l.untagged(i, j, &s.Conditions[j])
		}
	}
	if names != whole && !cluster {
		l.add("PT22", at{i, names}, "", "the same namespace and account of another cluster")
	}
}

// untagged judges a condition on a tag if an association sets none.
func (l *linter) untagged(i, j int, c *iam.Condition) {
	for _, a := range l.ctx.associations() {
		if !a.DisableSessionTags {
			continue
		}
		if c.TrueIfAbsent() == iam.False {
			l.add("PT23", at{i, j}, quoted(c.Key)+" fails", "")
		} else {
			l.add("PT23", at{i, j}, quoted(c.Key)+" holds for everyone", "any association of the account without session tags")
		}
		return
	}
}
