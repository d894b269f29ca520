package collect

import "podpass/internal/snapshot"

// Rollout is what in the spec of a workload keeps its pods from being replaced.
type Rollout struct {
	Paused    bool // spec.paused
	Suspended bool // spec.suspend
	OnDelete  bool // spec.updateStrategy.type is OnDelete
	Partition bool // spec.updateStrategy.rollingUpdate.partition is more than 0
}

// Of gives the value of snapshot.Workload.Rollout for a workload of a kind: of
// the fields those that the kind has.
func (r Rollout) Of(kind string) string {
	switch kind {
	case snapshot.KindDeployment:
		if r.Paused {
			return snapshot.RolloutPaused
		}
	case snapshot.KindStatefulSet, snapshot.KindDaemonSet:
		switch {
		case r.OnDelete:
			return snapshot.RolloutOnDelete
		case r.Partition && kind == snapshot.KindStatefulSet:
			return snapshot.RolloutPartition
		}
	case snapshot.KindCronJob, snapshot.KindJob:
		if r.Suspended {
			return snapshot.RolloutSuspended
		}
	}
	return ""
}
