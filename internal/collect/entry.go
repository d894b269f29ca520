package collect

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"slices"

	"podpass/internal/snapshot"
)

// Decode decodes an entry of a Secret's data; false for what is no base64.
// Blanks in it, for which the API server would refuse it, are passed over.
func Decode(value []byte) ([]byte, bool) {
	if bytes.IndexByte(value, ' ') >= 0 {
		value = bytes.ReplaceAll(value, []byte(" "), nil)
	}
	decoded := make([]byte, base64.StdEncoding.DecodedLen(len(value)))
	n, err := base64.StdEncoding.Decode(decoded, value) // passes over line ends
	return decoded[:n], err == nil
}

// Hidden tells whether what stands in an entry is filled in elsewhere: SOPS
// and Sealed Secrets encrypt it, other tools replace a placeholder. What it
// will be cannot be read here.
//
// https://github.com/getsops/sops#encrypting-using-age (ENC[…])
// https://argocd-vault-plugin.readthedocs.io/en/stable/howitworks/ (<path:…>)
// https://github.com/helmfile/vals#expression-syntax (ref+…)
func Hidden(value []byte) bool {
	value = bytes.Trim(value, " \t\r\n\"'")
	for _, mark := range []string{"ENC[", "<path:", "ref+", "vault:", "op://", "{{"} {
		if bytes.HasPrefix(value, []byte(mark)) {
			return true
		}
	}
	return enclosed(value, "${", "}") || enclosed(value, "$(", ")") || enclosed(value, "<", ">") || enclosed(value, "@@", "@@")
}

// enclosed tells a value that is one placeholder as a whole.
func enclosed(value []byte, open, end string) bool {
	return len(value) > len(open)+len(end) && bytes.HasPrefix(value, []byte(open)) && bytes.HasSuffix(value, []byte(end)) &&
		bytes.IndexByte(value, '\n') < 0
}

// SortEntries puts entries into the order in which a Holder has them. Of two
// of one name the last counts.
func SortEntries(list []snapshot.Entry) []snapshot.Entry {
	slices.SortStableFunc(list, func(a, b snapshot.Entry) int { return cmp.Compare(a.Name, b.Name) })
	kept := list[:0]
	for i, e := range list {
		if i+1 == len(list) || list[i+1].Name != e.Name {
			kept = append(kept, e)
		}
	}
	return kept
}
