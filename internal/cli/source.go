package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"podpass/internal/collect/files"
	"podpass/internal/collect/kube"
	"podpass/internal/keys"
	"podpass/internal/snapshot"
)

// source is where a Snapshot comes from: paths, a snapshot file, or a cluster.
type source struct {
	snapshot    string
	kubeconfig  string
	context     string
	as          string
	asGroups    []string
	timeout     string
	namespaces  []string
	all         bool
	excluded    []string
	readSecrets bool
	detail      bool // what only a plan needs is read too
}

// flags adds the flags of a source, named as kubectl names them.
func (s *source) flags(c *cobra.Command, fromSnapshot bool) {
	f := c.Flags()
	if fromSnapshot {
		f.StringVar(&s.snapshot, "snapshot", "", "read this snapshot `FILE` instead of a cluster")
	}
	f.StringVar(&s.kubeconfig, "kubeconfig", "", "path of the kubeconfig `FILE`")
	f.StringVar(&s.context, "context", "", "`NAME` of the kubeconfig context")
	f.StringVar(&s.as, "as", "", "`USER` to impersonate")
	f.StringArrayVar(&s.asGroups, "as-group", nil, "`GROUP` to impersonate; may be repeated")
	f.StringVar(&s.timeout, "request-timeout", "0", "how long to wait for one request (1s, 2m; 0: a default of 30s)")
	f.StringSliceVarP(&s.namespaces, "namespace", "n", nil, "`NAMESPACE` to judge (default: all); of files: also that of objects which name none")
	f.BoolVarP(&s.all, "all-namespaces", "A", false, "judge all namespaces (the default)")
	f.StringSliceVar(&s.excluded, "exclude-namespace", nil, "`NAMESPACE` to leave out; stands in the report's coverage")
	f.BoolVar(&s.readSecrets, "read-secrets", false, "also look for keys and tokens in the cluster's Secrets (needs the right to list them); nothing of them is kept or shown but access key ids")
	_ = c.RegisterFlagCompletionFunc("context", completeContexts)
}

// live lists the flags that only a cluster heeds.
func live() []string {
	return []string{"kubeconfig", "context", "as", "as-group", "request-timeout", "read-secrets"}
}

// check refuses what does not go together.
func (s *source) check(c *cobra.Command, paths []string) error {
	if s.snapshot != "" && len(paths) > 0 {
		return usagef("a snapshot and paths together: give one of them")
	}
	if s.snapshot != "" || len(paths) > 0 {
		for _, name := range live() {
			if c.Flags().Changed(name) {
				return usagef("--%s is for a cluster, but files or a snapshot are to be read", name)
			}
		}
	}
	if s.all && len(s.namespaces) > 0 {
		return usagef("-A and -n together: choose one")
	}
	if slices.Contains(s.namespaces, "") || slices.Contains(s.excluded, "") {
		return usagef("a namespace must have a name")
	}
	for _, ns := range slices.Concat(s.namespaces, s.excluded) {
		if keys.Shown(ns) != ns { // the report would name it
			return usagef("a secret access key was given as a namespace")
		}
	}
	for _, ns := range s.namespaces {
		if slices.Contains(s.excluded, ns) {
			return usagef("namespace %q is both asked for and excluded", ns)
		}
	}
	return nil
}

// load reads the Snapshot. It is sorted and carries what the flags say of
// namespaces.
func (s *source) load(ctx context.Context, a *app, paths []string) (*snapshot.Snapshot, error) {
	var snap *snapshot.Snapshot
	var err error
	switch {
	case s.snapshot != "":
		return s.fromSnapshot()
	case len(paths) > 0:
		snap, err = s.fromFiles(ctx, a, paths)
	default:
		snap, err = s.fromCluster(ctx, a)
	}
	if err != nil {
		return nil, err
	}
	snap.Tool, snap.TakenAt = version(), time.Now().UTC().Truncate(time.Second)
	snap.Paths = slices.Compact(slices.Sorted(slices.Values(paths)))
	snap.Excluded = slices.Compact(slices.Sorted(slices.Values(s.excluded)))
	snap.Sort()
	return snap, s.present(snap)
}

