package export

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"
	sigs "sigs.k8s.io/yaml"
)

// odd are strings that mean something to a shell or to YAML.
func odd() []string {
	return []string{
		"", "plain", "on", "1e3", "0x1f", "012", "1:20", "null", "~", "-", "- a", "a: b", "a #b", "#a", "'", `"`, `\`, `\n`, "a'b\"c", "$HOME", "$(id)", "`id`", "a\nb", "\n", "a\n",
		" a ", "*", "?", "[a]", "{a}", "!a", "&a", "|", ">", "%s", "%", "@a", "done", "true", "a/b.c-d_e", "-n", "--", "é", "\u202e", "\u00a0", "\u2028", "\x7f", "\x1b[2J", "😀", "\ufeff", "yes", "NaN", ".inf",
	}
}

func strange() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(odd()), rapid.StringOfN(rapid.RuneFrom([]rune("a'\"\\$`\n \t#:-{}[]é\u202e\x7f%0")), 0, 12, -1))
}

// words gives what a shell reads of quoted words, each behind a mark.
func words(t *testing.T, list []string) []string {
	t.Helper()
	script := "printf '<%s>\\0'"
	for _, s := range list {
		script += " " + quote(s)
	}
	out, err := exec.Command("sh", "-c", script).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, script)
	}
	var read []string
	for part := range bytes.SplitSeq(bytes.TrimSuffix(out, []byte{0}), []byte{0}) {
		read = append(read, strings.TrimSuffix(strings.TrimPrefix(string(part), "<"), ">"))
	}
	return read
}

func TestAShellReadsWhatWasQuoted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		list := rapid.SliceOfN(strange(), 1, 20).Draw(r, "words")
		for i := range list { // what scripts hold is on one line
			list[i] = strings.TrimRight(list[i], "\n")
		}
		for i, got := range words(t, list) {
			if got != list[i] {
				r.Errorf("%q is quoted as %s and read as %q", list[i], quote(list[i]), got)
			}
		}
	})
}

func TestYAMLReadsWhatWasWritten(t *testing.T) {
	value := rapid.Deferred(func() *rapid.Generator[any] {
		text := rapid.Map(strange(), func(s string) any { return s })
		leaf := rapid.OneOf(text, rapid.SampledFrom([]any{true, false, nil, 1.0, -2.5, map[string]any{}, []any{}}))
		list := rapid.Map(rapid.SliceOfN(leaf, 1, 3), func(l []any) any { return l })
		return rapid.OneOf(leaf, list, rapid.Map(rapid.MapOfN(strange(), rapid.OneOf(leaf, list), 1, 3), func(m map[string]any) any { return m }),
			rapid.Map(rapid.SliceOfN(rapid.MapOfN(strange(), rapid.OneOf(leaf, list), 1, 2), 1, 2), func(l []map[string]any) any {
				out := []any{}
				for _, m := range l {
					out = append(out, m)
				}
				return out
			}))
	})
	rapid.Check(t, func(r *rapid.T) {
		want := map[string]any{"key": value.Draw(r, "value"), "list": []any{value.Draw(r, "item")}}
		text, err := yamlOf(want)
		if err != nil {
			r.Fatal(err)
		}
		var got any
		if err := sigs.UnmarshalStrict([]byte(text), &got); err != nil {
			r.Fatalf("%v:\n%s", err, text)
		}
		a, _ := onLine(want)
		b, _ := onLine(got)
		if a != b {
			r.Errorf("%s is written as\n%s\nand read as %s", a, text, b)
		}
	})
}
