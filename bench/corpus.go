package main

import (
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// published are manifests of real projects, from the root of the repository.
const published = "internal/collect/files/testdata/manifests"

//go:embed testdata
var templates embed.FS

// corpusFiles is how many files the corpus has.
const corpusFiles = 100

// corpus writes 100 files of manifests, 1 to 2 MiB together and the same bytes
// each time: the published ones, applications as teams write them, and, as
// every fifth of the rest, ConfigMaps of dashboards.
func corpus(dir, published string) error {
	real, err := filepath.Glob(filepath.Join(published, "*.yaml"))
	if err != nil || len(real) == 0 {
		return fmt.Errorf("no manifests in %s: run this from the root of the repository", published)
	}
	for _, file := range real {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), data, 0o600); err != nil {
			return err
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := len(real); i < corpusFiles; i++ {
		text, err := manifest(i, random)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("app-%03d.yaml", i)), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// manifest makes the text of one file.
func manifest(i int, random *rand.Rand) (string, error) {
	file := "testdata/app.yaml"
	if i%5 == 0 {
		file = "testdata/dashboards.yaml"
	}
	text, err := templates.ReadFile(file)
	if err != nil {
		return "", err
	}
	panel, err := templates.ReadFile("testdata/panel.json")
	if err != nil {
		return "", err
	}
	var panels []string
	for n := range 5 + i%20 {
		panels = append(panels, strings.ReplaceAll(strings.TrimRight(string(panel), "\n"), "NUMBER", fmt.Sprint(n)))
	}
	return strings.NewReplacer(
		"NAME", fmt.Sprintf("orders-%03d", i),
		"CHECKSUM", hex.EncodeToString(noise(random, 32)),
		"LARGEBLOB", base64.StdEncoding.EncodeToString(noise(random, 1400)),
		"SMALLBLOB", base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(noise(random, 12)))),
	).Replace(strings.Replace(string(text), "PANELS", strings.Join(panels, ",\n"), 1)), nil
}

func noise(random *rand.Rand, n int) []byte {
	bytes := make([]byte, n)
	for i := range bytes {
		bytes[i] = byte(random.UintN(256))
	}
	return bytes
}
