package references

import (
	"bytes"
	"cmp"
	"strings"

	"go.yaml.in/yaml/v3"

	"podpass/internal/snapshot"
)

// entryReaders are for configurations that stand in an entry of a ConfigMap, and name
// the account of the pods that a program makes.
//
// Sources: the owner table of docs/references.md.
func entryReaders() []entryReader {
	return []entryReader{
		{isTekton, "data[default-service-account]", tektonDefaults},
		{isGitLab, "[runners.kubernetes] service_account", gitLab},
		{isJenkins, "jenkins.clouds[].kubernetes.templates[].serviceAccount", jenkins},
	}
}

type entryReader struct {
	is    func(name string, value []byte) bool
	field string
	read  func(x *extraction, entry string, value []byte)
}

// Speaks tells whether an entry may be one that Entry finds something in.
func Speaks(name string, value []byte) bool {
	for _, r := range entryReaders() {
		if r.is(name, value) {
			return true
		}
	}
	return false
}

// Entry gives the references in an entry of a ConfigMap: accounts as which
// CI systems run pods. Their Value is but the part of the entry that names the
// account, and their Pointer the whole entry. They stand in the order of the text.
func Entry(about snapshot.Meta, name string, value []byte) []snapshot.Reference {
	about.Keys = nil
	x := &extraction{kind: &Kind{Group: snapshot.GroupCore, Name: snapshot.KindConfigMap}, meta: about}
	for _, r := range entryReaders() {
		if !r.is(name, value) {
			continue
		}
		from := len(x.found)
		r.read(x, name, value)
		for i := range x.found[from:] {
			x.found[from+i].Field = r.field
		}
	}
	return x.found
}

// pods adds the account that pods in a namespace run as: the one named, or
// default.
func (x *extraction) pods(entry, account, namespace string, loose bool) {
	at := node{"/data/" + escape(entry), account}
	if !isSpace(namespace) { // not told, or by a variable
		namespace, loose = anyName, true
	}
	base := snapshot.Reference{Use: snapshot.RunsAs, Loose: loose}
	if account != "" {
		x.take(at, named(namespace), base)
		return
	}
	base.Use, base.Form, base.Of = snapshot.FallsBack, snapshot.FormName, snapshot.Names{Namespace: namespace, Name: snapshot.Default}
	x.add(at, base)
}

// isTekton: https://tekton.dev/docs/pipelines/additional-configs/
func isTekton(name string, _ []byte) bool { return name == "default-service-account" }

// tektonDefaults: it is the account of all runs that name none.
func tektonDefaults(x *extraction, entry string, value []byte) {
	if x.meta.Name == "config-defaults" {
		x.pods(entry, strings.TrimSpace(string(value)), anyName, true)
	}
}

const gitLabSection = "[runners.kubernetes]"

// isGitLab: https://docs.gitlab.com/runner/executors/kubernetes/
func isGitLab(_ string, value []byte) bool { return bytes.Contains(value, []byte(gitLabSection)) }

// gitLab reads the lines of a config.toml: one section for each runner. Where
// jobs may overwrite its settings, these are not certain.
func gitLab(x *extraction, entry string, value []byte) {
	var settings map[string]string
	end := func() {
		if settings != nil {
			loose := settings["service_account_overwrite_allowed"] != "" || settings["namespace_overwrite_allowed"] != ""
			x.pods(entry, settings["service_account"], settings["namespace"], loose)
		}
		settings = nil
	}
	for line := range strings.SplitSeq(string(value), "\n") {
		line = strings.TrimSpace(line)
		key, text, isSetting := strings.Cut(line, "=")
		switch {
		case line == gitLabSection:
			end()
			settings = map[string]string{}
		case strings.HasPrefix(line, "["):
			end()
		case isSetting && settings != nil:
			settings[strings.TrimSpace(key)] = strings.Trim(strings.TrimSpace(text), `"'`)
		}
	}
	end()
}

// isJenkins: https://plugins.jenkins.io/kubernetes/, as code.
func isJenkins(_ string, value []byte) bool {
	return bytes.Contains(value, []byte("clouds:")) && bytes.Contains(value, []byte("kubernetes:")) && bytes.Contains(value, []byte("templates:"))
}

// jenkins reads the templates of agents. One that inherits, or brings a pod's
// YAML, may have its account from there.
func jenkins(x *extraction, entry string, value []byte) {
	for cloud := range decoded(value).field("jenkins", "clouds").each() {
		kubernetes := cloud.field("kubernetes")
		for template := range kubernetes.field("templates").each() {
			loose := template.field("inheritFrom").text() != "" || template.field("yaml").text() != ""
			namespace := cmp.Or(template.field("namespace").text(), kubernetes.field("namespace").text())
			x.pods(entry, template.field("serviceAccount").text(), namespace, loose)
		}
	}
}

// decoded reads YAML; what is none holds nothing. Its parser is known to panic.
func decoded(text []byte) (n node) {
	defer func() {
		if recover() != nil {
			n = node{}
		}
	}()
	var value any
	if yaml.Unmarshal(text, &value) != nil {
		return node{}
	}
	return node{value: value}
}
