// Command sample writes the decisions that the tests of podpass/internal/iam
// must agree with. Run it in test/oracle: go run ./sample
package main

import (
	"fmt"
	"os"

	"podpass/test/oracle"
)

const file = "../../internal/iam/testdata/decisions.jsonl.gz"

func main() {
	packed, err := oracle.Sample()
	if err == nil {
		err = os.WriteFile(file, packed, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "write sample:", err)
		os.Exit(1)
	}
	fmt.Println(file, len(packed), "bytes")
}
