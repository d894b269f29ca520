package trust

import (
	"slices"
	"strings"

	"podpass/internal/iam"
	"podpass/internal/iam/glob"
)

// pods judges what EKS Pod Identity may do, by asking for sample pods: such as
// the conditions name, and such as they do not.
func (l *linter) pods() {
	v := iam.Principal{Type: iam.Service, Value: iam.PodIdentity}
	first := whole
	l.left = mostSamples
	for i := range l.doc.Statements {
		one := &l.doc.Statements[i]
		if one.Effect == iam.Deny || !one.Covers(iam.AssumeRole) || !slices.Contains(one.Principals, v) {
			continue
		}
		first = max(first, i)
		l.samples(i, l.alone(i, v)).statement()
	}
	if l.left < 0 {
		l.open("the conditions on EKS Pod Identity name too many pods to ask for each", "PT05", "PT06", "PT07", "PT20", "PT22")
	}
	if l.podsIn = first != whole; l.podsIn {
		l.podless(first)
	}
}

// podless says why EKS Pod Identity may assume the role for nobody, if that is
// so.
func (l *linter) podless(first int) {
	tagging := slices.ContainsFunc(l.doc.Statements, func(s iam.Statement) bool {
		return s.Effect == iam.Allow && s.Covers(iam.TagSession) && (forEveryone(&s) || slices.Contains(s.Principals, iam.Principal{Type: iam.Service, Value: iam.PodIdentity}))
	})
	switch {
	case l.untaggedOnly():
	case !tagging:
		l.add("PT21", at{first, whole}, "", "")
	case podIdentity(l.p, Principal{}, Options{effort: &l.effort}).Pods.Empty:
		l.podsIn = false
		if !l.has(first, "", "PT04", "PT14", "PT26", "PT29", "PT32", "PT35") {
			l.add("PT34", at{first, whole}, "EKS Pod Identity", "")
		}
	}
}

// mostSamples is how many pods a document is asked for: one within IAM's quotas
// names far less.
const mostSamples = 100_000

// untaggedOnly says whether it is known that all associations of the role have
// session tags off.
func (l *linter) untaggedOnly() bool {
	own := l.ctx.associations()
	return len(own) > 0 && !slices.ContainsFunc(own, func(a Association) bool { return !a.DisableSessionTags })
}

