package iam

import "unicode/utf8"

// Context holds the condition keys of a request. It is closed: a key that was
// not added is absent, unless it was declared open, which means that nobody
// knows whether it is there and what it says. Names ignore case, as in IAM.
//
// A Context is filled first, and then read by any number of goroutines.
type Context struct {
	entries []entry
	index   map[uint64][]int // by hash, where there are many
	open    map[string]bool  // in lower case
	// OpenGlobals makes every key that begins with aws: or sts:, and was not
	// added, open: what a token and a trust policy do not tell.
	OpenGlobals bool
}

type entry struct {
	key    string
	values []string
}

// scanned is the number of keys up to which looking at each is fastest.
const scanned = 8

// Add sets a key to its values; without any, the key is absent. Numbers and
// booleans are given as their text.
func (c *Context) Add(key string, values ...string) {
	if i := c.find(key); i >= 0 {
		c.entries[i].values = values
		return
	}
	c.entries = append(c.entries, entry{key, values})
	switch n := len(c.entries); {
	case c.index != nil:
		c.note(n - 1)
	case n > scanned:
		c.index = map[uint64][]int{}
		for i := range c.entries {
			c.note(i)
		}
	}
}

func (c *Context) note(i int) {
	h := foldedHash(c.entries[i].key)
	c.index[h] = append(c.index[h], i)
}

// Has says whether a key was added.
func (c *Context) Has(key string) bool { return c.find(key) >= 0 }

// given says whether a key was added that begins with a prefix, with values.
func (c *Context) given(prefix string) bool {
	for i := range c.entries {
		if e := &c.entries[i]; len(e.key) >= len(prefix) && sameFold(e.key[:len(prefix)], prefix) && len(e.values) > 0 {
			return true
		}
	}
	return false
}

// Open declares keys open, unless they have been or will be added.
func (c *Context) Open(keys ...string) {
	if c.open == nil {
		c.open = map[string]bool{}
	}
	for _, key := range keys {
		c.open[lower(key)] = true
	}
}

// presence says what is known of a key.
type presence uint8

const (
	absent presence = iota
	present
	open
)

func (c *Context) find(key string) int {
	if c.index != nil {
		for _, i := range c.index[foldedHash(key)] {
			if sameFold(c.entries[i].key, key) {
				return i
			}
		}
		return -1
	}
	for i := range c.entries {
		if sameFold(c.entries[i].key, key) {
			return i
		}
	}
	return -1
}

// foldedHash is FNV-1a of a name in lower case.
func foldedHash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// lookup gives the values of a key.
func (c *Context) lookup(key string) ([]string, presence) {
	if i := c.find(key); i >= 0 {
		if values := c.entries[i].values; len(values) > 0 {
			return values, present
		}
		return nil, absent
	}
	if c.OpenGlobals && global(key) || len(c.open) > 0 && c.isOpen(key) {
		return nil, open
	}
	return nil, absent
}

// isOpen looks the key up in lower case, without making a string of that.
func (c *Context) isOpen(key string) bool {
	var short [256]byte
	return c.open[string(appendLower(short[:0], key))]
}

// global says whether a key is one that AWS sets in requests of all services,
// or of STS.
func global(key string) bool {
	return len(key) > 4 && (sameFold(key[:4], "aws:") || sameFold(key[:4], "sts:"))
}

func runeLen(s string) int {
	_, size := utf8.DecodeRuneInString(s)
	return size
}
