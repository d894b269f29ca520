package collect

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"podpass/internal/keys"
	"podpass/internal/snapshot"
)

// Annotations of pods and namespaces by which kube2iam and kiam give roles.
// https://github.com/jtblin/kube2iam#kubernetes-annotation
// https://github.com/uswitch/kiam#overview
const annotationsIAM = "iam.amazonaws.com/"

// mayNameRole tells annotations that kube2iam or kiam may read. Under which
// names they do is known only when all objects are read, since flags change
// it; so what has the form of a role's name, or of a list of them, counts
// whatever its name.
func mayNameRole(name, value []byte) bool {
	value = bytes.TrimSpace(value)
	switch {
	case bytes.HasPrefix(name, []byte(annotationsIAM)):
		return true
	case len(value) == 0 || len(value) > 2048, ours(name):
		return false
	case value[0] == '[':
		return value[len(value)-1] == ']' && bytes.IndexByte(value, '"') > 0
	}
	letter := false
	for _, c := range value {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letter = true
		case c >= '0' && c <= '9', bytes.IndexByte([]byte("+=,.@_/:-${}"), c) >= 0:
		default:
			return false
		}
	}
	return letter && string(value) != "true" && string(value) != "false"
}

// MayCount tells whether an annotation may hold a key or name a role.
func MayCount(name, value []byte) bool {
	return string(name) == annotationSkip || keys.Worth(name, value) || mayNameRole(name, value)
}

// ours tells annotations of Kubernetes and of tools that write one to most
// pods, which nobody makes kube2iam read.
func ours(name []byte) bool {
	domain, _, found := bytes.Cut(name, []byte("/"))
	return found && !bytes.Contains(name, []byte("iam")) && !bytes.Contains(name, []byte("role")) && (bytes.HasSuffix(domain, []byte("k8s.io")) || bytes.HasSuffix(domain, []byte("kubernetes.io")) ||
		slices.Contains([]string{"prometheus.io", "checksum", "cni.projectcalico.org", "helm.sh", "meta.helm.sh"}, string(domain)))
}

// toolOf tells whether a container runs kube2iam or kiam: by the last part of
// its image's name, which must be just that, else by its command and its
// flags, since images are renamed.
func toolOf(image string, words []string) *snapshot.Tool {
	name, by, script := base(image), snapshot.ByImage, split(words)
	if name == otherController || len(script) > 0 && path.Base(script[0]) == otherController {
		return nil
	}
	if name != snapshot.Kube2IAM && name != snapshot.Kiam {
		name, by = commandOf(script), snapshot.ByArguments
	}
	if name == "" {
		return nil
	}
	t := &snapshot.Tool{Name: name, By: by}
	if t.Name == snapshot.Kube2IAM {
		t.RoleKey, t.NamespaceKey = valueOf(script, "--iam-role-key"), valueOf(script, "--namespace-key")
		t.ExternalIDKey = valueOf(script, "--iam-external-id")
	}
	// https://github.com/jtblin/kube2iam#base-arn-auto-discovery,
	// https://github.com/uswitch/kiam/blob/master/docs/IAM.md
	t.Base = cmp.Or(valueOf(script, "--base-role-arn"), valueOf(script, "--role-base-arn"))
	return t
}

// otherController has a flag of kube2iam's, and is none: it writes keys of roles
// into Secrets.
const otherController = "kube-aws-iam-controller"

// base gives the last part of an image's name, without tag and digest.
func base(image string) string {
	image, _, _ = strings.Cut(image, "@")
	name, _, _ := strings.Cut(image[strings.LastIndexByte(image, '/')+1:], ":")
	return name
}

// mayBeOfTool tells long words that toolOf looks at: those in which a flag or a
// name of a tool can be.
func mayBeOfTool(word []byte) bool {
	return bytes.Contains(word, []byte("iam")) || bytes.Contains(word, []byte("--"))
}

// separators stand between the commands of a script.
var separators = strings.NewReplacer(";", " ; ", "&&", " ; ", "||", " ; ", "|", " ; ", "\n", " ; ")

