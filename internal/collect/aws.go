package collect

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"podpass/internal/keys"
	"podpass/internal/snapshot"
)

// AWS gathers what one object after the other says of AWS credentials: the
// keys that stand in it, and what its containers take from Secrets and
// ConfigMaps. Bytes that it is given need not outlive the object.
//
// It keeps more than a rule needs, since an object alone does not tell what
// that is: Prune drops the rest once all are read. The zero value is ready; it
// is for one goroutine.
type AWS struct {
	// Detail makes it note where in the object things stand, and signs of what
	// uses the token (see Signs). It is set before the first Begin.
	Detail bool
	detail detail

	intern snapshot.Interner
	scan   keys.Scan
	cut    bool

	volumes     []source
	containers  []container
	annotations []snapshot.Annotation
	skipped     []string

	last      *snapshot.AWS // what the pod before said
	namespace string        // of that pod
	lastKeys  []snapshot.Key
}

// source is a Secret or ConfigMap in a volume.
type source struct {
	volume, kind, name string
	optional           bool
	items              []item // those that are in the volume; none: all
}

// item is an entry and the file of the volume that it becomes.
type item struct{ key, path string }

// mount is one volumeMount of a container.
type mount struct {
	volume, path, sub string
	place             int // see AWS.place
}

// container is one that is being read.
type container struct {
	kept   snapshot.Container
	from   []snapshot.Use // envFrom
	env    []snapshot.Use
	mounts []mount
	image  string
	words  []string // command and args
	flag   string   // the last word, if it is a flag
	empty  []string // variables of any name that are set to nothing

	variables, sources, volumeMounts int // seen so far
}

// Begin starts a new object.
func (a *AWS) Begin() {
	a.scan, a.cut = keys.Scan{}, false
	a.volumes, a.annotations, a.skipped = a.volumes[:0], a.annotations[:0], nil
	a.containers = a.containers[:0]
	a.detail.begin()
}

// Keys gives the keys that were seen since Begin.
func (a *AWS) Keys() []snapshot.Key {
	found := a.scan.Keys()
	if len(found) > 0 && slices.EqualFunc(found, a.lastKeys, sameKey) {
		return a.lastKeys
	}
	if len(found) > 0 {
		a.lastKeys = found
	}
	return found
}

func sameKey(a, b snapshot.Key) bool {
	return a.ID == b.ID && a.Secret == b.Secret && a.Example == b.Example && a.Profile == b.Profile && slices.Equal(a.At, b.At)
}

// Cut tells whether something was too much to be looked into since Begin.
func (a *AWS) Cut() bool { return a.cut || a.scan.Cut() }

// Gap tells of that; where it is, the caller fills in.
func Gap(of snapshot.Ref) snapshot.Gap {
	return snapshot.Gap{
		Namespace: of.Namespace,
		Reason:    of.String() + ": a value in it is packed or encoded in a way that inflates beyond what is looked into for keys",
		Grant:     "look for keys in it by other means, or take that value out",
		Kinds:     []string{snapshot.KindKey},
		Object:    &of,
	}
}

// CutEntry notes an entry that was not read to its end.
func (a *AWS) CutEntry() { a.cut = true }

// Entry looks into an entry of data, decoded.
func (a *AWS) Entry(field string, name, value []byte) {
	if keys.Worth(name, value) {
		a.scan.Add(snapshot.Place{Field: field, Name: string(name)}, string(name), value)
	}
}

// Decoded looks into an entry of a Secret's data, decoded. Whoever wrote a key
// there as it is, without encoding it, made the API server decode it to bytes
// that are no text; encoded again it is what they wrote.
func (a *AWS) Decoded(name, value []byte) {
	const id, secret = 15, 30 // bytes that a key of 20 or 40 characters decodes to
	if (len(value) == id || len(value) == secret) && !keys.Worth(name, value) {
		value = base64.StdEncoding.AppendEncode(nil, value)
	}
	a.Entry(snapshot.FieldData, name, value)
}

// annotationSkip names containers to which the webhook of IRSA gives nothing.
const annotationSkip = "eks.amazonaws.com/skip-containers"

// Annotation looks into an annotation. Those of pods and namespaces may name
// roles.
func (a *AWS) Annotation(name, value []byte, names bool) {
	if keys.Worth(name, value) {
		a.scan.Add(snapshot.Place{Field: snapshot.FieldAnnotation, Name: string(name)}, string(name), value)
	}
	if names && a.Detail {
		a.detail.annotation(name, value)
	}
	if names && string(name) == annotationSkip {
		a.skipped = strings.Split(string(value), ",") // as the webhook does, which trims no blanks
	}
	if names && mayNameRole(name, value) {
		a.annotations = append(a.annotations, snapshot.Annotation{Name: a.intern.Bytes(name), Value: string(value)})
	}
}

