package main

import "syscall"

// maxRSS: Linux tells kilobytes.
func maxRSS(u *syscall.Rusage) int64 { return u.Maxrss << 10 }
