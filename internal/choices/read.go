package choices

import (
	"go.yaml.in/yaml/v3"

	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// whole reads the value of a file. What is wrong by the table is told for all
// of it; how entries go together is asked of those that are right.
func (r *reader) whole(root *yaml.Node, c *plan.Choices) {
	table := file()
	values := r.keys(root, "the file", func(key string, k *yaml.Node) bool {
		if table.find(key) == nil {
			r.refuse(k.Line, "there is no key "+quoted(key)+" in a file of choices", "its keys are "+join(table.names()))
			return false
		}
		return true
	})
	for i := range table.members {
		f := &table.members[i]
		n := values[f.name]
		switch {
		case n == nil:
		case f.name == "cluster":
			if r.check(n, f.name, &f.shape) {
				r.cluster(members(n), c)
			}
		default:
			r.entries(n, f, c)
		}
	}
	r.partitions(values["cluster"], c)
	r.twice(c)
}

// entries reads those of a list that are right by the table.
func (r *reader) entries(n *yaml.Node, f *member, c *plan.Choices) {
	if n.Kind != yaml.SequenceNode {
		r.check(n, f.name, &f.shape)
		return
	}
	for _, item := range n.Content {
		if !r.check(item, "an entry of "+f.name, &f.shape.list.item) {
			continue
		}
		switch m := members(item); f.name {
		case "workloads":
			c.Workloads = append(c.Workloads, workloadOf(m, matchOf(item, m)))
			r.workload(m)
		case "namespaces":
			match := plan.Match{Kind: snapshot.KindNamespace, Name: m.text("name"), Line: item.Line}
			c.Namespaces = append(c.Namespaces, plan.NamespaceChoice{Match: match, Lock: m.yes("lock"), LeaveAlone: m.yes("leaveAlone"), Managed: m.yes("managed")})
		case "bindings":
			match := matchOf(item, m)
			r.binding(match, m)
			c.Bindings = append(c.Bindings, plan.BindingChoice{Match: match, Accounts: m.texts("accounts"), LeaveAlone: m.yes("leaveAlone"), Managed: m.yes("managed")})
		case "references":
			c.References = append(c.References, plan.ReferenceChoice{Match: matchOf(item, m), Handled: m.yes("handled")})
		}
	}
}

func (r *reader) cluster(m values, c *plan.Choices) {
	c.Cluster = plan.ClusterChoice{
		Issuer: m.text("issuer"), AccountID: m.text("accountId"), Partition: m.text("partition"), Region: m.text("region"),
		Name: m.text("name"), Path: m.text("path"), Boundary: m.text("boundary"),
	}
	if tags := m["tags"]; tags != nil && len(tags.Content) > 0 {
		c.Cluster.Tags = map[string]string{}
		for key, value := range members(tags) {
			c.Cluster.Tags[key] = value.Value
		}
		r.tagKeys(tags)
	}
}

func workloadOf(m values, match plan.Match) plan.WorkloadChoice {
	w := plan.WorkloadChoice{
		Match: match, Account: m.text("account"), AWS: m.text("aws"), Token: m.text("token"),
		LeaveAlone: m.yes("leaveAlone"), Managed: m.yes("managed"),
	}
	if n := m["rights"]; n != nil && n.Kind == yaml.SequenceNode {
		w.Bindings = m.texts("rights")
	} else {
		w.Rights = m.text("rights")
	}
	if n := m["role"]; n != nil {
		o := members(n)
		w.Role = plan.RoleChoice{
			ARN: o.text("arn"), Trust: o.text("trust"), Name: o.text("name"), Policies: o.texts("policies"), Inline: o.texts("inline"), Line: n.Line,
		}
	}
	return w
}

func matchOf(n *yaml.Node, m values) plan.Match {
	return plan.Match{Kind: m.text("kind"), Namespace: m.text("namespace"), Name: m.text("name"), Line: n.Line}
}

// values are those of a mapping that is right by the table.
type values map[string]*yaml.Node

func members(n *yaml.Node) values {
	m := values{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		m[n.Content[i].Value] = n.Content[i+1]
	}
	return m
}

func (m values) text(key string) string {
	if n := m[key]; n != nil {
		return n.Value
	}
	return ""
}

func (m values) texts(key string) []string {
	n := m[key]
	if n == nil {
		return nil
	}
	list := make([]string, len(n.Content))
	for i, item := range n.Content {
		list[i] = item.Value
	}
	return list
}

func (m values) yes(key string) bool { return m[key] != nil }
