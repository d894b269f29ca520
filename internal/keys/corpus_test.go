package keys

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"podpass/internal/snapshot"
)

// sample is one object of the corpus and what must be found in it.
type sample struct {
	kind, name string
	values     []entry
	want       []string // sorted, as facts gives them
}

// entry is a value of an object.
type entry struct {
	place snapshot.Place
	text  string
}

// draft is a sample before its words in «» are filled with keys and decoys
// made for it. What is wanted is a list with commas of what facts gives.
type draft struct {
	name   string
	values []entry
	want   string
}

// corpus gives all samples. They are the same in every run, and do not change
// when others are added, but for those whose kind and name change.
func corpus() []sample {
	var list []sample
	add := func(kind string, drafts []draft) {
		for _, d := range drafts {
			list = append(list, d.fill(kind))
		}
	}
	for _, k := range positives() {
		add(k.name, k.drafts)
	}
	for _, k := range decoys() {
		add(k.name, k.drafts)
	}
	return list
}

// kind is one row of the table.
type kind struct {
	name   string
	drafts []draft
}

// data is a value of an object's data.
func data(name, text string) entry {
	return entry{snapshot.Place{Field: snapshot.FieldData, Name: name}, text}
}

// env is an environment variable of a container.
func env(container, name, text string) entry {
	return entry{snapshot.Place{Container: container, Field: snapshot.FieldEnv, Name: name}, text}
}

// arg is one of a container's arguments.
func arg(text string) entry {
	return entry{snapshot.Place{Container: "app", Field: snapshot.FieldArgs}, text}
}

// annotation is what kubectl apply leaves.
func annotation(text string) entry {
	return entry{snapshot.Place{Field: snapshot.FieldAnnotation, Name: "kubectl.kubernetes.io/last-applied-configuration"}, text}
}

// fill gives the sample: every «word» is replaced, the same by the same within
// one sample.
func (d draft) fill(kind string) sample {
	h := fnv.New64a()
	fmt.Fprint(h, kind, "\x00", d.name)
	f := filler{rand.New(rand.NewPCG(h.Sum64(), 1)), map[string]string{}}
	s := sample{kind: kind, name: d.name, want: []string{}}
	for _, v := range d.values {
		v.text = f.text(v.text)
		s.values = append(s.values, v)
	}
	if d.want != "" {
		s.want = strings.Split(f.text(d.want), ", ")
	}
	slices.Sort(s.want)
	return s
}

// filler makes keys and decoys: of the right alphabets, nobody's.
type filler struct {
	rand  *rand.Rand
	known map[string]string
}

var (
	blank  = regexp.MustCompile(`«[^«»]*»`)
	packed = regexp.MustCompile(`‹(\w+):([^‹›]*)›`)
)

// text fills in «words», then encodes what stands in ‹b64:…›.
func (f filler) text(text string) string {
	text = blank.ReplaceAllStringFunc(text, func(word string) string { return f.word(strings.Trim(word, "«»")) })
	for packed.MatchString(text) {
		text = packed.ReplaceAllStringFunc(text, func(part string) string {
			m := packed.FindStringSubmatch(part)
			return encode(m[1], m[2])
		})
	}
	return text
}

