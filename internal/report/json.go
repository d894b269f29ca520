package report

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"podpass/internal/audit"
)

// writeJSON writes the Report as it is, two spaces a level.
func writeJSON(w io.Writer, r *audit.Report) error {
	whole := normal(r)
	results := whole.Results
	whole.Results = []audit.Result{}
	return writeFramed(w, whole, "results", len(results), func(i int) any {
		one := normalResult(results[i])
		return &one
	})
}

// writeFramed writes a document with a list of its own, which is empty in it.
// The items are encoded one by one: there may be hundreds of thousands.
func writeFramed(w io.Writer, document any, list string, n int, item func(int) any) error {
	frame, err := marshal(document, 0)
	if err != nil {
		return err
	}
	// Inside a string a line break is escaped, so that this can be found only
	// where it is meant.
	before, after, found := bytes.Cut(frame, []byte("\n  \""+list+"\": []"))
	if !found {
		return errors.New("encode document: no place for its " + list)
	}
	buf := bufio.NewWriterSize(w, 1<<16)
	out := jsonEscaper{buf}
	_, err = out.Write(before)
	fail := []error{err, writeItems(out, list, n, item)}
	_, err = out.Write(append(after, '\n'))
	return errors.Join(append(fail, err, buf.Flush())...)
}

// WriteJSON writes any document as Reports are written: indented, and with no
// character in it that a terminal acts on.
func WriteJSON(w io.Writer, document any) error {
	text, err := marshal(document, 0)
	if err != nil {
		return err
	}
	buf := bufio.NewWriterSize(w, 1<<16)
	_, err = jsonEscaper{buf}.Write(append(text, '\n'))
	return errors.Join(err, buf.Flush())
}

func writeItems(w io.Writer, list string, n int, item func(int) any) error {
	open, end := "\n  \""+list+"\": [", "]"
	p := newPrinter()
	for i := range n {
		text, err := p.print(item(i), open+"\n    ", 2)
		if err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		open, end = ",", "\n  ]"
	}
	if n == 0 {
		end = open + end
	}
	_, err := io.WriteString(w, end)
	return err
}

// marshal encodes without a final line break, so many levels deep.
func marshal(v any, levels int) ([]byte, error) { return newPrinter().print(v, "", levels) }

// normal is a Report without null lists; its results are left as they are.
func normal(r *audit.Report) *audit.Report {
	n := *r
	c := &n.Coverage
	c.Selected, c.Excluded = notNil(c.Selected), notNil(c.Excluded)
	c.Ignored = notNil(c.Ignored)
	c.Gaps = append([]audit.Gap{}, c.Gaps...)
	for i := range c.Gaps {
		c.Gaps[i].Rules = notNil(c.Gaps[i].Rules)
	}
	c.NotAssessed = append([]audit.NotAssessed{}, c.NotAssessed...)
	for i := range c.NotAssessed {
		c.NotAssessed[i].Rules = notNil(c.NotAssessed[i].Rules)
	}
	for _, v := range []*audit.Verdict{&n.Verdicts.CISAudit, &n.Verdicts.CISIntent} {
		v.Reasons, v.Namespaces = notNil(v.Reasons), notNil(v.Namespaces)
	}
	n.Results = notNil(n.Results)
	normalOwn(&n)
	return &n
}

// normalOwn is normal for what the user's files did. It copies what it
// changes.
func normalOwn(r *audit.Report) {
	if r.Waivers != nil {
		w := *r.Waivers
		w.Expired, w.Unused = notNil(w.Expired), notNil(w.Unused)
		r.Waivers = &w
	}
	if r.Baseline != nil {
		c := *r.Baseline
		c.Fixed, c.NotEvaluated = notNil(c.Fixed), notNil(c.NotEvaluated)
		r.Baseline = &c
	}
	if r.Config != nil {
		c := *r.Config
		c.Changed = notNil(c.Changed)
		r.Config = &c
	}
	if r.Only != nil {
		o := *r.Only
		o.Files = notNil(o.Files)
		r.Only = &o
	}
}

func normalResult(r audit.Result) audit.Result {
	r.Evidence = append([]audit.Evidence{}, r.Evidence...)
	for i := range r.Evidence {
		r.Evidence[i].Objects = notNil(r.Evidence[i].Objects)
	}
	if len(r.KeyIDs) == 0 {
		r.KeyIDs = nil // left out, so that it is read back as it is
	}
	return r
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
