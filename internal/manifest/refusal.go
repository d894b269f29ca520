package manifest

import (
	"fmt"
	"strconv"
	"strings"
)

// Refusal says why a file, a document or a value in it is not edited.
// It never quotes values of the file.
type Refusal struct {
	Line   int    // from 1
	Reason string // what stands in the way
	Way    string // the way out

	whole bool // no document of the file is to be edited, and none added
}

func (r *Refusal) Error() string { return fmt.Sprintf("line %d: %s: %s", r.Line, r.Reason, r.Way) }

// parserRefusal gives an error of the YAML parser without what it quotes. Its
// lines count more breaks than editors do, from the document's first line, which
// is line first of the file.
func parserRefusal(err error, src []byte, first int) *Refusal {
	text, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
	if at, rest, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(at, "line ") {
		if n, err := strconv.Atoi(at[len("line "):]); err == nil {
			text, line = rest, max(n, 1)
		}
	}
	if i := strings.IndexAny(text, "'\"`"); i >= 0 {
		text = strings.TrimSpace(text[:i]) + " …"
	}
	starts := lineStarts(src)
	line = lineOf(src, starts[min(line, len(starts))-1])
	return &Refusal{Line: first - 1 + line, Reason: "it is no YAML: " + text, Way: "mend it near this line; render templates first", whole: true}
}