func (s *source) fromSnapshot() (*snapshot.Snapshot, error) {
	f, err := os.Open(s.snapshot)
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	defer f.Close()
	snap, err := snapshot.Read(f)
	if err != nil {
		return nil, fmt.Errorf("read snapshot %s: %w", s.snapshot, err)
	}
	for _, ns := range s.namespaces {
		if len(snap.Selected) > 0 && !slices.Contains(snap.Selected, ns) {
			return nil, fmt.Errorf("namespace %q is not in the snapshot, which was taken of %s", ns, strings.Join(snap.Selected, ", "))
		}
		if slices.Contains(snap.Excluded, ns) {
			return nil, fmt.Errorf("namespace %q was excluded when the snapshot was taken", ns)
		}
	}
	return snap, s.present(snap)
}

func (s *source) fromFiles(ctx context.Context, a *app, paths []string) (*snapshot.Snapshot, error) {
	bar := newProgress(a.stderr, "reading files")
	defer bar.stop()
	o := files.Options{Paths: paths, Stdin: a.stdin, Detail: s.detail}
	if len(s.namespaces) == 1 {
		o.Namespace = s.namespaces[0]
	}
	snap, err := files.Collect(ctx, o)
	if err != nil {
		return nil, err
	}
	snap.Selected = slices.Clone(s.namespaces)
	return snap, nil
}

func (s *source) fromCluster(ctx context.Context, a *app) (*snapshot.Snapshot, error) {
	config, cluster, err := s.config()
	if err != nil {
		return nil, err
	}
	bar := newProgress(a.stderr, "reading the cluster")
	defer bar.stop()
	snap, err := kube.Collect(ctx, kube.Options{
		Config:      config,
		Cluster:     cluster,
		Namespaces:  s.namespaces,
		ReadSecrets: s.readSecrets,
		Detail:      s.detail,
		Progress:    bar.count,
	})
	if err != nil {
		return nil, err
	}
	return snap, nil
}

// config loads the kubeconfig as kubectl does; without one, a pod's own
// account is used.
func (s *source) config() (*rest.Config, snapshot.Cluster, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = s.kubeconfig
	if len(s.asGroups) > 0 && s.as == "" {
		return nil, snapshot.Cluster{}, usagef("--as-group needs --as")
	}
	timeout, err := clientcmd.ParseTimeout(s.timeout)
	if err != nil {
		return nil, snapshot.Cluster{}, usagef("--request-timeout %q is no duration: give one such as 30s or 2m", s.timeout)
	}
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: s.context})
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, snapshot.Cluster{}, noConfig(err)
	}
	// Set here and not as overrides, which the configuration of a pod ignores.
	config.UserAgent, config.Timeout = "podpass/"+version(), timeout
	if s.as != "" {
		config.Impersonate = rest.ImpersonationConfig{UserName: s.as, Groups: s.asGroups}
	}
	raw, err := loader.RawConfig()
	if err != nil {
		return nil, snapshot.Cluster{}, noConfig(err)
	}
	cluster := snapshot.Cluster{Context: raw.CurrentContext}
	if s.context != "" {
		cluster.Context = s.context
	}
	if c := raw.Contexts[cluster.Context]; c != nil {
		cluster.Name = c.Cluster
	}
	return config, cluster, nil
}

func noConfig(err error) error {
	hint := "name a cluster with --kubeconfig and --context, or give paths of manifests"
	if clientcmd.IsEmptyConfig(err) || errors.Is(err, rest.ErrNotInCluster) {
		return hinted{errors.New("no kubeconfig found and not in a cluster: there is nothing to read"), hint}
	}
	return hinted{fmt.Errorf("load kubeconfig: %w", err), hint}
}

// present refuses a namespace asked for by name that is not there: an audit of
// nothing must not look like one that found nothing.
func (s *source) present(snap *snapshot.Snapshot) error {
	for _, name := range s.namespaces {
		if !slices.ContainsFunc(snap.Namespaces, func(ns snapshot.Namespace) bool { return ns.Name == name }) &&
			!slices.ContainsFunc(snap.Gaps, func(g snapshot.Gap) bool {
				return !g.OnlyReferences() && (g.Namespace == name || g.Namespace == "")
			}) {
			return hinted{fmt.Errorf("namespace %q is not there", name), "namespaces there: " + someNames(snap)}
		}
	}
	return nil
}

func someNames(snap *snapshot.Snapshot) string {
	names := make([]string, 0, len(snap.Namespaces))
	for _, ns := range snap.Namespaces {
		names = append(names, ns.Name)
	}
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	const most = 10
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func completeContexts(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	config, err := clientcmd.NewDefaultClientConfigLoadingRules().Load()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := make([]string, 0, len(config.Contexts))
	for name := range config.Contexts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, cobra.ShellCompDirectiveNoFileComp
}
