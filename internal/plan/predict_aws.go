package plan

import (
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// setAWS takes what a field takes out of a pod spec out of what the spec says of
// AWS; false where the field is none of these.
func setAWS(spec *snapshot.PodSpec, meta *snapshot.Meta, f Field) bool {
	container, rest, within := cutContainer(f.Path)
	_, annotation, annotated := strings.Cut(f.Path, "/metadata/annotations/")
	if spec.AWS == nil || !within && !annotated {
		return within || annotated
	}
	said := *spec.AWS
	said.Annotations = slices.DeleteFunc(slices.Clone(said.Annotations), func(a snapshot.Annotation) bool { return annotated && a.Name == unescape(annotation) })
	said.Containers = slices.Clone(said.Containers)
	for i := range said.Containers {
		if c := &said.Containers[i]; within && c.Name == container {
			*c = without(*c, rest, f)
			dropKeys(meta, c.Name, rest)
		}
	}
	said.Containers = slices.DeleteFunc(said.Containers, func(c snapshot.Container) bool { return !c.Says() })
	spec.AWS = &said
	if len(said.Containers)+len(said.Annotations) == 0 {
		spec.AWS = nil
	}
	return true
}

// cutContainer splits a path into the name of a container and the rest.
func cutContainer(path string) (name, rest string, ok bool) {
	_, path, ok = strings.Cut(path, "ontainers/[name=")
	if !ok {
		return "", "", false
	}
	name, rest, ok = strings.Cut(path, "]/")
	return unescape(name), rest, ok
}

func unescape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}

// without is a container without a variable, a source or a mount, or with one
// more variable that is empty.
func without(c snapshot.Container, rest string, f Field) snapshot.Container {
	list, item, _ := strings.Cut(rest, "/")
	_, name, _ := strings.Cut(strings.TrimSuffix(item, "]"), "=")
	name = unescape(name)
	gone := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == name })
	}
	drop := func(is func(u *snapshot.Use) bool) {
		c.Uses = slices.DeleteFunc(slices.Clone(c.Uses), func(u snapshot.Use) bool { return is(&u) })
	}
	switch {
	case list == "env" && f.Value != nil:
		item, _ := f.Value.(map[string]any)
		name, _ = item["name"].(string)
		if slices.Contains(snapshot.CredentialVariables(), name) {
			c.Empty = append(slices.Clone(c.Empty), name)
			slices.Sort(c.Empty)
		}
	case list == "env":
		c.Set, c.Hidden, c.Chain = gone(c.Set), gone(c.Hidden), gone(c.Chain)
		drop(func(u *snapshot.Use) bool { return u.How == snapshot.UseEnv && u.As == name })
	case list == "envFrom":
		drop(func(u *snapshot.Use) bool { return u.How == snapshot.UseEnvFrom && u.Name == name })
	case list == "volumeMounts":
		drop(func(u *snapshot.Use) bool { return u.How == snapshot.UseVolume && u.As == name })
	}
	return c
}

// dropKeys takes the keys that stand in a variable out of the object.
func dropKeys(meta *snapshot.Meta, container, rest string) {
	_, name, ok := strings.Cut(strings.TrimSuffix(rest, "]"), "env/[name=")
	if !ok {
		return
	}
	var left []snapshot.Key
	for _, k := range meta.Keys {
		k.At = slices.DeleteFunc(slices.Clone(k.At), func(p snapshot.Place) bool {
			return p.Container == container && p.Field == snapshot.FieldEnv && p.Name == name
		})
		if len(k.At) > 0 {
			left = append(left, k)
		}
	}
	meta.Keys = left
}
