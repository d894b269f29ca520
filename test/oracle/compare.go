package oracle

import (
	"runtime"
	"sync"
)

// Engine answers requests. Podpass is one.
type Engine func(Request) Answer

// Result is what both said of a request.
type Result struct {
	Request Request
	Cell    Cell
	Peer    Answer
	Engine  Answer
	// Want is the peer's answer where no class rewrites the request, else what
	// it says of the mended one.
	Want Answer
	// Class is empty where the peer is right as it is.
	Class string
	// Rewritten names every class that has a part in the request.
	Rewritten []string
}

// Fault tells that the engine says something that nothing explains.
func (r Result) Fault() bool { return r.Engine != r.Want }

// Compare asks both about request i.
func (g *Generator) Compare(i int, engine Engine) Result {
	q := g.Request(i)
	r := Result{Request: q, Cell: g.Cell(i), Peer: Peer(q), Engine: engine(q)}
	m := Mend(q, r.Peer)
	r.Want, r.Class, r.Rewritten = m.Answer, m.Class, m.Classes
	return r
}

// Counts adds up results.
type Counts struct {
	Requests int
	Cells    map[Cell]int
	// Allowed and Asked are by base operator, of requests that no class is about.
	Allowed, Asked map[string]int
	// Classes counts requests whose answer a class changes, and Rewritten all
	// in which it rewrites something.
	Classes, Rewritten map[string]int
	// Answers counts pairs by class: the peer's answer, an arrow, the engine's.
	Answers map[string]map[string]int
	// Examples are one of each class.
	Examples map[string]Example
	// Faulty counts the faults; Faults are the first of them.
	Faulty int
	Faults []Result
}

const mostFaults = 20

func newCounts() *Counts {
	return &Counts{
		Cells: map[Cell]int{}, Allowed: map[string]int{}, Asked: map[string]int{},
		Classes: map[string]int{}, Rewritten: map[string]int{}, Answers: map[string]map[string]int{}, Examples: map[string]Example{},
	}
}

func (c *Counts) add(r Result) {
	c.Requests++
	c.Cells[r.Cell]++
	for _, name := range r.Rewritten {
		c.Rewritten[name]++
	}
	if len(r.Rewritten) == 0 {
		c.Asked[r.Cell.Operator.Base]++
		if r.Peer == Allow {
			c.Allowed[r.Cell.Operator.Base]++
		}
	}
	if r.Class != "" {
		c.Classes[r.Class]++
		if c.Answers[r.Class] == nil {
			c.Answers[r.Class] = map[string]int{}
		}
		c.Answers[r.Class][string(r.Peer)+"→"+string(r.Engine)]++
	}
	if r.Fault() {
		c.Faulty++
		c.Faults = append(c.Faults, r)[:min(c.Faulty, mostFaults)]
	}
	c.note(r)
}

// Run compares so many requests, on all processors.
func Run(g *Generator, requests int, engine Engine) *Counts {
	const block = 1000
	results := make([][]Result, (requests+block-1)/block)
	var wait sync.WaitGroup
	blocks := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for b := range blocks {
				for i := b * block; i < min(requests, (b+1)*block); i++ {
					results[b] = append(results[b], g.Compare(i, engine))
				}
			}
		})
	}
	counts := newCounts()
	for b := range results {
		blocks <- b
	}
	close(blocks)
	wait.Wait()
	for _, block := range results {
		for _, r := range block {
			counts.add(r)
		}
	}
	return counts
}
