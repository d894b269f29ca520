package files

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sigs "sigs.k8s.io/yaml"
)

// FuzzSecret: a key in entries of its own of a Secret is found, whatever stands
// in other entries or in the lines behind it, or a gap says why the Secret
// cannot be read; of its secret nothing is kept.
//
// The text is names and values of entries, with a NUL between, in which SECRET
// stands for the secret. Lines are YAML behind the entries as they are.
func FuzzSecret(f *testing.F) {
	for _, text := range []string{
		"", "a\x00b", "SECRET\x00SECRET", "x-SECRET\x00y", "xSECRETy\x00AKIAIOSFODNN7EXAMPLE", "aws.SECRET\x00AKIAIOSFODNN7EXAMPLE", "credentials\x00[SECRET]\naws_access_key_id=AKIAIOSFODNN7EXAMPLE\naws_secret_access_key=SECRET",
		"c.json\x00{\"SECRET\": {\"secretAccessKey\": \"SECRET\"}}", "AKIAIOSFODNN7EXAMPLE\x00SECRET", "AWS_SECRET_ACCESS_KEY\x00other", "\x00", "n\x00\x1f\x8b\x08",
		"secret\x00U0VDUkVU\nU0VDUkVU", "a\xff\x00\xfe\"'{{ \u2028", "url\x00s3://AKIAIOSFODNN7EXAMPLE:SECRET@bucket/SECRET", "aws.SECRET\x00- SECRET\n- SECRET",
	} {
		f.Add(text, "", uint64(1))
	}
	for _, lines := range []string{
		"type: Opaque", "data: {a: YQ==}", "stringData: {a: b}", "  a: b", "  AWS_ACCESS_KEY_ID: other", "kind: Pod", "metadata: {name: other}", "---\na: [", "...", "\t", "items: []", "a: *b",
		"  <<: {a: b}", "  ? [a]", "{{ if a }}", "# x", "\x00", "immutable: \"x\"",
	} {
		f.Add("", lines, uint64(2))
	}
	paths, _ := filepath.Glob("testdata/yaml-traps/*")
	for i, path := range paths {
		if data, err := os.ReadFile(path); err == nil {
			f.Add("a\x00"+string(data), string(data), uint64(i))
		}
	}
	f.Fuzz(func(t *testing.T, text, lines string, seed uint64) {
		id, secret := madeKey(seed)
		if strings.Contains(text+lines, secret[:8]) || strings.Contains(text+lines, id) {
			return
		}
		text = strings.ReplaceAll(text, "SECRET", secret)
		for form, manifest := range secretsWith(id, secret, text) {
			kept, gaps := keptOf(t, manifest)
			if !strings.Contains(kept, id) || gaps > 0 {
				t.Errorf("%s: the id is not in what is kept: %s", form, kept)
			}
			noSecret(t, form, kept, secret)
		}
		// Whatever has items is a list of objects and none itself, as for kubectl.
		kept, gaps := keptOf(t, secretBefore(id, secret, lines))
		if !strings.Contains(kept, id) && gaps == 0 && !strings.Contains(lines, "items") {
			t.Errorf("behind %q: neither the id nor a gap: %s", lines, kept)
		}
		noSecret(t, "lines", kept, secret)
	})
}

// madeKey gives a key that no fuzzer knows.
func madeKey(seed uint64) (id, secret string) {
	const upper, all = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	r := rand.New(rand.NewPCG(seed, 6))
	word := func(alphabet string, n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(b)
	}
	return "AKIA" + word(upper, 16), word(all, 38) + "a7"
}

// secretsWith gives a Secret with a key and other entries, in each way in which
// it can be written.
func secretsWith(id, secret, text string) map[string]string {
	plain, encoded := map[string]string{}, map[string]string{}
	set := func(name, value string) {
		plain[name], encoded[name] = value, base64.StdEncoding.EncodeToString([]byte(value))
	}
	parts := strings.Split(text, "\x00")
	for i := 0; i+1 < len(parts); i += 2 {
		set(parts[i], parts[i+1])
	}
	set("AWS_ACCESS_KEY_ID", id)
	set("AWS_SECRET_ACCESS_KEY", secret)
	forms := map[string]string{}
	for field, entries := range map[string]map[string]string{"data": encoded, "stringData": plain} {
		object, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "Secret", "metadata": map[string]string{"name": "s"}, field: entries})
		if err != nil {
			panic(err)
		}
		forms["JSON "+field] = string(object)
		block, err := sigs.JSONToYAML(object)
		if err == nil { // that library does not read all JSON
			forms["YAML "+field] = string(block)
		}
	}
	return forms
}

func secretBefore(id, secret, lines string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  AWS_ACCESS_KEY_ID: %q\n  AWS_SECRET_ACCESS_KEY: %q\n%s\n", id, secret, lines)
}

// keptOf gives the JSON of what is kept of a file, and how many gaps it has.
func keptOf(t *testing.T, manifest string) (kept string, gaps int) {
	t.Helper()
	s := detailed(t, manifest)
	for _, g := range s.Gaps {
		if g.Reason == "" || g.Grant == "" || g.Scope == "" {
			t.Errorf("the gap %+v does not tell what to do", g)
		}
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), len(s.Gaps)
}

// noSecret looks for a part of the secret, and does not show it.
func noSecret(t *testing.T, form, kept, secret string) {
	t.Helper()
	if strings.Contains(kept, secret[:8]) || strings.Contains(kept, secret[32:]) {
		t.Errorf("%s: a part of the secret is kept", form)
	}
}
