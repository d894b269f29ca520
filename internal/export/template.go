package export

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// writeTemplate writes a template of kubectl (go-template-file) that looks for
// named items in an object, and prints what of them is there and the operations
// of a JSON patch, by the places that they have now. A line is
//
//	PLACE STATE NAME=WHAT OPERATIONS
//
// and means: operations of later places come first, those for the end of a list
// last. STATE is test (of the fields; always done), todo, done (as it should be),
// lost (it cannot come back) or other (neither as planned for nor as it should
// be). A variable's value is never printed, only whether it has one.
func writeTemplate(fields string, items []*named, back bool) string {
	var b strings.Builder
	b.WriteString("{{- " + goText("999999 test fields "+strings.TrimSuffix(strings.TrimPrefix(fields, "["), "]")) + "}}" + newline + "\n")
	made := map[string]bool{}
	for i, n := range items {
		w := writer{named: n, number: i + 1, from: n.planned(), to: n.wanted()}
		if back {
			w.from, w.to = w.to, w.from
		}
		list := n.containers + " " + n.container + " " + n.list
		w.first = !made[list] && w.to.item != nil
		made[list] = made[list] || w.first
		w.write(&b)
	}
	return b.String()
}

// standing is how an item may stand in its list.
type standing struct {
	item    any  // as it is; nil: it is not there, or with present something is
	present bool // whatever it is
	empty   bool // a variable without a value
	is      string
}

// planned is the form that the plan found.
func (n *named) planned() standing {
	switch {
	case n.present:
		return standing{present: true}
	case n.was == nil:
		return standing{}
	case n.list == "env":
		return standing{item: n.was, is: n.reference()}
	}
	return standing{item: n.was, is: isThere}
}

// wanted is the form that the step leaves.
func (n *named) wanted() standing {
	if n.will == nil {
		return standing{}
	}
	return standing{item: map[string]any{"name": n.name}, empty: true, is: isEmpty}
}

// Words for what an item is.
const (
	isThere = "there"
	isEmpty = "empty"
)

// writer writes the part of a template that is about one item.
type writer struct {
	*named
	number   int
	from, to standing
	first    bool // of those that may have to make their list
}

// isStanding tells, of an item by its name, whether it has a form.
func isStanding(f, other standing) string {
	switch {
	case f.present && other.empty:
		return "ne $is " + goText(isEmpty)
	case f.present:
		return "true"
	case f.item == nil:
		return "false"
	}
	return "eq $is " + goText(f.is)
}

func (w *writer) write(b *strings.Builder) {
	fmt.Fprintf(b, "{{- /* %s */ -}}\n", strings.ReplaceAll(w.label()+": "+w.words(), "*/", "* /"))
	fmt.Fprintf(b, "{{- $here := false}}\n{{- range $i, $c := %s}}{{if eq $c.name %s}}{{$here = true}}{{$done := false}}{{$taken := false}}\n",
		strings.ReplaceAll(w.containers, "/", "."), goText(w.container))
	fmt.Fprintf(b, "{{- range $j, $e := $c.%s}}%s\n", w.list, w.match())
	fmt.Fprintf(b, "{{- $is := %s}}%s\n", goText(isThere), w.what())
	is, open := w.line(" todo", "$is"), "{{- if "
	if to := isStanding(w.to, w.from); to != "false" {
		fmt.Fprintf(b, "{{- if %s}}{{$done = true}}%s\n", to, w.line("0 done", "$is")+newline)
		open = "{{- else if "
	}
	if from := isStanding(w.from, w.to); from != "false" {
		fmt.Fprintf(b, open+"%s}}{{$taken = true}}{{$j}}%s\n", from, is+w.remove()+newline)
	}
	fmt.Fprintf(b, "{{- else}}{{$done = true}}%s\n{{- end}}\n{{- end}}{{end}}\n", w.line("0 other", "$is")+newline)
	fmt.Fprintf(b, "{{- if not $done}}%s{{end}}\n{{- end}}{{end}}\n", w.missing())
	fmt.Fprintf(b, "{{- if not $here}}%s{{end}}\n", w.line("0 other", goText("container-gone"))+newline)
}

