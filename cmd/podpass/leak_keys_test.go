package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"

	sigs "sigs.k8s.io/yaml"
)

// planted is an access key that is made here and nobody's.
type planted struct{ id, secret string }

// plant makes keys, the same in every run.
func plant(n int) []planted {
	const upper, lower, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"
	r := rand.New(rand.NewPCG(50, 12))
	word := func(alphabet string, n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(b)
	}
	list := make([]planted, n)
	for i := range list {
		list[i].id = []string{"AKIA", "ASIA"}[i%2] + word(upper+"234567", 16)
		// Each has what encoders escape, and what base64 of URLs has others for.
		list[i].secret = word(upper+lower+digits+"+/", 19) + "/" + word(upper+lower+digits, 19) + "+"
	}
	return list
}

func (k planted) env() string {
	return "AWS_ACCESS_KEY_ID=" + k.id + "\nAWS_SECRET_ACCESS_KEY=" + k.secret + "\n"
}

func (k planted) ini() string {
	return "[default]\naws_access_key_id = " + k.id + "\naws_secret_access_key = " + k.secret + "\n"
}

func (k planted) json() string {
	return fmt.Sprintf(`{"aws": {"accessKeyId": %q, "secretAccessKey": %q}}`, k.id, strings.ReplaceAll(k.secret, "/", `\/`))
}

func (k planted) url() string {
	return "s3://" + url.UserPassword(k.id, strings.NewReplacer("+", "%2B").Replace(k.secret)).String() + "@bucket/backups"
}

// object is a Kubernetes object, or a part of one.
type object = map[string]any

// disguise is a way in which a key comes into a cluster.
type disguise struct {
	name string
	kind string // of the object in which the key is reported
	make func(k planted) object
}

func b64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// inData are the disguises in Secrets and ConfigMaps.
func inData() []disguise {
	return []disguise{
		{"data", "Secret", func(k planted) object {
			return object{"data": object{"AWS_ACCESS_KEY_ID": b64(k.id), "AWS_SECRET_ACCESS_KEY": b64(k.secret)}}
		}},
		{"string-data", "Secret", func(k planted) object {
			return object{"stringData": object{"user": k.id, "password": k.secret}}
		}},
		{"nested-base64", "Secret", func(k planted) object {
			return object{"data": object{"credentials": b64(b64(k.ini()))}}
		}},
		{"helm-release", "Secret", func(k planted) object {
			release, _ := json.Marshal(object{"name": "shop", "manifest": yamlOf(object{
				"apiVersion": "v1", "kind": "Secret", "data": object{"credentials": b64(k.ini())},
			})})
			return object{"type": "helm.sh/release.v1", "data": object{"release": b64(b64(packed(string(release))))}}
		}},
		{"ini", "ConfigMap", func(k planted) object { return object{"data": object{"credentials": k.ini()}} }},
		{"json", "ConfigMap", func(k planted) object { return object{"data": object{"settings.json": k.json()}} }},
		{"url", "ConfigMap", func(k planted) object { return object{"data": object{"bucket": k.url()}} }},
		{"dot-env", "ConfigMap", func(k planted) object {
			return object{"data": object{".env": "# of the app\nexport PORT=80\n" + k.env()}}
		}},
		{"binary-data", "ConfigMap", func(k planted) object { return object{"binaryData": object{"b": b64(packed(k.ini()))}} }},
		{"last-applied", "Secret", func(k planted) object {
			applied, _ := json.Marshal(object{"apiVersion": "v1", "kind": "Secret", "data": object{"id": b64(k.id), "awsSecretKey": b64(k.secret)}})
			return object{"metadata": object{"annotations": object{"kubectl.kubernetes.io/last-applied-configuration": string(applied)}}}
		}},
	}
}

// inPods are the disguises in pods and in what makes pods.
func inPods() []disguise {
	template := func(pod object) object { return object{"spec": object{"template": pod}} }
	return []disguise{
		{"env", "Deployment", func(k planted) object {
			return template(podOf(object{"env": []any{
				object{"name": "AWS_ACCESS_KEY_ID", "value": k.id}, object{"name": "AWS_SECRET_ACCESS_KEY", "value": k.secret},
			}}))
		}},
		{"args", "StatefulSet", func(k planted) object {
			return template(podOf(object{"args": []any{"serve", "--aws-access-key-id", k.id, "--aws-secret-access-key=" + k.secret}}))
		}},
		{"script", "DaemonSet", func(k planted) object {
			return template(podOf(object{"command": []any{"sh", "-c", "export AWS_ACCESS_KEY_ID='" + k.id + "' AWS_SECRET_ACCESS_KEY='" + k.secret + "'\nexec app"}}))
		}},
		{"revision", "ControllerRevision", func(k planted) object {
			return object{"revision": 1, "data": template(podOf(object{"args": []any{k.id + ":" + k.secret}}))}
		}},
		{"old-replica-set", "ReplicaSet", func(k planted) object {
			return template(podOf(object{"env": []any{object{"name": "S3_URL", "value": k.url()}}}))
		}},
		{"ephemeral", "Pod", func(k planted) object {
			pod := podOf(object{})
			pod["spec"].(object)["ephemeralContainers"] = []any{object{"name": "debug", "image": "app", "env": []any{object{"name": "CONFIG", "value": k.json()}}}}
			return pod
		}},
		{"annotation", "Pod", func(k planted) object {
			pod := podOf(object{})
			pod["metadata"] = object{"annotations": object{"example.com/notes": k.ini()}}
			return pod
		}},
	}
}

func disguises() []disguise { return append(inData(), inPods()...) }

// podOf gives a pod with one container.
func podOf(container object) object {
	container["name"], container["image"] = "app", "registry.example/app:1"
	return object{"spec": object{"serviceAccountName": "app", "containers": []any{container}}}
}

// plantIn puts a key into an object of its own.
func (d *disguise) plantIn(k planted, i int) object {
	o := d.make(k)
	meta, _ := o["metadata"].(object)
	if meta == nil {
		meta = object{}
		o["metadata"] = meta
	}
	meta["name"], meta["namespace"] = d.objectName(i), "team"
	o["kind"], o["apiVersion"] = d.kind, "v1"
	switch d.kind {
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ControllerRevision":
		o["apiVersion"] = "apps/v1"
	}
	return o
}

func (d *disguise) objectName(i int) string { return fmt.Sprintf("%s-%02d", d.name, i) }

// plantAll puts each key into each disguise.
func plantAll(list []planted) (objects []object) {
	for _, d := range disguises() {
		for i, k := range list {
			objects = append(objects, d.plantIn(k, i))
		}
	}
	return objects
}

// yamlOf writes an object that was made here as YAML.
func yamlOf(o object) string {
	text, err := sigs.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// manifest writes objects as a stream of YAML.
func manifest(objects []object) string {
	var b strings.Builder
	for _, o := range objects {
		b.WriteString("---\n" + yamlOf(o))
	}
	return b.String()
}

// dump writes objects as kubectl get -o json does.
func dump(objects []object) string {
	text, err := json.MarshalIndent(object{"apiVersion": "v1", "kind": "List", "items": objects}, "", "    ")
	if err != nil {
		panic(err)
	}
	return string(text)
}
