package audit

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"podpass/internal/snapshot"
)

// fix builds the text of Result.Fix: prose, commands behind "$ " and YAML
// between "---" lines.
type fix struct{ lines []string }

// say adds a line of prose. A line break in a name would make a line of its
// own, perhaps one that looks like a command: it is written out.
func (f *fix) say(format string, a ...any) {
	line := strings.ReplaceAll(fmt.Sprintf(format, a...), "\n", `\n`)
	f.lines = append(f.lines, strings.ReplaceAll(line, "\r", `\r`))
}

// run adds a command. Every word is quoted for a POSIX shell where need be.
// Names that would be shown altered, as with control characters, which RBAC
// objects may have, are not for pasting: there is no command for them.
func (f *fix) run(words ...string) {
	quoted := make([]string, len(words))
	for i, word := range words {
		if strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(word) {
			f.say("%s holds characters that cannot be shown: change it through the API, not in a shell.", strconv.QuoteToASCII(word))
			return
		}
		quoted[i] = shell(word)
	}
	f.lines = append(f.lines, "$ "+strings.Join(quoted, " "))
}

func (f *fix) yaml(text string) {
	f.lines = append(f.lines, "---", strings.TrimSuffix(text, "\n"), "---")
}

func (f *fix) String() string { return strings.Join(f.lines, "\n") }

func shell(word string) string {
	if plainWord(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func plainWord(word string) bool {
	for _, r := range word {
		ok := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,@", r)
		if !ok {
			return false
		}
	}
	return word != ""
}

// scalar writes a string as a YAML scalar: plain where no reader could take it
// for anything else, else in double quotes.
func scalar(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' || word11(s) || s[len(s)-1] == '-' {
		return strconv.QuoteToASCII(s)
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' {
			return strconv.QuoteToASCII(s)
		}
	}
	return s
}

// word11 tells the words that YAML 1.1 takes for booleans or null.
func word11(s string) bool {
	switch s {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return true
	}
	return false
}

// byController tells whether a change beside the object's source would not
// last, and adds where the change belongs.
func (f *fix) byController(m *snapshot.Manager, o Object) bool {
	if m == nil || m.By == snapshot.ByKubernetes {
		return false
	}
	name := map[string]string{
		snapshot.ByArgoCD: "Argo CD", snapshot.ByFlux: "Flux", snapshot.ByHelm: "Helm",
		snapshot.ByEKS: "Amazon EKS", snapshot.ByEKSAddon: "An EKS add-on",
	}[m.By]
	if m.Source != "" {
		name = m.Source
	}
	f.say("%s manages %s: make the change in its source, since one in the cluster does not last.", name, ref(o))
	return true
}

// target names an object for kubectl in one word, kind/name, so that a name
// which starts with a dash is no flag.
func target(kind, name string) string { return strings.ToLower(kind) + "/" + name }

// inFile says where a template is to be changed, for objects that are not
// taken from a running cluster.
func inFile(m *snapshot.Meta) string {
	if m == nil || m.Source == nil {
		return ""
	}
	return fmt.Sprintf(" (%s:%d)", m.Source.File, m.Source.Line)
}

func managedBy(m *snapshot.Manager) string {
	if m == nil {
		return ""
	}
	return m.By
}

// accountYAML writes an account with what the old one hands on.
func accountYAML(namespace, name string, automount snapshot.Tri, pullSecrets []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: %s\n  namespace: %s\n", scalar(name), scalar(namespace))
	switch automount {
	case snapshot.False:
		b.WriteString("automountServiceAccountToken: false\n")
	case snapshot.True:
		b.WriteString("automountServiceAccountToken: true\n")
	}
	if len(pullSecrets) > 0 {
		b.WriteString("imagePullSecrets:\n")
		for _, secret := range pullSecrets {
			fmt.Fprintf(&b, "- name: %s\n", scalar(secret))
		}
	}
	return b.String()
}