// tagging says whether Pod Identity may pass session tags.
func (l *linter) tagging() bool {
	f := pods(iam.TagSession)
	w := f.world()
	return len(f.formula(w, l.p, anyWay).allow) > 0
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

// samples are the pods that a statement is asked for.
type samples struct {
	*linter
	index                          int
	alone                          *iam.Policy // the statement, less what the denies take
	caller                         iam.Caller
	tagging                        bool // sts:TagSession is allowed to some pod
	clusters, namespaces, accounts sampled
}

// sampled are values of a tag that conditions name, and others that they do not.
type sampled struct{ named, open []string }

func (v sampled) all() []string { return slices.Concat(v.named, v.open) }

func (l *linter) samples(index int, alone *iam.Policy) *samples {
	caller, _ := iam.ParseCaller(iam.PodIdentity)
	s := &samples{linter: l, index: index, alone: alone, caller: caller, tagging: l.tagging()}
	s.gather()
	return s
}

// gather takes values of conditions as they stand; of patterns one that they
// fit, which is none that is named.
func (s *samples) gather() {
	s.clusters = s.of(tagCluster, "aws:SourceArn")
	s.namespaces = s.of(tagNamespace)
	s.accounts = s.of(tagAccount)
	s.namespaces.open = append(s.namespaces.open, s.unheard)
	s.accounts.open = append(s.accounts.open, s.unheard)
	for _, account := range s.homes() {
		s.clusters.open = append(s.clusters.open, "arn:aws:eks:us-east-1:"+account+":cluster/"+s.unheard)
	}
	for _, name := range s.of(tagName).all() {
		s.clusters.open = append(s.clusters.open, "arn:aws:eks:us-east-1:"+s.homes()[0]+":cluster/"+name)
	}
}

func (s *samples) of(keys ...string) (all sampled) {
	home := s.homes()[0]
	for _, v := range s.asked(keys...) {
		one := strings.NewReplacer("*", s.unheard, "?", "x").Replace(v)
		parts := strings.SplitN(one, ":", 6)
		switch {
		case one == v:
			all.named = append(all.named, v)
			continue
		case len(parts) == 6:
			if len(parts[4]) != 12 {
				parts[4] = home
			}
			parts[3] = region(strings.SplitN(v, ":", 6)[3])
			one = strings.Join(parts, ":")
		}
		all.open = append(all.open, one)
	}
	return all
}

// region is one that a pattern fits, else the pattern.
func region(pattern string) string {
	for _, r := range []string{"us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2", "us-gov-west-1", "cn-north-1"} {
		if glob.Parse(pattern).Match(r) {
			return r
		}
	}
	return pattern
}

// asked are the values of keys in the statement and in denies, each once.
func (s *samples) asked(keys ...string) []string {
	var all []string
	for _, one := range s.alone.Document().Statements {
		for _, c := range one.Conditions {
			if slices.ContainsFunc(keys, func(key string) bool { return strings.EqualFold(key, c.Key) }) {
				all = append(all, c.Values...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// homes are the accounts that clusters may be of.
func (s *samples) homes() []string {
	all := s.asked("aws:SourceAccount")
	for _, arn := range s.asked(tagCluster, "aws:SourceArn") {
		all = append(all, accountOf(arn))
	}
	all = slices.DeleteFunc(all, func(a string) bool { return !isAccount(a) })
	return slices.Compact(slices.Sorted(slices.Values(append(all, s.home()))))
}

// workload is one sample; without an account it comes without session tags.
type workload struct{ cluster, namespace, account string }

func (p workload) String() string {
	if p.account == "" {
		return "any association without session tags in " + p.cluster
	}
	return subjectPrefix + p.namespace + ":" + p.account + " in " + p.cluster
}

// request is what EKS asks for on behalf of a pod:
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
func (s *samples) request(p workload, action string) *iam.Request {
	ctx := &iam.Context{OpenGlobals: true}
	ctx.Add("aws:SourceArn", p.cluster)
	ctx.Add("aws:SourceAccount", accountOf(p.cluster))
	if p.account == "" {
		s.untag(ctx)
	} else {
		ctx.Add(tagCluster, p.cluster)
		ctx.Add(tagName, p.cluster[strings.LastIndexByte(p.cluster, '/')+1:])
		ctx.Add(tagNamespace, p.namespace)
		ctx.Add(tagAccount, p.account)
	}
	return iam.NewRequest(s.caller, action, "", ctx)
}

// admits decides by the statement, less what the denies take. Where nothing
// allows sts:TagSession, that is a finding of its own.
func (s *samples) admits(p workload) iam.Decision {
	if s.left--; s.left < 0 || p.account != "" && !glob.ServiceAccounts().Contains(subjectPrefix+p.namespace+":"+p.account) {
		return iam.DecideDeny
	}
	d := s.alone.Decide(s.request(p, iam.AssumeRole))
	if p.account != "" && s.tagging {
		d = min(d, s.p.Decide(s.request(p, iam.TagSession)))
	}
	return d
}

// found notes the first pod of some values that is admitted.
func (s *samples) found(id string, clusters, namespaces, accounts []string) bool {
	for _, c := range clusters {
		for _, n := range namespaces {
			for _, a := range accounts {
				if d := s.admits(workload{c, n, a}); d != iam.DecideDeny {
					s.add(id, at{s.index, whole}, "", workload{c, n, a}.String()).Maybe = d == iam.DecideUnknown
					return true
				}
			}
		}
	}
	return false
}

// statement judges the statement.
func (s *samples) statement() {
	s.keys()
	s.untagged()
	clusters, namespaces, accounts := s.clusters, s.namespaces, s.accounts
	none := []string{""}
	switch {
	case s.has(s.index, "", "PT32"):
		return
	case s.untaggedOnly():
		if !s.has(s.index, "", "PT23") {
			s.found("PT20", clusters.open, none, none) // a named cluster is all that can be said without tags
		}
		return
	case s.found("PT20", clusters.open, namespaces.open, accounts.open):
		return
	}
	s.found("PT22", clusters.open, namespaces.all(), accounts.all())
	every := append(accounts.all(), "default")
	wide := s.found("PT05", clusters.all(), []string{s.unheard}, every) || s.found("PT06", clusters.all(), namespaces.open, every)
	if !wide && !slices.Contains(accounts.named, "default") {
		s.found("PT07", clusters.all(), namespaces.all(), []string{"default"})
	}
}

// keys looks for tags that EKS does not set, and values that none can have.
func (s *samples) keys() {
	set := []string{tagCluster, tagName, tagPod, tagUID, tagNamespace, tagAccount}
	for j, c := range s.doc.Statements[s.index].Conditions {
		traits := c.Traits()
		switch known := slices.ContainsFunc(set, func(key string) bool { return strings.EqualFold(key, c.Key) }); {
		case !strings.HasPrefix(strings.ToLower(c.Key), requestTag):
		case !known:
			if c.TrueIfAbsent() == iam.False {
				s.add("PT26", at{s.index, j}, quoted(c.Key), "")
			}
		case traits.Text && !traits.Negated:
			for _, v := range c.Values {
				s.value(j, &c, v, traits)
			}
		}
	}
}

func (s *samples) value(j int, c *iam.Condition, v string, traits iam.Traits) {
	name := strings.EqualFold(c.Key, tagNamespace) || strings.EqualFold(c.Key, tagAccount)
	switch {
	case strings.Contains(v, "${"):
	case !traits.Like && strings.ContainsAny(v, "*?"):
		s.add("PT04", at{s.index, j}, quoted(v), "")
	case name && !strings.Contains(c.Operator, "IgnoreCase") && strings.ToLower(v) != v:
		s.add("PT14", at{s.index, j}, quoted(v), "")
	}
}

// untagged judges conditions on tags if an association sets none: those of the
// statement, or of denies.
func (s *samples) untagged() {
	off := slices.ContainsFunc(s.ctx.associations(), func(a Association) bool { return a.DisableSessionTags })
	on := func(c iam.Condition) bool { return strings.HasPrefix(strings.ToLower(c.Key), requestTag) }
	j := slices.IndexFunc(s.doc.Statements[s.index].Conditions, on)
	denied := slices.ContainsFunc(s.alone.Document().Statements[1:], func(d iam.Statement) bool { return slices.ContainsFunc(d.Conditions, on) })
	if !off || j < 0 && !denied {
		return
	}
	what := "what a Deny says of tags"
	if j >= 0 {
		what = quoted(s.doc.Statements[s.index].Conditions[j].Key)
	}
	for _, cluster := range slices.Concat(s.clusters.open, s.clusters.named) {
		p := workload{cluster: cluster}
		if d := s.admits(p); d != iam.DecideDeny {
			if j >= 0 { // else the statement is judged without tags
				s.add("PT23", at{s.index, j}, what+" holds for everyone", p.String()).Maybe = d == iam.DecideUnknown
			}
			return
		}
	}
	s.add("PT23", at{s.index, j}, what+" keeps all of them out", "")
}
