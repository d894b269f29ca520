package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"

	"podpass/internal/collect/kube"
)

type rbacFlags struct {
	name        string
	namespaces  []string
	readSecrets bool
	detail      bool
}

func (a *app) rbac() *cobra.Command {
	var o rbacFlags
	c := &cobra.Command{
		Use:   "rbac",
		Short: "Print the least rights that an audit with the same flags takes",
		Long: `Print the ClusterRole, and with -n a Role for each namespace, that an audit with
the same flags takes, as YAML for kubectl apply. Bind it to whoever runs the audit.

Roles and bindings are read in all namespaces even with -n: a binding in another
namespace can reach this one's default account.`,
		Example: `  podpass rbac | kubectl apply -f -
  kubectl create clusterrolebinding podpass --clusterrole=podpass --serviceaccount=audit:podpass
  podpass rbac -n shop`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.printRoles(&o) },
	}
	o.flags(c, "podpass")
	c.AddCommand(a.rbacPlan())
	return c
}

// rbacPlan is rbac for what reads with detail.
func (a *app) rbacPlan() *cobra.Command {
	o := rbacFlags{detail: true}
	c := &cobra.Command{
		Use:   "plan",
		Short: "Print the least rights that a plan or snapshot with the same flags takes",
		Long: `Print the ClusterRole, and with -n a Role for each namespace, that a plan or a
snapshot with the same flags takes, as YAML for kubectl apply: the rights of an
audit, and those to list the kinds that name service accounts, such as policies of
service meshes (docs/references.md). Of these only what the cluster serves is read.

Kinds that can name accounts of other namespaces are read in all, even with -n.`,
		Example: `  podpass rbac plan | kubectl apply -f -
  podpass rbac plan -n shop`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.printRoles(&o) },
	}
	o.flags(c, "podpass-plan")
	return c
}

func (o *rbacFlags) flags(c *cobra.Command, name string) {
	f := c.Flags()
	f.StringVar(&o.name, "name", name, "`NAME` of the roles")
	f.StringSliceVarP(&o.namespaces, "namespace", "n", nil, "`NAMESPACE` to judge (default: all)")
	f.BoolP("all-namespaces", "A", false, "judge all namespaces (the default)")
	f.StringSlice("exclude-namespace", nil, "accepted as audit accepts it: it narrows results, not what is read")
	f.BoolVar(&o.readSecrets, "read-secrets", false, "also list Secrets, for audits with --read-secrets")
}

func (a *app) printRoles(o *rbacFlags) error {
	for _, ns := range o.namespaces {
		if len(validation.IsDNS1123Label(ns)) > 0 {
			return usagef("%q is no name of a namespace", ns)
		}
	}
	if len(validation.IsDNS1123Subdomain(o.name)) > 0 {
		return usagef("%q is no name for a role: use small letters, digits, - and .", o.name)
	}
	return a.write("", func(w io.Writer) error { return writeRoles(w, o) })
}

// writeRoles writes a ClusterRole for what is read in the whole cluster and a
// Role for each namespace that is read by itself.
func writeRoles(w io.Writer, o *rbacFlags) error {
	rights := kube.Access(kube.Options{Namespaces: o.namespaces, ReadSecrets: o.readSecrets, Detail: o.detail})
	documents := []string{role("ClusterRole", o.name, "", rights)}
	for _, namespace := range slices.Compact(slices.Sorted(slices.Values(o.namespaces))) {
		documents = append(documents, role("Role", o.name, namespace, rights))
	}
	_, err := io.WriteString(w, strings.Join(documents, "---\n"))
	return err
}

// role writes one role; resources of a group with the same verbs share a rule.
func role(kind, name, namespace string, rights []kube.Right) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: rbac.authorization.k8s.io/v1\nkind: %s\nmetadata:\n  name: %q\n", kind, name)
	if namespace != "" {
		fmt.Fprintf(&b, "  namespace: %q\n", namespace)
	}
	b.WriteString("rules:\n")
	var rule kube.Right
	var resources []string
	flush := func() {
		if len(resources) > 0 {
			fmt.Fprintf(&b, "- apiGroups: [%q]\n  resources: [%s]\n  verbs: [%s]\n", rule.Group, strings.Join(resources, ", "), strings.Join(rule.Verbs, ", "))
		}
		resources = nil
	}
	for _, right := range rights {
		if right.URL != "" && namespace == "" {
			fmt.Fprintf(&b, "- nonResourceURLs: [%q]\n  verbs: [%s]\n", right.URL, strings.Join(right.Verbs, ", "))
		}
		if right.URL != "" || namespace == "" && len(right.Namespaces) > 0 || namespace != "" && !slices.Contains(right.Namespaces, namespace) {
			continue
		}
		if right.Group != rule.Group || !slices.Equal(right.Verbs, rule.Verbs) {
			flush()
		}
		rule = right
		resources = append(resources, right.Resource)
	}
	flush()
	return b.String()
}
