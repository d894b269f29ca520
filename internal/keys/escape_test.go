package keys

import "testing"

func TestEscapesAreWrittenOut(t *testing.T) {
	for escaped, want := range map[string]string{
		`plain`:               "plain",
		`a\nb\r\tc`:           "a\nb\n\tc",
		`{\"a\":\"b\/c\"}`:    `{"a":"b/c"}`,
		`{\\\"a\\\"}`:         `{"a"}`,
		`\\nAKIA`:             "\nAKIA",
		`\u0041\u002b\u002F`:  "A+/",
		`\x22\x2f`:            `"/`,
		`%2F%2b%3D%20%22`:     `/+= "`,
		`%252F and %25252f`:   "/ and /",
		`100%, 5%zz, %e2, %2`: `100%, 5%zz, %e2, %2`,
		`C:\Users\a`:          `C:\Users\a`,
		`\u00e4 \u12 \`:       `\u00e4 \u12 \`,
		`%00\u0000\x1b`:       `%00\u0000\x1b`,
	} {
		if got := string(unescaped([]byte(escaped))); got != want {
			t.Errorf("%q becomes %q, want %q", escaped, got, want)
		}
	}
}
