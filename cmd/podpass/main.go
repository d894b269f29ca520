// Podpass gives every pod on Amazon EKS an AWS identity of its own, and
// proves it. See package podpass/internal/cli for its commands.
package main

import (
	"os"

	"podpass/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args)) }