// Annotations gives the annotations since Begin that may name roles, sorted.
func (a *AWS) Annotations() []snapshot.Annotation {
	if len(a.annotations) == 0 {
		return nil
	}
	slices.SortFunc(a.annotations, func(a, b snapshot.Annotation) int { return strings.Compare(a.Name, b.Name) })
	return slices.Clone(a.annotations)
}

// Volume adds a Secret or ConfigMap to a volume of the pod.
func (a *AWS) Volume(volume, kind, name []byte, optional bool) {
	if strings.HasPrefix(string(volume), injected) || string(name) == rootCA {
		return
	}
	a.volumes = append(a.volumes, source{volume: a.intern.Bytes(volume), kind: a.intern.Bytes(kind), name: a.intern.Bytes(name), optional: optional})
}

// Item narrows the Secret or ConfigMap that was added last to an entry.
func (a *AWS) Item(key, path []byte) {
	if n := len(a.volumes); n > 0 {
		a.volumes[n-1].items = append(a.volumes[n-1].items, item{a.intern.Bytes(key), a.intern.Bytes(path)})
	}
}

// rootCA is the ConfigMap that Kubernetes puts into each namespace, for the
// volume that it adds.
const rootCA = "kube-root-ca.crt"

// Container starts a container of the pod; all that follows is of it.
func (a *AWS) Container(kind, name string) {
	if len(a.containers) < cap(a.containers) { // its lists are used again
		a.containers = a.containers[:len(a.containers)+1]
	} else {
		a.containers = append(a.containers, container{})
	}
	c := a.at()
	*c = container{
		kept: snapshot.Container{Name: a.intern.String(name), Type: kind, At: a.next(kind)},
		from: c.from[:0], env: c.env[:0], mounts: c.mounts[:0], words: c.words[:0], empty: c.empty[:0],
	}
}

func (a *AWS) at() *container { return &a.containers[len(a.containers)-1] }

// Image of the container.
func (a *AWS) Image(image []byte) {
	c := a.at()
	c.image = a.intern.Bytes(image)
	if a.Detail {
		a.detail.image(c.image)
	}
}

// Word adds a word of the container's command or args, in order.
func (a *AWS) Word(field string, word []byte) {
	c := a.at()
	a.look(field, word)
	c.scripted(word)
	switch {
	case len(word) < 64:
		c.words = append(c.words, a.intern.Bytes(word))
	case mayBeOfTool(word):
		c.words = append(c.words, string(word))
	default:
		c.words = append(c.words, "")
	}
}

// Exec starts a command that a probe or a hook runs in the container: readers
// give those of the liveness, readiness and startup probe, then those of
// postStart and preStop.
func (a *AWS) Exec() { a.at().flag = "" }

// ExecWord adds a word of that command.
func (a *AWS) ExecWord(word []byte) { a.look(snapshot.FieldExec, word) }

// look looks into a word, whose name may be a flag before it.
func (a *AWS) look(field string, word []byte) {
	c := a.at()
	if a.Detail {
		a.detail.text(word)
	}
	if keys.Worth(nil, word) {
		a.scan.Add(snapshot.Place{Container: c.kept.Name, Field: field}, c.flag, word)
	}
	c.flag = ""
	if len(word) > 1 && word[0] == '-' && len(word) < 64 {
		c.flag = a.intern.Bytes(word)
	}
}

// Env adds a variable with a literal value.
func (a *AWS) Env(name, value []byte) {
	c := a.at()
	if keys.Worth(name, value) {
		a.scan.Add(snapshot.Place{Container: c.kept.Name, Field: snapshot.FieldEnv, Name: string(name)}, string(name), value)
	}
	switch {
	case string(name) == "AWS_SHARED_CREDENTIALS_FILE":
		c.kept.File = string(value)
	default:
		c.set(name, value)
	}
	a.variable(name, value, true)
}

// EnvOther adds a variable whose value is neither literal nor of a Secret or
// ConfigMap.
func (a *AWS) EnvOther(name []byte) {
	a.at().set(name, []byte("?"))
	a.variable(name, nil, true)
}

// EnvRef adds a variable with the value of an entry.
func (a *AWS) EnvRef(variable, kind, name, entry []byte, optional bool) {
	c := a.at()
	if !optional { // else what was set before may stay
		c.unset(variable)
	}
	c.env = append(c.env, snapshot.Use{
		Kind: a.intern.Bytes(kind), Name: a.intern.Bytes(name), Entry: a.intern.Bytes(entry),
		How: snapshot.UseEnv, As: a.intern.Bytes(variable), Optional: optional, At: a.place(c.variables),
	})
	a.variable(variable, nil, !optional)
}

