package keys

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestShownLeavesNoSecret(t *testing.T) {
	const secret, other = "Q8Zr0VbAT2nYk5mXcE7wBHsUaLdJ9fPg1oIiRtNy", "x/7Tq+Zb0Lw4RkPjE2uYcNaS/9dGhVfM5iKoB3Xe"
	encoded := base64.StdEncoding.EncodeToString([]byte(secret))
	for text, want := range map[string]string{
		secret:                                 "Q8Zr…",
		other:                                  "x/7T…",
		"a " + secret + ", b=" + other + "=":   "a Q8Zr…, b=x/7T…=",
		"team/" + secret:                       "team/Q8Zr…",
		"/" + other + "/config":                "/x/7T…/config",
		"example.com/a/" + other + "/" + other: "example.com/a/x/7T…/x/7T…",
		"x-" + secret + "_y":                   "x-Q8Zr…_y",
		"“" + secret + "”":                     "“Q8Zr…”",
		encoded:                                encoded[:4] + "…==",
		"data." + strings.TrimRight(encoded, "=") + ": a":                              "data." + encoded[:4] + "…: a",
		base64.StdEncoding.EncodeToString([]byte(secret + "\n")):                       encoded[:4] + "…=",
		"a/" + base64.StdEncoding.EncodeToString([]byte(secret+"\r\n")) + " " + secret: "a/" + encoded[:4] + "… Q8Zr…",
	} {
		if got := Shown(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestShownLeavesOtherTextAsItIs(t *testing.T) {
	for _, text := range []string{
		"", "default",
		"2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", // a commit
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6f1ed002-ab59-5fd5-b1d0-ec25dd5a9f4b 6f1ed002ab595fd5b1d0ec25dd5a9f4b6f1ed002",
		"arn:aws:iam::111122223333:role/NodeInstanceRoleProductionClusterEuroWest",
		"Users/JaneDoe/Projects/ShopBackend/Kubernetes/Overlays/Production/Values",
		"kubectl.kubernetes.io/last-applied-configuration",
		"/var/run/secrets/eks.amazonaws.com/serviceaccount/token",
		"Q8Zr0VbAT2nYk5mXcE7wBHsUaLdJ9fPg1oIiRtN",   // too short
		"Q8Zr0VbAT2nYk5mXcE7wBHsUaLdJ9fPg1oIiRtNy0", // too long
		base64.StdEncoding.EncodeToString([]byte("some other text that is just as long as one")),
	} {
		if got := Shown(text); got != text {
			t.Errorf("%q: got %q", text, got)
		}
	}
}
