package report

import (
	"fmt"

	"podpass/internal/audit"
)

// suppressions of a result: none, or its waiver.
func suppressions(r *audit.Result) *[]sarifSuppress {
	list := []sarifSuppress{}
	if r.Status == audit.Waived {
		text := "Waived, nobody named."
		if r.Waiver != nil {
			text = acceptance(r.Waiver)
		}
		list = append(list, sarifSuppress{"external", "accepted", clip(unlinked(Escape(text)), maxMessage)})
	}
	return &list
}

// escaped is Escape for each of a list.
func escaped(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, Escape(s))
	}
	return out
}

// sarifOwn notes what the user's files did to this run. What is not shown, or
// accepts nothing any more, is a warning.
func sarifOwn(inv *sarifInvocation, r *audit.Report) {
	if o := r.Only; o != nil {
		inv.Execution = append(inv.Execution, notification("warning", fmt.Sprintf(
			"Only a part is shown: %s. %s Do not upload it to code scanning, which closes the alerts that are not in it.", shownText(o), hiddenText(o))))
	}
	if w := r.Waivers; w != nil {
		inv.Execution = append(inv.Execution, noted("warning", len(w.Expired), func(i int) string {
			one := &w.Expired[i]
			return fmt.Sprintf("Expired waiver, which accepts nothing any more: %s, owner %s, up to %s, %s.", refText(one), orDash(one.Owner), orDash(one.Expires), refPlace(w.File, one))
		})...)
		inv.Configuration = append(inv.Configuration, noted("note", len(w.Unused), func(i int) string {
			return fmt.Sprintf("Waiver that matches no failure: %s, %s.", refText(&w.Unused[i]), refPlace(w.File, &w.Unused[i]))
		})...)
	}
	if c := r.Baseline; c != nil {
		inv.Execution = append(inv.Execution, noted("note", len(c.NotEvaluated), func(i int) string {
			return fmt.Sprintf("In the baseline, and not evaluated: %s: %s.", knownText(&c.NotEvaluated[i]), orDash(c.NotEvaluated[i].Reason))
		})...)
	}
	if c := r.Config; c != nil {
		inv.Configuration = append(inv.Configuration, noted("note", len(c.Changed), func(i int) string {
			return fmt.Sprintf("Changed by %s: %s.", c.File, c.Changed[i])
		})...)
	}
}

// noted makes notifications of a list, and of its rest one that counts.
func noted(level string, n int, text func(i int) string) []sarifNotification {
	var list []sarifNotification
	for i := range min(n, maxNotifications) {
		list = append(list, notification(level, text(i)))
	}
	if n > maxNotifications {
		list = append(list, notification(level, fmt.Sprintf("… and %d more of these; --format json has all.", n-maxNotifications)))
	}
	return list
}
