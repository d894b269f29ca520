package glob

import (
	"fmt"
	"path"
	"testing"
)

// tokens gives n subjects of service accounts.
func tokens(n int) []string {
	list := []string{}
	for i := range n {
		list = append(list, fmt.Sprintf("system:serviceaccount:%s-%d:%s-%d", []string{"team", "prod", "shop"}[i%3], i%97, []string{"api", "job", "default"}[i%3], i%89))
	}
	return list
}

func BenchmarkMatch(b *testing.B) {
	for _, p := range samples() {
		b.Run(p.String(), func(b *testing.B) {
			for b.Loop() {
				p.Match("system:serviceaccount:shop-é:api")
			}
		})
	}
}

// BenchmarkSet asks 10,000 strings of each number of patterns in three ways.
func BenchmarkSet(b *testing.B) {
	strings := tokens(10000)
	for _, n := range []int{1, 3, 25, 50, 100, 200} {
		patterns := subjects(n)
		ask := func(name string, match func(string) bool) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					for _, s := range strings {
						match(s)
					}
				}
			})
		}
		ask("set", NewSet(patterns).Match)
		ask("each", func(s string) bool {
			for _, p := range patterns {
				if p.Match(s) {
					return true
				}
			}
			return false
		})
		ask("path.Match", func(s string) bool {
			for _, p := range patterns {
				if ok, _ := path.Match(p.text, s); ok {
					return true
				}
			}
			return false
		})
	}
}

func BenchmarkNewSet(b *testing.B) {
	for _, n := range []int{25, 50, 100, 200} {
		patterns := subjects(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				NewSet(patterns)
			}
			s := NewSet(patterns)
			b.ReportMetric(float64(len(s.tables)), "tables")
			b.ReportMetric(float64(len(s.direct)), "direct")
		})
	}
}

// BenchmarkFind looks for a service account that a few statements admit, and
// lists what they tell apart.
func BenchmarkFind(b *testing.B) {
	for _, n := range []int{1, 4, 20, 50} {
		sets := [][]Pattern{subjects(n), {Parse("system:serviceaccount:*")}, {Parse("*:default"), Parse("*:job-*")}}
		b.Run(fmt.Sprintf("all/%d", n), func(b *testing.B) {
			for b.Loop() {
				Find(ServiceAccounts(), sets[:2], sets[2:], func(in []bool) bool { return in[0] }, plenty)
			}
		})
		b.Run(fmt.Sprintf("none/%d", n), func(b *testing.B) {
			none := append(sets[:2:2], []Pattern{Parse("*:*_*")})
			for b.Loop() {
				Find(ServiceAccounts(), none, nil, nil, plenty)
			}
		})
		b.Run(fmt.Sprintf("cells/%d", n), func(b *testing.B) {
			s := newSearch(ServiceAccounts(), nil, sets, plenty)
			s.visit = func(in []bool, _ func() string) bool { return false }
			if err := s.run(); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := Cells(ServiceAccounts(), sets, plenty); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(s.nodes)), "states")
		})
	}
}
