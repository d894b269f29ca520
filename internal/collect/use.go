package collect

import (
	"path"
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// use adds what a mount makes of a source: all of it, some items, or one path.
func (v *source) use(m mount, detail bool, uses *useList) {
	u := snapshot.Use{Kind: v.kind, Name: v.name, How: snapshot.UseVolume, As: m.path, Optional: v.optional, At: m.place}
	if detail {
		u.Volume = v.volume
	}
	if len(v.items) == 0 {
		u.Entry = m.sub
		uses.add(u)
		return
	}
	for _, item := range v.items {
		if m.sub == "" || item.path == m.sub || strings.HasPrefix(item.path, m.sub+"/") {
			u.Entry, u.As = item.key, m.path
			if m.sub == "" && strings.HasSuffix(item.path, "credentials") {
				u.As = path.Join(m.path, item.path)
			}
			uses.add(u)
		}
	}
}

// useList holds each use once, in the order in which they came.
type useList struct {
	list []snapshot.Use
	seen map[snapshot.Use]bool // of long lists
}

func (l *useList) add(u snapshot.Use) {
	const long = 32
	switch {
	case l.seen != nil:
		if l.seen[u] {
			return
		}
		l.seen[u] = true
	case slices.Contains(l.list, u):
		return
	}
	if l.list = append(l.list, u); l.seen == nil && len(l.list) > long {
		l.seen = map[snapshot.Use]bool{}
		for _, one := range l.list {
			l.seen[one] = true
		}
	}
}
