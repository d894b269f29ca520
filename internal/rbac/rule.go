package rbac

import (
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// Right is a rule of a grant, in the API's words.
type Right struct {
	Text string // "get, list secrets, pods/exec", as kubectl writes resources
	// Void is why it has no effect; empty where it has one.
	Void string
}

// Rights lists the rules of a grant as RBAC resolves them: with the parts
// that have no effect told apart.
func (g *Grant) Rights() []Right {
	var out []Right
	for _, rule := range g.Role.Rules {
		out = append(out, g.split(rule)...)
	}
	return out
}

// Effective tells whether the grant allows anything at all, as far as its
// role is known.
func (g *Grant) Effective() bool {
	return slices.ContainsFunc(g.Rights(), func(r Right) bool { return r.Void == "" })
}

// split gives the parts of a rule that have an effect through this binding,
// and those that have none.
func (g *Grant) split(rule snapshot.Rule) []Right {
	if len(rule.Verbs) == 0 || len(rule.NonResourceURLs) == 0 && (len(rule.APIGroups) == 0 || len(rule.Resources) == 0) {
		return []Right{{Text: Text(rule), Void: "it names no verb, group or resource"}}
	}
	var out []Right
	if urls := rule; len(rule.NonResourceURLs) > 0 {
		urls.Resources = nil
		out = append(out, Right{Text: Text(urls), Void: g.voidURLs()})
	}
	var effective, void []string
	for _, resource := range rule.Resources {
		if g.Binding.Namespace != "" && voidResource(rule, resource) {
			void = append(void, resource)
		} else {
			effective = append(effective, resource)
		}
	}
	rule.NonResourceURLs = nil
	if rule.Resources = effective; len(effective) > 0 {
		out = append(out, Right{Text: Text(rule)})
	}
	if rule.Resources = void; len(void) > 0 {
		out = append(out, Right{Text: Text(rule), Void: "a RoleBinding gives no rights on cluster-scoped resources"})
	}
	return out
}

func (g *Grant) voidURLs() string {
	if g.Binding.Namespace == "" {
		return ""
	}
	return "a RoleBinding gives no rights on URLs"
}

func voidResource(rule snapshot.Rule, resource string) bool {
	for _, group := range rule.APIGroups {
		for _, verb := range rule.Verbs {
			if namespaced(group, resource, verb) {
				return false
			}
		}
	}
	return true
}

// Text writes a rule on one line: "verbs resources", resources as kubectl
// writes them (deployments.apps/scale), names in brackets.
func Text(rule snapshot.Rule) string {
	var b strings.Builder
	b.WriteString(strings.Join(rule.Verbs, ", "))
	if len(rule.Verbs) == 0 {
		b.WriteString("(no verb)")
	}
	var things []string
	for _, url := range rule.NonResourceURLs {
		if url == "*" {
			url = "all URLs"
		}
		things = append(things, url)
	}
	for _, resource := range rule.Resources {
		for _, group := range rule.APIGroups {
			things = append(things, resourceText(group, resource))
		}
		if len(rule.APIGroups) == 0 {
			things = append(things, resource+" (no API group)")
		}
	}
	b.WriteString(" " + strings.Join(things, ", "))
	if len(rule.ResourceNames) > 0 {
		b.WriteString(" [" + strings.Join(rule.ResourceNames, ", ") + "]")
	}
	return b.String()
}

func resourceText(group, resource string) string {
	name, sub, hasSub := strings.Cut(resource, "/")
	if group != "" {
		name += "." + group
	}
	if hasSub {
		name += "/" + sub
	}
	return name
}
