package files

import (
	"bytes"
	"errors"

	"go.yaml.in/yaml/v3"
)

// aliasCheck counts what a document comes to with its aliases written out,
// and refuses the documents that kubectl refuses, by the same figures.
// https://github.com/yaml/go-yaml/blob/v2.4.4/decode.go
type aliasCheck struct {
	all, aliased int // nodes; those reached through an alias
	depth        int // aliases being followed
	following    map[*yaml.Node]bool
}

var (
	errAliasLoop = errors.New("an alias holds itself")
	errAliasBomb = errors.New("its aliases multiply beyond measure")
)

func checkAliases(document *yaml.Node, source []byte) error {
	if bytes.IndexByte(source, '*') < 0 {
		return nil
	}
	c := aliasCheck{following: map[*yaml.Node]bool{}}
	return c.count(document)
}

func (c *aliasCheck) count(n *yaml.Node) error {
	c.all++
	if c.depth > 0 {
		c.aliased++
	}
	if c.aliased > 100 && c.all > 1000 && float64(c.aliased)/float64(c.all) > c.allowed() {
		return errAliasBomb
	}
	if n.Kind == yaml.AliasNode {
		return c.follow(n)
	}
	for _, child := range n.Content {
		if err := c.count(child); err != nil {
			return err
		}
	}
	return nil
}

func (c *aliasCheck) follow(n *yaml.Node) error {
	if c.following[n] {
		return errAliasLoop
	}
	c.following[n] = true
	c.depth++
	err := c.count(n.Alias)
	c.depth--
	delete(c.following, n)
	return err
}

// allowed is the share of nodes that may come from aliases: it falls from 99
// to 10 percent as documents grow.
func (c *aliasCheck) allowed() float64 {
	const low, high = 400000, 4000000
	switch {
	case c.all <= low:
		return 0.99
	case c.all >= high:
		return 0.10
	}
	return 0.99 - 0.89*float64(c.all-low)/(high-low)
}
