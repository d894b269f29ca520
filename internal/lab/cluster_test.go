package lab_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"podpass/internal/lab"
	"podpass/internal/lab/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func client(t *testing.T, config *rest.Config) *kubernetes.Clientset {
	t.Helper()
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func kubeconfigClient(t *testing.T, path string) *kubernetes.Clientset {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		t.Fatal(err)
	}
	return client(t, config)
}

func TestEveryNamespaceHasItsDefaultServiceAccount(t *testing.T) {
	cluster := labtest.Cluster(t)
	accounts, err := kubeconfigClient(t, cluster.Kubeconfig()).CoreV1().ServiceAccounts("").List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var namespaces []string
	for _, account := range accounts.Items {
		if account.Name == "default" {
			namespaces = append(namespaces, account.Namespace)
		}
	}
	slices.Sort(namespaces)
	want := []string{"default", "kube-node-lease", "kube-public", "kube-system"}
	if !slices.Equal(namespaces, want) {
		t.Errorf("got default service accounts in %q, want %q", namespaces, want)
	}
}

func TestUserHasOnlyTheRightsThatItsNameAndGroupsAreGranted(t *testing.T) {
	cluster := labtest.Cluster(t)
	path, err := cluster.UserKubeconfig("https://idp.example/users#reader", "readers")
	if err != nil {
		t.Fatal(err)
	}
	reader := kubeconfigClient(t, path)
	if _, err := reader.CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		t.Fatalf("list namespaces without rights: got %v, want forbidden", err)
	}

	grantView(t, client(t, cluster.Config()), "readers")
	if _, err := reader.CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{}); err != nil {
		t.Errorf("list namespaces as one of readers: %v", err)
	}
	if _, err := reader.CoreV1().Secrets("").List(t.Context(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("list secrets as one of readers: got %v, want forbidden", err)
	}
}

func TestKubectlIsThatOfTheCluster(t *testing.T) {
	cluster := labtest.Cluster(t)
	for range 2 { // it is there, or made
		kubectl, err := cluster.Kubectl()
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), kubectl, "--kubeconfig="+cluster.Kubeconfig(), "--cache-dir="+t.TempDir(), "get", "namespace", "kube-system", "-o", "name").CombinedOutput()
		if err != nil || string(out) != "namespace/kube-system\n" {
			t.Errorf("got %q (%v), want the name of the namespace", out, err)
		}
	}
}

// grantView waits until the grant is in force: the API server authorises by a
// cache that lags behind.
func grantView(t *testing.T, admin *kubernetes.Clientset, group string) {
	t.Helper()
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: group},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "view"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: group}},
	}
	if _, err := admin.RbacV1().ClusterRoleBindings().Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		err := admin.RbacV1().ClusterRoleBindings().Delete(context.Background(), group, metav1.DeleteOptions{})
		if err != nil {
			t.Error(err)
		}
	})
	awaitReview(t, admin, group)
}

func TestTokensAreLikeThoseOfEKS(t *testing.T) {
	admin := client(t, labtest.Cluster(t).Config())
	issued, err := admin.CoreV1().ServiceAccounts("default").CreateToken(t.Context(), "default", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	header, claims := decodeToken(t, issued.Status.Token)
	if header.Alg != "RS256" || claims.Iss != lab.Issuer || !slices.Equal(claims.Aud, []string{lab.Audience}) {
		t.Errorf("got a token with %+v %+v, want RS256, issuer %s, audience %s", header, claims, lab.Issuer, lab.Audience)
	}
}

func TestStopLeavesNothingBehind(t *testing.T) {
	labtest.Require(t)
	cluster, err := lab.Start(t.Context(), lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pids, address := cluster.Pids(), strings.TrimPrefix(cluster.Config().Host, "https://")
	if len(pids) != 3 {
		t.Errorf("got %d processes, want 3", len(pids))
	}
	if err := cluster.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("process %d is still there (%v)", pid, err)
		}
	}
	if _, err := os.Stat(cluster.Dir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("folder %s is still there (%v)", cluster.Dir(), err)
	}
	if connection, err := net.Dial("tcp", address); err == nil {
		connection.Close()
		t.Errorf("something still listens on %s", address)
	}
	if err := cluster.Stop(); err != nil {
		t.Errorf("stop again: %v", err)
	}
}

func TestStartTriesAnotherPortIfTheFirstIsTaken(t *testing.T) {
	labtest.Require(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()

	options := lab.Options{Controllers: []string{}}.WithPorts(taken.Addr().(*net.TCPAddr).Port, port)
	cluster, err := lab.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Stop()
	if want := fmt.Sprintf("https://127.0.0.1:%d", port); cluster.Config().Host != want {
		t.Errorf("got the API server at %s, want %s", cluster.Config().Host, want)
	}
}

func TestFailedStartTellsWhyAndLeavesNothingBehind(t *testing.T) {
	labtest.Require(t)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, test := range []struct {
		name    string
		ctx     context.Context
		options lab.Options
		want    string
	}{
		{"a flag of the API server is wrong", t.Context(), lab.Options{APIServerFlags: []string{"--no-such-flag"}}, "unknown flag: --no-such-flag"},
		{"a controller is not known", t.Context(), lab.Options{Controllers: append(lab.DefaultControllers(), "nonesuch")}, "is not in the list of known controllers"},
		{"the start is cancelled", cancelled, lab.Options{}, "context canceled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("TMPDIR", dir)
			cluster, err := lab.Start(test.ctx, test.options)
			if err == nil {
				cluster.Stop()
				t.Fatal("the cluster started")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %q, want it to contain %q", err, test.want)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("got %v left behind (%v), want nothing", left, err)
			}
		})
	}
}
