package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/validation"

	"podpass/internal/config"
	"podpass/internal/iam"
	"podpass/internal/iam/trust"
	"podpass/internal/plainyaml"
)

// mostContextBytes bounds a file for --context.
const mostContextBytes = 1 << 20

// readLintContext reads what policies do not tell; nothing without a file. Its
// error is all that is wrong with the file.
func readLintContext(file string) (*trust.Context, error) {
	if file == "" {
		return &trust.Context{}, nil
	}
	data, err := readBounded(file, mostContextBytes)
	if err != nil {
		return nil, fmt.Errorf("read context %s: %w", file, cause(err))
	}
	r := contextReader{file: file}
	root, flaws := plainyaml.Read(data, mostContextBytes)
	for _, f := range flaws {
		r.problems = append(r.problems, config.Problem{File: file, Line: f.Line, Text: f.Text, Mend: f.Mend})
	}
	ctx := &trust.Context{}
	if root != nil {
		r.context(root, ctx)
	}
	if len(r.problems) > 0 {
		slices.SortStableFunc(r.problems, func(a, b config.Problem) int { return a.Line - b.Line })
		return nil, r.problems
	}
	return ctx, nil
}

// contextReader collects the problems of a file.
type contextReader struct {
	file     string
	problems config.Problems
}

// mostContextProblems bounds what is said of a file that is no context.
const mostContextProblems = 100

func (r *contextReader) wrong(n *yaml.Node, text, mend string) {
	if len(r.problems) < mostContextProblems {
		r.problems = append(r.problems, config.Problem{File: r.file, Line: n.Line, Text: text, Mend: mend})
	}
}

// members reads a mapping: each value by the function of its name.
type members map[string]func(*yaml.Node)

func (r *contextReader) mapping(n *yaml.Node, what string, known members) {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	fields := "its fields are " + strings.Join(names, ", ")
	if n.Kind != yaml.MappingNode {
		r.wrong(n, what+" must be a mapping", fields)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read := known[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || read == nil:
			r.wrong(key, what+" has a field that is not known", fields)
		case seen[key.Value]:
			r.wrong(key, key.Value+" stands twice", "leave one of them")
		default:
			seen[key.Value] = true
			read(value)
		}
	}
}

func (r *contextReader) list(n *yaml.Node, name string, item func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		r.wrong(n, name+" must be a list", "write [] for one that is empty, or leave it out where it is not known")
		return
	}
	for _, one := range n.Content {
		item(one)
	}
}

// text reads a string. What is not good is noted and given all the same, so
// that it does not count as missing.
func (r *contextReader) text(n *yaml.Node, name, mend string, good func(string) bool) string {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" || !good(n.Value) {
		r.wrong(n, name+" is not of its form", mend)
	}
	return n.Value
}

func (r *contextReader) context(root *yaml.Node, ctx *trust.Context) {
	r.mapping(root, "the context", members{
		"role": func(n *yaml.Node) { ctx.Role = r.role(n, "role") },
		"providers": func(n *yaml.Node) {
			ctx.Providers = []trust.Provider{}
			r.list(n, "providers", func(one *yaml.Node) { ctx.Providers = append(ctx.Providers, r.provider(one)) })
		},
		"nodeRoles": func(n *yaml.Node) {
			ctx.NodeRoles = []string{}
			r.list(n, "nodeRoles", func(one *yaml.Node) { ctx.NodeRoles = append(ctx.NodeRoles, r.role(one, "a node role")) })
		},
		"associations": func(n *yaml.Node) {
			ctx.Associations = []trust.Association{}
			r.list(n, "associations", func(one *yaml.Node) { ctx.Associations = append(ctx.Associations, r.association(one)) })
		},
		"meant": func(n *yaml.Node) {
			ctx.Meant = []trust.Meant{}
			r.list(n, "meant", func(one *yaml.Node) { ctx.Meant = append(ctx.Meant, r.meant(one)) })
		},
	})
}

