package snapshot

import (
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Means tells whether the reference is certain to mean an account, by its
// names: a value with "*" means all that match. One that means the old and the
// new account of a workload alike needs no change.
func (r *Reference) Means(namespace, name string) bool {
	return !r.Loose && r.Of.Name != "" && r.Of.match(namespace, name)
}

// May tells whether the reference may mean an account. It is true wherever
// Means is, and wherever names alone do not tell: of FormSelector and FormText
// for every account of the namespace that it bears on, of FormPattern for those
// that the expression finds, of a Loose one for those of Of. So where it is
// false, the account is not meant.
func (r *Reference) May(namespace, name string) bool {
	switch {
	case r.Of.Name != "":
		return r.Of.match(namespace, name)
	case r.Of.Namespace != "" && !glob(r.Of.Namespace, namespace):
		return false
	case r.Form == FormPattern && !r.Withheld:
		// Unanchored, which finds more than however it is anchored.
		pattern, err := regexp.Compile(r.Value)
		return err != nil || pattern.MatchString(name)
	}
	return true
}

func (n Names) match(namespace, name string) bool {
	return glob(n.Namespace, namespace) && glob(n.Name, name)
}

// glob matches text against a pattern with "*" for any characters.
func glob(pattern, text string) bool {
	head, rest, starred := strings.Cut(pattern, "*")
	if !starred {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, head)
	if !ok {
		return false
	}
	for {
		part, more, again := strings.Cut(rest, "*")
		if !again {
			return strings.HasSuffix(text, part)
		}
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text, rest = text[at+len(part):], more
	}
}

// Named gives what the value would be for an account of another name in the
// same namespace; false where the value does not hold a name as it is, so that
// nobody but a person can tell.
func (r *Reference) Named(name string) (string, bool) {
	old := r.Of.Name
	if old == "" || strings.Contains(old, "*") || r.Withheld || r.Use == FallsBack {
		return "", false
	}
	switch r.Form {
	case FormName, FormLabel:
		return name, r.Value == old
	case FormUser, FormPath, FormColon, FormSPIFFE, FormWorkload:
		head, ok := strings.CutSuffix(r.Value, old)
		return head + name, ok
	case FormIdentity:
		tail, ok := strings.CutPrefix(r.Value, old)
		return name + tail, ok
	}
	return "", false
}

// Beside gives, for an Entry, the item that lets another account of the same
// namespace stand beside it: the JSON of what is to be added to the list, and
// the list's place (RFC 6901). False where it is none, or the value is no literal.
func (r *Reference) Beside(name string) (list, item string, ok bool) {
	value, ok := r.Named(name)
	if !ok || !r.Entry {
		return "", "", false
	}
	quoted, err := jsontext.AppendQuote(nil, value)
	if err != nil {
		return "", "", false
	}
	if r.Item == "" {
		return r.Pointer[:strings.LastIndexByte(r.Pointer, '/')], string(quoted), true
	}
	var whole any
	within := strings.Split(strings.TrimPrefix(r.Pointer, r.Item+"/"), "/")
	if json.Unmarshal([]byte(r.Whole), &whole) != nil || !set(whole, within, value) {
		return "", "", false
	}
	text, err := json.Marshal(whole, json.Deterministic(true))
	return r.Item[:strings.LastIndexByte(r.Item, '/')], string(text), err == nil
}

// set replaces the string at a path of members.
func set(within any, path []string, value string) bool {
	members, ok := within.(map[string]any)
	if !ok {
		return false
	}
	key := strings.NewReplacer("~1", "/", "~0", "~").Replace(path[0])
	if len(path) > 1 {
		return set(members[key], path[1:], value)
	}
	if _, ok := members[key].(string); !ok {
		return false
	}
	members[key] = value
	return true
}
