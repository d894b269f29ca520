package lab

import "syscall"

// processAttributes have the kernel kill the process when this one dies, and
// keep an interrupt at the terminal from reaching it: whoever uses the cluster
// may still want to clean up in it.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
