package main

import (
	"fmt"
	"os"
	"path/filepath"

	"podpass/internal/snapshot"
)

// snapshot measures the audit of a snapshot of 10,000 namespaces and 150,000
// pods: its peak of memory, and how time grows from a tenth of it.
func (b *bench) snapshot() error {
	dir, err := os.MkdirTemp("", "podpass-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	sizes := []int{1000, 10000} // namespaces; 15 pods in each
	results := make([][]figures, len(sizes))
	for _, namespaces := range sizes {
		// In a process of its own: the kernel counts the memory of this one at
		// the start of a child as the child's.
		if _, err := measure(nil, os.Args[0], "-make", fmt.Sprint(namespaces), filepath.Join(dir, fmt.Sprint(namespaces))); err != nil {
			return err
		}
	}
	for run := range b.runs + 1 {
		for i, namespaces := range sizes {
			f, err := measure(nil, b.podpass, "audit", "--format", "json", "--snapshot", filepath.Join(dir, fmt.Sprint(namespaces)))
			if err != nil {
				return err
			}
			if run > 0 {
				results[i] = append(results[i], f)
			}
		}
	}
	small, large := median(results[0]), median(results[1])
	fmt.Println("snapshot: podpass audit --format json --snapshot")
	fmt.Printf("   1,000 namespaces,  15,000 pods  %s\n", small)
	fmt.Printf("  10,000 namespaces, 150,000 pods  %s\n", large)
	fmt.Printf("  ratio of cpu time for ten times the pods: %.1f (10 is linear)\n", large.cpu.Seconds()/small.cpu.Seconds())
	fmt.Printf("  peak memory: %.0f MiB (goal: under 256)\n", float64(large.peak)/(1<<20))
	return nil
}

func save(file string, s *snapshot.Snapshot) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := snapshot.Write(f, s); err != nil {
		return err
	}
	return f.Close()
}

// world makes a cluster: in each namespace five Deployments of three pods, of
// which one runs as default and two share an account.
func world(namespaces int) *snapshot.Snapshot {
	s := &snapshot.Snapshot{}
	s.Origin = snapshot.OriginCluster
	s.SecretsRead = true
	s.Roles = append(s.Roles, snapshot.Role{Meta: snapshot.Meta{Name: "view", Live: true}, Rules: []snapshot.Rule{
		{Verbs: []string{"get", "list", "watch"}, APIGroups: []string{""}, Resources: []string{"pods", "configmaps"}}}})
	for n := range namespaces {
		addNamespace(s, fmt.Sprintf("team-%05d", n), n)
	}
	s.Sort()
	return s
}

func addNamespace(s *snapshot.Snapshot, ns string, n int) {
	id := 0
	meta := func(name string) snapshot.Meta {
		id++
		return snapshot.Meta{Namespace: ns, Name: name, UID: fmt.Sprintf("%08x-0000-4000-8000-%012x", n, id), Live: true}
	}
	space := meta(ns)
	space.Namespace = ""
	s.Namespaces = append(s.Namespaces, snapshot.Namespace{Meta: space})
	s.ServiceAccounts = append(s.ServiceAccounts, snapshot.ServiceAccount{Meta: meta("default")})
	accounts := []string{"", "app-1", "app-1", "app-3", "app-4"}
	for i, account := range accounts {
		if account != "" && (i == 0 || accounts[i-1] != account) {
			s.ServiceAccounts = append(s.ServiceAccounts, snapshot.ServiceAccount{Meta: meta(account)})
			s.Bindings = append(s.Bindings, snapshot.Binding{Meta: meta("view-" + account), Role: snapshot.RoleRef{Group: snapshot.GroupRBAC, Kind: "ClusterRole", Name: "view"},
				Subjects: []snapshot.Subject{{Kind: "ServiceAccount", Namespace: ns, Name: account}}})
		}
		name := fmt.Sprintf("app-%d", i)
		spec := snapshot.PodSpec{Account: account}
		s.Workloads = append(s.Workloads, snapshot.Workload{Meta: meta(name), Group: "apps", Kind: "Deployment", Template: &spec})
		set := meta(name + "-6d4b75cb6d")
		set.Owner = &snapshot.Owner{Group: "apps", Kind: "Deployment", Name: name}
		s.Workloads = append(s.Workloads, snapshot.Workload{Meta: set, Group: "apps", Kind: "ReplicaSet"})
		for p := range 3 {
			pod := meta(fmt.Sprintf("%s-%05x", set.Name, n*15+i*3+p))
			pod.Owner = &snapshot.Owner{Group: "apps", Kind: "ReplicaSet", Name: set.Name}
			s.Pods = append(s.Pods, snapshot.Pod{Meta: pod, Spec: snapshot.PodSpec{Account: account, APIToken: true}})
		}
	}
}
