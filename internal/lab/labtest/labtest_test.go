package labtest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"podpass/internal/lab/binary"
)

func TestSkip(t *testing.T) {
	notBuilt := fmt.Errorf("find binary: %w", binary.ErrNotBuilt)
	for _, test := range []struct {
		name string
		mode string
		err  error
		want string // in the reason
	}{
		{"a cluster that can be had is used", "", nil, ""},
		{"off skips though it can be had", "off", nil, "PODPASS_LAB=off"},
		{"off skips though it is not built", "off", notBuilt, "PODPASS_LAB=off"},
		{"not built skips and says what to do", "", notBuilt, "`make lab`"},
		{"required fails if it is not built", "required", notBuilt, ""},
		{"another error fails", "", errors.New("no such file"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			reason := skip(test.mode, test.err)
			if (reason == "") != (test.want == "") || !strings.Contains(reason, test.want) {
				t.Errorf("got %q, want it to contain %q", reason, test.want)
			}
		})
	}
}
