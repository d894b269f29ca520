// Command apply applies the YAML files of a folder to the cluster of
// KUBECONFIG, as kubectl apply would, and waits until its pods are made:
//
//	go run ./internal/lab/apply examples/shop
//
// With -unlocked, accounts are first applied without
// automountServiceAccountToken, and as they are once the pods are there: so
// the pods hold tokens that they no longer should.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"podpass/internal/lab"
)

func main() {
	unlocked := flag.Bool("unlocked", false, "lock the accounts only after the pods are made")
	flag.Parse()
	if err := run(flag.Arg(0), *unlocked); err != nil {
		fmt.Fprintln(os.Stderr, "apply: error:", err)
		os.Exit(1)
	}
}

func run(folder string, unlocked bool) error {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return err
	}
	objects, err := lab.Manifests(paths...)
	if err != nil {
		return err
	}
	first := objects
	if unlocked {
		first = open(objects)
	}
	if err := lab.Apply(ctx, config, "podpass-lab", first); err != nil {
		return err
	}
	if err := waitForPods(ctx, config, objects); err != nil {
		return err
	}
	return lab.Apply(ctx, config, "podpass-lab", objects)
}

// open copies objects without the lock on their accounts.
func open(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	var list []*unstructured.Unstructured
	for _, o := range objects {
		o = o.DeepCopy()
		if o.GetKind() == "ServiceAccount" {
			unstructured.RemoveNestedField(o.Object, "automountServiceAccountToken")
		}
		list = append(list, o)
	}
	return list
}

// waitForPods waits until every Deployment and StatefulSet has a pod.
func waitForPods(ctx context.Context, config *rest.Config, objects []*unstructured.Unstructured) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	want := 0
	for _, o := range objects {
		if kind := o.GetKind(); kind == "Deployment" || kind == "StatefulSet" {
			want++
		}
	}
	for {
		pods, err := client.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
		if err != nil {
			return fmt.Errorf("wait for pods: %w", err)
		}
		if len(pods.Items) >= want {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
}
