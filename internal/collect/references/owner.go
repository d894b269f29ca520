package references

import (
	"strings"

	"podpass/internal/snapshot"
)

// ownerKinds are custom resources that make pods. Their account is a field of
// theirs: what is changed below them is reverted.
func ownerKinds() []*Kind {
	const effect = "its pods stay with the account that it names, or falls back to"
	kind := func(group, name, resource, version, fields string, extract func(*extraction)) *Kind {
		return &Kind{
			Group: group, Name: name, Resource: resource, Versions: []string{version},
			Fields: fields, Effect: effect, Source: "source", extract: extract,
		}
	}
	// simple is a kind of which one field tells the account, for all its pods.
	simple := func(group, name, resource, version, field, source string) *Kind {
		k := kind(group, name, resource, version, field+", else default", func(x *extraction) {
			x.runsAs(x.root, field, snapshot.Reference{}, true)
		})
		k.Source = source
		return k
	}
	const read, unchecked = "source", "unverified"
	list := []*Kind{
		simple("argoproj.io", "Rollout", "rollouts", "v1alpha1", "spec.template.spec.serviceAccountName", unchecked),
		simple("serving.knative.dev", "Service", "services", "v1", "spec.template.spec.serviceAccountName", read),
		simple("keda.sh", "ScaledJob", "scaledjobs", "v1alpha1", "spec.jobTargetRef.template.spec.serviceAccountName", unchecked),
		simple("monitoring.coreos.com", "Prometheus", "prometheuses", "v1", "spec.serviceAccountName", read),
		simple("monitoring.coreos.com", "Alertmanager", "alertmanagers", "v1", "spec.serviceAccountName", read),
		kind("flink.apache.org", "FlinkDeployment", "flinkdeployments", "v1beta1", "spec.serviceAccount", func(x *extraction) {
			x.runsAs(x.root, "spec.serviceAccount", snapshot.Reference{}, false)
		}),
		kind("sparkoperator.k8s.io", "SparkApplication", "sparkapplications", "v1beta2", sparkFields, func(x *extraction) { x.spark("spec") }),
		kind("sparkoperator.k8s.io", "ScheduledSparkApplication", "scheduledsparkapplications", "v1beta2", sparkFields, func(x *extraction) { x.spark("spec.template") }),
	}
	for _, k := range list {
		if k.Group == "sparkoperator.k8s.io" {
			k.Source = "documentation"
		}
	}
	list = append(list, argoKinds(kind)...)
	return append(list, tektonKinds(kind)...)
}

const sparkFields = "driver.serviceAccount, else default; executor.serviceAccount"

func (x *extraction) spark(spec string) {
	x.runsAs(x.root, spec+".driver.serviceAccount", snapshot.Reference{}, true)
	x.runsAs(x.root, spec+".executor.serviceAccount", snapshot.Reference{}, false)
}

// runsAs reads the field of a custom resource that names the account of its
// pods, from a place in it. With fallback, default is meant where it is not
// set; where the object above it is missing too, nothing makes pods.
func (x *extraction) runsAs(from node, field string, base snapshot.Reference, fallback bool) {
	path := strings.Split(field, ".")
	above := from.field(path[:len(path)-1]...)
	at := above.field(path[len(path)-1])
	base.Field = within(base.Field, field)
	switch {
	case at.text() != "":
		base.Use = snapshot.RunsAs
		base.Loose = x.kind.Cluster
		x.take(at, named(x.own()), base)
	case fallback && above.isObject():
		base.Use, base.Form = snapshot.FallsBack, snapshot.FormName
		base.Of = snapshot.Names{Namespace: x.own(), Name: snapshot.Default}
		x.add(at, base)
	}
}

// within puts a field behind the one in whose list it stands.
func within(list, field string) string {
	if list == "" {
		return field
	}
	return list + "." + field
}

type ownerKind func(group, name, resource, version, fields string, extract func(*extraction)) *Kind

