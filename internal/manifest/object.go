package manifest

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Object is an object of a file: a document, or an item of a list.
type Object struct {
	Document int
	Path     Path // to it in its document; empty: all of it
	Line     int  // of its first key; from 1
	APIVersion, Kind,
	Namespace, Name string
	Value   map[string]any
	Refusal *Refusal // that of its document
}

// InList tells whether it is an item of a list.
func (o *Object) InList() bool { return len(o.Path) > 0 }

// Objects gives the objects of the file, in its order. Whatever has items is a
// list, as for kubectl, and items of a typed list (PodList) take their kind from
// it.
func (f *File) Objects() []Object {
	var list []Object
	for i, d := range f.documents {
		value, ok := decode(d.root.Node).(map[string]any)
		if !ok {
			continue
		}
		o := Object{Document: i, Line: d.at(d.root.start), Refusal: d.refusal, APIVersion: text(value["apiVersion"]), Kind: text(value["kind"]), Value: value}
		list = d.objects(list, d.root, o)
	}
	return list
}

func (d *document) objects(list []Object, at *node, o Object) []Object {
	items, isList := o.Value["items"].([]any)
	if !isList {
		meta, _ := o.Value["metadata"].(map[string]any)
		o.Namespace, o.Name = text(meta["namespace"]), text(meta["name"])
		return append(list, o)
	}
	var nodes []child
	if i := at.child("items"); i >= 0 && at.children[i].value.Kind == yaml.SequenceNode {
		nodes = at.children[i].value.children
	}
	for i, item := range items {
		value, ok := item.(map[string]any)
		if !ok {
			continue
		}
		one, within := Object{Document: o.Document, Line: o.Line, Refusal: o.Refusal, Value: value}, at
		one.Path = append(append(Path{}, o.Path...), "items", i)
		one.APIVersion, one.Kind = text(value["apiVersion"]), text(value["kind"])
		if one.APIVersion == "" && one.Kind == "" {
			one.APIVersion, one.Kind = o.APIVersion, strings.TrimSuffix(o.Kind, "List")
		}
		if i < len(nodes) {
			within = nodes[i].value
			one.Line = d.at(within.start)
		}
		list = d.objects(list, within, one)
	}
	return list
}
