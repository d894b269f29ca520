package lab

import (
	"fmt"
	"strings"
)

// Files in the cluster's folder. The programs are given them by relative
// paths: that of a socket may have no more than about 100 characters.
const (
	authorityFile         = "ca.crt"
	serverCertificateFile = "apiserver.crt"
	serverKeyFile         = "apiserver.key"
	tokenKeyFile          = "service-account.key"
	adminKubeconfig       = "admin.kubeconfig"
	controllersKubeconfig = "kube-controller-manager.kubeconfig"

	etcdSocket  = "etcd.sock"
	etcdURL     = "unix://" + etcdSocket
	etcdPeerURL = "unix://etcd-peer.sock"
)

// etcdFlags have etcd listen on sockets, which the mode of the folder keeps to
// this user, and leave out what only matters to data that must survive.
func etcdFlags() []string {
	return []string{
		"--name=lab",
		"--data-dir=etcd",
		"--listen-client-urls=" + etcdURL,
		"--advertise-client-urls=" + etcdURL,
		"--listen-peer-urls=" + etcdPeerURL,
		"--initial-advertise-peer-urls=" + etcdPeerURL,
		"--initial-cluster=lab=" + etcdPeerURL,
		"--unsafe-no-fsync",
	}
}

func apiServerFlags(port int, options Options) []string {
	admission := append([]string{"NodeRestriction"}, options.Admission...)
	flags := []string{
		"--etcd-servers=" + etcdURL,
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", port),
		"--tls-cert-file=" + serverCertificateFile,
		"--tls-private-key-file=" + serverKeyFile,
		"--client-ca-file=" + authorityFile,
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=" + strings.Join(admission, ","),
		"--service-account-issuer=" + options.Issuer,
		"--service-account-jwks-uri=" + options.Issuer + "/keys",
		"--service-account-signing-key-file=" + tokenKeyFile,
		"--service-account-key-file=" + tokenKeyFile,
		"--api-audiences=" + Audience,
		"--service-cluster-ip-range=10.100.0.0/16", // that of EKS
		"--allow-privileged=true",
		// The address of the API server is loopback, which no endpoint may have.
		"--endpoint-reconciler-type=none",
	}
	return append(flags, options.APIServerFlags...)
}

func controllerFlags(options Options) []string {
	flags := []string{
		"--kubeconfig=" + controllersKubeconfig,
		"--controllers=" + strings.Join(options.Controllers, ","),
		"--root-ca-file=" + authorityFile,
		"--service-account-private-key-file=" + tokenKeyFile,
		// Each controller acts as an account of its own, as on EKS: the rights
		// of system:kube-controller-manager itself suffice for none of them.
		"--use-service-account-credentials",
		"--kube-api-qps=200",
		"--kube-api-burst=400",
		"--leader-elect=false",
		"--secure-port=0", // nothing to serve, and no second port to find
	}
	return append(flags, options.ControllerFlags...)
}
