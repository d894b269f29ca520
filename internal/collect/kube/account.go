package kube

import (
	"google.golang.org/protobuf/encoding/protowire"

	"podpass/internal/collect"
	"podpass/internal/collect/references"
	"podpass/internal/snapshot"
)

func addNamespace(d *decoder, object []byte, into *snapshot.Snapshot) {
	m := d.meta(object)
	into.Namespaces = append(into.Namespaces, snapshot.Namespace{Meta: m, Annotations: d.aws.Annotations()})
}

func addAccount(d *decoder, object []byte, into *snapshot.Snapshot) {
	sa := snapshot.ServiceAccount{Meta: d.meta(object)}
	sa.RoleARN = d.annotations[annotationRoleARN]
	for f := d.fields(object); f.next(); {
		switch f.num {
		case 2:
			if d.aws.Detail {
				sa.Secrets = append(sa.Secrets, d.intern.Bytes(d.dig(f.bytes(), 3)))
			}
		case 3:
			sa.ImagePullSecrets = append(sa.ImagePullSecrets, d.intern.Bytes(d.dig(f.bytes(), 1)))
		case 4:
			sa.Automount = triOf(f.bool())
		}
	}
	if d.aws.Detail {
		collect.Describe(&sa, d.texts(object, 11), d.texts(object, 12))
	}
	into.ServiceAccounts = append(into.ServiceAccounts, sa)
}

// texts reads a map of strings of an object's metadata whole.
func (d *decoder) texts(object []byte, num protowire.Number) map[string]string {
	texts := map[string]string{}
	for f := d.fields(d.dig(object, 1)); f.next(); {
		if f.num == num {
			d.entry(f.bytes(), texts, true)
		}
	}
	return texts
}

// addHolder keeps a Secret or ConfigMap without what it holds.
func addHolder(d *decoder, object []byte, into *snapshot.Snapshot) {
	h := snapshot.Holder{Meta: d.meta(object), Kind: d.resource.kind}
	token := false
	for f := d.fields(object); f.next(); {
		switch {
		case f.num == 2:
			h.Entries = append(h.Entries, d.datum(snapshot.FieldData, f.bytes()))
			if d.resource.entries {
				name, value := d.pair(f.bytes())
				into.References = append(into.References, references.Entry(h.Meta, string(name), value)...)
			}
		case f.num == 3 && h.Kind == snapshot.KindConfigMap:
			d.datum(snapshot.FieldBinaryData, f.bytes()) // it becomes no variable
		case f.num == 3:
			token = string(f.bytes()) == "kubernetes.io/service-account-token"
		}
	}
	if token {
		into.TokenSecrets = append(into.TokenSecrets, snapshot.TokenSecret{Meta: h.Meta, Account: d.annotations[annotationAccount]})
	}
	h.Keys, h.Entries = d.aws.Keys(), collect.SortEntries(h.Entries)
	into.Holders = append(into.Holders, h)
}

func (d *decoder) datum(field string, entry []byte) snapshot.Entry {
	name, value := d.pair(entry)
	if field == snapshot.FieldData && d.resource.secret {
		d.aws.Decoded(name, value)
	} else {
		d.aws.Entry(field, name, value)
	}
	return snapshot.Entry{Name: d.intern.Bytes(name), Empty: len(value) == 0, Hidden: collect.Hidden(value)}
}
