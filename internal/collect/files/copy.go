package files

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// maxCopy bounds a value that is copied: no object is larger in a cluster.
const maxCopy = 2 << 20

// copy appends the value at hand, as JSON.
func (w *walker) copy(to []byte) []byte {
	if len(to) > maxCopy {
		w.src.skip()
		return append(to, "null"...)
	}
	switch w.src.shape() {
	case mapping:
		w.src.mapping()
		to = append(to, '{')
		for key, ok := w.src.key(); ok; key, ok = w.src.key() {
			to = append(appendString(comma(to, '{'), key), ':')
			to = w.copy(to)
		}
		return append(to, '}')
	case list:
		w.src.list()
		to = append(to, '[')
		for w.src.next() {
			to = w.copy(comma(to, '['))
		}
		return append(to, ']')
	case text:
		return appendString(to, w.src.text())
	case boolean:
		return strconv.AppendBool(to, w.src.truth())
	}
	w.src.skip() // a number can be no key
	return append(to, "null"...)
}

func comma(to []byte, open byte) []byte {
	if to[len(to)-1] == open {
		return to
	}
	return append(to, ',')
}

func appendString(to, text []byte) []byte {
	quoted, _ := jsontext.AppendQuote(to, text) // an error tells of invalid UTF-8, which is replaced
	return quoted
}
