package glob_test

import (
	"fmt"

	"podpass/internal/iam/glob"
)

// A service account that a role's trust admits and its Deny does not catch.
func ExampleFind() {
	admitted := [][]glob.Pattern{{glob.Parse("system:serviceaccount:shop-*:*")}}
	denied := [][]glob.Pattern{{glob.Parse("*:default"), glob.Parse("*:?")}}
	witness, found, err := glob.Find(glob.ServiceAccounts(), admitted, denied, func(in []bool) bool { return !in[0] }, 10000)
	fmt.Println(witness, found, err)
	// Output: system:serviceaccount:shop-a:aa true <nil>
}

// Of two sets of which one lies in the other there are three combinations.
func ExampleCells() {
	cells, err := glob.Cells(glob.ServiceAccounts(), [][]glob.Pattern{
		{glob.Parse("system:serviceaccount:shop:*")},
		{glob.Literal("system:serviceaccount:shop:api")},
	}, 10000)
	for _, c := range cells {
		fmt.Println(c.In, c.Witness)
	}
	fmt.Println(err)
	// Output:
	// [false false] system:serviceaccount:a:a
	// [true false] system:serviceaccount:shop:a
	// [true true] system:serviceaccount:shop:api
	// <nil>
}
