package choices

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"podpass/internal/plan"
	"podpass/internal/report"
)

// Draft writes a file of choices with every open decision of a plan. Nothing in
// it is in force: each decision is a block of comments, in its list, which is in
// force when "# " is taken from its lines; those of prose begin with "##". One object has one block, and a block
// can be read as it is wherever a plan proposes any answer that can.
func Draft(p *plan.Plan) []byte {
	d := &draft{taken: map[string]bool{}}
	d.comment(head)
	if len(p.Decisions) == 0 {
		d.comment("No decision is open.")
	}
	blocks := blocksOf(p.Decisions)
	for _, list := range file().names() {
		d.list(list, blocks)
	}
	return d.out.Bytes()
}

const (
	head = "Choices for podpass plan. Nothing is decided here yet: of each decision that you make, take \"# \" from the front of its lines, complete them where need be, and give the file to podpass plan --choices. " +
		"What stands behind \"or:\" can take the place of the line above it. docs/choices.md says what else a file may hold."
	// mark stands before prose, so that it stays a comment.
	mark       = "##"
	draftWidth = 100
	// mostDraft leaves a file below MaxBytes.
	mostDraft = MaxBytes - 1<<20
)

// block is all that is asked of one object.
type block struct {
	list  string
	head  []string // the lines that name the object
	parts []part
}

// part is one decision in a block.
type part struct {
	decision *plan.Decision
	answers  []answer
}

// answer is what is chosen, in one or more lines; other is set where it can
// take the place of another.
type answer struct {
	lines []string
	other bool
}

func (a answer) String() string { return strings.Join(a.lines, "\n") }

// blocksOf groups decisions by list and object, in their order.
func blocksOf(list []plan.Decision) []*block {
	var blocks []*block
	byHead := map[string]*block{}
	for i := range list {
		name, head, answers := split(list[i].Choices)
		key := name + "\n" + strings.Join(head, "\n")
		if byHead[key] == nil {
			byHead[key] = &block{list: name, head: head}
			blocks = append(blocks, byHead[key])
		}
		b := byHead[key]
		b.parts = append(b.parts, part{&list[i], answers})
	}
	return blocks
}

// split takes the lines of a decision apart: the list, what names the object,
// and the answers.
func split(text string) (list string, head []string, answers []answer) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	list = strings.TrimSuffix(lines[0], ":")
	for _, line := range lines[1:] {
		key, _, _ := strings.Cut(strings.TrimLeft(line, "- "), ":")
		or, other := strings.CutPrefix(line, "  # or: ")
		switch {
		case list != "cluster" && len(answers) == 0 && (key == "kind" || key == "namespace" || key == "name"):
			head = append(head, line)
		case other:
			answers = append(answers, answer{[]string{"  " + or}, true})
		case strings.HasPrefix(line, "   ") && len(answers) > 0:
			last := &answers[len(answers)-1]
			last.lines = append(last.lines, line)
		default:
			answers = append(answers, answer{[]string{line}, false})
		}
	}
	return list, head, answers
}

// draft is a file as it is written.
type draft struct {
	out   bytes.Buffer
	taken map[string]bool // whether answers can be read, by list and lines
	left  int             // blocks for which there is no more room
}

func (d *draft) list(list string, blocks []*block) {
	written := false
	for _, b := range blocks {
		if b.list != list {
			continue
		}
		if !written {
			fmt.Fprintf(&d.out, "\n%s:\n", list)
			written = true
		} else {
			d.out.WriteByte('\n')
		}
		if d.out.Len() > mostDraft {
			d.left++
			continue
		}
		d.block(b)
	}
	if d.left > 0 {
		d.comment(fmt.Sprintf("%d more are open: make these decisions first, then write the file anew.", d.left))
		d.left = 0
	}
}

func (d *draft) block(b *block) {
	d.settle(b)
	for i, p := range b.parts {
		if i == 0 && b.list != "cluster" {
			d.comment(title(p.decision))
		}
		d.comment(p.decision.Question)
		if i == 0 {
			for _, line := range b.head {
				d.out.WriteString("# " + line + "\n")
			}
		}
		for _, a := range p.answers {
			for j, line := range a.lines {
				switch {
				case a.other && j == 0:
					line = "  # or: " + strings.TrimLeft(line, " ")
				case a.other:
					line = "  #     " + strings.TrimPrefix(line, "  ")
				}
				d.out.WriteString("# " + line + "\n")
			}
		}
	}
}

// settle says which answers of a block are in force when it is uncommented:
// each that can be read beside those before it. Where none can, as one that has
// to be completed, it is the first other one that can.
func (d *draft) settle(b *block) {
	var force []string
	for i := range b.parts {
		for j := range b.parts[i].answers {
			a := &b.parts[i].answers[j]
			switch {
			case a.other:
			case slices.Contains(force, a.String()):
				a.lines = nil // it is there already
			case d.reads(b, append(force, a.String())):
				force = append(force, a.String())
			default:
				a.other = len(b.parts[i].answers) > 1 || len(b.parts) > 1
			}
		}
	}
	for i := range b.parts {
		for j := range b.parts[i].answers {
			a := &b.parts[i].answers[j]
			if len(force) == 0 && a.other && d.reads(b, []string{a.String()}) {
				a.other = false
				return
			}
		}
	}
}

func (d *draft) reads(b *block, answers []string) bool {
	body := strings.Join(answers, "\n")
	key := b.list + "\n" + body
	ok, known := d.taken[key]
	if !known {
		_, err := Parse("", []byte(b.list+":\n"+strings.Join(append(b.head, body), "\n")+"\n"))
		ok = err == nil
		d.taken[key] = ok
	}
	return ok
}

// title names the object of a decision, where it stands, and what waits for it.
func title(d *plan.Decision) string {
	t := d.Object.Kind + " " + d.Object.Name
	if d.Object.Namespace != "" {
		t = d.Object.Kind + " " + d.Object.Namespace + "/" + d.Object.Name
	}
	if s := d.Source; s != nil {
		t += fmt.Sprintf(" (%s:%d)", s.File, s.Line)
	}
	switch n := len(d.HoldsUp); n {
	case 0:
		return t
	case 1:
		return t + ", 1 step waits:"
	default:
		return t + fmt.Sprintf(", %d steps wait:", n)
	}
}

// comment writes prose, which may come from outside, as comments.
func (d *draft) comment(text string) {
	line := mark
	for word := range strings.FieldsSeq(report.Escape(text)) {
		if len(line)+1+len(word) > draftWidth && len(line) > len(mark) {
			d.out.WriteString(line + "\n")
			line = mark
		}
		line += " " + word
	}
	d.out.WriteString(line + "\n")
}