// split gives the words of a command line, those of scripts in it too.
func split(words []string) []string {
	var script []string
	for _, word := range words {
		if !strings.ContainsAny(word, " \t\n;&|\"'()") {
			script = append(script, word)
			continue
		}
		script = append(script, strings.FieldsFunc(separators.Replace(word),
			func(r rune) bool { return strings.ContainsRune(" \t\"'()\\", r) })...)
	}
	return script
}

// Flags by which the tools are told where nothing else does. One of the first
// list is enough. Of the second it takes three, of kiam's two, or one with one
// that is common, behind the word agent or server, by which kiam starts.
// https://github.com/jtblin/kube2iam/blob/master/cmd/main.go
// https://github.com/uswitch/kiam/tree/master/cmd/kiam
var (
	kube2iamFlags = []string{
		"--base-role-arn", "--auto-discover-base-arn", "--auto-discover-default-role", "--iam-role-key", "--iam-external-id",
		"--iam-role-session-ttl", "--iam-role-error-ttl", "--resolve-duplicate-cache-ips",
	}
	kube2iamMore = []string{"--namespace-restrictions", "--namespace-restriction-format", "--namespace-key", "--metadata-addr", "--host-interface", "--host-ip", "--iptables"}
	kiamFlags    = []string{"--role-base-arn", "--role-base-arn-autodetect", "--disable-strict-namespace-regexp", "--gateway-timeout-creation"}
	kiamMore     = []string{"--server-address", "--server-address-refresh", "--allow-route-regexp", "--whitelist-route-regexp", "--assume-role-arn", "--prefetch-buffer-size"}
	// Many programs have these.
	kiamBeside = []string{"--host-interface", "--iptables", "--json-log", "--prometheus-listen-addr", "--session-duration", "--session-refresh", "--sync"}
)

// commandOf tells the tool that a command line starts; empty for none.
func commandOf(script []string) string {
	if len(script) == 0 {
		return ""
	}
	start := true
	for i, word := range script {
		name := path.Base(word)
		switch {
		case start && name == snapshot.Kube2IAM:
			return snapshot.Kube2IAM
		case start && name == snapshot.Kiam && i+1 < len(script) && (script[i+1] == "agent" || script[i+1] == "server"):
			return snapshot.Kiam
		}
		start = word == ";" || word == "exec" || word == "--" || start && (strings.Contains(word, "=") || wraps(name))
	}
	part := slices.Contains([]string{"agent", "server"}, script[0]) || len(script) > 1 && slices.Contains([]string{"agent", "server"}, script[1])
	switch {
	case has(script, kiamFlags, 1), part && (has(script, kiamMore, 2) || has(script, kiamMore, 1) && has(script, kiamBeside, 1)):
		return snapshot.Kiam
	case has(script, kube2iamFlags, 1), has(script, kube2iamMore, 3), has(script, []string{"--host-ip", "--iptables", "--node"}, 3):
		return snapshot.Kube2IAM
	}
	return ""
}

// wraps tells commands that start the one behind them.
func wraps(name string) bool {
	return slices.Contains([]string{"sh", "bash", "ash", "-c", "-ec", "-xc", "-exc", "-e", "-x", "env", "nice", "tini", "dumb-init", "sudo", "su-exec", "gosu", "nohup", "time"}, name)
}

func has(script, flags []string, enough int) bool {
	seen := 0
	for _, flag := range flags {
		if slices.ContainsFunc(script, func(word string) bool { return word == flag || strings.HasPrefix(word, flag+"=") }) {
			seen++
		}
	}
	return seen >= enough
}

// valueOf gives the value of a flag; empty where it is not given or known only
// at run time.
func valueOf(script []string, flag string) string {
	value := ""
	for i, word := range script {
		switch {
		case strings.HasPrefix(word, flag+"="):
			value = word[len(flag)+1:]
		case word == flag && i+1 < len(script):
			value = script[i+1]
		}
	}
	if strings.Contains(value, "$") {
		return ""
	}
	return value
}
