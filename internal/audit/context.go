package audit

import "podpass/internal/snapshot"

type emit func(Result)

// context is what the rules share: the Snapshot and indexes of it.
type context struct {
	snap *snapshot.Snapshot
}