// From starts a source of envFrom.
func (a *AWS) From() { a.at().sources++ }

// EnvFrom adds all entries as variables, those of the source that From began.
func (a *AWS) EnvFrom(kind, name, prefix []byte, optional bool) {
	c := a.at()
	c.from = append(c.from, snapshot.Use{
		Kind: a.intern.Bytes(kind), Name: a.intern.Bytes(name),
		How: snapshot.UseEnvFrom, As: a.intern.Bytes(prefix), Optional: optional, At: a.place(c.sources - 1),
	})
}

// Mount adds the mount of a volume, or of one path in it.
func (a *AWS) Mount(volume, path, sub []byte) {
	c := a.at()
	if !strings.HasPrefix(string(volume), injected) {
		c.mounts = append(c.mounts, mount{a.intern.Bytes(volume), a.intern.Bytes(path), a.intern.Bytes(sub), a.place(c.volumeMounts)})
	}
	c.volumeMounts++
}

// set notes a literal value. Of a variable that is set twice the last counts.
func (c *container) set(name, value []byte) {
	c.unset(name)
	if c.isEmpty(value) {
		c.empty, value = append(c.empty, string(name)), nil
	}
	if !bytes.HasPrefix(name, []byte(awsPrefix)) || !isCredential(string(name)) {
		return
	}
	list := &c.kept.Set
	switch {
	case len(value) == 0:
		list = &c.kept.Empty
	case Hidden(value):
		list = &c.kept.Hidden
	}
	*list = append(*list, string(name))
}

// isEmpty tells a value that is nothing, be it by $(NAME) of a variable before
// it that is.
func (c *container) isEmpty(value []byte) bool {
	if len(value) == 0 || len(c.empty) == 0 || !enclosed(value, "$(", ")") {
		return len(value) == 0
	}
	return slices.Contains(c.empty, string(value[2:len(value)-1]))
}

// unset forgets what was said of a variable before.
func (c *container) unset(name []byte) {
	if len(c.empty) > 0 {
		c.empty = slices.DeleteFunc(c.empty, func(one string) bool { return one == string(name) })
	}
	if len(c.env) > 0 {
		c.env = slices.DeleteFunc(c.env, func(u snapshot.Use) bool { return u.As == string(name) })
	}
	if k := &c.kept; len(k.Set)+len(k.Empty)+len(k.Hidden) > 0 {
		is := func(one string) bool { return one == string(name) }
		k.Set, k.Empty, k.Hidden = slices.DeleteFunc(k.Set, is), slices.DeleteFunc(k.Empty, is), slices.DeleteFunc(k.Hidden, is)
	}
}

const awsPrefix = "AWS_"

func isCredential(variable string) bool {
	return strings.HasPrefix(variable, awsPrefix) && slices.Contains(snapshot.CredentialVariables(), variable)
}

// Spec gives what the pod, whose containers were added since Begin, says; nil
// for nothing. Pods of a namespace that say the same, one after the other,
// share it.
func (a *AWS) Spec(namespace string) *snapshot.AWS {
	var containers []snapshot.Container
	for i := range a.containers {
		if c := a.containers[i].finish(a.volumes, a.Detail); c.Says() {
			containers = append(containers, c)
		}
	}
	if len(containers)+len(a.annotations) == 0 {
		return nil
	}
	said := &snapshot.AWS{Containers: containers, Annotations: a.Annotations(), Skipped: a.skipped}
	if a.namespace != namespace || !said.Equal(a.last) {
		a.last, a.namespace = said, namespace
	}
	return a.last
}

// finish gives what a container says; with detail, its mounts name their volume.
func (c *container) finish(volumes []source, detail bool) snapshot.Container {
	kept := c.kept
	for _, list := range [][]string{kept.Set, kept.Empty, kept.Hidden, kept.Script, kept.Chain} {
		slices.Sort(list)
	}
	kept.Tool = toolOf(c.image, c.words)
	uses := useList{list: slices.Grow([]snapshot.Use(nil), len(c.from)+len(c.env))}
	for _, part := range [][]snapshot.Use{c.env, c.from} {
		for _, u := range slices.Backward(part) { // of one that is there twice the last counts
			uses.add(u)
		}
	}
	slices.Reverse(uses.list)
	if len(volumes) > 0 && len(c.mounts) > 0 {
		byName := map[string][]*source{}
		for i := range volumes {
			byName[volumes[i].volume] = append(byName[volumes[i].volume], &volumes[i])
		}
		for _, m := range c.mounts {
			for _, v := range byName[m.volume] {
				v.use(m, detail, &uses)
			}
		}
	}
	if kept.Uses = uses.list; len(kept.Uses) == 0 {
		kept.Uses = nil
	}
	return kept
}
