package lab_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"podpass/internal/lab"
	"podpass/internal/lab/labtest"
)

// childVariable has TestClusterEndsWithItsParent be the parent that is killed.
const childVariable = "PODPASS_LAB_TEST_CHILD"

func TestClusterEndsWithItsParent(t *testing.T) {
	if os.Getenv(childVariable) != "" {
		holdCluster(t)
	}
	labtest.Require(t)
	parent := exec.Command(os.Args[0], "-test.run=^TestClusterEndsWithItsParent$")
	parent.Env = append(os.Environ(), childVariable+"=1", "TMPDIR="+t.TempDir())
	parent.Stderr = os.Stderr
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Error(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // it was killed
	pids := strings.Fields(line)
	if len(pids) != 3 {
		t.Errorf("got processes %q, want 3", line)
	}
	for _, pid := range pids {
		awaitEnd(t, pid)
	}
}

// holdCluster starts a cluster, prints its process ids and waits to be killed.
func holdCluster(t *testing.T) {
	cluster, err := lab.Start(t.Context(), lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(strings.Trim(fmt.Sprint(cluster.Pids()), "[]"))
	time.Sleep(time.Minute)
	cluster.Stop()
	t.Fatal("was not killed")
}

func awaitEnd(t *testing.T, id string) {
	t.Helper()
	pid, err := strconv.Atoi(id)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("process %d is still there", pid)
			return
		}
	}
}
