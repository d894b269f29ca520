package keys

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"podpass/internal/snapshot"
)

// configMaps gives about n bytes of what ConfigMaps hold, without keys, by kind.
func configMaps(n int) map[string][][]byte {
	f := filler{rand.New(rand.NewPCG(1, 6)), map[string]string{}}
	kinds := map[string]func() string{
		"nginx":      func() string { return nginx(f) },
		"CA bundle":  func() string { return bundle(f, 40) },
		"dashboard":  func() string { return dashboard(f, 100<<10) },
		"properties": func() string { return properties(f, 300) },
		"script":     func() string { return script(f, 120) },
		"YAML":       func() string { return values(f, 200) },
	}
	all := map[string][][]byte{}
	for name, text := range kinds {
		for size := 0; size < n/len(kinds); {
			value := []byte(text())
			all[name] = append(all[name], value)
			size += len(value)
		}
	}
	return all
}

// repeated writes a text so often, each time with other words.
func repeated(f filler, n int, text string) string {
	var b strings.Builder
	for range n {
		clear(f.known)
		b.WriteString(f.text(text))
	}
	return b.String()
}

func nginx(f filler) string {
	return "worker_processes auto;\nevents { worker_connections 1024; }\nhttp {\n  include /etc/nginx/mime.types;\n  log_format main '$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"';\n" +
		repeated(f, 30, "  upstream «lower:9» {\n    server «lower:9».shop.svc.cluster.local:8080 max_fails=3 fail_timeout=30s;\n    keepalive 32;\n  }\n  server {\n    listen 8443 ssl;\n    server_name «lower:9».example.com;\n    ssl_certificate /etc/tls/«lower:9»/tls.crt;\n    # set by the platform team, see the handbook\n    location /«lower:9»/ {\n      proxy_pass http://«lower:9»;\n      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n      proxy_read_timeout 60s;\n    }\n  }\n") + "}\n"
}

func bundle(f filler, n int) string {
	return repeated(f, n, "# «alnum:12» Root CA\n-----BEGIN CERTIFICATE-----\nMII«base64:61»\n"+many(18, "«base64:64#»\n")+"«base64:43»=\n-----END CERTIFICATE-----\n")
}

func dashboard(f filler, size int) string {
	panel := `{"aliasColors":{},"bars":false,"datasource":{"type":"prometheus","uid":"«alnum:9»"},"fieldConfig":{"defaults":{"unit":"short"},"overrides":[]},"gridPos":{"h":8,"w":12,"x":0,"y":«digits:2»},"id":«digits:3»,"targets":[{"expr":"sum(rate(container_network_receive_bytes_total{cluster=\"$cluster\", namespace=\"$namespace\", pod=~\"«lower:9»-.*\"}[$__rate_interval])) by (pod)","format":"time_series","legendFormat":"{{pod}}","refId":"A"}],"title":"Rate of Received Packets of «lower:9»","type":"timeseries","yaxes":[{"format":"pps","label":null,"logBase":1,"max":null,"min":0,"show":true}]},` + "\n"
	return `{"annotations":{"list":[]},"editable":true,"panels":[` + repeated(f, size/len(panel), panel) + `{}],"refresh":"10s","schemaVersion":39,"title":"Pods","uid":"a164a7f0339f99e89cea5cb47e9be617"}`
}

func properties(f filler, n int) string {
	return repeated(f, n, "spring.datasource.«lower:7».url=jdbc:postgresql://«lower:9».database.svc.cluster.local:5432/«lower:7»\nspring.datasource.«lower:7».hikari.maximum-pool-size=10\nlogging.level.com.example.shop.internal.«lower:7».OrderRepository=INFO\n# «lower:9» «lower:4» «lower:7»\nmanagement.endpoints.web.exposure.include=health,info,prometheus\nbuild.commit=«hex:40»\n")
}

func script(f filler, n int) string {
	return "#!/bin/bash\nset -euo pipefail\n" + repeated(f, n, "# wait until the «lower:7» answers\nuntil curl --silent --fail \"http://${SERVICE_«upper:6»_HOST}:${PORT}/healthz\" > /dev/null; do\n  echo \"$(date -u +%FT%TZ) waiting for «lower:9»\" >&2\n  sleep 2\ndone\ntar -xzf /opt/bundles/«lower:9».tar.gz -C \"${TARGET_DIRECTORY:-/var/lib/«lower:7»}\"\n")
}

func values(f filler, n int) string {
	return repeated(f, n, "«lower:8»:\n  image:\n    repository: registry.example.com/shop/«lower:8»\n    tag: 1.«digits:2».0@sha256:«hex:64»\n  resources:\n    requests: {cpu: 100m, memory: 128Mi}\n  podAnnotations:\n    prometheus.io/scrape: \"true\"\n  extraEnv:\n  - name: JAVA_TOOL_OPTIONS\n    value: -XX:MaxRAMPercentage=75.0 -Dfile.encoding=UTF-8\n")
}

// BenchmarkConfigMaps reports how many times as long as three searches for
// fixed words the detector takes over ConfigMaps without keys.
func BenchmarkConfigMaps(b *testing.B) {
	const size, rounds = 8 << 20, 9
	byKind := configMaps(size)
	var all [][]byte
	for _, name := range []string{"nginx", "CA bundle", "dashboard", "properties", "script", "YAML"} {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) { against(b, byKind[name], rounds) })
		all = append(all, byKind[name]...)
	}
	b.Run("all", func(b *testing.B) { against(b, all, rounds) })
	b.Run("all-suspect", func(b *testing.B) { against(b, suspicious(all), rounds) })
}

// suspicious gives the values with a line each that is no key, and for which
// they are looked into nevertheless.
func suspicious(all [][]byte) (list [][]byte) {
	for _, v := range all {
		list = append(list, append(bytes.Clone(v), "\nwebhook.secret=da39a3ee5e6b4b0d3255bfef95601890afd80709\n"...))
	}
	return list
}

// against measures both by turns and compares their fastest rounds.
func against(b *testing.B, values [][]byte, rounds int) {
	total := 0
	for _, v := range values {
		total += len(v)
	}
	b.SetBytes(int64(total))
	ours, bare := time.Hour, time.Hour
	hits := 0 // keeps the compiler from leaving the search out
	for b.Loop() {
		for range rounds {
			ours, bare = min(ours, timed(func() { scanAll(b, values) })), min(bare, timed(func() { hits += searchAll(values) }))
		}
	}
	b.ReportMetric(float64(total)/ours.Seconds()/1e6, "MB/s-keys")
	b.ReportMetric(float64(total)/bare.Seconds()/1e6, "MB/s-search")
	b.ReportMetric(ours.Seconds()/bare.Seconds(), "ratio")
	b.ReportMetric(float64(hits)/float64(b.N*rounds), "words-by-chance")
}

func timed(work func()) time.Duration {
	start := time.Now()
	work()
	return time.Since(start)
}

func scanAll(b *testing.B, values [][]byte) {
	for i, v := range values {
		var s Scan
		s.Add(snapshot.Place{Field: snapshot.FieldData, Name: "config"}, "config", v)
		if found := s.Keys(); len(found) != 0 {
			b.Fatal(i, found)
		}
	}
}

// searchAll counts, since certificates hold the letters AKIA by chance.
func searchAll(values [][]byte) (found int) {
	words := [][]byte{[]byte("AKIA"), []byte("ASIA"), []byte("aws_secret_access_key")}
	for _, v := range values {
		for _, word := range words {
			if bytes.Contains(v, word) {
				found++
			}
		}
	}
	return found
}