func argoKinds(kind ownerKind) []*Kind {
	const group, version = "argoproj.io", "v1alpha1"
	const fields = "serviceAccountName, else default; templates[], executor and artifactGC .serviceAccountName"
	argo := func(name, resource, spec string) *Kind {
		return kind(group, name, resource, version, spec+": "+fields, func(x *extraction) { x.argo(spec) })
	}
	workflow := argo("Workflow", "workflows", "spec")
	workflow.Large = true
	workflow.extract = func(x *extraction) {
		switch x.root.field("status", "phase").text() {
		case "Succeeded", "Failed", "Error": // it makes no more pods
		default:
			x.argo("spec")
		}
	}
	cluster := argo("ClusterWorkflowTemplate", "clusterworkflowtemplates", "spec")
	cluster.Cluster = true
	return []*Kind{workflow, argo("WorkflowTemplate", "workflowtemplates", "spec"), argo("CronWorkflow", "cronworkflows", "spec.workflowSpec"), cluster}
}

// argo reads a spec of Argo Workflows: what it leaves open, the template that
// it refers to may say, or whoever uses a template.
// https://argo-workflows.readthedocs.io/en/latest/service-accounts/
func (x *extraction) argo(at string) {
	spec := x.root.field(strings.Split(at, ".")...)
	loose := x.kind.Cluster || spec.field("workflowTemplateRef").is()
	x.runsAs(x.root, at+".serviceAccountName", snapshot.Reference{Loose: loose}, true)
	for _, part := range []string{"executor", "artifactGC"} {
		x.runsAs(x.root, at+"."+part+".serviceAccountName", snapshot.Reference{}, false)
	}
	for template := range spec.field("templates").each() {
		base := snapshot.Reference{Field: at + ".templates[]"}
		x.runsAs(template, "serviceAccountName", base, false)
		x.runsAs(template, "executor.serviceAccountName", base, false)
		for artifact := range template.field("outputs", "artifacts").each() {
			base := snapshot.Reference{Field: base.Field + ".outputs.artifacts[]"}
			x.runsAs(artifact, "artifactGC.serviceAccountName", base, false)
		}
	}
}

func tektonKinds(kind ownerKind) []*Kind {
	task := kind("tekton.dev", "TaskRun", "taskruns", "v1", "spec.serviceAccountName, else default", func(x *extraction) {
		if !x.root.field("status", "completionTime").is() {
			x.runsAs(x.root, "spec.serviceAccountName", snapshot.Reference{}, true)
		}
	})
	pipeline := kind("tekton.dev", "PipelineRun", "pipelineruns", "v1",
		"spec.taskRunTemplate.serviceAccountName (v1beta1: spec.serviceAccountName), else default; spec.taskRunSpecs[].serviceAccountName", pipelineRun)
	for _, k := range []*Kind{task, pipeline} {
		k.Versions, k.Large = []string{"v1", "v1beta1"}, true
	}
	return []*Kind{task, pipeline}
}

// pipelineRun: where the object for it is missing, default is meant all the
// same.
func pipelineRun(x *extraction) {
	spec := x.root.field("spec")
	if x.root.field("status", "completionTime").is() || !spec.isObject() {
		return
	}
	field := "spec.taskRunTemplate.serviceAccountName"
	if strings.HasSuffix(x.root.field("apiVersion").text(), "/v1beta1") {
		field = "spec.serviceAccountName"
	}
	x.runsAs(x.root, field, snapshot.Reference{}, true)
	if !spec.field("taskRunTemplate").isObject() && field != "spec.serviceAccountName" {
		x.add(spec.field("taskRunTemplate", "serviceAccountName"), snapshot.Reference{
			Use: snapshot.FallsBack, Form: snapshot.FormName, Field: field, Of: snapshot.Names{Namespace: x.own(), Name: snapshot.Default},
		})
	}
	for one := range spec.field("taskRunSpecs").each() {
		base := snapshot.Reference{Field: "spec.taskRunSpecs[]"}
		x.runsAs(one, "serviceAccountName", base, false)
		x.runsAs(one, "taskServiceAccountName", base, false)
	}
}
