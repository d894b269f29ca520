package waivers

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAnIndexFindsWhatMatches(t *testing.T) {
	pattern := rapid.SampledFrom([]string{"a", "b", "*", "?", `\*`, ""})
	text := rapid.SampledFrom([]string{"a", "b", "*", ""})
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Entry {
			return Entry{Rule: pattern.Draw(t, "rule"), Kind: "a", Namespace: pattern.Draw(t, "namespace"), Name: pattern.Draw(t, "name"), Container: pattern.Draw(t, "container")}
		}), 0, 6).Draw(t, "list")
		target := &Target{Rule: text.Draw(t, "rule"), Kind: "a", Namespace: text.Draw(t, "namespace"), Name: text.Draw(t, "name"), Container: text.Draw(t, "container")}
		want := []*Entry{}
		for i := range list {
			if list[i].Matches(target) {
				want = append(want, &list[i])
			}
		}
		if diff := cmp.Diff(want, NewIndex(list).Find(target)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheObjectOfAnEntry(t *testing.T) {
	e := Entry{Rule: "PP*", Kind: "Secret", Namespace: "", Name: `s3-\*`, Container: "*"}
	if kind, namespace, name, ok := e.Object(); kind != "Secret" || namespace != "" || name != "s3-*" || !ok {
		t.Errorf("got %q, %q, %q, %v", kind, namespace, name, ok)
	}
	e.Kind = "*"
	if _, _, _, ok := e.Object(); ok {
		t.Error("an entry for all kinds has one object")
	}
}
