package choices

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// SchemaID names the schema of a file; nothing is fetched by it.
const SchemaID = "urn:podpass:choices"

// Schema gives the JSON schema (draft 2020-12) of a file, made of the table. It
// says all but how entries go together, what is unlike for YAML alone, and
// whether ARNs are of one partition.
func Schema() ([]byte, error) {
	whole := schemaOfMapping(file())
	whole["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	whole["$id"] = SchemaID
	whole["title"] = "Choices for podpass plan"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(whole); err != nil {
		return nil, fmt.Errorf("encode schema: %w", err)
	}
	return b.Bytes(), nil
}

type object = map[string]any

func schemaOf(s *shape) object {
	switch {
	case s.text != nil && s.list != nil:
		return object{"oneOf": []object{schemaOfText(s.text), schemaOfList(s.list)}}
	case s.text != nil:
		return schemaOfText(s.text)
	case s.list != nil:
		return schemaOfList(s.list)
	case s.mapping != nil:
		return schemaOfMapping(s.mapping)
	case s.pairs != nil:
		return object{
			"type": "object", "maxProperties": s.pairs.most,
			"propertyNames": schemaOfText(&s.pairs.key), "additionalProperties": schemaOfText(&s.pairs.value),
		}
	}
	return object{"const": true}
}

func schemaOfText(t *text) object {
	if t.words != nil {
		return object{"enum": t.words}
	}
	return object{"type": "string", "pattern": t.pattern, "maxLength": t.most}
}

func schemaOfList(l *list) object {
	o := object{"type": orNull("array", l.empty), "items": schemaOf(&l.item)}
	if !l.empty {
		o["minItems"] = 1
	}
	if l.item.text != nil {
		o["uniqueItems"] = true
	}
	return o
}

func orNull(kind string, null bool) any {
	if null {
		return []string{kind, "null"}
	}
	return kind
}

func schemaOfMapping(m *mapping) object {
	properties, beside := object{}, object{}
	var need []string
	for i := range m.members {
		f := &m.members[i]
		one := schemaOf(&f.shape)
		if f.about != "" {
			one["description"] = f.about
		}
		properties[f.name] = one
		if f.need {
			need = append(need, f.name)
		}
		if rule := besideOf(f); len(rule) > 0 {
			beside[f.name] = rule
		}
	}
	o := object{"type": orNull("object", m.empty), "properties": properties, "additionalProperties": false}
	if need != nil {
		o["required"] = need
	}
	if len(beside) > 0 {
		o["dependentSchemas"] = beside
	}
	if m.some != nil {
		var any []object
		for _, key := range m.some {
			any = append(any, object{"required": []string{key}})
		}
		o["anyOf"] = any
	}
	if m.clashes != nil {
		o["allOf"] = clashesOf(m.clashes)
	}
	return o
}

func besideOf(f *member) object {
	rule := object{}
	if f.with != "" {
		rule["required"] = []string{f.with}
	}
	if f.without != nil {
		none := object{}
		for _, key := range f.without {
			none[key] = false
		}
		rule["properties"] = none
	}
	return rule
}

func clashesOf(list []clash) []object {
	var all []object
	for _, c := range list {
		all = append(all, object{
			"if":   object{"properties": object{c.key: object{"const": c.value}}, "required": []string{c.key}},
			"then": object{"properties": object{c.other: false}},
		})
	}
	return all
}
