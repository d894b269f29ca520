package report

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// printer encodes values as indented JSON, without escaping for HTML. It
// indents by itself: encoding/json checks every byte on the way, which takes
// longer than encoding.
type printer struct {
	compact bytes.Buffer
	encoder *json.Encoder
	out     []byte
}

func newPrinter() *printer {
	p := &printer{}
	p.encoder = json.NewEncoder(&p.compact)
	p.encoder.SetEscapeHTML(false)
	return p
}

// print gives a value behind a text, without a final line break; its lines but
// the first are indented by so many levels more. It is valid until the next
// call.
func (p *printer) print(v any, before string, levels int) ([]byte, error) {
	p.compact.Reset()
	if err := p.encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode report: %w", err)
	}
	p.out = appendIndented(append(p.out[:0], before...), bytes.TrimSuffix(p.compact.Bytes(), []byte("\n")), levels)
	return p.out, nil
}

// appendIndented indents compact JSON, as encoding/json does with two spaces.
func appendIndented(to, compact []byte, levels int) []byte {
	for i := 0; i < len(compact); i++ {
		switch c := compact[i]; c {
		case '"':
			end := stringEnd(compact, i)
			to = append(to, compact[i:end]...)
			i = end - 1
		case '{', '[':
			if i+1 < len(compact) && compact[i+1] == c+2 { // '}' and ']' come two behind
				to = append(to, c, c+2)
				i++
				continue
			}
			levels++
			to = appendLine(append(to, c), levels)
		case '}', ']':
			levels--
			to = append(appendLine(to, levels), c)
		case ',':
			to = appendLine(append(to, c), levels)
		case ':':
			to = append(to, ':', ' ')
		default:
			to = append(to, c)
		}
	}
	return to
}

// stringEnd gives the offset behind a string that starts at an offset.
func stringEnd(text []byte, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func appendLine(to []byte, levels int) []byte {
	to = append(to, '\n')
	for range levels {
		to = append(to, "  "...)
	}
	return to
}
