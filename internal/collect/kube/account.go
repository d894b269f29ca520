package kube

import "podpass/internal/snapshot"

func addNamespace(d *decoder, object []byte, into *snapshot.Snapshot) {
	into.Namespaces = append(into.Namespaces, snapshot.Namespace{Meta: d.meta(object)})
}

func addAccount(d *decoder, object []byte, into *snapshot.Snapshot) {
	sa := snapshot.ServiceAccount{Meta: d.meta(object)}
	sa.RoleARN = d.annotations[annotationRoleARN]
	for f := d.fields(object); f.next(); {
		switch f.num {
		case 3:
			sa.ImagePullSecrets = append(sa.ImagePullSecrets, d.intern.Bytes(d.dig(f.bytes(), 1)))
		case 4:
			sa.Automount = triOf(f.bool())
		}
	}
	into.ServiceAccounts = append(into.ServiceAccounts, sa)
}

// addSecret is only ever given metadata.
func addSecret(d *decoder, object []byte, into *snapshot.Snapshot) {
	secret := snapshot.TokenSecret{Meta: d.meta(object)}
	secret.Account = d.annotations[annotationAccount]
	into.TokenSecrets = append(into.TokenSecrets, secret)
}
