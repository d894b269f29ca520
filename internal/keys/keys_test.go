package keys

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"podpass/internal/snapshot"
)

// Made for these tests; nobody's.
const (
	idA, secretA = "AKIAZ2XK7QPLM4TNV6RC", "q8Zr0Vb+T2nYk5mXcE7w/HsUaLdJ9fPg1oIiRtNy"
	idB, secretB = "AKIA3BWHYEJ5DOUFSG6A", "Hj4Kx0/PzVbnTq7+mWcRsEdYfUgLaI29oOip8NtX"
	idT          = "ASIAQ7NRTYLM2XPKV5CJ"
	example      = "AKIAIOSFODNN7EXAMPLE"
	exampleKey   = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// keysOf scans values in the order given: name, value, name, value.
func keysOf(values ...string) []string {
	var s Scan
	for i := 0; i < len(values); i += 2 {
		s.Add(snapshot.Place{Field: snapshot.FieldData, Name: values[i]}, values[i], []byte(values[i+1]))
	}
	list := []string{}
	for _, k := range s.Keys() {
		word := k.ID
		switch {
		case word == "":
			word = "secret"
		case k.Secret:
			word += " pair"
		}
		if k.Profile != "" {
			word += " [" + k.Profile + "]"
		}
		if k.Example {
			word += " example"
		}
		list = append(list, word)
	}
	return list
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // to memory
	_ = w.Close()
	return b.String()
}

func TestKeysAreFoundInTextOfManyLanguages(t *testing.T) {
	for name, text := range map[string]string{
		"ini":                   "[default]\naws_access_key_id = " + idA + "\naws_secret_access_key = " + secretA + "\n",
		"ini, secret first":     "[default]\naws_secret_access_key=" + secretA + "\naws_access_key_id=" + idA,
		"env file":              "A=1\nAWS_ACCESS_KEY_ID=" + idA + "\nAWS_SECRET_ACCESS_KEY=" + secretA,
		"shell":                 "#!/bin/sh\nexport AWS_ACCESS_KEY_ID='" + idA + "'\nexport AWS_SECRET_ACCESS_KEY=\"" + secretA + "\"; exec app",
		"shell, one line":       "AWS_ACCESS_KEY_ID=" + idA + " AWS_SECRET_ACCESS_KEY=" + secretA + " app",
		"JSON":                  `{"s3":{"accessKey":"` + idA + `","secretKey":"` + secretA + `"}}`,
		"JSON with \\/":         `{"s3":{"accessKey":"` + idA + `","secretKey":"q8Zr0Vb+T2nYk5mXcE7w\/HsUaLdJ9fPg1oIiRtNy"}}`,
		"ini in JSON":           `{"file":"[default]\naws_access_key_id=` + idA + `\naws_secret_access_key=` + secretA + `\n"}`,
		"ini in broken JSON":    `{"file":"[default]\naws_access_key_id=` + idA + `\naws_secret_access_key=` + secretA + `\n"`,
		"env of a pod in JSON":  `{"env":[{"name":"AWS_ACCESS_KEY_ID","value":"` + idA + `"},{"value":"` + secretA + `","name":"AWS_SECRET_ACCESS_KEY"}]}`,
		"env of a pod in YAML":  "env:\n- name: AWS_ACCESS_KEY_ID\n  value: " + idA + "\n- name: AWS_SECRET_ACCESS_KEY\n  value: " + secretA + "\n",
		"args in JSON":          `["--access-key","` + idA + `","--secret-key","` + secretA + `"]`,
		"YAML":                  "aws:\n  accessKey: " + idA + "\n  secretKey: \"" + secretA + "\"\n",
		"Java":                  "-Daws.accessKeyId=" + idA + " -Daws.secretKey=" + secretA,
		"Hadoop":                "<property><name>fs.s3a.access.key</name><value>" + idA + "</value></property>\n<property><name>fs.s3a.secret.key</name><value>" + secretA + "</value></property>",
		"URL":                   "s3://" + idA + ":" + secretA + "@bucket/path",
		"URL, escaped":          "sqs://" + idA + ":q8Zr0Vb%2BT2nYk5mXcE7w%2FHsUaLdJ9fPg1oIiRtNy@eu-west-1/q",
		"query of a URL":        "https://h/?aws_access_key_id=" + idA + "&aws_secret_access_key=q8Zr0Vb%2BT2nYk5mXcE7w%2FHsUaLdJ9fPg1oIiRtNy",
		"colon":                 idA + ":" + secretA,
		"slash":                 idA + "/" + secretA,
		"CSV":                   "User,Key,Secret\napp," + idA + "," + secretA + "\n",
		"lines alone":           idA + "\n" + secretA,
		"aws configure set":     "aws configure set aws_access_key_id " + idA + "\naws configure set aws_secret_access_key " + secretA,
		"code":                  `client.setCredentials("` + idA + `", "` + secretA + `")`,
		"base64":                b64("[default]\naws_access_key_id = " + idA + "\naws_secret_access_key = " + secretA + "\n"),
		"base64 within YAML":    "data:\n  credentials: " + b64("aws_access_key_id = "+idA+"\naws_secret_access_key = "+secretA) + "\n",
		"base64 halves":         "data:\n  AWS_ACCESS_KEY_ID: " + b64(idA) + "\n  AWS_SECRET_ACCESS_KEY: " + b64(secretA) + "\n",
		"base64 halves in JSON": `{"data":{"AWS_ACCESS_KEY_ID":"` + b64(idA) + `","AWS_SECRET_ACCESS_KEY":"` + b64(secretA) + `"}}`,
		"base64 in lines":       wrap("# the keys of the application, do not commit\n[default]\naws_access_key_id = " + idA + "\naws_secret_access_key = " + secretA + "\n"),
		"gzip":                  zipped("AWS_ACCESS_KEY_ID=" + idA + "\nAWS_SECRET_ACCESS_KEY=" + secretA),
		"a Helm release":        b64(zipped(`{"config":{"s3":{"accessKey":"` + idA + `","secretKey":"` + secretA + `"}}}`)),
		"a comment":             "# aws_access_key_id = " + idA + "\n# aws_secret_access_key = " + secretA,
		"CRLF":                  "[default]\r\naws_access_key_id = " + idA + "\r\naws_secret_access_key = " + secretA + "\r\n",
		"docker-compose":        "environment:\n  - AWS_ACCESS_KEY_ID=" + idA + "\n  - AWS_SECRET_ACCESS_KEY=" + secretA,
		"Terraform":             "access_key = \"" + idA + "\"\nsecret_key = \"" + secretA + "\"",
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]string{idA + " pair"}, strip(keysOf("config", text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// strip leaves profiles out.
func strip(list []string) []string {
	for i, one := range list {
		if at := bytes.IndexByte([]byte(one), '['); at > 0 {
			list[i] = one[:at-1]
		}
	}
	return list
}

func wrap(s string) string { return fold(b64(s), 76) }

func TestHalvesArePaired(t *testing.T) {
	for _, test := range []struct {
		name   string
		values []string
		want   []string
	}{
		{"the usual entries of a Secret", []string{"AWS_ACCESS_KEY_ID", idA, "AWS_SECRET_ACCESS_KEY", secretA}, []string{idA + " pair"}},
		{"entries of any name", []string{"user", idA, "password", secretA}, []string{idA + " pair"}},
		{"two pairs by their prefix, whatever the order", []string{
			"DEV_AWS_SECRET_ACCESS_KEY", secretB, "PROD_AWS_ACCESS_KEY_ID", idA, "DEV_AWS_ACCESS_KEY_ID", idB, "PROD_AWS_SECRET_ACCESS_KEY", secretA,
		}, []string{idB + " pair", idA + " pair"}},
		{"of two ids that with the same prefix", []string{"devAccessKey", idB, "prodAccessKey", idA, "prodSecretKey", secretA}, []string{idB, idA + " pair"}},
		{"no secret of another prefix", []string{"DEV_AWS_ACCESS_KEY_ID", idA, "PROD_AWS_SECRET_ACCESS_KEY", secretB}, []string{idA, "secret"}},
		{"two profiles", []string{"credentials", "[a]\naws_access_key_id=" + idA + "\naws_secret_access_key=" + secretA + "\n[b]\naws_secret_access_key=" + secretB + "\naws_access_key_id=" + idB},
			[]string{idB + " pair [b]", idA + " pair [a]"}},
		{"a profile without a secret", []string{"credentials", "[a]\naws_access_key_id=" + idA + "\n[b]\naws_access_key_id=" + idB + "\naws_secret_access_key=" + secretB},
			[]string{idB + " pair [b]", idA + " [a]"}},
		{"two objects of JSON", []string{"c", `[{"secret":"` + secretA + `","id":"` + idA + `"},{"id":"` + idB + `","secret":"` + secretB + `"}]`}, []string{idB + " pair", idA + " pair"}},
		{"two mappings of YAML", []string{"c", "a:\n  accessKey: " + idA + "\nb:\n  secretKey: " + secretB + "\n  accessKey: " + idB}, []string{idB + " pair", idA}},
		{"an id alone", []string{"x", idA}, []string{idA}},
		{"a secret alone under its name", []string{"AWS_SECRET_ACCESS_KEY", secretA}, []string{"secret"}},
		{"a secret alone under no name", []string{"password", secretA}, []string{}},
		{"a secret alone under anybody's name", []string{"SECRET_KEY", secretA}, []string{}},
		{"the same pair twice", []string{"a", idA + ":" + secretA, "b", idA + ":" + secretA}, []string{idA + " pair"}},
		{"the same lone secret twice is one", []string{"AWS_SECRET_ACCESS_KEY", secretA, "aws_secret_key", secretA}, []string{"secret"}},
		{"a secret that looks made up, under a fitting name", []string{"c", "accessKey: " + idA + "\nsecretKey: abcdefghijklmnopqrstuvwxyz0123456789ABCD\n"}, []string{idA + " pair"}},
		{"a secret that looks made up, in a URL", []string{"c", "s3://" + idA + ":abcdefghijklmnopqrstuvwxyzabcdefghijklmn@b"}, []string{idA + " pair"}},
		{"lines of an entry that is named as a file", []string{"credentials-file", idA + "\n" + secretA}, []string{idA + " pair"}},
		{"a path near an id", []string{"c", "key=" + idA + "\nhandler=com/example/shop/internal/OrderHandler22\n"}, []string{idA}},
		{"an id as a name", []string{idA, secretA}, []string{idA + " pair"}},
		{"an id as a name in JSON", []string{"c", `{"` + idA + `":"` + secretA + `"}`}, []string{idA + " pair"}},
		{"an id as a key of YAML", []string{"c", "users:\n  " + idA + ": " + secretA + "\n"}, []string{idA + " pair"}},
		{"a temporary key", []string{"AWS_ACCESS_KEY_ID", idT, "AWS_SECRET_ACCESS_KEY", secretA}, []string{idT + " pair"}},
		{"the public example", []string{"AWS_ACCESS_KEY_ID", example, "AWS_SECRET_ACCESS_KEY", exampleKey}, []string{example + " pair example"}},
		{"the second public example", []string{"c", "AKIAI44QH8DHBEXAMPLE:je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"}, []string{"AKIAI44QH8DHBEXAMPLE pair example"}},
		{"the secret of an example id is nobody's, but a secret", []string{"AWS_ACCESS_KEY_ID", example, "AWS_SECRET_ACCESS_KEY", secretA}, []string{example + " example", "secret"}},
		{"an id with an example secret", []string{"AWS_ACCESS_KEY_ID", idA, "AWS_SECRET_ACCESS_KEY", exampleKey}, []string{idA, "secret example"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, keysOf(test.values...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecoysAreNoKeys(t *testing.T) {
	hash := "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"
	for name, text := range map[string]string{
		"a git hash":                    "commit: " + hash,
		"a git hash under secret":       "client_secret: " + hash,
		"random base64":                 "token=" + secretA,
		"the letters in a word":         "MAKIAVELLIANPRINCIPLESAREHERE",
		"an id in a longer word":        "X" + idA + " " + idA + "9",
		"an id in capitals and figures": "AKIA1234567890123456",
		"a placeholder":                 "aws_access_key_id = AKIAXXXXXXXXXXXXXXXX\naws_secret_access_key = XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
		"brackets":                      "aws_access_key_id = <" + idA + ">\naws_secret_access_key = <" + secretA + ">",
		"a variable":                    "aws_access_key_id = ${AWS_ACCESS_KEY_ID}",
		"a path":                        "AWS_SECRET_ACCESS_KEY_FILE=/run/secrets/aws/credentials/key/for/app",
		"SOPS":                          "ENC[AES256_GCM,data:p673w==,iv:YY=,aad:UQ=,tag:A=,type:str]",
		"a longer secret":               "aws_secret_access_key = " + secretA + "AA",
		"a shorter secret":              "aws_secret_access_key = " + secretA[:39],
		"small letters":                 "akiaz2xk7qplm4tnv6rc",
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]string{}, keysOf("config", text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlacesNeverHoldASecret(t *testing.T) {
	var s Scan
	name := "Q8Zr0VbAT2nYk5mXcE7wBHsUaLdJ9fPg1oIiRtNy"
	s.Add(snapshot.Place{Field: snapshot.FieldData, Name: name}, "AWS_SECRET_ACCESS_KEY", []byte(name))
	s.Add(snapshot.Place{Field: snapshot.FieldData, Name: "x." + name}, "id", []byte(idA))
	got := s.Keys()
	if text := fmt.Sprint(got); len(got) != 1 || !got[0].Secret || bytes.Contains([]byte(text), []byte(name)) {
		t.Errorf("%v", text)
	}
}
