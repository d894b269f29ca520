package keys

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"podpass/internal/snapshot"
)

// made gives a pair that no fuzzer knows.
func made(seed uint64) (id, secret string) {
	f := filler{rand.New(rand.NewPCG(seed, 2)), map[string]string{}}
	for id, secret = f.word("id"), f.word("secret"); lookOf(secret) != random; secret = f.random(alphaBase64, secretLength) {
	}
	return id, secret
}

func seeds(f *testing.F, add func(before, after string)) {
	for _, list := range [][]form{iniForms(), shellForms(), jsonForms(), yamlForms(), settingForms(), codeForms(), urlForms(), distractions(), armoured(), sealed(), blobs()} {
		for i, form := range list {
			fill := filler{rand.New(rand.NewPCG(uint64(i), 3)), map[string]string{}}
			add(fill.text(form.text), "# end")
			add("x: 1", fill.text(form.text))
		}
	}
}

// FuzzSecretsStay: whatever is around a secret, and wherever it stands, nothing
// that Keys gives holds it.
func FuzzSecretsStay(f *testing.F) {
	seeds(f, func(before, after string) { f.Add(before, after, uint64(1)) })
	f.Add("[", "]\naws_access_key_id=AKIAIOSFODNN7EXAMPLE", uint64(2))
	f.Add("[profile x", "]\naws_access_key_id=AKIAIOSFODNN7EXAMPLE", uint64(3))
	f.Fuzz(func(t *testing.T, before, after string, seed uint64) {
		id, secret := made(seed)
		for _, text := range []string{before + secret + after, before + "\n" + secret + "\n" + after, before + "\naws_secret_access_key=" + secret + "\n" + id + after} {
			var s Scan
			s.Add(snapshot.Place{Field: snapshot.FieldData, Name: "a"}, "a", []byte(text))
			s.Add(snapshot.Place{Field: snapshot.FieldData, Name: "b"}, secret, []byte(secret))
			found := s.Keys()
			document, err := json.Marshal(found)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(document), secret) || strings.Contains(fmt.Sprint(found), secret) {
				t.Errorf("the secret is in %s", document)
			}
		}
	})
}

// FuzzPlantedPair: a pair on lines of its own is found as one, whatever stands
// on the lines around it, if that holds nothing that could be half a key.
func FuzzPlantedPair(f *testing.F) {
	seeds(f, func(before, after string) { f.Add(before, after, uint64(1)) })
	forms := []string{"AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s", "aws_access_key_id = %s\naws_secret_access_key = %s", `{"accessKeyId":"%s","secretAccessKey":"%s"}`, "export K='%s' S='%s'", "s3://%s:%s@bucket"}
	f.Fuzz(func(t *testing.T, before, after string, seed uint64) {
		var around Scan
		around.budget = maxInflated
		around.value(context{group: &group{}}, []byte(before+"\n\n"+after))
		if len(around.found) > 0 {
			return
		}
		id, secret := made(seed)
		text := before + "\n" + fmt.Sprintf(forms[seed%uint64(len(forms))], id, secret) + "\n" + after
		var s Scan
		s.Add(snapshot.Place{Field: snapshot.FieldData, Name: "x"}, "x", []byte(text))
		found := s.Keys()
		if len(found) != 1 || found[0].ID != id || !found[0].Secret {
			t.Errorf("found %v in %q", found, text)
		}
	})
}

// FuzzSuspect: where an id is found, Suspect said so.
func FuzzSuspect(f *testing.F) {
	seeds(f, func(before, after string) {
		f.Add([]byte(before))
		f.Add([]byte(b64(after)))
		f.Add([]byte(encode("url64", after)))
		f.Add([]byte(fold(b64(after), minEncoded)))
		f.Add([]byte(fold(encode("url64", after), minEncoded)))
		f.Add([]byte(encode("url64", after) + `\\`))
		f.Add([]byte("Zo0N0RZV1pZ3V" + encode("url64", after)))
		f.Add([]byte(encode("json", after)))
	})
	f.Fuzz(func(t *testing.T, text []byte) {
		if Suspect(text) || strings.HasPrefix(string(text), gzipMagic) {
			return
		}
		var s Scan
		s.budget = maxInflated
		s.value(context{group: &group{}}, text)
		for _, k := range s.Keys() {
			if k.ID != "" {
				t.Errorf("%v is in what was no suspect: %q", k, text)
			}
		}
	})
}

// FuzzOrder: entries of an object have no order. Entries are name, value, name,
// value, with a NUL between.
func FuzzOrder(f *testing.F) {
	seeds(f, func(before, after string) { f.Add("a\x00"+before+"\x00b\x00"+after, uint64(1)) })
	for _, s := range corpus() {
		if len(s.values) > 1 {
			text := ""
			for _, v := range s.values {
				text += v.place.Name + "\x00" + v.text + "\x00"
			}
			f.Add(text, uint64(2))
		}
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		entries := map[string]string{}
		var names []string
		parts := strings.Split(text, "\x00")
		for i := 0; i+1 < len(parts); i += 2 {
			if _, ok := entries[parts[i]]; !ok {
				names = append(names, parts[i])
			}
			entries[parts[i]] = parts[i+1]
		}
		want := scanned(names, entries)
		slices.Reverse(names)
		if got := scanned(names, entries); got != want {
			t.Errorf("%s in one order, %s in the other", want, got)
		}
		rand.New(rand.NewPCG(seed, 4)).Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		if got := scanned(names, entries); got != want {
			t.Errorf("%s in one order, %s in another", want, got)
		}
	})
}

func scanned(names []string, entries map[string]string) string {
	var s Scan
	for _, name := range names {
		p := snapshot.Place{Field: snapshot.FieldData, Name: name}
		if len(name)%3 == 0 {
			p = snapshot.Place{Container: "c" + name[:min(1, len(name))], Field: snapshot.FieldEnv, Name: name}
		}
		s.Add(p, name, []byte(entries[name]))
	}
	return fmt.Sprint(s.Keys(), s.Cut())
}
