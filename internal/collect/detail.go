package collect

import (
	"slices"
	"strings"

	"podpass/internal/keys"
	"podpass/internal/snapshot"
)

// detail is what AWS gathers of one object with Detail, beside credentials.
type detail struct {
	signs  []string       // see snapshot.PodSpec
	places map[string]int // of the next container of each type
}

func (d *detail) begin() {
	d.signs = d.signs[:0]
	clear(d.places)
}

// place gives a place in a list, from 0, as it is kept.
func (a *AWS) place(at int) int {
	if !a.Detail {
		return 0
	}
	return at
}

// next gives the place of the next container of a type in its list.
func (a *AWS) next(kind string) int {
	if !a.Detail {
		return 0
	}
	if a.detail.places == nil {
		a.detail.places = map[string]int{}
	}
	at := a.detail.places[kind]
	a.detail.places[kind]++
	return at
}

// variable ends what is told of a variable: value is its literal value, nil for
// one that comes from elsewhere, and settled whether that is sure to come.
func (a *AWS) variable(name, value []byte, settled bool) {
	c := a.at()
	c.variables++
	if !a.Detail {
		return
	}
	if settled {
		c.chain(name, value)
	}
	a.detail.variable(c.kept.Name, name, value)
}

// chain notes a variable that turns SDKs to another provider of credentials. Of
// one that is set twice the last counts, and one that is empty turns none.
func (c *container) chain(name, value []byte) {
	if !strings.HasPrefix(string(name), awsPrefix) || !slices.Contains(snapshot.ChainVariables(), string(name)) {
		return
	}
	list := slices.DeleteFunc(c.kept.Chain, func(one string) bool { return one == string(name) })
	if !c.isEmpty(value) {
		list = append(list, string(name))
	}
	c.kept.Chain = list
}

// lastApplied is where kubectl keeps what it applied: a copy of all the rest.
// https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-last-applied-configuration
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// Describe gives an account all of its metadata. A label or annotation with
// what looks like a key in it, or one of the account's Keys, is left out and
// named in Withheld: whoever copies the account must not copy that, nor what is
// left of it once it is shortened.
func Describe(sa *snapshot.ServiceAccount, labels, annotations map[string]string) {
	var withheld []string
	known := map[string]bool{}
	for _, k := range sa.Keys {
		for _, at := range k.At {
			known[at.Name] = known[at.Name] || at.Field == snapshot.FieldAnnotation
		}
	}
	harmless := func(from map[string]string) map[string]string {
		var kept map[string]string
		for name, value := range from {
			switch {
			case name == lastApplied:
			case known[name], holdsKey(name, value):
				withheld = append(withheld, name)
			default:
				if kept == nil {
					kept = make(map[string]string, len(from))
				}
				kept[name] = value
			}
		}
		return kept
	}
	sa.Labels, sa.Annotations = harmless(labels), harmless(annotations)
	slices.Sort(withheld)
	sa.Withheld = slices.Compact(withheld)
}

// holdsKey tells whether there is a key in a label or annotation, or what would
// be shortened wherever it is shown (see conceal).
func holdsKey(name, value string) bool {
	if keys.Shown(name) != name || keys.Shown(value) != value {
		return true
	}
	var scan keys.Scan
	scan.Add(snapshot.Place{Field: snapshot.FieldAnnotation, Name: name}, name, []byte(value))
	return scan.Cut() || len(scan.Keys()) > 0
}
