package lab

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// pollInterval is short beside the seconds that a start takes.
const pollInterval = 50 * time.Millisecond

// awaitAPIServer returns once the API server calls itself ready: etcd answers
// and the built-in namespaces and roles are there.
func (c *Cluster) awaitAPIServer(ctx context.Context) error {
	client, err := rest.HTTPClientFor(c.config)
	if err != nil {
		return fmt.Errorf("reach the API server: %w", err)
	}
	defer client.CloseIdleConnections()
	return c.await(ctx, "kube-apiserver to be ready", func() error {
		return getReady(ctx, client, c.config.Host)
	})
}

// getReady gives up soon: whatever else has taken the port may never answer.
func getReady(ctx context.Context, client *http.Client, host string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, host+"/readyz", nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4096))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("/readyz: %s: %s", response.Status, body)
	}
	return nil
}

// awaitControllers returns once the controllers have done what they do in every
// new cluster, so that nobody sees a cluster that EKS would not show.
func (c *Cluster) awaitControllers(ctx context.Context, options Options) error {
	client, err := kubernetes.NewForConfig(c.config)
	if err != nil {
		return fmt.Errorf("reach the API server: %w", err)
	}
	if options.runs("serviceaccount-controller") {
		for _, namespace := range []string{
			metav1.NamespaceDefault, metav1.NamespaceSystem, metav1.NamespacePublic, "kube-node-lease",
		} {
			err := c.await(ctx, "the default service account of "+namespace, func() error {
				_, err := client.CoreV1().ServiceAccounts(namespace).Get(ctx, "default", metav1.GetOptions{})
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	if !options.runs("clusterrole-aggregation-controller") {
		return nil
	}
	for _, role := range []string{"view", "edit", "admin"} {
		err := c.await(ctx, "the rules of role "+role, func() error {
			return aggregated(client.RbacV1().ClusterRoles().Get(ctx, role, metav1.GetOptions{}))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func aggregated(role *rbacv1.ClusterRole, err error) error {
	if err == nil && len(role.Rules) == 0 {
		return fmt.Errorf("role %s has no rules", role.Name)
	}
	return err
}

// await calls check until it gives no error, and gives up when a program of the
// cluster ends or the context does. Should the port be another cluster's, check
// cannot succeed there: that API server has a certificate of another authority.
func (c *Cluster) await(ctx context.Context, what string, check func() error) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		for _, p := range c.processes {
			if !p.running() {
				return p.exit()
			}
		}
		err := check()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w (last: %v); the log of %s ends:\n%s", what, context.Cause(ctx), err, c.last().program, c.last().tail())
		case <-ticker.C:
		}
	}
}

func (c *Cluster) last() *process { return c.processes[len(c.processes)-1] }
