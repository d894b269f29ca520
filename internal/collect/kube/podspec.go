package kube

import (
	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

// podSpec reads a PodSpec.
func (d *decoder) podSpec(message []byte) snapshot.PodSpec {
	var (
		spec                  snapshot.PodSpec
		volumes               []collect.Volume
		containers, ephemeral [][]collect.Mount
		legacy                []byte
	)
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 1:
			volumes = append(volumes, d.volume(f.bytes()))
		case 2, 20: // containers, initContainers
			containers = append(containers, d.mounts(f.bytes()))
		case 34:
			ephemeral = append(ephemeral, d.mounts(d.dig(f.bytes(), 1)))
		case 8:
			spec.Account = d.intern.Bytes(f.bytes())
		case 9:
			legacy = f.bytes()
		case 21:
			spec.Automount = triOf(f.bool())
		}
	}
	// The API server fills either name in from the other.
	if spec.Account == "" && len(legacy) > 0 {
		spec.Account, spec.Legacy = d.intern.Bytes(legacy), true
	}
	collect.Tokens(&spec, volumes, containers, ephemeral)
	return spec
}

func triOf(value bool) snapshot.Tri {
	if value {
		return snapshot.True
	}
	return snapshot.False
}

func (d *decoder) volume(message []byte) collect.Volume {
	var v collect.Volume
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 1:
			v.Name = d.intern.Bytes(f.bytes())
		case 2:
			for source := d.fields(f.bytes()); source.next(); {
				switch source.num {
				case 6:
					v.Secret = true
				case 26:
					v.APIToken = d.projectsToken(source.bytes())
				}
			}
		}
	}
	return v
}

// projectsToken tells whether a ProjectedVolumeSource holds a token for the
// API server.
func (d *decoder) projectsToken(message []byte) bool {
	found := false
	for sources := d.fields(message); sources.next(); {
		if sources.num != 1 {
			continue
		}
		for f := d.fields(sources.bytes()); f.next(); {
			if f.num == 4 {
				audience := string(d.dig(f.bytes(), 1))
				found = found || audience == "" || audience == collect.APIAudience
			}
		}
	}
	return found
}

// mounts reads the volumeMounts of a Container.
func (d *decoder) mounts(message []byte) []collect.Mount {
	var list []collect.Mount
	for f := d.fields(message); f.next(); {
		if f.num != 9 {
			continue
		}
		var m collect.Mount
		for mount := d.fields(f.bytes()); mount.next(); {
			switch mount.num {
			case 1:
				m.Volume = d.intern.Bytes(mount.bytes())
			case 3:
				m.Path = d.intern.Bytes(mount.bytes())
			}
		}
		list = append(list, m)
	}
	return list
}