func (r *contextReader) role(n *yaml.Node, name string) string {
	return r.text(n, name, "give the ARN of a role, arn:aws:iam::111122223333:role/NAME", func(s string) bool {
		c, err := iam.ParseCaller(s)
		return err == nil && c.Kind() == "role"
	})
}

func (r *contextReader) issuer(n *yaml.Node, name string) string {
	issuer := ""
	text := r.text(n, name, "give an issuer as the cluster does, https://oidc.eks.REGION.amazonaws.com/id/ID", func(s string) bool {
		var err error
		issuer, err = issuerOf(s)
		return err == nil
	})
	return cmp.Or(issuer, text)
}

func (r *contextReader) provider(n *yaml.Node) (p trust.Provider) {
	r.mapping(n, "a provider", members{
		"issuer": func(n *yaml.Node) { p.Issuer = r.issuer(n, "issuer") },
		"clientIds": func(n *yaml.Node) {
			p.ClientIDs = []string{}
			r.list(n, "clientIds", func(one *yaml.Node) {
				p.ClientIDs = append(p.ClientIDs, r.text(one, "a client id", "give a text, such as "+trust.DefaultAudience, func(s string) bool { return s != "" }))
			})
		},
	})
	if p.Issuer == "" && n.Kind == yaml.MappingNode {
		r.wrong(n, "a provider has no issuer", "give issuer")
	}
	return p
}

func (r *contextReader) association(n *yaml.Node) (a trust.Association) {
	r.mapping(n, "an association", members{
		"role": func(n *yaml.Node) { a.Role = r.role(n, "role") },
		"disableSessionTags": func(n *yaml.Node) {
			if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
				r.wrong(n, "disableSessionTags is not of its form", "write true or false")
			}
			a.DisableSessionTags = strings.EqualFold(n.Value, "true")
		},
	})
	if a.Role == "" && n.Kind == yaml.MappingNode {
		r.wrong(n, "an association has no role", "give role")
	}
	return a
}

func (r *contextReader) meant(n *yaml.Node) (m trust.Meant) {
	r.mapping(n, "an entry of meant", members{
		"provider": func(n *yaml.Node) { m.Provider = r.issuer(n, "provider") },
		"cluster": func(n *yaml.Node) {
			m.Cluster = r.text(n, "cluster", "give the ARN of the cluster, arn:aws:eks:REGION:111122223333:cluster/NAME", isClusterARN)
		},
		"audience": func(n *yaml.Node) {
			m.Audience = r.text(n, "audience", "give a client id of the provider, such as "+trust.DefaultAudience, func(s string) bool { return s != "" })
		},
		"namespace": func(n *yaml.Node) {
			m.Namespace = r.text(n, "namespace", "give the name of a namespace", func(s string) bool { return len(validation.IsDNS1123Label(s)) == 0 })
		},
		"serviceAccount": func(n *yaml.Node) {
			m.ServiceAccount = r.text(n, "serviceAccount", "give the name of a service account", func(s string) bool { return len(validation.IsDNS1123Subdomain(s)) == 0 })
		},
	})
	switch {
	case n.Kind != yaml.MappingNode:
	case (m.Provider == "") == (m.Cluster == ""):
		r.wrong(n, "an entry of meant has either provider or cluster", "give provider where pods use tokens, cluster for EKS Pod Identity")
	case m.Audience != "" && m.Cluster != "":
		r.wrong(n, "an entry of meant has both cluster and audience", "EKS Pod Identity has no audience: leave it out")
	case m.Namespace == "" || m.ServiceAccount == "":
		r.wrong(n, "an entry of meant lacks namespace or serviceAccount", "give both")
	}
	return m
}

func isClusterARN(s string) bool {
	parts := strings.SplitN(s, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && parts[2] == "eks" && strings.HasPrefix(parts[5], "cluster/") && !strings.ContainsAny(s, "*?")
}
