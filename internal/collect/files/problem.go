package files

import (
	"slices"
	"strings"

	"podpass/internal/snapshot"
)

// problem is why an object is refused.
type problem struct {
	line       int
	what, mend string
}

func (p *problem) isTemplate() bool { return p.mend == renderFirst }

// located is a problem in a field, which may be none of the object's kind.
type located struct {
	area string
	problem
}

// note keeps the first problem of each area.
func (o *object) note(area string, p problem) {
	if !o.hasProblem(area) {
		o.problems = append(o.problems, located{area, p})
	}
}

func (o *object) hasProblem(area string) bool {
	return slices.ContainsFunc(o.problems, func(p located) bool { return p.area == area })
}

// areaOf names the field in which a problem lies, as closely as is needed to
// tell whether objects of a kind have it.
func areaOf(path []step) string {
	switch {
	case len(path) == 0:
		return ""
	case len(path) == 1:
		return path[0].name
	case path[0].name == "status":
		return "status." + path[1].name
	case path[0].name != "spec":
		return path[0].name
	case path[1].name == "template", path[1].name == "jobTemplate":
		return "spec." + path[1].name
	case path[1].name == "paused", path[1].name == "suspend", path[1].name == "updateStrategy":
		return "spec.rollout" // no kind has it
	}
	return "spec.pod"
}

// nameless gives the problem for which not even the kind of an object is
// certain, or its place in a list.
func (o *object) nameless() *problem {
	for i := range o.problems {
		p := &o.problems[i]
		switch p.area {
		case "kind":
			if p.isTemplate() || o.apiVersion != "" || o.meta.name != "" {
				return &p.problem
			}
		case "apiVersion":
			if p.isTemplate() || kindNamed(o.kind) != nil {
				return &p.problem
			}
		case "items":
			if p.isTemplate() || o.isList || strings.HasSuffix(o.kind, "List") {
				return &p.problem
			}
		case "":
			if kindNamed(o.kind) == nil { // no mapping at all
				return &p.problem
			}
		}
	}
	if o.kind == "" && !o.isList && o.isMeant() {
		return &problem{line: o.line, what: o.kindless(), mend: `give the object its kind, by the key "kind"`}
	}
	return nil
}

// isMeant tells whether what has no kind looks like an object all the same,
// and not like values of a chart, a Chart.yaml or a kustomization.
func (o *object) isMeant() bool {
	switch {
	case isForeign(o.apiVersion):
		return false
	case o.otherCase || o.meta.name != "" || o.meta.generateName != "":
		return true
	case o.apiVersion != "":
		return o.hasMeta || o.hasSpec
	}
	return o.hasMeta && o.hasSpec
}

func (o *object) kindless() string {
	what := "kind is missing"
	if o.meta.name != "" {
		what = shown(o.meta.name) + ": " + what
	}
	if o.otherCase {
		what += ", and a key differs from it by case alone"
	}
	return what
}

// refusal gives the problem for which the API server would refuse an object.
func (o *object) refusal(k *kind) *problem {
	if p := o.misversioned(k); p != nil {
		return p
	}
	for i := range o.problems {
		if k.has(o.problems[i].area) {
			return &o.problems[i].problem
		}
	}
	switch {
	case o.meta.name == "":
		return &problem{line: o.line, what: "metadata.name is missing", mend: "give the object a name"}
	case !k.names.allows(o.fullName()):
		return &problem{line: o.line, what: "metadata.name is no name that the API server takes for it", mend: k.names.rule()}
	case !k.cluster && !label.allows(o.meta.namespace):
		return &problem{line: o.line, what: "metadata.namespace is no name of a namespace", mend: label.rule()}
	case k.name == snapshot.KindClusterRole && o.aggregate != nil && len(*o.aggregate) == 0:
		return &problem{line: o.line, what: "aggregationRule has no clusterRoleSelectors, where the API server asks for one", mend: "give it one, or leave the field out"}
	}
	return nil
}

func (o *object) misversioned(k *kind) *problem {
	switch {
	case o.apiVersion == "":
		return &problem{line: o.line, what: "apiVersion is missing", mend: "write apiVersion: " + k.versions[0]}
	case !slices.Contains(k.versions, o.apiVersion):
		return &problem{line: o.line, what: "its apiVersion is none in which Kubernetes serves the kind", mend: "write apiVersion: " + k.versions[0]}
	}
	return nil
}

// fullName gives a name as it will be: to generateName the API server adds
// letters and digits.
func (o *object) fullName() string {
	if o.generated {
		return o.meta.name + "x"
	}
	return o.meta.name
}
