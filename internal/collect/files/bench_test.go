package files

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	sigs "sigs.k8s.io/yaml"

	"podpass/internal/snapshot"
)

// podDump streams a dump of pods as kubectl get -o json writes it, with
// managed fields, without ever holding it.
type podDump struct {
	item []byte
	left int
	buf  bytes.Buffer
	// each is called once for every so many pods.
	every int
	each  func()
	ended bool
}

func newPodDump(t testing.TB, n int) *podDump {
	t.Helper()
	item, err := os.ReadFile("testdata/pod.json")
	if err != nil {
		t.Fatal(err)
	}
	d := &podDump{item: bytes.TrimSpace(item), left: n}
	d.buf.WriteString("{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n")
	return d
}

func (d *podDump) Read(p []byte) (int, error) {
	if d.buf.Len() == 0 {
		switch {
		case d.left > 0:
			d.left--
			d.buf.Write(bytes.ReplaceAll(d.item, []byte("NUMBER"), fmt.Appendf(nil, "%08d", d.left)))
			if d.left > 0 {
				d.buf.WriteString(",\n")
			}
			if d.each != nil && d.left%d.every == 0 {
				d.each()
			}
		case !d.ended:
			d.ended = true
			d.buf.WriteString("\n    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n")
		default:
			return 0, io.EOF
		}
	}
	return d.buf.Read(p)
}

// BenchmarkJSON reports how many times as fast as encoding/json into a
// corev1.PodList a dump is read.
func BenchmarkJSON(b *testing.B) {
	dump, err := io.ReadAll(newPodDump(b, 10000))
	if err != nil {
		b.Fatal(err)
	}
	var bare, ours best
	b.SetBytes(int64(len(dump)))
	for b.Loop() {
		bare.time(func() {
			var list corev1.PodList
			if err := json.Unmarshal(dump, &list); err != nil || len(list.Items) != 10000 {
				b.Fatal(len(list.Items), err)
			}
		})
		ours.time(func() {
			if s := read(b, bytes.NewReader(dump)); len(s.Pods) != 10000 || len(s.Gaps) != 0 {
				b.Fatal(len(s.Pods), s.Gaps)
			}
		})
	}
	b.ReportMetric(float64(bare)/float64(ours), "times-as-fast")
	b.ReportMetric(float64(time.Duration(ours).Milliseconds()), "ms/dump")
}

// BenchmarkYAML reports the time that manifests take as a multiple of that of
// bare sigs.k8s.io/yaml, into maps and into the API's types.
func BenchmarkYAML(b *testing.B) {
	item, err := os.ReadFile("testdata/pod.json")
	if err != nil {
		b.Fatal(err)
	}
	document, err := sigs.JSONToYAML(bytes.ReplaceAll(item, []byte("NUMBER"), []byte("00000000")))
	if err != nil {
		b.Fatal(err)
	}
	const pods = 500
	stream := bytes.Repeat(append([]byte("---\n"), document...), pods)
	var maps, types, ours best
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		maps.time(func() { decodeAll[map[string]any](b, stream) })
		types.time(func() { decodeAll[corev1.Pod](b, stream) })
		ours.time(func() {
			if s := read(b, bytes.NewReader(stream)); len(s.Pods) != pods || len(s.Gaps) != 0 {
				b.Fatal(len(s.Pods), s.Gaps)
			}
		})
	}
	b.ReportMetric(float64(ours)/float64(maps), "times-maps")
	b.ReportMetric(float64(ours)/float64(types), "times-types")
}

func decodeAll[T any](b *testing.B, stream []byte) {
	for _, document := range bytes.Split(stream, []byte("---\n"))[1:] {
		var into T
		if err := sigs.Unmarshal(document, &into); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDetail reports the time that a dump and manifests take with detail, as
// a multiple of that without.
func BenchmarkDetail(b *testing.B) {
	dump, err := io.ReadAll(newPodDump(b, 5000))
	if err != nil {
		b.Fatal(err)
	}
	item, err := sigs.JSONToYAML(bytes.ReplaceAll(newPodDump(b, 1).item, []byte("NUMBER"), []byte("00000000")))
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{"JSON": string(dump), "YAML": strings.Repeat("---\n"+string(item), 300)} {
		b.Run(name, func(b *testing.B) {
			var without, with best
			for b.Loop() {
				without.time(func() { taken(b, text) })
				with.time(func() { detailed(b, text) })
			}
			b.ReportMetric(float64(with)/float64(without), "times-without")
		})
	}
}

// best is the shortest time of several runs, which other load on the machine
// disturbs least.
type best time.Duration

func (b *best) time(work func()) {
	start := time.Now()
	work()
	if took := best(time.Since(start)); *b == 0 || took < *b {
		*b = took
	}
}

func read(t testing.TB, in io.Reader) *snapshot.Snapshot {
	t.Helper()
	s, err := Collect(context.Background(), Options{Paths: []string{Stdin}, Stdin: in})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestMemoryDoesNotGrowWithADump holds what is alive while a dump is read
// against the Snapshot that comes of it.
func TestMemoryDoesNotGrowWithADump(t *testing.T) {
	const perPod = 1 << 10 // bytes: a pod of the Snapshot, twice while its list grows
	few, many := peak(t, 2000), peak(t, 22000)
	if grown := (int64(many) - int64(few)) / 20000; grown > perPod {
		t.Errorf("a pod of the dump takes %d bytes while it is read, more than %d", grown, perPod)
	}
	item, err := os.ReadFile("testdata/pod.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(item) < 5*perPod {
		t.Errorf("the pod has only %d bytes: the test could not tell", len(item))
	}
}

// peak gives the most that is alive while a dump of n pods is read.
func peak(t *testing.T, n int) (most uint64) {
	dump := newPodDump(t, n)
	dump.every, dump.each = n/10, func() {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc)
	}
	if s := read(t, dump); len(s.Pods) != n {
		t.Fatal(len(s.Pods))
	}
	return most
}

// TestLinesOfAStreamAreExact: line numbers are counted from buffers, over
// many of them.
func TestLinesOfAStreamAreExact(t *testing.T) {
	dump, err := io.ReadAll(newPodDump(t, 300))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(dump), "\n")
	for _, p := range read(t, bytes.NewReader(dump)).Pods {
		var at string
		for i := p.Source.Line - 1; at == "" && i < len(lines); i++ {
			if strings.HasPrefix(lines[i], `                "name": `) {
				at = lines[i]
			}
		}
		if strings.TrimSpace(lines[p.Source.Line-1]) != "{" || !strings.Contains(at, p.Name) {
			t.Fatalf("%s is not at line %d but %q", p.Name, p.Source.Line, at)
		}
	}
}
