//go:build !linux

package main

import "syscall"

// maxRSS: macOS tells bytes.
func maxRSS(u *syscall.Rusage) int64 { return u.Maxrss }
