package report

import (
	"slices"
	"strings"

	"podpass/internal/audit"
)

// block is a part of a fix that is set in one way: prose (one line a
// paragraph), commands or YAML.
type block struct {
	form  form
	lines []string
}

type form int

const (
	prose form = iota
	command
	yaml
)

// parseFix takes the text of Result.Fix apart, by its contract.
func parseFix(text string) []block {
	if text == "" {
		return nil
	}
	var blocks []block
	add := func(f form, line string) {
		if n := len(blocks); n == 0 || blocks[n-1].form != f {
			blocks = append(blocks, block{form: f})
		}
		last := &blocks[len(blocks)-1]
		last.lines = append(last.lines, line)
	}
	inside := false
	for line := range strings.SplitSeq(text, "\n") {
		run, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case line == "---":
			inside = !inside
			if inside {
				blocks = append(blocks, block{form: yaml})
			}
		case inside:
			add(yaml, line)
		case isCommand:
			add(command, run)
		case strings.TrimSpace(line) != "":
			add(prose, line)
		}
	}
	return blocks
}

func equalBlocks(a, b []block) bool {
	return slices.EqualFunc(a, b, func(x, y block) bool {
		return x.form == y.form && slices.Equal(x.lines, y.lines)
	})
}

// shared is the fix of a group as it is shown once.
type shared struct {
	blocks     []block
	namespaces []string // if any: the commands are of a loop over them
	own        bool     // the fix is the first object's; others have their own
}

func (g *group) fix() shared {
	first := g.first().Fix
	if !slices.ContainsFunc(g.results, func(r *audit.Result) bool { return r.Fix != first }) {
		return shared{blocks: parseFix(first)}
	}
	if s, ok := g.loop(); ok {
		return s
	}
	return shared{blocks: parseFix(first), own: true}
}

// variable is the namespace in the commands of a loop.
const variable = `"$ns"`

// loop turns the fixes of a group into one over all its namespaces, if they
// differ in nothing else. That is not guessed but tried: putting each object's
// namespace back must give just its own fix. Where the name of an object is
// also that of a namespace, one fix may not tell them apart but the next does;
// so a few are tried as the model. Namespaces must be plain labels, for they
// are put into a command.
func (g *group) loop() (shared, bool) {
	var namespaces []string
	seen := map[string]bool{}
	for _, r := range g.results {
		ns := r.Object.Namespace
		if !dnsLabel(ns) {
			return shared{}, false
		}
		if !seen[ns] {
			seen[ns] = true
			namespaces = append(namespaces, ns)
		}
	}
	for _, model := range g.results[:min(3, len(g.results))] {
		blocks, any := abstract(parseFix(model.Fix), model.Object.Namespace)
		fits := func(r *audit.Result) bool {
			return equalBlocks(concrete(blocks, r.Object.Namespace), parseFix(r.Fix))
		}
		if any && !slices.ContainsFunc(g.results, func(r *audit.Result) bool { return !fits(r) }) {
			return shared{blocks: blocks, namespaces: namespaces}, true
		}
	}
	return shared{}, false
}

// abstract replaces a namespace in commands, where it is a word of its own.
func abstract(blocks []block, namespace string) (out []block, any bool) {
	for _, b := range blocks {
		if b.form == command {
			lines := make([]string, len(b.lines))
			for i, line := range b.lines {
				words := shellWords(line)
				for j := range words {
					if words[j] == namespace {
						words[j], any = variable, true
					}
				}
				lines[i] = strings.Join(words, " ")
			}
			b.lines = lines
		}
		out = append(out, b)
	}
	return out, any
}

func concrete(blocks []block, namespace string) []block {
	out := slices.Clone(blocks)
	for i := range out {
		if out[i].form != command {
			continue
		}
		out[i].lines = slices.Clone(out[i].lines)
		for j, line := range out[i].lines {
			out[i].lines[j] = strings.ReplaceAll(line, variable, namespace)
		}
	}
	return out
}

// shellWords splits a command at the spaces outside of quotes. Joined with
// spaces the words are the command again.
func shellWords(line string) []string {
	var words []string
	start := 0
	var quote byte
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && quote != '\'':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == ' ':
			words = append(words, line[start:i])
			start = i + 1
		}
	}
	return append(words, line[start:])
}

// dnsLabel tells a name that the API server would take for a namespace.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
func dnsLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
