package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
)

// progress says on stderr what takes over a second, with the objects read so
// far where they are counted; on a terminal only.
type progress struct {
	what  string
	mu    sync.Mutex
	total int
	done  chan struct{}
	idle  sync.WaitGroup
}

func newProgress(w io.Writer, what string) *progress {
	p := &progress{what: what, done: make(chan struct{})}
	if f, ok := w.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		p.idle.Add(1)
		go p.show(w)
	}
	return p
}

// count adds objects of a kind.
func (p *progress) count(_ string, objects int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total += objects
}

func (p *progress) show(w io.Writer) {
	defer p.idle.Done()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for shown := false; ; shown = true {
		select {
		case <-p.done:
			if shown {
				fmt.Fprint(w, "\r\x1b[K")
			}
			return
		case <-tick.C:
			p.mu.Lock()
			fmt.Fprintf(w, "\r\x1b[K%s", p.what)
			if p.total > 0 {
				fmt.Fprintf(w, ": %d objects", p.total)
			}
			p.mu.Unlock()
		}
	}
}

func (p *progress) stop() {
	close(p.done)
	p.idle.Wait()
}
