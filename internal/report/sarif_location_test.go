package report

import "testing"

func TestURIsOfFiles(t *testing.T) {
	for file, want := range map[string]string{
		"-": "stdin", "a.json": "a.json", "./a/../b c.json": "b%20c.json", "../a.json": "../a.json",
		"x:y/ü.json": "x%3Ay/%C3%BC.json", "/tmp/a:b.json": "file:///tmp/a%3Ab.json", "a%2Fb#?.json": "a%252Fb%23%3F.json",
	} {
		if got := fileURI(file); got != want {
			t.Errorf("%s: got %s, want %s", file, got, want)
		}
	}
}
