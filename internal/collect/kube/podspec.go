package kube

import (
	"google.golang.org/protobuf/encoding/protowire"

	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

// podSpec reads a PodSpec, and what it says of AWS credentials into d.aws.
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
		case 2:
			containers = append(containers, d.container("", f.bytes()))
		case 20:
			containers = append(containers, d.container(snapshot.TypeInit, f.bytes()))
		case 34:
			ephemeral = append(ephemeral, d.container(snapshot.TypeEphemeral, d.dig(f.bytes(), 1)))
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
	if d.aws.Detail {
		live := d.resource.kind == snapshot.KindPod
		d.aws.Mounts(volumes, containers, live)
		d.aws.Mounts(volumes, ephemeral, live)
		spec.Signs = d.aws.Signs()
	}
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
	name := d.dig(message, 1)
	v.Name = d.intern.Bytes(name)
	for source := d.fields(d.dig(message, 2)); source.next(); {
		switch source.num {
		case 6:
			v.Secret = true
			d.aws.Volume(name, kindSecret, d.dig(source.bytes(), 1), d.flag(source.bytes(), 4))
			d.items(source.bytes())
		case 19:
			d.aws.Volume(name, kindConfigMap, d.dig(source.bytes(), 1, 1), d.flag(source.bytes(), 4))
			d.items(source.bytes())
		case 26:
			v.APIToken = d.projected(name, source.bytes())
		}
	}
	return v
}

var kindSecret, kindConfigMap = []byte(snapshot.KindSecret), []byte(snapshot.KindConfigMap)

// projected reads a ProjectedVolumeSource, and tells whether it holds a token
// for the API server.
func (d *decoder) projected(volume, message []byte) bool {
	found := false
	for sources := d.fields(message); sources.next(); {
		if sources.num != 1 {
			continue
		}
		for f := d.fields(sources.bytes()); f.next(); {
			switch f.num {
			case 1:
				d.aws.Volume(volume, kindSecret, d.dig(f.bytes(), 1, 1), d.flag(f.bytes(), 4))
				d.items(f.bytes())
			case 3:
				d.aws.Volume(volume, kindConfigMap, d.dig(f.bytes(), 1, 1), d.flag(f.bytes(), 4))
				d.items(f.bytes())
			case 4:
				audience := string(d.dig(f.bytes(), 1))
				found = found || audience == "" || audience == collect.APIAudience
			}
		}
	}
	return found
}

// items reads the KeyToPaths of a volume's source: field 2 of each.
func (d *decoder) items(source []byte) {
	for f := d.fields(source); f.next(); {
		if f.num == 2 {
			key, path := d.pair(f.bytes())
			d.aws.Item(key, path)
		}
	}
}

// flag reads a boolean of a message.
func (d *decoder) flag(message []byte, num protowire.Number) bool {
	value := false
	for f := d.fields(message); f.next(); {
		if f.num == num {
			value = f.bool()
		}
	}
	return value
}

// container reads a Container, and gives its volumeMounts.
func (d *decoder) container(kind string, message []byte) []collect.Mount {
	var mounts []collect.Mount
	var handlers [5][]byte
	d.aws.Container(kind, d.intern.Bytes(d.first(message, 1)))
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 2:
			d.aws.Image(f.bytes())
		case 3:
			d.aws.Word(snapshot.FieldCommand, f.bytes())
		case 4:
			d.aws.Word(snapshot.FieldArgs, f.bytes())
		case 7:
			d.variable(f.bytes())
		case 9:
			mounts = append(mounts, d.mount(f.bytes()))
		case 10: // livenessProbe
			handlers[0] = d.dig(f.bytes(), 1)
		case 11: // readinessProbe
			handlers[1] = d.dig(f.bytes(), 1)
		case 22: // startupProbe
			handlers[2] = d.dig(f.bytes(), 1)
		case 12: // lifecycle: postStart, preStop
			handlers[3], handlers[4] = d.dig(f.bytes(), 1), d.dig(f.bytes(), 2)
		case 19:
			d.envFrom(f.bytes())
		}
	}
	for _, handler := range handlers {
		d.command(handler)
	}
	return mounts
}

// command reads the ExecAction of a ProbeHandler or LifecycleHandler.
func (d *decoder) command(handler []byte) {
	d.aws.Exec()
	for f := d.fields(d.dig(handler, 1)); f.next(); {
		if f.num == 1 {
			d.aws.ExecWord(f.bytes())
		}
	}
}

func (d *decoder) mount(message []byte) collect.Mount {
	var volume, path, sub []byte
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 1:
			volume = f.bytes()
		case 3:
			path = f.bytes()
		case 4:
			sub = f.bytes()
		}
	}
	d.aws.Mount(volume, path, sub)
	return collect.Mount{Volume: d.intern.Bytes(volume), Path: d.intern.Bytes(path)}
}

// variable reads an EnvVar.
func (d *decoder) variable(message []byte) {
	var name, value, from []byte
	for f := d.fields(message); f.next(); {
		switch f.num {
		case 1:
			name = f.bytes()
		case 2:
			value = f.bytes()
		case 3:
			from = f.bytes()
		}
	}
	if from == nil {
		d.aws.Env(name, value)
		return
	}
	for f := d.fields(from); f.next(); {
		if kind := kindOfRef(f.num == 4, f.num == 3); kind != nil {
			d.aws.EnvRef(name, kind, d.dig(f.bytes(), 1, 1), d.dig(f.bytes(), 2), d.flag(f.bytes(), 3))
			return
		}
	}
	d.aws.EnvOther(name)
}

func kindOfRef(secret, configMap bool) []byte {
	switch {
	case secret:
		return kindSecret
	case configMap:
		return kindConfigMap
	}
	return nil
}

// envFrom reads an EnvFromSource.
func (d *decoder) envFrom(message []byte) {
	d.aws.From()
	prefix := d.dig(message, 1)
	for f := d.fields(message); f.next(); {
		if kind := kindOfRef(f.num == 3, f.num == 2); kind != nil {
			d.aws.EnvFrom(kind, d.dig(f.bytes(), 1, 1), prefix, d.flag(f.bytes(), 2))
		}
	}
}
