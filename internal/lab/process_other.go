//go:build !linux

package lab

import "syscall"

// processAttributes ask for nothing: the programs themselves look whether their
// parent is still there.
func processAttributes() *syscall.SysProcAttr { return nil }
