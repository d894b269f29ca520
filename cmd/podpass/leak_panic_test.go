package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"podpass/internal/collect/files"
)

// mine is a context that panics after so many questions, which a reader asks
// whenever it goes on.
type mine struct {
	context.Context
	left *int
}

func (m mine) Err() error {
	if *m.left--; *m.left < 0 {
		panic("stepped on a mine")
	}
	return nil
}

// TestAPanicHoldsNoSecret: in the middle of objects with keys, what Go prints of
// a panic are its own words, places in the program and addresses.
func TestAPanicHoldsNoSecret(t *testing.T) {
	list := plant(keysPlanted)
	search := newSearcher(list)
	objects := plantAll(list)
	panics := 0
	for form, text := range map[string]string{"YAML": manifest(objects), "JSON": dump(objects)} {
		for questions := range 12 {
			told := panicOf(t, text, questions)
			if told == "" {
				break // it has read all
			}
			panics++
			if !strings.Contains(told, "podpass/internal/collect/files.") {
				t.Errorf("%s: the panic is not in the reader: %.300s", form, told)
			}
			if found := search.find([]byte(told)); found != "" {
				t.Errorf("%s, after %d questions: the panic holds %s", form, questions, found)
			}
		}
	}
	if panics < 10 {
		t.Errorf("only %d panics", panics)
	}
}

// panicOf gives the value and the stack of the panic of a reader; empty for
// none.
func panicOf(t *testing.T, text string, questions int) (told string) {
	defer func() {
		if value := recover(); value != nil {
			told = fmt.Sprintf("panic: %v\n%s", value, debug.Stack())
		}
	}()
	ctx := mine{context.Background(), &questions}
	if _, err := files.Collect(ctx, files.Options{Paths: []string{files.Stdin}, Stdin: strings.NewReader(text)}); err != nil {
		t.Fatal(err)
	}
	return ""
}
