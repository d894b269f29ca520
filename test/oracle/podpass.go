package oracle

import (
	"errors"

	"podpass/internal/iam"
)

// Podpass asks podpass/internal/iam by a line, as `podpass iam eval` does. A
// line that it refuses, and a decision that is not the one that it explains,
// are answers that nothing wants.
func Podpass(q Request) Answer {
	text, err := marshal(q)
	query, refused := iam.ParseQuery(text, 0)
	if err = errors.Join(err, refused); err != nil {
		return Answer("refused: " + err.Error())
	}
	decided, explained := query.Access.Decide(), query.Explain().Decision
	if decided != explained {
		return Answer("decides " + decided.String() + ", explains " + explained.String())
	}
	return Answer(decided.String())
}
