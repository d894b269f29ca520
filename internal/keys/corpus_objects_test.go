package keys

import (
	"fmt"
	"strings"

	"podpass/internal/snapshot"
)

// positives are the kinds of objects with keys in them.
func positives() []kind {
	return []kind{
		{"entries of an object", entryDrafts()},
		{"ini", formDrafts(iniForms())},
		{"shell and .env", formDrafts(shellForms())},
		{"JSON", formDrafts(jsonForms())},
		{"YAML", formDrafts(yamlForms())},
		{"Terraform, properties, XML", formDrafts(settingForms())},
		{"code, tables, prose", formDrafts(codeForms())},
		{"URLs and connection strings", formDrafts(urlForms())},
		{"odd encodings", formDrafts(oddForms())},
		{"files in base64", encodedDrafts()},
		{"kubectl apply", applyDrafts()},
		{"Helm releases", helmDrafts()},
		{"several pairs", severalDrafts()},
		{"halves in different places", apartDrafts()},
		{"an id alone", idDrafts()},
		{"a secret alone", secretDrafts()},
		{"temporary keys", temporaryDrafts()},
		{"public examples", exampleDrafts()},
		{"a pair beside a decoy", besideDrafts()},
		{"an id beside a decoy", notItsSecretDrafts()},
	}
}

func pair(name string, values ...entry) draft { return draft{name, values, "«id» pair"} }

// formDrafts gives each form as an entry, and as some editors save it; every
// third as the value of an environment variable too.
func formDrafts(forms []form) []draft {
	var list []draft
	for i, f := range forms {
		list = append(list, pair(f.name, data("config", f.text)), pair(f.name+", CRLF", data("config", "‹crlf:"+f.text+"›")))
		if i%3 == 0 {
			list = append(list, pair(f.name+", in a variable", env("app", "CONFIG", f.text)))
		}
	}
	return list
}

func entryDrafts() []draft {
	names := [][2]string{
		{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}, {"aws_access_key_id", "aws_secret_access_key"}, {"accessKeyId", "secretAccessKey"}, {"access-key", "secret-key"}, {"accesskey", "secretkey"},
		{"access_key", "secret_key"}, {"AccessKey", "SecretKey"}, {"S3_ACCESS_KEY", "S3_SECRET_KEY"}, {"S3_KEY", "S3_SECRET"}, {"awsAccessKey", "awsSecretKey"}, {"id", "secret"}, {"key", "secret"},
		{"username", "password"}, {"user", "pass"}, {"AWS_KEY", "AWS_SECRET"}, {"aws-id", "aws-key"}, {"rootUser", "rootPassword"}, {"SES_SMTP_USER", "SES_SECRET"}, {"login", "credential"},
		{"STORAGE_ACCOUNT", "STORAGE_KEY"}, {"backup.s3.id", "backup.s3.key"}, {"AWSAccessKeyId", "AWSSecretKey"}, {"CI_AWS_ID", "CI_AWS_PRIVATE_KEY"}, {"REGISTRY_STORAGE_S3_ACCESSKEY", "REGISTRY_STORAGE_S3_SECRETKEY"},
		{"TF_VAR_access", "TF_VAR_secret"}, {"DYNAMO_ID", "DYNAMO_PWD"}, {"Cognito1", "Cognito2"}, {"publicKey", "privateKey"},
	}
	var list []draft
	for _, n := range names {
		both := n[0] + ", " + n[1]
		list = append(list,
			pair(both, data(n[0], "«id»"), data(n[1], "«secret»")),
			pair(both+", others around", data("a", "«alnum:12»"), data(n[0], "«id»"), data("level", "debug"), data(n[1], "«secret»"), data("zone", "eu-west-1")),
			pair(both+", line breaks", data(n[0], "«id»\n"), data(n[1], "«secret»\r\n")),
			pair(both+", in base64 once more", data(n[0], "‹b64:«id»›"), data(n[1], "‹b64:«secret»\n›\n")),
			pair(both+", variables", env("app", n[0], "«id»"), env("app", "HOST", "h"), env("app", n[1], "«secret»")),
			pair(both+", quoted", data(n[0], "\"«id»\""), data(n[1], "'«secret»'")))
	}
	return list
}

