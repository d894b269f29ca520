package choices

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"podpass/internal/iam"
	"podpass/internal/plan"
	"podpass/internal/snapshot"
	"podpass/internal/waivers"
)

// What follows is what no table says: how values go together.

func join(words []string) string { return strings.Join(words, ", ") }

// workload: default is what workloads leave.
func (r *reader) workload(m values) {
	if m.text("account") == snapshot.Default {
		r.refuse(m["account"].Line, "account default is nobody's own", "choose another name")
	}
}

// binding: a RoleBinding has a namespace, a ClusterRoleBinding none, in which
// an account could be meant.
func (r *reader) binding(match plan.Match, m values) {
	in := match.Namespace != ""
	switch role, cluster := waivers.Match(match.Kind, snapshot.KindRoleBinding), waivers.Match(match.Kind, snapshot.KindClusterRoleBinding); {
	case !role && !cluster:
		r.refuse(m["kind"].Line, fmt.Sprintf("kind %s is none of a binding", quoted(match.Kind)), "write RoleBinding or ClusterRoleBinding")
	case role && !cluster && !in:
		r.refuse(match.Line, "an entry of bindings lacks namespace", "write the namespace of the RoleBinding")
	case cluster && !role && in && !waivers.Match(match.Namespace, ""):
		r.refuse(m["namespace"].Line, "a ClusterRoleBinding has no namespace", "leave it out")
	}
	if n := m["accounts"]; n != nil && !in {
		for _, item := range n.Content {
			if !strings.Contains(item.Value, "/") {
				r.refuse(item.Line, fmt.Sprintf("account %s of a ClusterRoleBinding may be in any namespace", quoted(item.Value)), "write NAMESPACE/NAME")
			}
		}
	}
}

// tagKeys: those of IAM differ in more than case, and aws: is AWS's own.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
func (r *reader) tagKeys(n *yaml.Node) {
	var seen []string
	for i := 0; i < len(n.Content); i += 2 {
		key := strings.ToLower(n.Content[i].Value)
		switch {
		case strings.HasPrefix(key, "aws:"):
			r.refuse(n.Content[i].Line, fmt.Sprintf("key %s of a tag begins with aws:", quoted(n.Content[i].Value)), "such tags are for AWS alone: name it otherwise")
		case slices.Contains(seen, key):
			r.refuse(n.Content[i].Line, fmt.Sprintf("key %s of a tag differs from another in case alone", quoted(n.Content[i].Value)), "IAM takes them for one: leave one of them")
		}
		seen = append(seen, key)
	}
}

// origin is where the partition of a file comes from.
type origin struct {
	partition, what string
	line            int
}

// partitions compares all that tells a partition with the first: providers and
// roles of different partitions do not meet.
func (r *reader) partitions(n *yaml.Node, c *plan.Choices) {
	line := 1
	m := values{}
	if n != nil {
		m, line = members(n), n.Line
	}
	at := func(key string) int {
		if v := m[key]; v != nil {
			return v.Line
		}
		return line
	}
	var all []origin
	add := func(partition, what string, line int) {
		if partition != "" {
			all = append(all, origin{partition, what, line})
		}
	}
	k := &c.Cluster
	add(k.Partition, "partition", at("partition"))
	if k.Region != "" {
		add(iam.RegionPartition(k.Region), "region", at("region"))
	}
	if host := strings.TrimPrefix(k.Issuer, "https://"); strings.HasPrefix(host, "oidc.eks.") || strings.HasPrefix(host, "oidc-eks.") {
		add(iam.Partition(host), "issuer", at("issuer"))
	}
	add(partitionOf(k.Boundary), "boundary", at("boundary"))
	for i := range c.Workloads {
		role := &c.Workloads[i].Role
		for _, arn := range append([]string{role.ARN}, role.Policies...) {
			add(partitionOf(arn), "role", role.Line)
		}
	}
	for _, o := range all[min(1, len(all)):] {
		if first := all[0]; o.partition != first.partition {
			r.refuse(o.line, fmt.Sprintf("%s is of the partition %s, but %s in line %d is of %s", o.what, o.partition, first.what, first.line, first.partition),
				"what is of different partitions does not meet: mend one of them")
		}
	}
}

// partitionOf is that of an ARN; "" of none.
func partitionOf(arn string) string { return strings.SplitN(arn+"::", ":", 3)[1] }

// twice refuses two entries for the same, of which one would count silently, and
// two workloads with the same account of their own.
func (r *reader) twice(c *plan.Choices) {
	seen := map[plan.Match]int{}
	again := func(list string, m plan.Match) {
		line := m.Line
		m.Line, m.Kind = 0, list+"\x00"+m.Kind
		if first, ok := seen[m]; ok {
			r.refuse(line, fmt.Sprintf("this entry of %s is for the same as that in line %d", list, first), "make one of them")
			return
		}
		seen[m] = line
	}
	names := map[plan.Match]int{}
	for _, w := range c.Workloads {
		again("workloads", w.Match)
		if w.Account == "" || !w.Exact() {
			continue
		}
		key := plan.Match{Namespace: w.Namespace, Name: w.Account}
		if first, ok := names[key]; ok {
			r.refuse(w.Line, fmt.Sprintf("account %s is chosen for the workload in line %d, too", quoted(w.Account), first), "choose another name for one of them")
			continue
		}
		names[key] = w.Line
	}
	for _, n := range c.Namespaces {
		again("namespaces", n.Match)
	}
	for _, b := range c.Bindings {
		again("bindings", b.Match)
	}
	for _, o := range c.References {
		again("references", o.Match)
	}
}
