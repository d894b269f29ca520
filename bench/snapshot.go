package main

import (
	"fmt"
	"os"
	"path/filepath"

	"podpass/internal/snapshot"
)

// namespaces of the large snapshot; 15 pods are in each.
const large = 10000

// firstRules are those of service accounts and RBAC, which came before the
// rules on AWS credentials.
const firstRules = "PP101,PP102,PP201,PP202,PP204,PP205,PP206"

// snapshots measures the audit of a snapshot of 10,000 namespaces and 150,000
// pods: its peak of memory, how time grows from a tenth of it, and what the
// rules on AWS credentials add, where pods say nothing of AWS and where some
// do.
func (b *bench) snapshots() error {
	small, plain, rich := filepath.Join(b.dir, "small"), filepath.Join(b.dir, "plain"), filepath.Join(b.dir, "rich")
	// In processes of their own: the kernel counts the memory of this one at
	// the start of a child as the child's.
	for _, args := range [][]string{
		{"-make", fmt.Sprint(large / 10), small},
		{"-make", fmt.Sprint(large), plain},
		{"-rich", "-make", fmt.Sprint(large), rich},
	} {
		if _, err := measure(nil, os.Args[0], args...); err != nil {
			return err
		}
	}
	audit := func(file string, more ...string) command {
		return append(command{b.podpass, "audit", "--config", "none", "--format", "json", "--snapshot", file}, more...)
	}
	results, err := alternate(b.runs, []command{
		audit(small), audit(plain), audit(plain, "--rules", firstRules), audit(rich), audit(rich, "--rules", firstRules),
	})
	if err != nil {
		return err
	}
	printSnapshots(results)
	// Last: this process grows by it.
	for _, file := range []string{plain, rich} {
		if err := b.judge(file); err != nil {
			return err
		}
	}
	return nil
}

// printSnapshots takes the figures of the commands of snapshots, in their
// order.
func printSnapshots(results [][]figures) {
	small, plain, plainFirst, rich, richFirst := results[0], results[1], results[2], results[3], results[4]
	fmt.Println("snapshot: podpass audit --format json --snapshot")
	fmt.Printf("   1,000 namespaces,  15,000 pods  %s\n", median(small))
	fmt.Printf("  10,000 namespaces, 150,000 pods  %s\n", median(plain))
	fmt.Printf("  the same, first rules only       %s\n", median(plainFirst))
	fmt.Printf("  150,000 pods, some with AWS      %s\n", median(rich))
	fmt.Printf("  the same, first rules only       %s\n", median(richFirst))
	fmt.Printf("  ratio of cpu time for ten times the pods: %.1f (10 is linear)\n", median(plain).cpu.Seconds()/median(small).cpu.Seconds())
	fmt.Printf("  ratio of all rules to the first: %s (goal: at most 1.1)\n", compare(plain, plainFirst))
	fmt.Printf("  the same where some pods say something of AWS: %s\n", compare(rich, richFirst))
	fmt.Printf("  peak memory: %.0f MiB (goal: under 256)\n", float64(median(plain).peak)/(1<<20))
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
// which one runs as default and two share an account. In a rich one, some say
// something of AWS.
func world(namespaces int, rich bool) *snapshot.Snapshot {
	s := &snapshot.Snapshot{}
	s.Origin = snapshot.OriginCluster
	s.SecretsRead = true
	s.Roles = append(s.Roles, snapshot.Role{Meta: snapshot.Meta{Name: "view", Live: true}, Rules: []snapshot.Rule{
		{Verbs: []string{"get", "list", "watch"}, APIGroups: []string{""}, Resources: []string{"pods", "configmaps"}}}})
	for n := range namespaces {
		addNamespace(s, fmt.Sprintf("team-%05d", n), n)
	}
	if rich {
		enrich(s)
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