// encodedDrafts gives files as base64 in all its ways.
func encodedDrafts() []draft {
	var list []draft
	for _, f := range append(append(iniForms()[:3], shellForms()[0], shellForms()[4], shellForms()[17]), append(jsonForms()[:4], yamlForms()[0], yamlForms()[8], settingForms()[0], codeForms()[20])...) {
		for _, how := range []string{"b64", "raw64", "url64", "wrap76", "wrap64", "wrap76crlf"} {
			list = append(list, pair(f.name+", "+how, data("file", "‹"+how+":# Für die Anwendung, bitte nicht einchecken?\n"+f.text+"›")))
		}
		list = append(list,
			pair(f.name+", in an .env", data("env", "PORT=80\nCONFIG_B64=‹b64:"+f.text+"›\nDEBUG=1\n")),
			pair(f.name+", in YAML", data("values", "app:\n  config: ‹b64:"+f.text+"›\n  replicas: 1\n")),
			pair(f.name+", in JSON", data("json", `{"files":[{"path":"/c","content":"‹b64:`+f.text+`›"}]}`)),
			pair(f.name+", gzip", entry{snapshot.Place{Field: snapshot.FieldBinaryData, Name: "f.gz"}, "‹gzip:" + f.text + "›"}),
			pair(f.name+", gzip in base64", data("userdata", "‹b64:‹gzip:"+f.text+"››")),
			pair(f.name+", in a variable", env("app", "CONFIG", "‹b64:"+f.text+"›")))
	}
	return list
}

// applyDrafts gives manifests as kubectl apply remembers them.
func applyDrafts() []draft {
	manifest := func(kind, body string) entry {
		return annotation(`{"apiVersion":"v1","kind":"` + kind + `","metadata":{"annotations":{},"name":"app","namespace":"shop"},` + body + "}\n")
	}
	list := []draft{
		pair("a Secret", manifest("Secret", `"data":{"AWS_ACCESS_KEY_ID":"‹b64:«id»›","AWS_SECRET_ACCESS_KEY":"‹b64:«secret»›"},"type":"Opaque"`)),
		pair("a Secret, line breaks", manifest("Secret", "\"data\":{\"id\":\"‹b64:«id»\n›\",\"key\":\"‹b64:«secret»\n›\"}")),
		pair("a Secret, stringData", manifest("Secret", `"stringData":{"AWS_ACCESS_KEY_ID":"«id»","AWS_SECRET_ACCESS_KEY":"«secret»"}`)),
		pair("a Deployment", manifest("Deployment", `"spec":{"template":{"spec":{"containers":[{"name":"a","env":[{"name":"AWS_ACCESS_KEY_ID","value":"«id»"},{"name":"AWS_SECRET_ACCESS_KEY","value":"«secret»"}],"image":"i@sha256:«hex:64»"}]}}}`)),
		pair("a CronJob", manifest("CronJob", `"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"args":["--access-key=«id»","--secret-key=«secret»"],"name":"a"}]}}}}}`)),
		pair("a Secret and its data", manifest("Secret", `"data":{"AWS_ACCESS_KEY_ID":"‹b64:«id»›","AWS_SECRET_ACCESS_KEY":"‹b64:«secret»›"}`), data("AWS_ACCESS_KEY_ID", "«id»"), data("AWS_SECRET_ACCESS_KEY", "«secret»")),
		{"a Secret that holds another since", []entry{manifest("Secret", `"data":{"id":"‹b64:«id»›","key":"‹b64:«secret»›"}`), data("id", "«id2»"), data("key", "«secret2»")}, "«id» pair, «id2» pair"},
	}
	for _, f := range append(append(iniForms()[:3], shellForms()[:8]...), append(jsonForms()[:8], yamlForms()[:6]...)...) {
		list = append(list,
			pair("a Secret of "+f.name, manifest("Secret", `"data":{"file":"‹b64:`+f.text+`›"}`)),
			pair("stringData of "+f.name, manifest("Secret", `"stringData":{"file":"‹json:`+f.text+`›"}`)),
			pair("a ConfigMap of "+f.name, manifest("ConfigMap", `"data":{"a":"b","file":"‹json:`+f.text+`›"}`)),
			pair("a Secret of base64 of "+f.name, manifest("Secret", `"data":{"file":"‹b64:‹b64:`+f.text+`››"}`)))
	}
	return list
}

