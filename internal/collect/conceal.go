package collect

import (
	"maps"
	"reflect"
	"slices"
	"strconv"

	"podpass/internal/keys"
	"podpass/internal/snapshot"
)

// conceal shortens every word of a Snapshot that looks like a secret access
// key: names, labels, paths of mounts, words of rights and of gaps. Nothing that
// is kept is meant to hold one, but whoever wrote an object may have put it
// anywhere. It goes through all fields, so that new ones are concealed too. Only
// the places of files stay, since they say where to look.
func conceal(s *snapshot.Snapshot) {
	c := concealer{map[any]bool{}, map[string]string{}, map[string]int{}}
	c.value(reflect.ValueOf(s).Elem())
}

// concealer knows what is shared, and done; and what texts became, so that two
// of them stay two.
type concealer struct {
	done  map[any]bool
	shown map[string]string
	taken map[string]int
}

// text gives a text as it is shown.
func (c *concealer) text(s string) string {
	short := keys.Shown(s)
	if short == s {
		return s
	}
	if c.shown[s] == "" {
		if c.taken[short]++; c.taken[short] > 1 {
			c.shown[s] = short + strconv.Itoa(c.taken[short])
		} else {
			c.shown[s] = short
		}
	}
	return c.shown[s]
}

func (c *concealer) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if shown := c.text(v.String()); shown != v.String() {
			v.SetString(shown)
		}
	case reflect.Pointer:
		if !v.IsNil() && !c.done[v.Interface()] {
			c.done[v.Interface()] = true
			c.value(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			c.value(v.Index(i))
		}
	case reflect.Map:
		c.members(v)
	case reflect.Struct:
		c.fields(v)
	}
}

func (c *concealer) fields(v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		place := v.Type() == reflect.TypeFor[snapshot.Source]() || v.Type() == reflect.TypeFor[snapshot.Gap]() && field.Name == "Scope"
		if field.IsExported() && !place {
			c.value(v.Field(i))
		}
	}
}

// members conceals a map of strings.
func (c *concealer) members(v reflect.Value) {
	labels, ok := v.Interface().(map[string]string)
	if !ok {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		value := labels[name]
		shown := c.text(name)
		if shown != name {
			delete(labels, name)
		}
		labels[shown] = c.text(value)
	}
}
