package export_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"podpass/internal/audit"
	"podpass/internal/lab"
	"podpass/internal/plan"
)

// pairOf makes a key that is nobody's.
func pairOf() (id, secret string) {
	word := func(of string, n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = of[rand.IntN(len(of))]
		}
		return string(b)
	}
	const upper, lower = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
	return "AKIA" + word(upper+"234567", 16), word(upper+lower+"0123456789", 40)
}

// withKeys applies testdata/keys.yaml and gives the secret access key in it.
func (c *cluster) withKeys(t *testing.T, ns string) (secret string) {
	t.Helper()
	text, err := os.ReadFile("testdata/keys.yaml")
	must(t, err)
	id, secret := pairOf()
	file := filepath.Join(t.TempDir(), "keys.yaml")
	filled := strings.NewReplacer(`"ID"`, `"`+id+`"`, `"SECRET"`, `"`+secret+`"`, "= ID", "= "+id, "= SECRET", "= "+secret, "namespace: keys", "namespace: "+ns, "{name: keys", "{name: "+ns)
	must(t, os.WriteFile(file, []byte(filled.Replace(string(text))), 0o600))
	list, err := lab.Manifests(file)
	must(t, err)
	must(t, lab.Apply(t.Context(), c.Config(), "podpass-test", list))
	t.Cleanup(func() { _ = c.CoreV1().Namespaces().Delete(context.Background(), ns, metav1.DeleteOptions{}) })
	until(t, "the account default", func() bool {
		_, err := c.CoreV1().ServiceAccounts(ns).Get(t.Context(), "default", metav1.GetOptions{})
		return err == nil
	})
	c.rolledOut(t, ns)
	return secret
}

// rolePlan is a plan in which all workloads of a namespace get roles: new ones,
// and one that is there.
func (c *cluster) rolePlan(t *testing.T, ns string) *plan.Plan {
	t.Helper()
	match := func(name string) plan.Match { return plan.Match{Kind: "*", Namespace: ns, Name: name} }
	s3 := plan.RoleChoice{Policies: []string{"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}}
	choices := &plan.Choices{
		Cluster: plan.ClusterChoice{Issuer: issuer, AccountID: "111122223333", Region: "eu-central-1", Name: "prod"},
		Workloads: []plan.WorkloadChoice{
			{Match: match("cart"), Role: s3}, {Match: match("literal"), AWS: plan.AWSPodIdentity, Role: s3},
			{Match: match("mixed"), Role: plan.RoleChoice{ARN: "arn:aws:iam::111122223333:role/mixed"}},
		},
	}
	return plan.Make(c.snapshot(t, ns), plan.Options{Namespaces: []string{ns}, Choices: choices, Now: time.Now()})
}

// listening is a kubectl that writes down what it is asked and what it says.
func (c *cluster) listening(t *testing.T) (kubectl, heard string) {
	t.Helper()
	dir := t.TempDir()
	kubectl, heard = filepath.Join(dir, "kubectl"), filepath.Join(dir, "heard")
	script := "#!/bin/sh\nprintf '%s\\n' \"$*\" >>" + heard + "\n{ " + c.kubectl + ` "$@"; echo $? >` + heard + ".code; } | tee -a " + heard + "\nexit \"$(cat " + heard + ".code)\"\n"
	must(t, os.WriteFile(kubectl, []byte(script), 0o755))
	return kubectl, heard
}

// TestWhatOverridesARoleGoesWithTheMove does all waves, each twice, with roles;
// takes them back, and does them again.
func TestWhatOverridesARoleGoesWithTheMove(t *testing.T) {
	const ns = "keys"
	c := shared(t)
	secret := c.withKeys(t, ns)
	first, p := c.still(t, ns), c.rolePlan(t, ns)
	folder := write(t, p)
	at := func(path string) string { return filepath.Join(folder, path) }
	kubectl, heard := c.listening(t)
	env := []string{"ROLES_READY=1", "KUBECTL=" + kubectl}
	before := c.containers(t, ns)

	c.done(t, at("1-add/apply.sh"), env...)
	c.refuses(t, at("2-move/apply.sh"), "ROLES_READY=1", "KUBECTL="+kubectl)
	if diff := cmp.Diff(before, c.containers(t, ns)); diff != "" {
		t.Errorf("before their roles are ready, workloads change: %s", diff)
	}
	for _, wave := range []string{"1-add", "2-move", "3-lock", "4-clean"} {
		c.done(t, at(wave+"/apply.sh"), env...)
		if again := c.done(t, at(wave+"/apply.sh"), env...); !strings.Contains(again, ": 0 done,") {
			t.Errorf("%s does something again:\n%s", wave, again)
		}
		c.rolledOut(t, ns)
		if diff := cmp.Diff(moved(), c.containers(t, ns)); diff != "" && wave != "1-add" {
			t.Errorf("after %s the containers are not as they were to be: %s", wave, diff)
		}
	}
	if got, err := c.AppsV1().Deployments(ns).List(t.Context(), metav1.ListOptions{}); err != nil || slices.ContainsFunc(got.Items, func(d appsv1.Deployment) bool { return d.Generation > 3 }) {
		t.Errorf("a template changed more often than by its move and for kube2iam's annotation: %v", err)
	}
	want := audit.Run(plan.Predict(first, p, plan.Waves()...), audit.Options{})
	if diff := cmp.Diff(failing(want), failing(audit.Run(c.snapshot(t, ns), audit.Options{}))); diff != "" {
		t.Errorf("other results fail than was foretold: %s", diff)
	}
	c.takenBack(t, ns, at, env)
	text, err := os.ReadFile(heard)
	must(t, err)
	if bytes.Contains(text, []byte(secret)) || len(text) == 0 {
		t.Error("kubectl was asked for, or told, a secret access key")
	}
	must(t, filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("%s holds a secret access key", path)
		}
		return err
	}))
}