// helmDrafts gives releases as they lie in the data of a Secret, whose own
// base64 is off.
func helmDrafts() []draft {
	release := func(config, manifest string) entry {
		chart := `"chart":{"metadata":{"name":"app","version":"1.2.3"},"templates":[{"name":"templates/a.yaml","data":"‹b64:key: {{ .Values.s3.secretKey }}\n›"}],"values":{"s3":{"accessKey":"","secretKey":""}}}`
		return data("release", `‹b64:‹gzip:{"name":"app","info":{"status":"deployed"},`+chart+`,"config":`+config+`,"manifest":"`+manifest+`","version":1,"namespace":"shop"}››`)
	}
	list := []draft{
		pair("values", release(`{"s3":{"accessKey":"«id»","secretKey":"«secret»"}}`, "")),
		pair("values and manifest", release(`{"s3":{"accessKey":"«id»","secretKey":"«secret»"}}`, `---\n# Source: app/a.yaml\nkind: Secret\ndata:\n  accessKey: ‹b64:«id»›\n  secretKey: ‹b64:«secret»›\n`)),
		pair("manifest of a Secret", release(`{}`, `---\nkind: Secret\ndata:\n  accessKey: ‹b64:«id»›\n  secretKey: ‹b64:«secret»›\n`)),
		pair("manifest of a Secret, quoted", release(`{}`, `---\nkind: Secret\ndata:\n  accessKey: \"‹b64:«id»›\"\n  secretKey: \"‹b64:«secret»›\"\n`)),
		pair("manifest of a Deployment", release(`{}`, `---\nkind: Deployment\nspec:\n  env:\n  - name: AWS_ACCESS_KEY_ID\n    value: \"«id»\"\n  - name: AWS_SECRET_ACCESS_KEY\n    value: \"«secret»\"\n`)),
		pair("list of variables", release(`{"extraEnv":[{"name":"AWS_ACCESS_KEY_ID","value":"«id»"},{"name":"AWS_SECRET_ACCESS_KEY","value":"«secret»"}]}`, "")),
		{"two of two charts", []entry{release(`{"loki":{"s3":{"id":"«id»","secret":"«secret»"}},"tempo":{"s3":{"id":"«id2»","secret":"«secret2»"}}}`, "")}, "«id» pair, «id2» pair"},
	}
	for _, f := range append(append(iniForms()[:4], shellForms()[:6]...), append(jsonForms()[:6], yamlForms()[:6]...)...) {
		list = append(list,
			pair("a file in values: "+f.name, release(`{"file":"‹json:`+f.text+`›"}`, "")),
			pair("a Secret of a file: "+f.name, release(`{}`, `---\nkind: Secret\ndata:\n  file: ‹b64:`+f.text+`›\n`)))
	}
	return list
}

// severalDrafts gives two to five pairs in one object.
func severalDrafts() []draft {
	layouts := []struct{ name, before, each, between, after string }{
		{"profiles", "", "[p%d]\naws_access_key_id = «id%d»\naws_secret_access_key = «secret%d»\n", "\n", ""},
		{"profiles, secret first", "", "[profile p%d]\naws_secret_access_key = «secret%[3]d»\naws_access_key_id = «id%[2]d»\n", "", ""},
		{"profiles in a block of YAML", "credentials: |\n", "  [p%d]\n  aws_access_key_id = «id%d»\n  aws_secret_access_key = «secret%d»\n", "", "other: 1\n"},
		{"prefixes", "", "T%d_AWS_ACCESS_KEY_ID=«id%d»\nT%[1]d_AWS_SECRET_ACCESS_KEY=«secret%d»\n", "", ""},
		{"objects of JSON", "[", `{"n":%d,"key":"«id%d»","secret":"«secret%d»"}`, ",", "]"},
		{"members of JSON", "{", `"t%d":{"secret":"«secret%[3]d»","key":"«id%[2]d»"}`, ",", "}"},
		{"mappings of YAML", "", "t%d:\n  accessKey: «id%d»\n  secretKey: «secret%d»\n", "", ""},
		{"items of YAML", "users:\n", "- name: t%d\n  secretKey: «secret%[3]d»\n  accessKey: «id%[2]d»\n", "", ""},
		{"documents of YAML", "", "n: %d\naccessKey: «id%d»\nsecretKey: «secret%d»\n", "---\n", ""},
		{"lines", "", "u%d:«id%d»:«secret%d»\n", "", ""},
		{"CSV", "user,id,secret\n", "u%d,«id%d»,«secret%d»\n", "", ""},
		{"URLs", "", "DB%d=s3://«id%d»:«%%secret%d»@b\n", "", ""},
		{"blocks of Terraform", "", "provider \"aws\" {\n  alias = \"a%d\"\n  secret_key = \"«secret%[3]d»\"\n  access_key = \"«id%[2]d»\"\n}\n", "", ""},
	}
	var list []draft
	for _, l := range layouts {
		for n := 2; n <= 5; n++ {
			var each, want []string
			for i := 2; i < 2+n; i++ {
				text := fmt.Sprintf(l.each, i, i, i)
				if at := strings.Index(text, "%!(EXTRA"); at >= 0 {
					text = text[:at]
				}
				each = append(each, text)
				fact := fmt.Sprintf("«id%d» pair", i)
				if strings.HasPrefix(l.name, "profiles") {
					fact += fmt.Sprintf(" [p%d]", i)
				}
				want = append(want, fact)
			}
			list = append(list, draft{fmt.Sprintf("%d %s", n, l.name), []entry{data("file", l.before+strings.Join(each, l.between)+l.after)}, strings.Join(want, ", ")})
		}
	}
	return append(list, severalEntries()...)
}

