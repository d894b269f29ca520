package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Config returns a client configuration of a cluster administrator, without
// client-side rate limit. It is the caller's to change.
func (c *Cluster) Config() *rest.Config { return rest.CopyConfig(c.config) }

// Kubeconfig returns the path of the administrator's kubeconfig.
func (c *Cluster) Kubeconfig() string { return filepath.Join(c.dir, adminKubeconfig) }

// UserConfig returns a client configuration of a user, by a certificate made
// for it. The user has what rights RBAC grants to its name, its groups and
// system:authenticated; there is no need for it to be known before.
func (c *Cluster) UserConfig(name string, groups ...string) (*rest.Config, error) {
	return c.userConfig(c.config.Host, name, groups...)
}

// UserKubeconfig writes a kubeconfig of such a user into the cluster's folder
// and returns its path. It holds everything itself and may be copied.
func (c *Cluster) UserKubeconfig(name string, groups ...string) (string, error) {
	config, err := c.UserConfig(name, groups...)
	if err != nil {
		return "", err
	}
	file, err := os.CreateTemp(c.dir, "user-*.kubeconfig") // a user's name may hold any character
	if err != nil {
		return "", fmt.Errorf("write kubeconfig of %s: %w", name, err)
	}
	if err := file.Close(); err != nil {
		return "", fmt.Errorf("write kubeconfig of %s: %w", name, err)
	}
	return file.Name(), writeKubeconfig(file.Name(), config)
}

// Kubectl returns the path of a kubectl of the cluster's own version: the binary
// of the control plane by that name.
func (c *Cluster) Kubectl() (string, error) {
	path := filepath.Join(c.dir, "kubectl")
	if err := os.Symlink(c.binary, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("offer kubectl: %w", err)
	}
	return path, nil
}

func (c *Cluster) userConfig(host, name string, groups ...string) (*rest.Config, error) {
	pair, err := c.authority.client(name, groups)
	if err != nil {
		return nil, err
	}
	return &rest.Config{
		Host:            host,
		TLSClientConfig: rest.TLSClientConfig{CAData: c.authority.pem, CertData: pair.certificate, KeyData: pair.key},
		QPS:             -1,
	}, nil
}

// contextName is that of the cluster, the user and the context in a kubeconfig.
const contextName = "podpass-lab"

func writeKubeconfig(path string, config *rest.Config) error {
	kubeconfig := api.NewConfig()
	kubeconfig.Clusters[contextName] = &api.Cluster{Server: config.Host, CertificateAuthorityData: config.CAData}
	kubeconfig.AuthInfos[contextName] = &api.AuthInfo{ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}
	kubeconfig.Contexts[contextName] = &api.Context{Cluster: contextName, AuthInfo: contextName}
	kubeconfig.CurrentContext = contextName
	if err := clientcmd.WriteToFile(*kubeconfig, path); err != nil {
		return fmt.Errorf("write kubeconfig %s: %w", path, err)
	}
	return nil
}

// writeKeys makes the cluster's authority and what the API server needs of it.
func (c *Cluster) writeKeys() error {
	authority, err := newAuthority()
	if err != nil {
		return err
	}
	c.authority = authority
	server, err := authority.server()
	if err != nil {
		return err
	}
	tokenKey, err := newTokenKey()
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		authorityFile:         authority.pem,
		serverCertificateFile: server.certificate,
		serverKeyFile:         server.key,
		tokenKeyFile:          tokenKey,
	} {
		if err := os.WriteFile(filepath.Join(c.dir, name), content, 0o600); err != nil {
			return fmt.Errorf("write the cluster's keys: %w", err)
		}
	}
	return nil
}
