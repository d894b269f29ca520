package keys

import "bytes"

// unescaped writes out the escapes of JSON, shells and URLs that could stand
// within a key or next to one, once: also \\n and %252F, which were escaped
// twice. It gives the text itself where there is none.
func unescaped(text []byte) []byte {
	at := escape(text, 0)
	if at == len(text) {
		return text
	}
	out := make([]byte, 0, len(text))
	for from := 0; ; at = escape(text, from) {
		out = append(out, text[from:at]...)
		if at == len(text) {
			return out
		}
		c, n := backslashed(text[at:])
		if text[at] == '%' {
			c, n = percented(text[at:])
		}
		if n == 0 {
			c, n = text[at], 1
		}
		out = append(out, c)
		from = at + n
	}
}

// escape finds the next character that may start an escape.
func escape(text []byte, at int) int {
	for at < len(text) && class[text[at]]&inEscaped == 0 {
		at++
	}
	return at
}

// backslashed reads an escape that starts with one backslash or more; its
// length is 0 where it is none.
func backslashed(text []byte) (c byte, length int) {
	const most = 64 // texts in texts in texts, each of which doubles them
	i := 0
	for i < len(text) && i < most && text[i] == '\\' {
		i++
	}
	if i == 0 || i == len(text) {
		return 0, 0
	}
	switch text[i] {
	case 'n', 'r':
		return '\n', i + 1
	case 't':
		return '\t', i + 1
	case '"', '\'', '/':
		return text[i], i + 1
	case 'u':
		return hexByte(text, i+1, 4, i+5)
	case 'x':
		return hexByte(text, i+1, 2, i+3)
	}
	return 0, 0
}

func percented(text []byte) (c byte, length int) {
	i := 1
	for i < 9 && bytes.HasPrefix(text[i:], []byte("25")) {
		i += 2
	}
	return hexByte(text, i, 2, i+2)
}

// hexByte reads the digits of an escape that is length long with all before
// them. Only characters of ASCII that print, and line breaks, are of interest.
func hexByte(text []byte, from, digits, length int) (byte, int) {
	if len(text) < from+digits {
		return 0, 0
	}
	n := 0
	for _, c := range text[from : from+digits] {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			n = n<<4 | int(c|0x20-'a'+10)
		default:
			return 0, 0
		}
	}
	if n >= ' ' && n < 0x7f || n == '\n' || n == '\r' || n == '\t' {
		return byte(n), length
	}
	return 0, 0
}
