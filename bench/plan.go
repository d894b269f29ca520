package main

import (
	"fmt"
	"os"
	"path/filepath"

	"podpass/internal/snapshot"
)

// plans measures the plan of a snapshot of 10,000 namespaces and 100,000
// workloads, of which three in ten are on default and two in ten share an account with another
// and the mending of 10,000 manifests: each against the audit of the same, and
// against a tenth of it.
func (b *bench) plans() error {
	small, big := filepath.Join(b.dir, "plan-small"), filepath.Join(b.dir, "plan-big")
	for _, args := range [][]string{{"-plan", "-make", fmt.Sprint(large / 10), small}, {"-plan", "-make", fmt.Sprint(large), big}} {
		if _, err := measure(nil, os.Args[0], args...); err != nil {
			return err
		}
	}
	few, many := filepath.Join(b.dir, "few"), filepath.Join(b.dir, "many")
	for dir, n := range map[string]int{few: large / 10, many: large} {
		if err := unmended(dir, n); err != nil {
			return err
		}
	}
	results, err := alternate(b.runs, []command{
		{b.podpass, "audit", "--config", "none", "--format", "json", "--snapshot", big},
		{b.podpass, "plan", "--config", "none", "--format", "json", "--snapshot", big},
		{b.podpass, "plan", "--config", "none", "--format", "json", "--snapshot", small},
		{b.podpass, "audit", "--config", "none", many},
		{b.podpass, "fix", many},
		{b.podpass, "fix", few},
	})
	if err != nil {
		return err
	}
	audit, plan, tenth, look, fix, fewer := results[0], results[1], results[2], results[3], results[4], results[5]
	fmt.Println("plan: 10,000 namespaces, 100,000 workloads, 50,000 of them to be moved")
	fmt.Printf("  podpass audit --snapshot         %s\n", median(audit))
	fmt.Printf("  podpass plan --snapshot          %s\n", median(plan))
	fmt.Printf("  ratio to the audit: %s (goal: at most 3); of memory %.2f (goal: at most 2)\n", compare(plan, audit), float64(median(plan).peak)/float64(median(audit).peak))
	fmt.Printf("  ratio of cpu time to a tenth: %.1f (10 is linear)\n", median(plan).cpu.Seconds()/median(tenth).cpu.Seconds())
	fmt.Println("fix: 10,000 manifests, each with a workload on default")
	fmt.Printf("  podpass audit DIR                %s\n", median(look))
	fmt.Printf("  podpass fix DIR                  %s\n", median(fix))
	fmt.Printf("  ratio to the audit: %s (goal: at most 3)\n", compare(fix, look))
	fmt.Printf("  ratio of cpu time to a tenth: %.1f (10 is linear)\n", median(fix).cpu.Seconds()/median(fewer).cpu.Seconds())
	return nil
}

// unplanned makes a cluster with ten Deployments in each namespace.
func unplanned(namespaces int) *snapshot.Snapshot {
	s := &snapshot.Snapshot{}
	s.Origin, s.SecretsRead, s.Detail = snapshot.OriginCluster, true, true
	s.Roles = append(s.Roles, snapshot.Role{Meta: snapshot.Meta{Name: "view", Live: true}, Rules: []snapshot.Rule{
		{Verbs: []string{"get", "list", "watch"}, APIGroups: []string{""}, Resources: []string{"pods", "configmaps"}}}})
	for n := range namespaces {
		ns := fmt.Sprintf("team-%05d", n)
		id := 0
		meta := func(name string) snapshot.Meta {
			id++
			return snapshot.Meta{Namespace: ns, Name: name, UID: fmt.Sprintf("%08x-0000-4000-8000-%012x", n, id), Live: true}
		}
		space := meta(ns)
		space.Namespace = ""
		s.Namespaces = append(s.Namespaces, snapshot.Namespace{Meta: space})
		for _, account := range []string{"default", "shared-a", "shared-b", "own-7", "own-8", "own-9"} {
			s.ServiceAccounts = append(s.ServiceAccounts, snapshot.ServiceAccount{Meta: meta(account)})
			if account != "own-9" {
				s.Bindings = append(s.Bindings, snapshot.Binding{Meta: meta("view-" + account), Role: snapshot.RoleRef{Group: snapshot.GroupRBAC, Kind: "ClusterRole", Name: "view"},
					Subjects: []snapshot.Subject{{Kind: "ServiceAccount", Namespace: ns, Name: account}}})
			}
		}
		for i, account := range []string{"", "", "default", "shared-a", "shared-a", "shared-b", "shared-b", "own-7", "own-8", "own-9"} {
			s.Workloads = append(s.Workloads, snapshot.Workload{Meta: meta(fmt.Sprintf("app-%d", i)), Group: "apps", Kind: "Deployment", Template: &snapshot.PodSpec{Account: account}})
		}
	}
	s.Sort()
	return s
}

// unmended writes manifests of workloads on default.
func unmended(dir string, files int) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for i := range files {
		text := fmt.Sprintf(`# Of team %[1]d.
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-%[1]d
  namespace: team-%[2]d
  labels: {app: app-%[1]d}
spec:
  replicas: 2
  selector:
    matchLabels: {app: app-%[1]d}
  template:
    metadata:
      labels: {app: app-%[1]d}
    spec:
      # The only one.
      containers:
      - name: app
        image: registry.example/app:%[1]d
        ports:
        - containerPort: 8080
        resources:
          requests: {cpu: 100m, memory: 64Mi}
---
apiVersion: v1
kind: Service
metadata:
  name: app-%[1]d
  namespace: team-%[2]d
spec:
  selector: {app: app-%[1]d}
  ports:
  - port: 80
    targetPort: 8080
`, i, i/100)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("app-%05d.yaml", i)), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