// containers tells what each container of a namespace takes, by its workload.
func (c *cluster) containers(t *testing.T, ns string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, o := range []owner{{"Deployment", ns, "cart"}, {"Deployment", ns, "literal"}, {"Deployment", ns, "report"}, {"StatefulSet", ns, "mixed"}, {"CronJob", ns, "own"}} {
		spec := c.spec(t, o)
		for _, one := range slices.Concat(spec.InitContainers, spec.Containers) {
			all[o.name+"/"+one.Name] = strings.Join(takes(one), " ")
		}
	}
	return all
}

// takes lists what a container takes, without long values.
func takes(c corev1.Container) []string {
	var list []string
	for _, e := range c.Env {
		switch {
		case e.ValueFrom != nil:
			list = append(list, e.Name+"<-")
		case len(e.Value) > 4:
			list = append(list, e.Name+"=…")
		default:
			list = append(list, e.Name+"="+e.Value)
		}
	}
	for _, from := range c.EnvFrom {
		if from.SecretRef != nil {
			list = append(list, "secret/"+from.SecretRef.Name)
		} else {
			list = append(list, "configmap/"+from.ConfigMapRef.Name)
		}
	}
	for _, m := range c.VolumeMounts {
		list = append(list, m.MountPath)
	}
	return list
}

// moved is what the containers of testdata/keys.yaml take once their workloads
// have roles.
func moved() map[string]string {
	return map[string]string{
		"cart/first": "", "cart/side": "AWS_REGION=…", "cart/app": "BEFORE=1 BETWEEN<- AFTER=2 configmap/settings",
		"literal/app": "BETWEEN=1", "mixed/app": "AWS_ACCESS_KEY_ID= AWS_SECRET_ACCESS_KEY= secret/mixed", "own/app": "", "report/app": "",
	}
}

// partly is what they take when all that can be is taken back.
func partly() map[string]string {
	return map[string]string{
		"cart/first": "", "cart/side": "AWS_REGION=…", "cart/app": "BEFORE=1 BETWEEN<- AFTER=2 AWS_ACCESS_KEY_ID<- AWS_SECRET_ACCESS_KEY<- configmap/settings secret/aws",
		"literal/app": "BETWEEN=1", "mixed/app": "secret/mixed", "own/app": "", "report/app": "",
	}
}

