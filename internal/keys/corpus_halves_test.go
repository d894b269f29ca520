package keys

import (
	"fmt"
	"strings"
)

// apartDrafts gives pairs whose halves lie in different values.
func apartDrafts() []draft {
	list := []draft{
		pair("a variable and data", env("app", "AWS_ACCESS_KEY_ID", "«id»"), data("AWS_SECRET_ACCESS_KEY", "«secret»")),
		pair("two containers", env("init", "AWS_ACCESS_KEY_ID", "«id»"), env("app", "AWS_SECRET_ACCESS_KEY", "«secret»")),
		pair("an argument and a variable", arg("--access-key=«id»"), env("app", "AWS_SECRET_ACCESS_KEY", "«secret»")),
		pair("arguments", arg("serve"), arg("--access-key=«id»"), arg("--secret-key=«secret»")),
		pair("arguments and their flags", arg("--key"), arg("«id»"), arg("--secret"), arg("«secret»")),
		pair("a file and a variable", data("config.yaml", "s3:\n  accessKey: «id»\n  secretKey: ${SECRET}\n"), env("app", "SECRET_KEY", "«secret»")),
		pair("two files", data("a.properties", "aws.accessKeyId=«id»\n"), data("b.properties", "aws.secretKey=«secret»\n")),
		pair("a file of one line each", data("access_key", "«id»\n"), data("secret_key", "«secret»\n"), data("region", "eu-west-1\n")),
		pair("far apart in a file", data("env", "A_ID=«id»\n\n\n# settings\nA=1\nB=2\nC=3\n\nA_SECRET=«secret»\n")),
	}
	for _, n := range []int{1, 5, 20, 60} {
		lines := ""
		for i := range n {
			lines += fmt.Sprintf("OPTION_%d=«lower:8#%d»\n", i, i)
		}
		list = append(list, pair(fmt.Sprintf("%d lines apart", n), data("env", "AWS_ACCESS_KEY_ID=«id»\n"+lines+"AWS_SECRET_ACCESS_KEY=«secret»\n")))
	}
	return list
}

func idDrafts() []draft {
	texts := []string{
		"«id»", " «id» ", "«id»\n", "id=«id»", "AWS_ACCESS_KEY_ID=«id»", "[default]\naws_access_key_id = «id»\n", `{"user":"«id»"}`, "key: «id»", "see «id», rotated last week", "(«id»)", "'«id»'", "`«id»`", "**«id»**",
		"https://b.s3.amazonaws.com/f?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=«id»%2F20310101%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Signature=«hex:64»",
		"https://b.s3.amazonaws.com/f?AWSAccessKeyId=«id»&Expires=1900000000&Signature=«base64:27»%3D", "https://console.aws.amazon.com/iam/home#/users/ci?key=«id»", "https://h/keys/«id»", "https://h/keys/«id»/rotate", "s3://«id»@bucket",
		"Authorization: AWS4-HMAC-SHA256 Credential=«id»/20310101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=«hex:64»", "Authorization: AWS «id»:«base64:27»=",
		`{"eventName":"PutObject","userIdentity":{"type":"IAMUser","accessKeyId":"«id»","accountId":"«digits:12»","arn":"arn:aws:iam::«digits:12»:user/ci"}}`,
		"<Error><Code>InvalidAccessKeyId</Code><AWSAccessKeyId>«id»</AWSAccessKeyId></Error>", "aws_access_key_id = «id»\naws_secret_access_key = ${SECRET}\n", "access_key: «id»\nsecret_key: <path:kv/data/s3#secret>\n",
		"access_key: «id»\nsecret_key: ENC[AES256_GCM,data:«base64:52»,iv:«base64:43»=,tag:«base64:22»==,type:str]\n", "AWS_ACCESS_KEY_ID=«id»\nAWS_SECRET_ACCESS_KEY=$(SECRET)\n", "AWS_ACCESS_KEY_ID=«id»\nAWS_SECRET_ACCESS_KEY=XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX\n",
		"‹b64:«id»›", "‹b64:the id is «id»›", "id: ‹b64:«id»\n›", `{"\u0061":"\u0041KIA«idletters:16»"}`, "密钥«id»。", "id\t«id»\tok", "_«id»_", "x-«id»-y", "«id».json", "backup/«id»", "path=/keys/«id»",
		"«uuid» «id» «uuid»", "a\x00«id»\x00b", "«base64:70»\n«id»\n", "«hex:64»\n«id»\n",
	}
	list := []draft{}
	for i, text := range texts {
		want := "«id»"
		if strings.Contains(text, "«idletters:16»") {
			want = "AKIA«idletters:16»"
		}
		list = append(list, draft{fmt.Sprintf("%d in data", i+1), []entry{data("x", text)}, want}, draft{fmt.Sprintf("%d in a variable", i+1), []entry{env("app", "X", text)}, want})
	}
	for _, words := range []string{"EXAMPLEKEYFORDEM", "THISISATESTKEYZZ", "FAKEFAKEFAKEFAKE", "ABCDEFGHIJKLMNOP", "AAAAAAAAAAAAAAAB", "DONOTUSETHISKEYS", "YOURACCESSKEYIDS", "CHANGEMECHANGEME"} {
		list = append(list, draft{"spells " + words, []entry{data("x", "aws_access_key_id="+"AKIA"+words)}, "AKIA" + words})
	}
	return list
}

