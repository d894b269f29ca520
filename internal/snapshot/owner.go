package snapshot

// OwnerField gives the field of a custom resource that names the account of the
// pods that it makes, by the kind of the object that owns a pod or workload: a
// change made below it is reverted. An empty field says that its name is
// fixed; known is false where the kind is none that is known here.
//
// Sources: the owner table of docs/references.md.
func OwnerField(group, kind string) (field string, known bool) {
	switch group + "/" + kind {
	case "argoproj.io/Workflow":
		return "spec.serviceAccountName", true
	case "argoproj.io/Rollout", "serving.knative.dev/Service":
		return "spec.template.spec.serviceAccountName", true
	case "serving.knative.dev/Configuration", "serving.knative.dev/Revision":
		return "spec.template.spec.serviceAccountName of the Service", true
	case "tekton.dev/TaskRun":
		return "spec.serviceAccountName, or of a PipelineRun spec.taskRunTemplate.serviceAccountName", true
	case "tekton.dev/PipelineRun":
		return "spec.taskRunTemplate.serviceAccountName", true
	case "sparkoperator.k8s.io/SparkApplication":
		return "spec.driver.serviceAccount", true
	case "sparkoperator.k8s.io/ScheduledSparkApplication":
		return "spec.template.driver.serviceAccount", true
	case "flink.apache.org/FlinkDeployment":
		return "spec.serviceAccount", true
	case "keda.sh/ScaledJob":
		return "spec.jobTargetRef.template.spec.serviceAccountName", true
	case "monitoring.coreos.com/Prometheus", "monitoring.coreos.com/Alertmanager":
		return "spec.serviceAccountName", true
	case "core.strimzi.io/StrimziPodSet", "kafka.strimzi.io/Kafka":
		return "", true
	}
	return "", false
}