// takenBack takes all waves back, of which one cannot be whole.
func (c *cluster) takenBack(t *testing.T, ns string, at func(string) string, env []string) {
	t.Helper()
	c.done(t, at("4-clean/revert.sh"), env...)
	c.done(t, at("3-lock/revert.sh"), env...)
	revert := at("2-move/revert.sh")
	c.refuses(t, revert, "pods of the old templates do not start without it", env...)
	_, err := c.CoreV1().Secrets(ns).Create(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "aws"}}, metav1.CreateOptions{})
	must(t, err)
	for _, want := range []string{"kubectl rollout undo --to-revision=N", "Deployment " + ns + "/literal: app:env/AWS_", "app:volumeMounts//root/.aws=none", "CronJob " + ns + "/own: app:env/AWS_ACCESS_KEY_ID=none"} {
		c.refuses(t, revert, want, env...)
	}
	if diff := cmp.Diff(moved(), c.containers(t, ns)); diff != "" {
		t.Errorf("it refuses, and yet changes something: %s", diff)
	}
	for range 2 {
		out := c.done(t, revert, append(env, "PARTLY=1")...)
		if !strings.Contains(out, "Not put back:") || !strings.Contains(out, "Deployment "+ns+"/literal: app:env/AWS_ACCESS_KEY_ID=none") {
			t.Errorf("it does not say what is not as it was:\n%s", out)
		}
		c.rolledOut(t, ns)
		if diff := cmp.Diff(partly(), c.containers(t, ns)); diff != "" {
			t.Errorf("taken back, but: %s", diff)
		}
	}
	if got := c.account(t, owner{"Deployment", ns, "cart"}); got != "default" {
		t.Errorf("taken back, cart runs as %s", got)
	}
	c.done(t, at("2-move/apply.sh"), env...)
	if diff := cmp.Diff(moved(), c.containers(t, ns)); diff != "" {
		t.Errorf("done again, but: %s", diff)
	}
	c.done(t, revert, append(env, "PARTLY=1")...)
	c.rolledOut(t, ns)
	c.done(t, at("1-add/revert.sh"), env...)
}

// TestATemplateThatIsBackIsSkipped goes the way that revert.sh names where it
// cannot put all back, after a move that stops where a variable changed.
func TestATemplateThatIsBackIsSkipped(t *testing.T) {
	const ns = "keys-undo"
	c := shared(t)
	c.withKeys(t, ns)
	folder := write(t, c.rolePlan(t, ns))
	at := func(path string) string { return filepath.Join(folder, path) }
	before := c.containers(t, ns)
	c.done(t, at("1-add/apply.sh"))
	cart, err := c.AppsV1().Deployments(ns).Get(t.Context(), "cart", metav1.GetOptions{})
	must(t, err)
	point := func(secret string) {
		body := `[{"op":"replace","path":"/spec/template/spec/containers/1/env/1/valueFrom/secretKeyRef/name","value":"` + secret + `"}]`
		_, err := c.AppsV1().Deployments(ns).Patch(t.Context(), "cart", types.JSONPatchType, []byte(body), metav1.PatchOptions{})
		must(t, err)
	}
	point("mixed")
	c.refuses(t, at("2-move/apply.sh"), "app:env/AWS_ACCESS_KEY_ID=secretKeyRef/mixed/AWS_ACCESS_KEY_ID", "ROLES_READY=1")
	if diff := cmp.Diff(before, c.containers(t, ns)); diff != "" {
		t.Errorf("it stops, and yet changes something: %s", diff)
	}
	point("aws")
	c.done(t, at("2-move/apply.sh"), "ROLES_READY=1")
	c.refuses(t, at("2-move/revert.sh"), "rollout undo")
	for _, name := range []string{"literal", "cart"} {
		command := exec.CommandContext(t.Context(), c.kubectl, "--kubeconfig", c.Kubeconfig(), "-n", ns, "rollout", "undo", "deployment/"+name)
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	own, err := c.BatchV1().CronJobs(ns).Get(t.Context(), "own", metav1.GetOptions{})
	must(t, err)
	app := &own.Spec.JobTemplate.Spec.Template.Spec.Containers[0]
	app.Env = []corev1.EnvVar{{Name: "AWS_ACCESS_KEY_ID", Value: "by hand"}, {Name: "AWS_SECRET_ACCESS_KEY", Value: "by hand"}}
	_, err = c.BatchV1().CronJobs(ns).Update(t.Context(), own, metav1.UpdateOptions{})
	must(t, err)
	if out := c.done(t, at("2-move/revert.sh")); strings.Contains(out, "Not put back") {
		t.Errorf("all is back, but: %s", out)
	}
	if diff := cmp.Diff(before, c.containers(t, ns)); diff != "" {
		t.Errorf("all is back, but: %s", diff)
	}
	back, err := c.AppsV1().Deployments(ns).Get(t.Context(), "cart", metav1.GetOptions{})
	must(t, err)
	if diff := cmp.Diff(cart.Spec.Template.Spec, back.Spec.Template.Spec); diff != "" {
		t.Errorf("the template is not as it was: %s", diff)
	}
	c.rolledOut(t, ns)
	c.done(t, at("1-add/revert.sh"))
}