func secretDrafts() []draft {
	var list []draft
	for _, name := range []string{"AWS_SECRET_ACCESS_KEY", "aws_secret_access_key", "awsSecretKey", "AWS_SECRET_KEY", "AWS_SECRET", "secretAccessKey", "SECRET_ACCESS_KEY", "S3_SECRET_KEY", "s3.secret-key", "fs.s3a.secret.key",
		"AWSSecretKey", "amazon_secret_key", "SQS_SECRET_KEY", "PROD_AWS_SECRET_ACCESS_KEY", "TF_VAR_aws_secret_key", "spring.cloud.aws.credentials.secret-key", "dynamodbSecretKey", "secret_access_key"} {
		for _, form := range []form{{"entry", ""}, {"env", "A=1\n%s=«secret»\nB=2\n"}, {"quoted", "%s = \"«secret»\"\n"}, {"YAML", "a: b\n%s: «secret»\n"}, {"JSON", `{"%s":"«secret»"}`}, {"base64", "‹b64:%s=«secret»\n›"}} {
			value := data("file", fmt.Sprintf(form.text, name))
			if form.text == "" {
				value = data(name, "«secret»")
			}
			list = append(list, draft{name + ", " + form.name, []entry{value}, "secret"})
		}
	}
	return append(list,
		draft{"below aws", []entry{data("y", "aws:\n  secretKey: «secret»\n")}, "secret"},
		draft{"below s3 in JSON", []entry{data("j", `{"s3":{"secretKey":"«secret»"}}`)}, "secret"},
		draft{"name and value", []entry{data("j", `[{"name":"AWS_SECRET_ACCESS_KEY","value":"«secret»"}]`)}, "secret"},
		draft{"value and name", []entry{data("j", `[{"value":"«secret»","name":"AWS_SECRET_ACCESS_KEY"}]`)}, "secret"},
		draft{"a Terraform provider", []entry{data("main.tf", "provider \"aws\" {\n  secret_key = \"«secret»\"\n}\n")}, "secret"})
}

func temporaryDrafts() []draft {
	var list []draft
	for _, f := range append(append(iniForms()[:6], shellForms()[:10]...), append(jsonForms()[:10], yamlForms()[:6]...)...) {
		d := pair(f.name, data("config", temporary(f.text)))
		d.want = "«temp» pair"
		list = append(list, d)
	}
	return list
}

