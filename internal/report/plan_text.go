package report

import (
	"fmt"
	"strings"

	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

// What follows are all texts of a plan but those that stand in it.
const (
	textCluster = "Cluster"
	textPaths   = "Files"
	textChoices = "Choices"
	textOnly    = "Only"
	textSteps   = "Steps"

	textGaps       = "Could not be read"
	textStory      = "What is done (+ create, ~ change, ↻ restart, - delete)"
	textShared     = "Shared"
	textRestarts   = ", its pods are replaced"
	textNone       = "(none)"
	textPresent    = "(a value that a plan does not hold)"
	textRisks      = "What may go wrong"
	textNotPlanned = "Not planned"
	textByChoice   = "Left alone by choice"
	textOutcome    = "Results of an audit before, and after all steps that do not wait"
	textStayToo    = "Also stays"
	textFresh      = "Fails then, and does not now"
	textNext       = "Next"

	textNothingToDo    = "Nothing to do."
	textNothingPlanned = "No step can be taken; why, is said above."
	textDecide         = "Decide: --write-choices choices.yaml writes a file with every open decision. Complete it, and plan again with --choices choices.yaml."
	textFix            = "Make the changes in the files; without --write they are shown as a diff:"
	textSave           = "Save the plan with --format json -o plan.json, then make files and scripts of it:"
)

func textPlanOf(origin string) string {
	if origin == snapshot.OriginCluster {
		return "plan for a cluster"
	}
	return "plan for files"
}

func textAskedFor(s *plan.Source) string {
	var words []string
	for _, part := range []struct {
		what string
		list []string
	}{{"rules", s.Rules}, {"workloads", s.Workloads}, {"namespaces", s.Namespaces}, {"not the namespaces", s.Excluded}} {
		if len(part.list) > 0 {
			words = append(words, part.what+" "+commas(part.list))
		}
	}
	return strings.Join(words, "; ")
}

func textStepCounts(n int, waves []string, waiting int) string {
	if n == 0 {
		return "none"
	}
	text := fmt.Sprintf("%d (%s)", n, commas(waves))
	if waiting > 0 {
		text += fmt.Sprintf("; %s", count(waiting, "waits", "wait"))
	}
	return text
}

func textDecisions(n int) string { return count(n, "decision is yours", "decisions are yours") }

func textHeldUp(n int) string {
	if n == 0 {
		return ""
	}
	return count(n, "step waits for it.", "steps wait for it.")
}

func textWaitsFor(numbers string) string { return "waits for " + numbers }

func textMoreNumbers(n int) string { return fmt.Sprintf("and %d more", n) }

func textNamespace(name string) string {
	if name == "" {
		return "In no namespace"
	}
	return name
}

func textMoreDecisions(n int) string {
	return fmt.Sprintf("… and %d more: --write-choices FILE writes all.", n)
}

func textMoreGaps(n int) string { return fmt.Sprintf("… and %d more: --format json has all.", n) }

func textMoreRisks(n int) string { return textMoreGaps(n) }

func textMoreReasons(n int) string {
	return fmt.Sprintf("… and %s: --format json has all.", count(n, "other reason", "other reasons"))
}

func textMoreStories(rest []*story) string {
	steps := 0
	for _, t := range rest {
		steps += len(t.steps)
	}
	return fmt.Sprintf("… and %d more, with %s (--workload KIND/NAME shows one, --format json has all):", len(rest), count(steps, "step", "steps"))
}

// textStaying counts failures that stay and that were told of before.
func textStaying(notPlanned, waiting int) string {
	var words []string
	if notPlanned > 0 {
		words = append(words, fmt.Sprintf("%d not planned or left alone, see above", notPlanned))
	}
	if waiting > 0 {
		words = append(words, fmt.Sprintf("%d whose steps wait", waiting))
	}
	if len(words) == 0 {
		return ""
	}
	return "Of those that stay: " + strings.Join(words, "; ") + "."
}
