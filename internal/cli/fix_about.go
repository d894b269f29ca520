package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"podpass/internal/fix"
)

// surroundings looks around files, at each folder once.
type surroundings struct {
	charts map[string]string // Chart.yaml by folder, of itself or above; empty: none
	listed map[string]string // files that a kustomization lists as resources, and which
	patch  map[string]string // those that one lists as patches
	looked map[string]bool   // folders whose kustomization was read
}

// newSurroundings reads the kustomizations below the paths: one may list a file
// of a folder beside its own.
func newSurroundings(paths []string) *surroundings {
	s := &surroundings{charts: map[string]string{}, listed: map[string]string{}, patch: map[string]string{}, looked: map[string]bool{}}
	for _, path := range paths {
		root, err := filepath.Abs(path)
		if err != nil {
			continue
		}
		_ = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil // whoever reads the manifests tells it
			case entry.IsDir() && entry.Name() == ".git":
				return filepath.SkipDir
			case !entry.IsDir() && slices.Contains(kustomizations(), entry.Name()):
				s.read(file)
			}
			return nil
		})
	}
	return s
}

func kustomizations() []string {
	return []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}
}

func (s *surroundings) of(path string) fix.Surroundings {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return fix.Surroundings{}
	}
	var about fix.Surroundings
	if chart := s.chart(filepath.Dir(absolute)); chart != "" {
		within, _ := filepath.Rel(filepath.Dir(chart), absolute)
		if top, _, _ := strings.Cut(filepath.ToSlash(within), "/"); top == "templates" {
			about.Chart = shorter(chart)
		}
	}
	s.look(filepath.Dir(absolute))
	about.Patch = shorter(s.patch[absolute])
	if filepath.Ext(path) == ".json" {
		about.Kustomized = shorter(s.listed[absolute])
		_, err := os.Lstat(fix.Sibling(path))
		about.Taken = err == nil
	}
	return about
}

// shorter gives a path relative to the working directory, if that is shorter.
func shorter(path string) string {
	here, err := os.Getwd()
	if err != nil || path == "" {
		return path
	}
	if relative, err := filepath.Rel(here, path); err == nil && len(relative) < len(path) {
		return relative
	}
	return path
}

// chart finds the Chart.yaml above a folder, within its repository.
func (s *surroundings) chart(folder string) string {
	if found, ok := s.charts[folder]; ok {
		return found
	}
	found := ""
	file := filepath.Join(folder, "Chart.yaml")
	if _, err := os.Stat(file); err == nil {
		found = file
	} else if up := filepath.Dir(folder); up != folder && !isThere(filepath.Join(folder, ".git")) {
		found = s.chart(up)
	}
	s.charts[folder] = found
	return found
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// look reads the kustomizations of a folder and of those above it, within its
// repository.
func (s *surroundings) look(folder string) {
	for !s.looked[folder] {
		s.looked[folder] = true
		for _, name := range kustomizations() {
			s.read(filepath.Join(folder, name))
		}
		up := filepath.Dir(folder)
		if up == folder || isThere(filepath.Join(folder, ".git")) {
			return
		}
		folder = up
	}
}

func (s *surroundings) read(file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		return
	}
	var k struct {
		Resources []string `json:"resources"`
		Bases     []string `json:"bases"`
		Patches   []struct {
			Path string `json:"path"`
		} `json:"patches"`
		Merges   []string `json:"patchesStrategicMerge"`
		Json6902 []struct {
			Path string `json:"path"`
		} `json:"patchesJson6902"`
	}
	if yaml.Unmarshal(data, &k) != nil {
		return
	}
	for _, r := range slices.Concat(k.Resources, k.Bases) {
		s.listed[filepath.Join(filepath.Dir(file), r)] = file
	}
	for _, p := range append(k.Patches, k.Json6902...) {
		k.Merges = append(k.Merges, p.Path)
	}
	for _, p := range k.Merges {
		s.patch[filepath.Join(filepath.Dir(file), p)] = file
	}
}
