package collect

import (
	"bytes"
	"slices"

	"podpass/internal/snapshot"
)

// scripted notes the variables that a word of a command sets to a literal
// value, as a script does, or a word of env. What a script takes from elsewhere
// may come from the role itself, and a flag's value is set somewhere else.
func (c *container) scripted(word []byte) {
	if !bytes.Contains(word, []byte(awsPrefix)) {
		return
	}
	for line := range bytes.Lines(word) {
		if bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("#")) {
			continue
		}
		for _, variable := range snapshot.CredentialVariables() {
			if assigns(line, variable) && !slices.Contains(c.kept.Script, variable) {
				c.kept.Script = append(c.kept.Script, variable)
			}
		}
	}
}

// assigns tells whether a line sets a variable to a literal value.
func assigns(line []byte, variable string) bool {
	for from := 0; ; {
		at := bytes.Index(line[from:], []byte(variable+"="))
		if at < 0 {
			return false
		}
		at += from
		from = at + len(variable) + 1
		if at > 0 && bytes.IndexByte([]byte(" \t;&|(\"'"), line[at-1]) < 0 || bytes.HasSuffix(bytes.TrimRight(line[:at], " "), []byte("-e")) {
			continue
		}
		value := bytes.TrimLeft(line[from:], `"'`)
		if len(value) > 0 && bytes.IndexByte([]byte(" \t\r\n;&|$`"), value[0]) < 0 {
			return true
		}
	}
}
