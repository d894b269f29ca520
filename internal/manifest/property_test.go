package manifest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// anyManifest is a pod with random comments, blank lines, quotes and line ends.
func anyManifest(t *rapid.T) string {
	n := 0
	var lines []string
	line := func(column int, text string) {
		pad := strings.Repeat(" ", column)
		for range rapid.IntRange(0, 1).Draw(t, "comments") {
			n++
			lines = append(lines, rapid.SampledFrom([]string{pad, "  ", pad + "  "}).Draw(t, "column")+fmt.Sprintf("# comment %d - x: 'y", n))
		}
		if rapid.IntRange(0, 5).Draw(t, "blank") == 0 {
			lines = append(lines, rapid.SampledFrom([]string{"", "  "}).Draw(t, "blanks"))
		}
		lines = append(lines, pad+text+rapid.SampledFrom([]string{"", "", " # é", "\t# t", "  "}).Draw(t, "tail"))
	}
	step := rapid.SampledFrom([]int{2, 4}).Draw(t, "step")
	dash := rapid.SampledFrom([]int{0, 2}).Draw(t, "dash")
	line(0, "apiVersion: v1")
	line(0, "kind: Pod")
	line(0, rapid.SampledFrom([]string{"metadata: {name: web}", "metadata: { name: 'é', annotations: {} }", "metadata: {\"name\": \"web\", \"annotations\": {\"a\": \"b\"}}"}).Draw(t, "metadata"))
	line(0, "spec:")
	line(step, "containers:")
	for i := range rapid.IntRange(1, 3).Draw(t, "containers") {
		at := step + dash
		line(at, fmt.Sprintf("- name: c%d", i))
		line(at+2, "image: "+rapid.SampledFrom([]string{"nginx", "'nginx'", "\"nginx\"", ">-\n" + strings.Repeat(" ", at+4) + "nginx"}).Draw(t, "image"))
		line(at+2, "env:")
		for j := range rapid.IntRange(1, 3).Draw(t, "env") {
			line(at+2+dash, fmt.Sprintf("- name: E%d", j))
			line(at+4+dash, "value: "+rapid.SampledFrom([]string{"", "x", "\"a # b\"", "'it''s'", "x: &y"[:1], "\"\\u2028\""}).Draw(t, "value"))
		}
	}
	eol := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "eol")
	text := strings.ReplaceAll(strings.Join(lines, "\n"), "\n", eol)
	return rapid.SampledFrom([]string{"", "---" + eol, bom}).Draw(t, "head") + text + rapid.SampledFrom([]string{"", eol}).Draw(t, "end")
}

func TestEditsOfAnyManifestKeepEveryOtherByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := []byte(anyManifest(t))
		f, err := Parse(before, YAML, Options{})
		if err != nil {
			return // a folded text may not have a comment on its line
		}
		container := rapid.IntRange(0, 0).Draw(t, "container")
		edits := rapid.SliceOfNDistinct(rapid.SampledFrom([]int{0, 1, 2, 3, 4}), 1, 5, rapid.ID).Draw(t, "edits")
		var list []Edit
		for _, i := range edits {
			list = append(list, []Edit{name(0, pod), annotate(0), Delete(0, Path{"spec", "containers", container, "env", Named("E0")}),
				image(container, "nginx:1.28"), AddDocument(0, After, account)}[i])
		}
		got, err := f.Apply(list...)
		if err != nil {
			if got != nil || strings.Contains(err.Error(), "internal error") {
				t.Fatalf("%v\n%s", err, before)
			}
			return
		}
		checkLines(t, before, got, len(edits) == 1 && edits[0] == 0)
		again, err := Parse(got, YAML, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if second, err := again.Apply(list...); err != nil || !bytes.Equal(second, got) {
			t.Fatalf("a second time changes it: %v\n%s", err, second)
		}
	})
}

// checkLines: without its one new line the result is the file of before.
func checkLines(t *rapid.T, before, got []byte, oneLine bool) {
	if !oneLine {
		return
	}
	lines := strings.SplitAfter(string(got), "\n")
	lines = slices.DeleteFunc(lines, func(s string) bool { return strings.HasPrefix(strings.TrimSpace(s), "serviceAccountName: app-sa") })
	if strings.Join(lines, "") != string(before) {
		t.Fatalf("another byte is changed:\n%s\n%s", before, got)
	}
}