func severalEntries() []draft {
	return []draft{
		{"by prefix", []entry{data("DEV_KEY", "«secret»"), data("PROD_ID", "«id2»"), data("DEV_ID", "«id»"), data("PROD_KEY", "«secret2»")}, "«id» pair, «id2» pair"},
		{"by suffix", []entry{data("user1", "«id»"), data("pass1", "«secret»"), data("user2", "«id2»"), data("pass2", "«secret2»")}, "«id» pair, «id2» pair"},
		{"two ids, one secret, by prefix", []entry{data("devAccessKey", "«id»"), data("prodAccessKey", "«id2»"), data("prodSecretKey", "«secret»")}, "«id», «id2» pair"},
		{"two users, one password, by suffix", []entry{data("user1", "«id»"), data("user2", "«id2»"), data("pass2", "«secret»")}, "«id», «id2» pair"},
		{"a profile without a secret", []entry{data("credentials", "[a]\naws_access_key_id = «id»\n[b]\naws_access_key_id = «id2»\naws_secret_access_key = «secret»\n")}, "«id» [a], «id2» pair [b]"},
		{"a profile without an id", []entry{data("credentials", "[a]\naws_secret_access_key = «secret»\n[b]\naws_access_key_id = «id2»\naws_secret_access_key = «secret2»\n")}, "«id2» pair [b], secret [a]"},
		{"two profiles without ids", []entry{data("credentials", "[a]\naws_secret_access_key = «secret»\n[b]\naws_secret_access_key = «secret2»\n")}, "secret [a], secret [b]"},
		{"two containers", []entry{env("a", "AWS_ACCESS_KEY_ID", "«id»"), env("b", "AWS_ACCESS_KEY_ID", "«id2»"), env("a", "AWS_SECRET_ACCESS_KEY", "«secret»"), env("b", "AWS_SECRET_ACCESS_KEY", "«secret2»")}, "«id» pair, «id2» pair"},
		{"two containers, one with an id alone", []entry{env("a", "AWS_ACCESS_KEY_ID", "«id»"), env("b", "AWS_ACCESS_KEY_ID", "«id2»"), env("b", "AWS_SECRET_ACCESS_KEY", "«secret2»")}, "«id», «id2» pair"},
		{"an old and a new one", []entry{data("id", "«id»"), data("id.old", "«id2»"), data("secret", "«secret»"), data("secret.old", "«secret2»")}, "«id» pair, «id2» pair"},
		{"a file and entries", []entry{data("credentials", "[default]\naws_access_key_id=«id»\naws_secret_access_key=«secret»\n"), data("AWS_ACCESS_KEY_ID", "«id2»"), data("AWS_SECRET_ACCESS_KEY", "«secret2»")}, "«id» pair, «id2» pair"},
		{"one pair in two files", []entry{data("a", "[default]\naws_access_key_id=«id»\naws_secret_access_key=«secret»\n"), data("b.env", "AWS_ACCESS_KEY_ID=«id»\nAWS_SECRET_ACCESS_KEY=«secret»\n")}, "«id» pair"},
		{"an object of JSON without a secret", []entry{data("j", `[{"id":"«id»"},{"id":"«id2»","secret":"«secret»"}]`)}, "«id», «id2» pair"},
		{"a mapping without a secret", []entry{data("y", "a:\n  accessKey: «id»\nb:\n  secretKey: «secret»\n  accessKey: «id2»\n")}, "«id», «id2» pair"},
	}
}
