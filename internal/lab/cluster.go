// Package lab runs what Podpass is tested against and shown with, without an
// AWS account: a real Kubernetes control plane on this machine.
//
// A Cluster is etcd, the API server and controllers of upstream Kubernetes, as
// processes on loopback with all their state in one temporary folder. It takes
// objects, admits, authorises, issues tokens and runs controllers as any
// cluster does. It has no nodes: pods are never scheduled or run.
//
// The programs come from the module in lab/kubernetes, which `make lab` builds
// (see package binary). The package touches nothing but the folders of its
// clusters, and signals only processes that it has started.
package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"k8s.io/client-go/rest"

	"podpass/internal/lab/binary"
)

const (
	startTimeout = 2 * time.Minute // many times what a slow machine takes
	portAttempts = 5
)

// Cluster is a running control plane. Its methods may be called concurrently.
type Cluster struct {
	binary    string
	dir       string
	authority *authority
	config    *rest.Config // of the administrator
	processes []*process   // in the order of their start

	stop    sync.Once
	stopErr error
}

// Start starts a cluster and waits until it is of use: the API server is ready
// and the controllers have settled what a new cluster has (the default service
// account of each namespace, the rules of aggregated roles). The context bounds
// the start, not the cluster, which lives until Stop or the end of this
// process. After an error nothing is left behind.
func Start(ctx context.Context, options Options) (*Cluster, error) {
	executable, err := binary.Path()
	if err != nil {
		return nil, fmt.Errorf("start cluster: %w", err)
	}
	removeAbandoned(os.TempDir(), time.Now())
	dir, err := os.MkdirTemp("", folderPattern)
	if err != nil {
		return nil, fmt.Errorf("start cluster: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	c := &Cluster{binary: executable, dir: dir}
	if err := c.start(ctx, options.withDefaults()); err != nil {
		return nil, fmt.Errorf("start cluster: %w", errors.Join(err, c.Stop()))
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, options Options) error {
	if err := c.writeKeys(); err != nil {
		return err
	}
	if err := c.run("etcd", etcdFlags()); err != nil {
		return err
	}
	if err := c.startAPIServer(ctx, options); err != nil {
		return err
	}
	if err := writeKubeconfig(c.Kubeconfig(), c.config); err != nil {
		return err
	}
	if len(options.Controllers) == 0 {
		return nil
	}
	return c.startControllers(ctx, options)
}

// startAPIServer tries another port if the one that was free is taken by the
// time that the API server listens.
func (c *Cluster) startAPIServer(ctx context.Context, options Options) error {
	for attempt := 1; ; attempt++ {
		port, err := options.ports()
		if err != nil {
			return err
		}
		c.config, err = c.userConfig(fmt.Sprintf("https://127.0.0.1:%d", port), "podpass-lab-admin", "system:masters")
		if err != nil {
			return err
		}
		if err := c.run("kube-apiserver", apiServerFlags(port, options)); err != nil {
			return err
		}
		err = c.awaitAPIServer(ctx)
		last := len(c.processes) - 1
		if err == nil || attempt == portAttempts || !c.processes[last].portTaken() {
			return err
		}
		c.processes = c.processes[:last]
	}
}

func (c *Cluster) startControllers(ctx context.Context, options Options) error {
	config, err := c.UserConfig("system:kube-controller-manager")
	if err != nil {
		return err
	}
	if err := writeKubeconfig(filepath.Join(c.dir, controllersKubeconfig), config); err != nil {
		return err
	}
	if err := c.run("kube-controller-manager", controllerFlags(options)); err != nil {
		return err
	}
	return c.awaitControllers(ctx, options)
}

func (c *Cluster) run(program string, flags []string) error {
	p, err := startProcess(c.binary, c.dir, program, flags)
	if err != nil {
		return err
	}
	c.processes = append(c.processes, p)
	return nil
}

// Stop kills the processes of the cluster, waits until they are gone and
// removes the folder. It may be called more than once.
func (c *Cluster) Stop() error {
	c.stop.Do(func() {
		var errs []error
		for _, p := range slices.Backward(c.processes) {
			errs = append(errs, p.kill())
		}
		c.stopErr = errors.Join(append(errs, os.RemoveAll(c.dir))...)
	})
	return c.stopErr
}

// Dir returns the cluster's folder, with the log of each program in
// <program>.log. Nothing in it outlives Stop.
func (c *Cluster) Dir() string { return c.dir }

// freePort returns a port that was free a moment ago.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
