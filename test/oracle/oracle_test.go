package oracle

import (
	"flag"
	"fmt"
	"testing"
)

var (
	requests = flag.Int("requests", 100_000, "requests to compare")
	seed     = flag.Uint64("seed", 1, "seed of the generator")
)

func TestPodpassAnswersAsThePeerButForTheClasses(t *testing.T) {
	counts := Run(NewGenerator(*seed), *requests, Podpass)
	report(t, counts)
	if counts.Requests < 100_000 {
		t.Errorf("compared %d requests, fewer than 100,000", counts.Requests)
	}
	for _, f := range counts.Faults {
		t.Errorf("%s: peer %s, podpass %s, want %s (classes %v)\n%s",
			f.Request.ID, f.Peer, f.Engine, f.Want, f.Rewritten, line(f.Request))
	}
	for _, cell := range Cells() {
		if counts.Cells[cell] == 0 {
			t.Errorf("no request of %s with presence %d", cell.Operator, cell.Presence)
		}
	}
	for _, c := range Classes() {
		if counts.Classes[c.Name] == 0 {
			t.Errorf("class %s explains no answer: remove it, or make requests of it", c.Name)
		}
	}
	for _, base := range sorted(families) {
		if share := 100 * counts.Allowed[base] / max(1, counts.Asked[base]); share < 30 || share > 70 {
			t.Errorf("%s: %d %% of its requests are allowed: too one-sided to tell much", base, share)
		}
	}
}

// report shows the counts of docs/iam-oracle.md.
func report(t *testing.T, counts *Counts) {
	differ := 0
	for _, n := range counts.Classes {
		differ += n
	}
	t.Logf("%d requests in %d cells; %d answered alike, %d differ by a class",
		counts.Requests, len(counts.Cells), counts.Requests-differ, differ)
	for _, c := range Classes() {
		t.Logf("%-30s %6d rewritten %6d differ %v", c.Name, counts.Rewritten[c.Name], counts.Classes[c.Name], counts.Answers[c.Name])
	}
	for _, base := range sorted(families) {
		t.Logf("%-30s %6d as they are, %2d %% allowed", base, counts.Asked[base], 100*counts.Allowed[base]/max(1, counts.Asked[base]))
	}
}

func line(q Request) string {
	text, err := marshal(q)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(text)
}
