package kube

import (
	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

func addPod(d *decoder, object []byte, into *snapshot.Snapshot) {
	pod := snapshot.Pod{Meta: d.meta(object), Spec: d.podSpec(d.dig(object, 2))}
	pod.Spec.AWS, pod.Keys = d.aws.Spec(pod.Namespace), d.aws.Keys()
	switch string(d.dig(object, 3, 1)) {
	case "Succeeded", "Failed":
		pod.Finished = true
	}
	_, mirror := d.annotations[annotationMirror]
	pod.Mirror = mirror || pod.Owner != nil && pod.Owner.Kind == "Node" && pod.Owner.Group == snapshot.GroupCore
	into.Pods = append(into.Pods, pod)
}

func addWorkload(d *decoder, object []byte, into *snapshot.Snapshot) {
	w := snapshot.Workload{Meta: d.meta(object), Group: d.resource.group, Kind: d.resource.kind}
	template := d.dig(object, d.resource.template...)
	d.annotationsOf(d.dig(template, 1), true)
	if w.Kind == snapshot.KindCronJob {
		d.annotationsOf(d.dig(object, 2, 5, 1), false)
	}
	spec := d.podSpec(d.dig(template, 2))
	// The template of one with a controller is a copy: only its keys count.
	if copied := w.Owner != nil && (w.Kind == snapshot.KindReplicaSet || w.Kind == snapshot.KindJob); !copied {
		spec.AWS = d.aws.Spec(w.Namespace)
		w.Template = &spec
		w.Finished = w.Kind == snapshot.KindJob && d.finished(object)
		if d.aws.Detail {
			w.Rollout = d.rollout(d.dig(object, 2)).Of(w.Kind)
		}
	}
	w.Keys = d.aws.Keys()
	into.Workloads = append(into.Workloads, w)
}

// rollout reads what in the spec of a workload keeps its pods from being
// replaced.
func (d *decoder) rollout(spec []byte) collect.Rollout {
	var r collect.Rollout
	var strategy []byte
	switch d.resource.kind {
	case snapshot.KindDeployment:
		r.Paused = d.flag(spec, 7)
	case snapshot.KindStatefulSet:
		strategy = d.dig(spec, 7)
	case snapshot.KindDaemonSet:
		strategy = d.dig(spec, 3)
	case snapshot.KindCronJob:
		r.Suspended = d.flag(spec, 4)
	case snapshot.KindJob:
		r.Suspended = d.flag(spec, 10)
	}
	r.OnDelete = string(d.dig(strategy, 1)) == onDelete
	r.Partition = d.resource.kind == snapshot.KindStatefulSet && d.flag(d.dig(strategy, 2), 1)
	return r
}

// onDelete is the strategy of a StatefulSet or DaemonSet whose pods stay until
// somebody deletes them.
const onDelete = "OnDelete"

// annotationsOf reads the annotations of the ObjectMeta of a template.
func (d *decoder) annotationsOf(meta []byte, names bool) {
	for f := d.fields(meta); f.next(); {
		if f.num == 12 {
			key, value := d.pair(f.bytes())
			d.aws.Annotation(key, value, names)
		}
	}
}

// addRevision keeps a ControllerRevision, a copy of a template, if there is a
// key in it.
func addRevision(d *decoder, object []byte, into *snapshot.Snapshot) {
	w := snapshot.Workload{Meta: d.meta(object), Group: d.resource.group, Kind: d.resource.kind}
	d.aws.Entry(snapshot.FieldData, nil, d.dig(object, 2, 1))
	if w.Keys = d.aws.Keys(); len(w.Keys) > 0 {
		into.Workloads = append(into.Workloads, w)
	}
}

// finished tells whether a Job has the condition Complete or Failed.
func (d *decoder) finished(job []byte) bool {
	done := false
	for f := d.fields(d.dig(job, 3)); f.next(); {
		if f.num != 1 {
			continue
		}
		condition, status := d.pair(f.bytes())
		switch string(condition) {
		case "Complete", "Failed":
			done = done || string(status) == "True"
		}
	}
	return done
}
