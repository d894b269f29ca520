package manifest

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// check says why a document is not edited, whatever the edit.
func (d *document) check() *Refusal {
	if r := d.checkTemplate(); r != nil {
		return r
	}
	if r := d.checkKeys(d.root); r != nil {
		return r
	}
	if d.root.Kind != yaml.MappingNode {
		return nil // edits find nothing in it
	}
	top, _ := decode(d.root.Node).(map[string]any)
	return d.checkObject(top)
}

// checkTemplate finds {{ where no text has it: in comments, and in the head of
// an object. Elsewhere, as in scripts and rules, it may be meant.
func (d *document) checkTemplate() *Refusal {
	for i, c := range d.comments {
		if strings.Contains(c, "{{") {
			return d.template(d.spans[i].from)
		}
	}
	for _, key := range []string{"apiVersion", "kind", "metadata"} {
		if i := d.root.child(key); i >= 0 {
			if at := braces(d.root.children[i].value, key != "metadata"); at >= 0 {
				return d.template(at)
			}
		}
	}
	return nil
}

func (d *document) template(at int) *Refusal {
	r := d.refuse(at, "it is a template that is not rendered", "edit the template or its values")
	r.whole = true
	return r
}

// braces looks for {{ in a scalar, or in the name, namespace and labels of
// metadata; annotations may quote templates.
func braces(n *node, deep bool) int {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "{{") {
		return n.start
	}
	for _, c := range n.children {
		if c.key != nil && !deep && c.key.Value != "name" && c.key.Value != "namespace" && c.key.Value != "labels" {
			continue
		}
		if at := braces(c.value, true); at >= 0 {
			return at
		}
	}
	return -1
}

// checkKeys looks at the keys of all mappings.
func (d *document) checkKeys(n *node) *Refusal {
	seen := map[string]bool{}
	for _, c := range n.children {
		if c.key != nil {
			if r := d.checkKey(c.key); r != nil {
				return r
			}
			name := target(c.key.Node).Value
			if seen[name] {
				return d.refuse(c.key.start, "a key stands here for the second time in its mapping", "leave one of them")
			}
			seen[name] = true
		}
		if r := d.checkKeys(c.value); r != nil {
			return r
		}
	}
	return nil
}

func (d *document) checkKey(key *node) *Refusal {
	switch {
	case key.Kind == yaml.MappingNode && key.flow:
		return d.template(key.start) // {{ x }} without quotes
	case key.Kind != yaml.ScalarNode:
		return d.refuse(key.start, "a key is no string", "write it as a string")
	case strings.HasPrefix(key.Value, bom):
		return d.refuse(key.start, "a byte order mark stands within the file and becomes part of a key", "remove it, as with: sed -i '2,$s/\\xEF\\xBB\\xBF//'")
	case key.Value == "$patch" || strings.HasPrefix(key.Value, "$setElementOrder") || strings.HasPrefix(key.Value, "$deleteFromPrimitiveList"):
		return d.refuse(key.start, "it is a patch of kustomize ("+key.Value+")", "edit the object that it patches")
	}
	return nil
}

// checkObject looks at what the document is.
func (d *document) checkObject(top map[string]any) *Refusal {
	start := d.root.start
	group, _, _ := strings.Cut(text(top["apiVersion"]), "/")
	if group == "kustomize.config.k8s.io" || text(top["kind"]) == "Kustomization" && top["metadata"] == nil {
		return d.refuse(start, "it is a Kustomization", "edit the files that it lists")
	}
	if i := d.root.child("sops"); i >= 0 {
		r := d.refuse(d.root.children[i].key.start, "sops has encrypted it: a change breaks its seal", "edit it with sops")
		r.whole = true
		return r
	}
	for _, object := range objects(top) {
		meta, _ := object["metadata"].(map[string]any)
		if meta["uid"] != nil && meta["resourceVersion"] != nil {
			return d.refuse(start, "it is the export of a live object (uid, resourceVersion)", "edit the file from which the object was made")
		}
		if partial(object) {
			return d.refuse(start, "it has no container, or one without an image: it is a patch of a workload", "edit the workload that it patches")
		}
	}
	return nil
}

// objects gives a document's object, or those of a List.
func objects(top map[string]any) []map[string]any {
	list := []map[string]any{top}
	if !strings.HasSuffix(text(top["kind"]), "List") {
		return list
	}
	items, _ := top["items"].([]any)
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			list = append(list, object)
		}
	}
	return list
}

// partial says that a workload of Kubernetes has no container, or one without an
// image: the API server takes neither.
func partial(object map[string]any) bool {
	path := []string{"spec", "template", "spec"}
	switch text(object["kind"]) {
	case "Pod":
		path = path[:1]
	case "CronJob":
		path = []string{"spec", "jobTemplate", "spec", "template", "spec"}
	case "Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController", "Job":
	default:
		return false
	}
	for _, key := range path {
		object, _ = object[key].(map[string]any)
	}
	if list, _ := object["containers"].([]any); len(list) == 0 {
		return true
	}
	for _, key := range []string{"containers", "initContainers"} {
		list, _ := object[key].([]any)
		for _, item := range list {
			if container, ok := item.(map[string]any); ok && container["image"] == nil {
				return true
			}
		}
	}
	return false
}

// markGenerated refuses a file whose head says that a tool writes it.
func (f *File) markGenerated() {
	if f.options.EditGenerated {
		return
	}
	for i, d := range f.documents {
		for j, c := range d.comments {
			lower := strings.ToLower(c)
			rendered := strings.Contains(lower, "source:") && strings.Contains(lower, "/templates/")
			marked := i == 0 && (strings.Contains(c, "DO NOT EDIT") || strings.Contains(lower, "generated by") || strings.Contains(lower, "autogenerated") || strings.Contains(lower, "auto-generated"))
			if d.spans[j].from >= d.root.start || !rendered && !marked {
				continue
			}
			r := d.refuse(d.spans[j].from, "it says that it is generated", "change what it is generated from, or allow edits of generated files")
			r.whole = true
			if d.refusal == nil {
				d.refusal = r
			}
			if marked {
				f.refuseAll(r)
			}
			break
		}
	}
}

func (f *File) refuseAll(r *Refusal) {
	for _, d := range f.documents {
		if d.refusal == nil {
			d.refusal = r
		}
	}
}
