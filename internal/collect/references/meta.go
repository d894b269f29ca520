package references

import (
	"strings"

	"podpass/internal/snapshot"
)

// Meta reads the metadata of a live object of the kind.
func (k *Kind) Meta(object map[string]any) snapshot.Meta {
	meta := node{value: object}.field("metadata")
	m := snapshot.Meta{
		Namespace: meta.field("namespace").text(), Name: meta.field("name").text(), UID: meta.field("uid").text(),
		Live: true, Deleting: meta.field("deletionTimestamp").is(), Owner: owner(meta.field("ownerReferences")),
	}
	marks := snapshot.Marks{
		Kind: k.Name, Namespace: m.Namespace, Name: m.Name,
		Labels:      pick(meta.field("labels"), snapshot.MarkLabels()),
		Annotations: pick(meta.field("annotations"), snapshot.MarkAnnotations()),
	}
	for entry := range meta.field("managedFields").each() {
		if entry.field("subresource").text() != "status" {
			marks.FieldManagers = append(marks.FieldManagers, entry.field("manager").text())
		}
	}
	m.Manager = snapshot.ManagerOf(marks)
	return m
}

func pick(from node, names []string) map[string]string {
	picked := map[string]string{}
	for _, name := range names {
		if value := from.field(name).text(); value != "" {
			picked[name] = value
		}
	}
	return picked
}

// owner gives the controller among owner references.
func owner(references node) *snapshot.Owner {
	for r := range references.each() {
		if r.field("controller").value != true {
			continue
		}
		group, _, grouped := strings.Cut(r.field("apiVersion").text(), "/")
		if !grouped {
			group = snapshot.GroupCore
		}
		return &snapshot.Owner{Group: group, Kind: r.field("kind").text(), Name: r.field("name").text()}
	}
	return nil
}
