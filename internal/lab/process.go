package lab

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// process is one program of the control plane. It runs in the cluster's folder
// and logs to <program>.log there.
type process struct {
	program string
	log     string
	command *exec.Cmd
	done    chan struct{} // closed once the process has been waited for
	err     error         // how it ended; to be read after done
}

func startProcess(binary, dir, program string, args []string) (*process, error) {
	p := &process{program: program, log: filepath.Join(dir, program+".log"), done: make(chan struct{})}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	defer log.Close()
	p.command = &exec.Cmd{
		Path:        binary,
		Args:        append([]string{program}, args...),
		Dir:         dir,
		Env:         []string{}, // etcd reads flags from ETCD_* variables, others proxies
		Stdout:      log,
		Stderr:      log,
		SysProcAttr: processAttributes(),
	}
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	return p, nil
}

// run keeps its thread until the process is gone: Linux sends the parent death
// signal when the thread that started the process ends, not the process
// (https://go.dev/issue/27505).
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := p.command.Start(); err != nil {
		started <- err
		return
	}
	started <- nil
	p.err = p.command.Wait()
	close(p.done)
}

// kill returns once the process is gone. It does not ask first: an API server
// that is told to terminate waits for its etcd, which may be gone already.
func (p *process) kill() error {
	err := p.command.Process.Kill()
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.program, err)
	}
	<-p.done
	return nil
}

func (p *process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// exit describes a process that has ended by itself, with the end of its log.
func (p *process) exit() error {
	return fmt.Errorf("run %s: %v; its log ends:\n%s", p.program, p.command.ProcessState, p.tail())
}

// portTaken tells whether the process ended for want of its port. There is
// nothing but the log to tell by.
func (p *process) portTaken() bool {
	return !p.running() && bytes.Contains(p.tail(), []byte("address already in use"))
}

// tail returns the last lines of the log.
func (p *process) tail() []byte {
	const lines = 20
	text, err := os.ReadFile(p.log)
	if err != nil {
		return []byte(err.Error())
	}
	all := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return bytes.Join(all[max(0, len(all)-lines):], []byte("\n"))
}
