package export

import (
	"strings"

	"podpass/internal/plan"
)

// item gives the pointer of the list of which a step changes one item: it puts
// one at the end (LIST/-), or takes one out (LIST/3); "" for other steps.
func (s *step) item() string {
	if s.Before == nil || s.After == nil || s.names() || len(s.Before.Fields) != 1 || len(s.After.Fields) != 1 {
		return ""
	}
	path := s.After.Fields[0].Path
	list, last := path[:max(0, strings.LastIndexByte(path, '/'))], path[strings.LastIndexByte(path, '/')+1:]
	if last == "-" || digits(last) && s.After.Fields[0].Value == nil && !strings.Contains(path, "/metadata/") {
		return list
	}
	return ""
}

// item1 makes the lines of such a step. Places in a list shift: what counts is
// whether the item is in it.
func (s *step) item1() error {
	list, adds := s.item(), strings.HasSuffix(s.After.Fields[0].Path, "/-")
	value := s.Before.Fields[0].Value
	if adds {
		value = s.After.Fields[0].Value
	}
	end := []plan.Field{{Path: list + "/-", Value: value}}
	stay := s.Expects.Fields
	name, text := ".yaml", ""
	if !adds {
		stay, name, text = nil, ".revert.yaml", "It takes step "+s.number+" back."
	}
	path, err := jsonPath(list)
	if err != nil {
		return err
	}
	value, err = plain(value)
	if err != nil {
		return err
	}
	item, err := onLine(value)
	if err != nil {
		return err
	}
	is, err := stateOf(stay)
	if err != nil {
		return err
	}
	file, err := s.file(name, change(s.Expects.UID, stay, nil, end).body, text)
	if err != nil {
		return err
	}
	add := call("add_item", file, s.Expects.UID, path, item, "{.metadata.uid}"+is.query, `["`+s.Expects.UID+`"]`+is.want)
	drop := call("drop_item", s.Expects.UID, path, list, item)
	s.apply, s.revert = add, drop
	if !adds {
		s.apply, s.revert = drop, add
	}
	return nil
}
