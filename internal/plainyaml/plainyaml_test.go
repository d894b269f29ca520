package plainyaml

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadGivesTheOnlyDocument(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want string // the value, if it is a text
		none bool
	}{
		"a value":                    {"a", "a", false},
		"behind a byte order mark":   {"\ufeffa\r\n", "a", false},
		"a word for nothing":         {"null", "null", false},
		"an empty file":              {"", "", true},
		"a byte order mark alone":    {"\ufeff", "", true},
		"comments":                   {"# a\n# b", "", true},
		"a line that starts one":     {"---\n", "", true},
		"a document that is ended":   {"a\n...\n", "a", false},
		"a list":                     {"- a\n", "", false},
		"as many bytes as there may": {strings.Repeat("#", 1<<20), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, flaws := Read([]byte(c.text), 1<<20)
			if len(flaws) > 0 || (got == nil) != c.none || got != nil && got.Value != c.want {
				t.Errorf("got %+v, %+v", got, flaws)
			}
		})
	}
}

// TestReadTellsAllFlaws: with their lines, and with nothing that the file says.
func TestReadTellsAllFlaws(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []Flaw
	}{
		"all that refers": {"a: &s3cret 1\nb: *s3cret\nc: !!str 1\nd: {<<: {e: 1}}\n", []Flaw{
			{1, "an anchor stands here", "leave it out, and write values where they belong"},
			{2, "an alias stands here", "write the value out"},
			{3, "a tag stands here", "leave it out, and put texts in quotes"},
			{4, "a merge key stands here", "write the keys out"},
		}},
		"an alias of nothing":    {"a: 1\nb: *s3cret\n", []Flaw{{1, "it is no YAML: unknown anchor …", "mend it near this line"}}},
		"a tab":                  {"a:\n\ts3cret: 1", []Flaw{{2, "it is no YAML: found character that cannot start any token", "mend it near this line"}}},
		"a second document":      {"a: 1\n---\nb: 1\n", []Flaw{{2, "a second document starts here", "put all into one document, without ---"}}},
		"a broken second one":    {"a: 1\n---\n]\n", []Flaw{{2, "it is no YAML: did not find expected node content", "mend it near this line"}}},
		"bytes that are no text": {"a: \xff", []Flaw{{1, "it is not UTF-8", "save it as UTF-8"}}},
		"too many bytes":         {strings.Repeat("#", 1<<20+1), []Flaw{{1, "it is larger than 1 MiB", "is it the right file?"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, flaws := Read([]byte(c.text), 1<<20)
			if diff := cmp.Diff(c.want, flaws); diff != "" || got != nil {
				t.Errorf("%+v\n%s", got, diff)
			}
		})
	}
}
