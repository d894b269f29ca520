package kube

import "podpass/internal/snapshot"

func addPod(d *decoder, object []byte, into *snapshot.Snapshot) {
	pod := snapshot.Pod{Meta: d.meta(object), Spec: d.podSpec(d.dig(object, 2))}
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
	// The template of one with a controller is a copy of no use.
	if owned := w.Owner != nil && d.resource.partial; !d.partial && !owned {
		spec := d.podSpec(d.dig(object, d.resource.template...))
		w.Template = &spec
		w.Finished = w.Kind == snapshot.KindJob && d.finished(object)
	}
	into.Workloads = append(into.Workloads, w)
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
