package plan

import (
	"fmt"
	"strconv"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/waivers"
)

// lines writes an entry of a choices file: the list, the object, then what is
// chosen. A line that starts with "#" is another answer.
func lines(list string, o audit.Object, answers ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:\n", list)
	first := "- "
	put := func(key, value string) {
		fmt.Fprintf(&b, "%s%s: %s\n", first, key, value)
		first = "  "
	}
	if list != "namespaces" {
		put("kind", scalar(waivers.Escape(o.Kind)))
		if o.Namespace != "" {
			put("namespace", scalar(waivers.Escape(o.Namespace)))
		}
	}
	put("name", scalar(waivers.Escape(nameIn(list, o))))
	for _, answer := range answers {
		if rest, other := strings.CutPrefix(answer, "#"); other {
			fmt.Fprintf(&b, "  # or: %s\n", strings.TrimSpace(rest))
			continue
		}
		fmt.Fprintf(&b, "  %s\n", answer)
	}
	return b.String()
}

// nameIn: an entry of a namespace is named by it, also where the decision is on
// an account of it.
func nameIn(list string, o audit.Object) string {
	if list == "namespaces" && o.Namespace != "" {
		return o.Namespace
	}
	return o.Name
}

func linesLeave(list string, o audit.Object) string { return lines(list, o, "leaveAlone: true") }

func linesManaged(list string, o audit.Object) string {
	if list == "references" {
		return linesHandled(o)
	}
	return lines(list, o, "managed: true  # its source is changed at the same time", "#leaveAlone: true")
}

func linesOther(mv *move) string {
	return lines("workloads", mv.object, "account: "+scalar(audit.CutName(mv.object.Name+"-"+strings.ToLower(mv.object.Kind), audit.MaxName)))
}

func linesRights(mv *move) string {
	return lines("workloads", mv.object, "rights: none", "#rights: all", "#rights: [RoleBinding NAMESPACE/NAME, ClusterRoleBinding NAME]")
}

func linesLock(namespace string) string {
	return lines("namespaces", audit.Object{Name: namespace}, "lock: true", "#leaveAlone: true")
}

func linesGroup(o audit.Object, namespace string) string {
	return lines("bindings", o, "accounts: ["+scalar(namespace+"/NAME")+"]", "#leaveAlone: true")
}

func linesHandled(o audit.Object) string { return lines("references", o, "handled: true") }

// scalar writes a string as YAML: plain where no reader takes it for anything
// else.
func scalar(s string) string {
	plain := s != ""
	for _, r := range s {
		plain = plain && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '.' || r >= '0' && r <= '9' || r == '/')
	}
	if !plain || !(s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z') || word11(s) {
		return strconv.QuoteToASCII(s)
	}
	return s
}

// word11 tells the words that YAML 1.1 takes for booleans or null.
func word11(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return true
	}
	return false
}

func linesRole(mv *move, proposed RoleChoice) string {
	arn := proposed.ARN
	if arn == "" {
		arn = "arn:aws:iam::ACCOUNT:role/NAME"
	}
	return lines("workloads", mv.object, "aws: irsa", "role: {arn: "+scalar(arn)+"}", "#role: {policies: ["+scalar("arn:aws:iam::aws:policy/NAME")+"]}", "#aws: none")
}

func linesPermissions(mv *move) string {
	return lines("workloads", mv.object, "aws: irsa", "role: {policies: ["+scalar("arn:aws:iam::aws:policy/NAME")+"]}", "#role: {arn: "+scalar("arn:aws:iam::ACCOUNT:role/NAME")+"}", "#aws: none")
}

func linesCluster(lacking []string) string {
	examples := map[string]string{
		"issuer": "https://oidc.eks.REGION.amazonaws.com/id/ID", "accountId": "\"111122223333\"", "partition": "aws", "region": "eu-central-1", "name": "NAME",
	}
	var b strings.Builder
	b.WriteString("cluster:\n")
	for _, key := range lacking {
		fmt.Fprintf(&b, "  %s: %s\n", key, examples[key])
	}
	return b.String()
}