// words say what happens to the item.
func (w *writer) words() string {
	switch {
	case w.to.present:
		return "is not known, and cannot come back"
	case w.to.item == nil:
		return "goes"
	case w.from.item == nil && !w.from.present:
		return "comes"
	}
	return "is replaced"
}

// match opens the condition that an item is the one.
func (w *writer) match() string {
	switch {
	case w.list == "envFrom" && w.prefix != "":
		return fmt.Sprintf("{{if and (eq (print $e.prefix) %s) $e.%s (eq $e.%s.name %s)}}", goText(w.prefix), w.key, w.key, goText(w.name))
	case w.list == "envFrom":
		return fmt.Sprintf("{{if and (not $e.prefix) $e.%s (eq $e.%s.name %s)}}", w.key, w.key, goText(w.name))
	}
	return fmt.Sprintf("{{if eq $e.%s %s}}", w.key, goText(w.name))
}

// what finds out what a variable is.
func (w *writer) what() string {
	if w.list != "env" {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n{{- if $e.valueFrom}}{{$is = \"elsewhere\"}}")
	for _, kind := range references() {
		fmt.Fprintf(&b, "{{with $e.valueFrom.%s}}{{$is = printf \"%s/%%s/%%s\" .name .key}}{{end}}", kind, kind)
	}
	fmt.Fprintf(&b, "{{else if $e.value}}{{$is = \"value\"}}{{else}}{{$is = %s}}{{end}}", goText(isEmpty))
	return b.String()
}

// newline ends a line; those of the template itself are trimmed.
const newline = `{{"\n"}}`

// line prints a line up to its operations.
func (w *writer) line(start, what string) string {
	return "{{" + goText(start+" "+w.label()+"=") + "}}{{" + what + `}}{{" "}}`
}

// remove prints the operations that take the item out of its list. One that the
// plan does not hold is tested by its name alone.
func (w *writer) remove() string {
	at := w.containers + "/%d/" + w.list + "/%d"
	test, value := at, w.from.item
	if w.from.present {
		test, value = at+"/"+w.key, w.name
	}
	return w.operations("$i $i $j $i $j", w.same(), operation{"test", test, value}, operation{Op: "remove", Path: at})
}

// same tests that the container is the one.
func (w *writer) same() operation { return operation{"test", w.containers + "/%d/name", w.container} }

// missing is what is printed where the item is not as it should be.
func (w *writer) missing() string {
	none := goText("none")
	switch {
	case w.to.present:
		return w.line("0 lost", none) + newline
	case w.to.item == nil:
		return "{{if not $taken}}" + w.line("0 done", none) + newline + "{{end}}"
	}
	list := w.containers + "/%d/" + w.list
	start := w.line(fmt.Sprintf("-%d todo", w.number), none)
	add := w.operations("$i $i", w.same(), operation{"add", list + "/-", w.to.item})
	if w.first {
		whole := w.operations("$i $i", w.same(), operation{"add", list, []any{w.to.item}})
		add = "{{if $c." + w.list + "}}" + add + "{{else}}" + whole + "{{end}}"
	}
	return start + add + newline
}

// operations prints some of a JSON patch, each behind a comma. In their paths %d
// stands for a place.
func (w *writer) operations(places string, list ...operation) string {
	var b strings.Builder
	for _, op := range list {
		path := op.Path
		op.Path = "\x00"
		text, _ := json.Marshal(op) // of strings and maps of them
		text2 := strings.ReplaceAll(string(text), "%", "%%")
		b.WriteString("," + strings.Replace(text2, `\u0000`, path, 1))
	}
	return "{{printf " + goText(b.String()) + " " + places + "}}"
}

// goText writes a string of a template.
func goText(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '`' }) || !strings.ContainsAny(s, `"\`) {
		return strconv.QuoteToASCII(s)
	}
	return "`" + s + "`"
}

// templateComment makes lines of a comment of shell one of a template.
func templateComment(lines string) string {
	return "{{- /*\n" + strings.ReplaceAll(strings.ReplaceAll(lines, "*/", "* /"), "/*", "/ *") + "*/ -}}\n"
}
