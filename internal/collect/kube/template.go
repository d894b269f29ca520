package kube

import (
	"context"
	"slices"

	"podpass/internal/snapshot"
)

// singles bounds the ReplicaSets or Jobs that are read one by one; if there
// are more, all are read once again, as whole objects.
const singles = 8

// readTemplates completes a list of ReplicaSets or Jobs that was read as
// metadata alone: those without a controller are workloads of their own, and
// their templates count.
func (r *reader) readTemplates(ctx context.Context, l *list) {
	if l.err != nil || l.whole || !l.resource.partial || l.resource.template == nil {
		return
	}
	alone := slices.DeleteFunc(slices.Clone(l.objects.Workloads), owned)
	switch {
	case len(alone) > singles:
		r.readWhole(ctx, l, list{namespace: l.namespace})
	case len(alone) > 0:
		l.objects.Workloads = slices.DeleteFunc(l.objects.Workloads, func(w snapshot.Workload) bool { return !owned(w) })
		for i := range alone {
			if l.err == nil {
				r.readWhole(ctx, l, list{namespace: alone[i].Namespace, selector: "metadata.name=" + alone[i].Name})
			}
		}
	}
}

func owned(w snapshot.Workload) bool { return w.Owner != nil }

// readWhole reads whole objects into l: those of a selector beside what is
// there, else all in place of it.
func (r *reader) readWhole(ctx context.Context, l *list, again list) {
	again.resource, again.whole = l.resource, true
	r.read(ctx, &again)
	if l.err = again.err; l.err != nil || again.selector == "" {
		l.objects = again.objects
		return
	}
	l.objects.Workloads = append(l.objects.Workloads, again.objects.Workloads...)
}
