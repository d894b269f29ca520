package snapshot

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// AWS is what a pod, or the template of a workload, says of AWS credentials
// beside its account. Keys that stand in it are those of its object.
type AWS struct {
	Containers []Container `json:"containers,omitempty"` // those with something to say, in their order
	// Annotations are those that kube2iam or kiam read.
	Annotations []Annotation `json:"annotations,omitempty"`
	// Skipped are the containers that get no IAM role by their account, as the
	// annotation eks.amazonaws.com/skip-containers names them.
	Skipped []string `json:"skipped,omitempty"`
}

// Equal tells whether two say the same.
func (a *AWS) Equal(b *AWS) bool {
	if a == nil || b == nil || a == b {
		return a == b
	}
	return slices.Equal(a.Annotations, b.Annotations) && slices.Equal(a.Skipped, b.Skipped) && slices.EqualFunc(a.Containers, b.Containers, Container.equal)
}

// Container is what one container says of AWS credentials.
type Container struct {
	Name string `json:"name"`
	Type string `json:"type,omitempty"` // TypeInit or TypeEphemeral; empty: a plain one
	// Set, Empty and Hidden are the variables of CredentialVariables that a
	// literal value sets: to something, to nothing, and to what is filled in
	// elsewhere; Script are those that a script in its command sets. Sorted.
	Set    []string `json:"set,omitempty"`
	Empty  []string `json:"empty,omitempty"`
	Hidden []string `json:"hidden,omitempty"`
	Script []string `json:"script,omitempty"`
	// File is the value of AWS_SHARED_CREDENTIALS_FILE.
	File string `json:"credentialsFile,omitempty"`
	Uses []Use  `json:"uses,omitempty"` // of Secrets and ConfigMaps of its namespace
	Tool *Tool  `json:"tool,omitzero"`  // that it runs
	// At is, with detail, the place of the container in its list, from 0, and
	// Chain are the variables of ChainVariables that a literal value sets, sorted.
	At    int      `json:"at,omitzero"`
	Chain []string `json:"chain,omitempty"`
}

// ChainVariables lists the environment variables that turn AWS SDKs to another
// provider than the role of the pod's account, beside those of keys.
// https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html
func ChainVariables() []string {
	return []string{
		"AWS_CONFIG_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_DEFAULT_PROFILE", "AWS_PROFILE",
		"AWS_ROLE_ARN", "AWS_SESSION_TOKEN", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
	}
}

// Says tells whether it says anything but its name.
func (c *Container) Says() bool {
	return len(c.Set)+len(c.Empty)+len(c.Hidden)+len(c.Script)+len(c.Uses)+len(c.Chain) > 0 || c.Tool != nil
}

// LooksFor tells whether SDKs in the container look for a credentials file
// where a use mounts one: in .aws of whatever home, or at the path of File.
func (c *Container) LooksFor(u *Use) bool {
	at := path.Clean(u.As)
	return u.How == UseVolume && (path.Base(at) == ".aws" || strings.HasSuffix(at, "/.aws/credentials") ||
		c.File != "" && (at == path.Clean(c.File) || strings.HasPrefix(path.Clean(c.File), at+"/")))
}

// Types of containers.
const (
	TypeInit      = "init"
	TypeEphemeral = "ephemeral"
)

func (c Container) equal(o Container) bool {
	if (c.Tool == nil) != (o.Tool == nil) || c.Tool != nil && *c.Tool != *o.Tool {
		return false
	}
	return c.Name == o.Name && c.Type == o.Type && c.At == o.At && slices.Equal(c.Chain, o.Chain) && c.File == o.File && slices.Equal(c.Set, o.Set) && slices.Equal(c.Empty, o.Empty) &&
		slices.Equal(c.Hidden, o.Hidden) && slices.Equal(c.Script, o.Script) && slices.Equal(c.Uses, o.Uses)
}

// CredentialVariables lists the environment variables from which AWS SDKs take
// an access key id or a secret access key, those of the id first. The second
// of each pair is an older name, which only some still read.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html
func CredentialVariables() []string {
	return []string{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"}
}

// Use is a use that a container makes of a Secret or ConfigMap.
type Use struct {
	Kind  string `json:"kind"` // KindSecret or KindConfigMap
	Name  string `json:"name"`
	Entry string `json:"entry,omitempty"` // of its data; empty: all
	How   string `json:"how"`             // UseEnv, UseEnvFrom or UseVolume
	As    string `json:"as,omitempty"`    // the variable, the prefix of variables, or the path of the mount
	// Optional is set where the container starts without it too.
	Optional bool `json:"optional,omitzero"`
	// At is, with detail, the place from 0 of what uses it in its list: of the
	// variable in env, of the source in envFrom, of the mount in volumeMounts.
	At int `json:"at,omitzero"`
	// Volume is, with detail, the name of the volume of a mount.
	Volume string `json:"volume,omitempty"`
}

// Values of Use.How.
const (
	UseEnv     = "env"
	UseEnvFrom = "envFrom"
	UseVolume  = "volume"
)

// Tool is kube2iam or kiam.
type Tool struct {
	Name string `json:"name"` // Kube2IAM or Kiam
	By   string `json:"by"`   // ByImage or ByArguments
	// The annotations of pods and namespaces that it reads by other names than
	// it does by default.
	RoleKey       string `json:"roleKey,omitempty"`
	ExternalIDKey string `json:"externalIDKey,omitempty"`
	NamespaceKey  string `json:"namespaceKey,omitempty"`
	// Base is what it puts in front of the name of a role: arn:…:role/, perhaps
	// with a path.
	Base string `json:"base,omitempty"`
}

// Tools, and how they are told.
const (
	Kube2IAM    = "kube2iam"
	Kiam        = "kiam"
	ByImage     = "image"
	ByArguments = "arguments"
)

// Annotation is one of a pod, template or namespace.
type Annotation struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Holder is a Secret or ConfigMap that holds a key, or that a container takes
// credentials from. Its keys are in Meta; nothing of its data is kept.
type Holder struct {
	Meta
	Kind    string  `json:"kind"`
	Entries []Entry `json:"entries,omitempty"` // those that containers take credentials from, sorted
	More    int     `json:"more,omitzero"`     // how many others there are, with detail
}

// Entry is an entry of the data of a Holder.
type Entry struct {
	Name  string `json:"name"`
	Empty bool   `json:"empty,omitzero"`
	// Hidden is set where what stands there is filled in elsewhere, as by
	// SOPS, or by a tool that replaces placeholders.
	Hidden bool `json:"hidden,omitzero"`
}

// KeyIn tells whether a key, or half of one, is in an entry; an empty one
// stands for all.
func (h *Holder) KeyIn(entry string) bool {
	for _, k := range h.Keys {
		for _, at := range k.At {
			if entry == "" || at.Name == entry && at.Field != FieldAnnotation {
				return true
			}
		}
	}
	return false
}

// Ref names the holder.
func (h *Holder) Ref() Ref { return Ref{h.Kind, h.Namespace, h.Name} }

// Entry finds an entry; false where it was not there or nothing takes
// credentials from it.
func (h *Holder) Entry(name string) (Entry, bool) {
	i, ok := slices.BinarySearchFunc(h.Entries, name, func(e Entry, name string) int { return cmp.Compare(e.Name, name) })
	if !ok {
		return Entry{}, false
	}
	return h.Entries[i], true
}
