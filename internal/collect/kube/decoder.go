package kube

import (
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

// Annotations that are facts of their own, beside the marks of a manager.
const (
	annotationMirror  = "kubernetes.io/config.mirror"
	annotationRoleARN = "eks.amazonaws.com/role-arn"
	annotationAccount = "kubernetes.io/service-account.name"
)

// decoder turns protobuf objects into lean facts. It picks the fields that
// count from the bytes and copies nothing else: decoding into the types of
// k8s.io/api takes five times the time and leaves eighty times the garbage
// (BenchmarkDecode).
//
// It is for one goroutine and keeps nothing of the bytes it is given.
type decoder struct {
	intern   snapshot.Interner
	aws      collect.AWS
	resource *resource
	err      error

	// Of the object at hand, made anew for each.
	last                snapshot.Meta
	labels, annotations map[string]string
	managers            []string

	marks map[string]bool // keys of labels and annotations to pick
	// Neighbours in a list mostly have the same owner and manager.
	lastOwner   *snapshot.Owner
	lastManager *snapshot.Manager
}

func newDecoder(r *resource) *decoder {
	d := &decoder{
		resource:    r,
		labels:      map[string]string{},
		annotations: map[string]string{},
		marks:       map[string]bool{annotationMirror: true, annotationRoleARN: true, annotationAccount: true},
	}
	for _, key := range append(snapshot.MarkLabels(), snapshot.MarkAnnotations()...) {
		d.marks[key] = true
	}
	return d
}

func (d *decoder) fields(message []byte) fields { return fields{rest: message, failed: &d.err} }

// dig gives the message at the end of a path of fields; nil where there is
// none.
func (d *decoder) dig(message []byte, path ...protowire.Number) []byte {
	for _, num := range path {
		var found []byte
		for f := d.fields(message); f.next(); {
			if f.num == num {
				found = f.bytes()
			}
		}
		message = found
	}
	return message
}

// first gives the first field of a number, which is the only one of those that
// are no lists.
func (d *decoder) first(message []byte, num protowire.Number) []byte {
	for f := d.fields(message); f.next(); {
		if f.num == num {
			return f.bytes()
		}
	}
	return nil
}

// meta reads the ObjectMeta of an object: field 1 of every kind. Of keys, it
// knows those in annotations.
func (d *decoder) meta(object []byte) snapshot.Meta {
	clear(d.annotations)
	d.managers = d.managers[:0]
	if d.resource.labels {
		d.labels = map[string]string{} // they are kept
	} else {
		clear(d.labels)
	}
	m := snapshot.Meta{Live: true}
	for f := d.fields(d.dig(object, 1)); f.next(); {
		switch f.num {
		case 1:
			m.Name = string(f.bytes())
		case 3:
			m.Namespace = d.intern.Bytes(f.bytes())
		case 5:
			m.UID = string(f.bytes())
		case 9:
			m.Deleting = true
		case 11:
			d.entry(f.bytes(), d.labels, d.resource.labels)
		case 12:
			d.annotation(f.bytes())
		case 13:
			if owner := d.owner(f.bytes()); owner != nil {
				m.Owner = owner
			}
		case 17:
			d.fieldManager(f.bytes())
		}
	}
	m.Manager, m.Keys, d.last = d.manager(&m), d.aws.Keys(), m
	return m
}

// entry reads an entry of a map of strings, if its key is one to pick or all
// are.
func (d *decoder) entry(message []byte, into map[string]string, all bool) {
	key, value := d.pair(message)
	if all || d.marks[string(key)] {
		into[d.intern.Bytes(key)] = d.intern.Bytes(value)
	}
}

// annotation reads an annotation. Those of pods and namespaces may name roles.
func (d *decoder) annotation(message []byte) {
	key, value := d.pair(message)
	d.aws.Annotation(key, value, d.resource.kind == snapshot.KindPod || d.resource.kind == snapshot.KindNamespace)
	if d.marks[string(key)] {
		d.annotations[d.intern.Bytes(key)] = d.intern.Bytes(value)
	}
}

// pair reads the first two strings of a message.
func (d *decoder) pair(message []byte) (first, second []byte) {
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 1:
			first = f.bytes()
		case 2:
			second = f.bytes()
		}
	}
	return first, second
}

// owner reads an OwnerReference; nil if it is not the controller's.
func (d *decoder) owner(message []byte) *snapshot.Owner {
	var kind, name, version []byte
	controller := false
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 1:
			kind = f.bytes()
		case 3:
			name = f.bytes()
		case 5:
			version = f.bytes()
		case 6:
			controller = f.bool()
		}
	}
	if !controller {
		return nil
	}
	group, _, grouped := strings.Cut(string(version), "/")
	if !grouped {
		group = snapshot.GroupCore
	}
	if last := d.lastOwner; last != nil && last.Name == string(name) && last.Kind == string(kind) && last.Group == group {
		return last
	}
	d.lastOwner = &snapshot.Owner{Group: d.intern.String(group), Kind: d.intern.Bytes(kind), Name: string(name)}
	return d.lastOwner
}

// fieldManager reads the manager of a ManagedFieldsEntry. Who only writes the
// status owns nothing that a person would change.
func (d *decoder) fieldManager(message []byte) {
	var manager, subresource []byte
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 1:
			manager = f.bytes()
		case 8:
			subresource = f.bytes()
		}
	}
	if string(subresource) != "status" {
		d.managers = append(d.managers, d.intern.Bytes(manager))
	}
}

func (d *decoder) manager(m *snapshot.Meta) *snapshot.Manager {
	by := snapshot.ManagerOf(snapshot.Marks{
		Kind: d.resource.kind, Namespace: m.Namespace, Name: m.Name,
		Labels: d.labels, Annotations: d.annotations, FieldManagers: d.managers,
	})
	if by == nil {
		return nil
	}
	if d.lastManager == nil || *d.lastManager != *by {
		d.lastManager = by
	}
	return d.lastManager
}
