package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"
)

// decoders are the bare programs that a run over manifests is held against:
// each decodes one document into maps and keeps nothing.
func decoders() map[string]func([]byte) error {
	return map[string]func([]byte) error{
		// What kubectl decodes with, and so the baseline.
		"sigs.k8s.io/yaml": func(document []byte) error {
			var into map[string]any
			return sigs.Unmarshal(document, &into)
		},
		// The parser below Podpass, without the way through JSON.
		"go.yaml.in/yaml/v3": func(document []byte) error {
			var into map[string]any
			return yaml.Unmarshal(document, &into)
		},
	}
}

// decode reads every file of a folder and decodes every document in it, as
// the whole of a process.
func decode(decoder, dir string) error {
	one := decoders()[decoder]
	if one == nil {
		return fmt.Errorf("decoder %q is not known", decoder)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		for _, document := range bytes.Split(data, []byte("\n---")) {
			if err := one(document); err != nil {
				return fmt.Errorf("decode %s: %w", e.Name(), err)
			}
		}
	}
	return nil
}
