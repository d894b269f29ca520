package report

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// TestIndentedAsEncodingJSONDoes: the same bytes, whatever the value.
func TestIndentedAsEncodingJSONDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", `"`, `\\`, `\\"`, "{", "[]", ",", ":", "\n"}))
		value := map[string]any{
			text.Draw(t, "key"): rapid.SliceOfN(text, 0, 3).Draw(t, "list"), "empty": map[string]any{}, "none": []any{}, "null": nil,
			"deep": []any{map[string]any{text.Draw(t, "inner"): []any{[]any{1.5, true}, map[string]any{}}}},
		}
		levels := rapid.IntRange(0, 3).Draw(t, "levels")
		p := newPrinter()
		got, err := p.print(value, "", levels)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		e.SetIndent(string(bytes.Repeat([]byte("  "), levels)), "  ")
		if err := e.Encode(value); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, bytes.TrimSuffix(want.Bytes(), []byte("\n"))) {
			t.Fatalf("got\n%s\nwant\n%s", got, want.Bytes())
		}
	})
}
