package snapshot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Sort puts every list into its order: by namespace, kind and name, then by
// place in the files. After it, equal facts make equal bytes.
func (s *Snapshot) Sort() {
	slices.SortStableFunc(s.Namespaces, func(a, b Namespace) int { return a.compare(&b.Meta) })
	slices.SortStableFunc(s.ServiceAccounts, func(a, b ServiceAccount) int { return a.compare(&b.Meta) })
	slices.SortStableFunc(s.Roles, func(a, b Role) int { return a.compare(&b.Meta) })
	slices.SortStableFunc(s.Bindings, func(a, b Binding) int { return a.compare(&b.Meta) })
	slices.SortStableFunc(s.Pods, func(a, b Pod) int { return a.compare(&b.Meta) })
	slices.SortStableFunc(s.TokenSecrets, func(a, b TokenSecret) int { return a.compare(&b.Meta) })
	slices.SortStableFunc(s.Holders, func(a, b Holder) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), a.compare(&b.Meta))
	})
	slices.SortStableFunc(s.References, func(a, b Reference) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Group, b.Group), a.compare(&b.Meta), cmp.Compare(a.Pointer, b.Pointer))
	})
	slices.SortStableFunc(s.Workloads, func(a, b Workload) int {
		return cmp.Or(
			cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Group, b.Group),
			a.compare(&b.Meta),
		)
	})
	slices.SortStableFunc(s.Gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.What, b.What), compareScopes(a.Scope, b.Scope), cmp.Compare(a.Reason, b.Reason))
	})
	slices.SortFunc(s.Ignored, func(a, b KindCount) int { return cmp.Compare(a.Kind, b.Kind) })
	slices.Sort(s.Selected)
	slices.Sort(s.Excluded)
}

// compareScopes orders the places of a file by line, as numbers.
func compareScopes(a, b string) int {
	fileA, lineA := place(a)
	fileB, lineB := place(b)
	return cmp.Or(cmp.Compare(fileA, fileB), cmp.Compare(lineA, lineB))
}

// place splits "path:line"; any other scope is a path without a line.
func place(scope string) (file string, line int) {
	i := strings.LastIndexByte(scope, ':')
	if i < 0 {
		return scope, 0
	}
	line, err := strconv.Atoi(scope[i+1:])
	if err != nil {
		return scope, 0
	}
	return scope[:i], line
}

func (m *Meta) compare(o *Meta) int {
	return cmp.Or(
		cmp.Compare(m.Namespace, o.Namespace),
		cmp.Compare(m.Name, o.Name),
		m.Source.compare(o.Source),
	)
}

func (s *Source) compare(o *Source) int {
	if s == nil || o == nil {
		return 0
	}
	return cmp.Or(cmp.Compare(s.File, o.File), cmp.Compare(s.Line, o.Line))
}
