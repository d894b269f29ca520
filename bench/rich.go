package main

import (
	"fmt"

	"podpass/internal/snapshot"
)

// keyed is how many Secrets of a rich world hold a key.
const keyed = 200

// enrich lets some workloads say something of AWS: every tenth takes
// credentials from a Secret by env, of which 200 hold a key; every hundredth
// asks kube2iam for a role by an annotation. The accounts app-4, of which half
// have such a workload, carry an IAM role.
func enrich(s *snapshot.Snapshot) {
	said := map[string]*snapshot.AWS{} // by namespace and the start of the pods' names
	deployments, held := 0, 0
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if w.Kind != snapshot.KindDeployment {
			continue
		}
		deployments++
		aws := &snapshot.AWS{}
		if deployments%10 == 0 {
			held++
			s.Holders = append(s.Holders, holder(w, held))
			aws.Containers = []snapshot.Container{credentialsOf(w)}
		}
		if deployments%100 == 5 {
			aws.Annotations = []snapshot.Annotation{{Name: "iam.amazonaws.com/role", Value: "arn:aws:iam::111122223333:role/" + w.Name}}
		}
		if aws.Containers != nil || aws.Annotations != nil {
			w.Template.AWS, said[w.Namespace+"/"+w.Name] = aws, aws
		}
	}
	for i := range s.Pods {
		p := &s.Pods[i]
		p.Spec.AWS = said[p.Namespace+"/"+p.Name[:len("app-0")]]
	}
	for i := range s.ServiceAccounts {
		if sa := &s.ServiceAccounts[i]; sa.Name == "app-4" {
			sa.RoleARN = "arn:aws:iam::111122223333:role/" + sa.Namespace + "-" + sa.Name
		}
	}
}

// credentialsOf is a container that takes a key from the Secret of its
// workload.
func credentialsOf(w *snapshot.Workload) snapshot.Container {
	use := func(variable string) snapshot.Use {
		return snapshot.Use{Kind: snapshot.KindSecret, Name: w.Name + "-aws", Entry: variable, How: snapshot.UseEnv, As: variable}
	}
	return snapshot.Container{Name: "app", Uses: []snapshot.Use{use("AWS_ACCESS_KEY_ID"), use("AWS_SECRET_ACCESS_KEY")}}
}

// holder is that Secret, the nth of all. Of those that hold no key, the
// values are filled in elsewhere.
func holder(w *snapshot.Workload, n int) snapshot.Holder {
	h := snapshot.Holder{
		Meta: snapshot.Meta{Namespace: w.Namespace, Name: w.Name + "-aws", UID: fmt.Sprintf("%08x-0000-4000-9000-000000000000", n), Live: true},
		Kind: snapshot.KindSecret,
		Entries: []snapshot.Entry{
			{Name: "AWS_ACCESS_KEY_ID", Hidden: n > keyed},
			{Name: "AWS_SECRET_ACCESS_KEY", Hidden: n > keyed},
		},
	}
	if n <= keyed {
		h.Keys = []snapshot.Key{{ID: fmt.Sprintf("AKIA%016d", n), Secret: true, At: []snapshot.Place{
			{Field: snapshot.FieldData, Name: "AWS_ACCESS_KEY_ID"}, {Field: snapshot.FieldData, Name: "AWS_SECRET_ACCESS_KEY"},
		}}}
	}
	return h
}