func exampleDrafts() []draft {
	var list []draft
	for _, f := range append(append(iniForms()[:5], shellForms()...), append(jsonForms()[:8], yamlForms()[:12]...)...) {
		list = append(list, draft{f.name, []entry{data("config", public(f.text))}, "«example» pair example"})
	}
	return append(list,
		draft{"an id alone", []entry{data("x", "«example»")}, "«example» example"},
		draft{"the second", []entry{data("x", "aws_access_key_id=AKIAI44QH8DHBEXAMPLE\naws_secret_access_key=je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY\n")}, "AKIAI44QH8DHBEXAMPLE pair example"},
		draft{"the temporary", []entry{data("x", "ASIAIOSFODNN7EXAMPLE")}, "ASIAIOSFODNN7EXAMPLE example"},
		draft{"beside a real one", []entry{data("x", "# like «example»\naws_access_key_id=«id»\naws_secret_access_key=«secret»\n")}, "«example» example, «id» pair"},
		draft{"the secret of somebody", []entry{data("x", "aws_access_key_id=«example»\naws_secret_access_key=«secret»\n")}, "«example» example, secret"})
}

// besideDrafts gives pairs in files that hold much that looks like one.
func besideDrafts() []draft {
	var list []draft
	for _, d := range distractions() {
		list = append(list,
			pair("a pair before "+d.name, data("env", "AWS_ACCESS_KEY_ID=«id»\nAWS_SECRET_ACCESS_KEY=«secret»\n"+d.text+"\n")),
			pair("a pair behind "+d.name, data("env", d.text+"\nAWS_SECRET_ACCESS_KEY=«secret»\nAWS_ACCESS_KEY_ID=«id»\n")),
			pair("a pair around "+d.name, data("env", "AWS_ACCESS_KEY_ID=«id»\n"+d.text+"\nAWS_SECRET_ACCESS_KEY=«secret»\n")))
	}
	return list
}

// notItsSecretDrafts gives ids beside what is no secret of theirs.
func notItsSecretDrafts() []draft {
	var list []draft
	for _, d := range distractions() {
		list = append(list,
			draft{"next to " + d.name, []entry{data("env", "AWS_ACCESS_KEY_ID=«id»\n"+d.text+"\n")}, "«id»"},
			draft{"under another name next to " + d.name, []entry{data("env", "S3_USER=«id»\n"+d.text+"\n")}, "«id»"},
			draft{"far from " + d.name, []entry{data("env", "AWS_ACCESS_KEY_ID=«id»\nA=1\nB=2\nC=3\nD=4\nE=5\n"+d.text+"\n")}, "«id»"})
	}
	return list
}

// distractions are lines with 40 characters that are no secret access key.
func distractions() []form {
	return []form{
		{"a commit", "GIT_COMMIT=«hex:40»"},
		{"a commit under another name", "BUILD=«hex:40»"},
		{"a hash of a webhook", "WEBHOOK_SECRET=«hex:40»"},
		{"a token", "SESSION_TOKEN=«base64:40»"},
		{"a token of GitHub", "GITHUB_TOKEN=ghp_«alnum:36»"},
		{"a token of npm", "NPM_TOKEN=«uuid»"},
		{"a checksum", "CHECKSUM=«base64:40»"},
		{"an ETag", "ETAG=«base64:40»"},
		{"an image", "IMAGE=r.example.com/app@sha256:«hex:64»"},
		{"a password of a database", "DB_PASSWORD=«alnum:40»"},
		{"a secret of another service", "JWT_SECRET=«base64:40»"},
		{"a key of another service", "ENCRYPTION_KEY=«base64:40»"},
		{"a password of SES", "SES_SMTP_PASSWORD=B«base64:43»"},
		{"a salt", "SALT=«base64:40»"},
		{"a client id", "CLIENT_ID=«alnum:40»"},
		{"a path", "STATE_DIR=/var/lib/App1/Data/cache/v2/objects/xy12"},
		{"a class", "HANDLER=com/example/shop/internal/OrderHandler22"},
		{"a role", "AWS_ROLE_ARN=arn:aws:iam::«digits:12»:role/app"},
		{"a certificate", "-----BEGIN CERTIFICATE-----\nMII«base64:61»\n«base64:64»\n«base64:40»\n-----END CERTIFICATE-----"},
	}
}

// temporary and public put another key into a form.
func temporary(text string) string { return strings.ReplaceAll(text, "«id»", "«temp»") }

func public(text string) string {
	return strings.NewReplacer("«id»", "«example»", "«secret»", "«exampleSecret»", "«%secret»", "«exampleSecret»").Replace(text)
}