// word gives «id», «temp», «secret», with a figure behind them another one;
// «%secret» is escaped for a URL; «hex:40», «base64:40», «lower:12» are random.
func (f filler) word(name string) string {
	if have, ok := f.known[name]; ok {
		return have
	}
	bare, _, _ := strings.Cut(name, "#")
	what, length, _ := strings.Cut(bare, ":")
	n, _ := strconv.Atoi(length)
	var made string
	switch strings.TrimRight(what, "23456789") {
	case "id":
		made = "AKIA" + f.random(alphaID, 16)
	case "temp":
		made = "ASIA" + f.random(alphaID, 16)
	case "secret":
		made = f.random(alphaBase64, secretLength)
	case "%secret":
		made = strings.NewReplacer("/", "%2F", "+", "%2B").Replace(f.word(bare[1:]))
	case "&secret":
		made = strings.NewReplacer("/", "&#47;", "+", "&#43;").Replace(f.word(bare[1:]))
	case "example":
		made = example
	case "exampleSecret":
		made = exampleKey
	case "uuid":
		made = f.random(alphaHex, 8) + "-" + f.random(alphaHex, 4) + "-4" + f.random(alphaHex, 3) + "-a" + f.random(alphaHex, 3) + "-" + f.random(alphaHex, 12)
	default:
		made = f.random(map[string]string{"hex": alphaHex, "HEX": strings.ToUpper(alphaHex), "base": alphaBase64, "url": alphaURL, "alnum": alphaBase64[:62], "lower": alphaBase64[26:52],
			"upper": alphaID[:26], "digits": "0123456789", "idletters": alphaID}[strings.TrimRight(what, "0123456789")], n)
	}
	f.known[name] = made
	return made
}

const (
	alphaHex    = "0123456789abcdef"
	alphaID     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	alphaBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	alphaURL    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

func (f filler) random(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[f.rand.IntN(len(alphabet))]
	}
	return string(b)
}

// encode gives a text as files hold it.
func encode(how, text string) string {
	switch how {
	case "b64":
		return b64(text)
	case "raw64":
		return base64.RawStdEncoding.EncodeToString([]byte(text))
	case "url64":
		return base64.URLEncoding.EncodeToString([]byte(text))
	case "wrap76":
		return wrap(text)
	case "wrap64":
		return fold(b64(text), 64)
	case "fold70":
		return fold(b64(text), 70)
	case "fold40":
		return fold(b64(text), 40)
	case "hex":
		return hex.EncodeToString([]byte(text))
	case "utf16":
		b := []byte{0xff, 0xfe}
		for _, unit := range utf16.Encode([]rune(text)) {
			b = binary.LittleEndian.AppendUint16(b, unit)
		}
		return string(b)
	case "wrap76crlf":
		return strings.ReplaceAll(wrap(text), "\n", "\r\n")
	case "crlf":
		return strings.ReplaceAll(text, "\n", "\r\n")
	case "json":
		quoted := strconv.Quote(text)
		return quoted[1 : len(quoted)-1]
	case "indent":
		return strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
	case "gzip":
		return zipped(text)
	}
	panic("no encoding " + how)
}

// fold breaks a text into lines.
func fold(text string, n int) string {
	var b strings.Builder
	for len(text) > n {
		b.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	return b.String() + text + "\n"
}

// facts scans a sample: "AKIA… pair", "ASIA…", "secret", with " example" and
// " [profile]" where they apply. Profiles are left out unless they are wanted.
func (s sample) facts() []string {
	var scan Scan
	for _, v := range s.values {
		scan.Add(v.place, v.place.Name, []byte(v.text))
	}
	return factsOf(scan.Keys(), strings.Contains(strings.Join(s.want, ""), "["))
}

func factsOf(keys []snapshot.Key, profiles bool) []string {
	list := []string{}
	for _, k := range keys {
		word := k.ID
		switch {
		case word == "":
			word = "secret"
		case k.Secret:
			word += " pair"
		}
		if k.Example {
			word += " example"
		}
		if profiles && k.Profile != "" {
			word += " [" + k.Profile + "]"
		}
		list = append(list, word)
	}
	slices.Sort(list)
	return list
}

func TestCorpusIsLargeAndHasNoTwins(t *testing.T) {
	seen := map[string]bool{}
	var with, without int
	for _, s := range corpus() {
		if id := s.kind + ": " + s.name; seen[id] {
			t.Errorf("%s: twice", id)
		} else {
			seen[id] = true
		}
		if len(s.want) > 0 {
			with++
		} else {
			without++
		}
	}
	t.Logf("%d with keys, %d without", with, without)
	if with < 600 || without < 600 {
		t.Errorf("%d samples with keys and %d without, want 600 of both", with, without)
	}
}
