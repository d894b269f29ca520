// Command kubernetes is the control plane of the lab: etcd, kube-apiserver and
// kube-controller-manager in one static binary, and the kubectl of that version,
// so that a machine needs no other.
//
// It is upstream code without a change. Which of the programs runs is decided
// by the name that the binary is called by, or else by its first argument. One
// binary holds the packages that the programs have in common once, which makes
// it far smaller and quicker to build than three.
//
// It is a Go module of its own, so that k8s.io/kubernetes, which is not meant
// to be used as a library, never enters the go.mod of podpass. Building it
// takes the Go tool chain and its module proxy, no C compiler and no container
// runtime, about 2.3 GB of memory, and some minutes, once: `make lab` prints
// the particulars and puts the binary into the user's cache directory, where
// package podpass/internal/lab finds it.
//
// To move to another release of Kubernetes, change every v1.37.2 and v0.37.2
// in go.mod, and take etcd's version from the go.mod of k8s.io/kubernetes.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
	_ "time/tzdata" // the time zones of CronJobs, on machines without zoneinfo

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	if runtime.GOOS != "linux" {
		go exitWithParent()
	}
	run(os.Args)
	run(os.Args[1:])
	fmt.Fprintln(os.Stderr, "usage: kubernetes etcd|kube-apiserver|kube-controller-manager|kubectl [flags]")
	os.Exit(2)
}

// run becomes the program that args[0] names, and returns only if it names
// none. kube-scheduler and kubelet would be two more cases of the same shape.
func run(args []string) {
	if len(args) == 0 {
		return
	}
	switch filepath.Base(args[0]) {
	case "etcd":
		etcdmain.Main(args)
		os.Exit(0)
	case "kube-apiserver":
		runCommand(apiserver.NewAPIServerCommand(), args[1:])
	case "kube-controller-manager":
		runCommand(controllers.NewControllerManagerCommand(), args[1:])
	case "kubectl":
		runCommand(kubectl.NewDefaultKubectlCommand(), args[1:])
	}
}

func runCommand(command *cobra.Command, args []string) {
	command.SetArgs(args)
	os.Exit(cli.Run(command))
}

// exitWithParent keeps a control plane from outliving whoever started it. On
// Linux the kernel does that at once, as package lab asks it to.
func exitWithParent() {
	parent := os.Getppid()
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	os.Exit(1)
}
