package choices

import (
	"errors"
	"fmt"

	"podpass/internal/iam"
	"podpass/internal/plan"
)

// ReadDocuments fills RoleChoice.Documents: read gives the bytes of a file that
// the choices name, relative to their own file. Each is parsed as what it is
// meant to be. An error is of type Problems; those of a document have its name
// and line.
func ReadDocuments(c *plan.Choices, read func(file string) ([]byte, error)) error {
	d := &documents{choices: c.File, read: read, contents: map[string][]byte{}, judged: map[judged]bool{}}
	for i := range c.Workloads {
		role := &c.Workloads[i].Role
		if role.Trust == "" && len(role.Inline) == 0 {
			continue
		}
		role.Documents = map[string][]byte{}
		if role.Trust != "" {
			d.add(role, role.Trust, iam.Trust)
		}
		for _, file := range role.Inline {
			d.add(role, file, iam.Identity)
		}
	}
	if len(d.problems) > 0 {
		return d.problems
	}
	return nil
}

type documents struct {
	choices  string
	read     func(string) ([]byte, error)
	contents map[string][]byte
	judged   map[judged]bool // by whether its problem is told
	problems Problems
}

type judged struct {
	file string
	kind iam.Kind
}

func (d *documents) add(role *plan.RoleChoice, file string, kind iam.Kind) {
	data, ok := d.contents[file]
	if !ok {
		var err error
		if data, err = d.read(file); err != nil {
			text := fmt.Sprintf("the %s %s cannot be read: %v", kind, quoted(file), err)
			d.problems = append(d.problems, Problem{File: d.choices, Line: role.Line, Text: text, Mend: "its name is relative to the folder of this file"})
		}
		d.contents[file] = data
	}
	if data == nil {
		return
	}
	role.Documents[file] = data
	if d.judged[judged{file, kind}] {
		return
	}
	d.judged[judged{file, kind}] = true
	var flaw *iam.Error
	if _, err := iam.Parse(data, kind); errors.As(err, &flaw) {
		text := fmt.Sprintf("it is no %s (named in %s:%d)", kind, d.choices, role.Line)
		d.problems = append(d.problems, Problem{File: file, Line: flaw.Line, Text: text, Mend: flaw.Message})
	}
}
