package cli

import (
	"os"
	"runtime/debug"
)

// gcPercent lets the heap grow by half of what is live before it is collected.
// A scan makes much garbage and keeps little, so a lower figure than Go's 100
// costs little time and bounds the peak.
const gcPercent = 50

func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

// streamPercent is for commands that keep nothing from line to line: there is
// so little that is live that collecting is a quarter of the time at gcPercent.
const streamPercent = 200

func tuneStream() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(streamPercent)
	}
}
