package report

import (
	"strings"
	"unicode"
)

// maxSpan bounds one string from outside in Markdown, in characters.
const maxSpan = 2000

// markText sets text from outside within a line of GitHub's or GitLab's
// Markdown. Escaping is not enough there: after rendering, both still look for
// mentions, references, links and commits in all text but code. So words that
// are nothing but words stay text, and all others become code, which neither
// reads. That leaves no way to emphasis, links, images, HTML, mentions or the
// cells of a table.
func markText(s string) string {
	var parts, odd []string
	flush := func() {
		if len(odd) > 0 {
			code, after := pointed(strings.Join(odd, " "))
			parts = append(parts, codeSpan(code)+after)
			odd = nil
		}
	}
	for word := range strings.FieldsSeq(clip(Escape(s), maxSpan)) {
		if plainWord(word) {
			flush()
			parts = append(parts, word)
			continue
		}
		odd = append(odd, word)
		if strings.ContainsRune(".,;:", rune(word[len(word)-1])) {
			flush()
		}
	}
	flush()
	return strings.Join(parts, " ")
}

// pointed parts the punctuation at the end from what is set as code.
func pointed(s string) (code, after string) {
	marks := ".,;:"
	if !strings.Contains(s, "(") {
		marks += ")"
	}
	code = strings.TrimRight(s, marks)
	if code == "" {
		return s, ""
	}
	return code, s[len(code):]
}

// codeSpan sets a string as code. Its fence is longer than any run of
// backticks in it. A pipe would end the cell of a table, and what renderers
// make of a backslash before it differs, so that it is shown as \u{7c}.
func codeSpan(s string) string {
	s = strings.ReplaceAll(clip(Escape(s), maxSpan), "|", `\u{7c}`)
	if strings.TrimSpace(s) == "" {
		return "–"
	}
	mark := strings.Repeat("`", longestRun(s, '`')+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") {
		return mark + " " + s + " " + mark
	}
	return mark + s + mark
}

// codeBlock sets lines as a block of code that none of them can end.
func codeBlock(language string, lines []string) string {
	text := make([]string, len(lines))
	longest := 2
	for i, line := range lines {
		text[i] = Escape(line)
		longest = max(longest, longestRun(text[i], '`'))
	}
	mark := strings.Repeat("`", longest+1)
	return mark + language + "\n" + strings.Join(text, "\n") + "\n" + mark + "\n"
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := 0; i < len(s); i++ {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// plainWord tells a word that no renderer sees more in: letters with single
// hyphens or apostrophes between them, or up to six digits, with punctuation
// of prose around. Digits with a point or parenthesis after them could begin a
// list, seven letters of a to f could be a commit.
func plainWord(word string) bool {
	w := strings.TrimRight(strings.TrimLeft(word, `("“`), `.,;:?)"”…`)
	if w == "→" || w == "·" {
		return true
	}
	if strings.Trim(w, "0123456789") == "" {
		return w != "" && len(w) < 7 && !strings.ContainsAny(word, ".)")
	}
	letter, run := false, 0
	for _, r := range w {
		switch {
		case strings.ContainsRune("abcdefABCDEF", r):
			letter, run = true, run+1
		case unicode.IsLetter(r):
			letter, run = true, -maxSpan
		case letter && run < 7 && (r == '-' || r == '\'' || r == '’'):
			letter, run = false, 0
		default:
			return false
		}
	}
	return letter && run < 7
}
