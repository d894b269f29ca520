package oracle

// verdict is what a condition comes to. undecided leaves it to the peer.
type verdict int

const (
	undecided verdict = iota
	fails
	unknown
	holds
)

func (v verdict) not() verdict { return fails + holds - v }

func verdictOf(b bool) verdict {
	if b {
		return holds
	}
	return fails
}

// decide combines comparisons of one value of the request and one of the
// policy, as AWS documents it, over the values of a key that is there.
func (t *test) decide(compare func(value, held string) verdict) verdict {
	every, some := holds, fails
	for _, h := range t.held {
		match := fails
		for _, v := range t.values {
			match = max(match, compare(v, h))
		}
		if t.operator.negated() {
			match = match.not()
		}
		every, some = min(every, match), max(some, match)
	}
	if t.operator.Form.Set == "ForAnyValue:" {
		return some
	}
	return every
}
