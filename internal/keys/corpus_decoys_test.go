package keys

import "fmt"

// decoys are the kinds of objects without keys.
func decoys() []kind {
	return []kind{
		{"hashes", repeat(4, hashes())},
		{"random words of 40", repeat(4, randomWords())},
		{"hashes and words under secret names", repeat(3, underSecretNames())},
		{"AKIA inside of words", repeat(4, insideWords())},
		{"ids of a wrong alphabet or length", repeat(4, wrongIDs())},
		{"other unique ids, ARNs, accounts", repeat(3, otherIDs())},
		{"placeholders", repeat(1, placeholders())},
		{"references and templates", repeat(1, references())},
		{"sealed and encrypted", repeat(4, sealed())},
		{"certificates, tokens, SSH keys", repeat(4, armoured())},
		{"images, scripts, style sheets", repeat(4, blobs())},
		{"settings of every day", repeat(3, settings())},
		{"session tokens alone", repeat(4, sessionTokens())},
	}
}

// repeat gives each form so often, with other random words.
func repeat(n int, forms []form) []draft {
	var list []draft
	for _, f := range forms {
		for i := range n {
			name := f.name
			if n > 1 {
				name = fmt.Sprintf("%s, %d", f.name, i+1)
			}
			list = append(list, draft{name: name, values: []entry{data("value", f.text)}})
			if i == 0 {
				list = append(list,
					draft{name: f.name + ", in a variable", values: []entry{env("app", "VALUE", f.text)}},
					draft{name: f.name + ", in base64", values: []entry{data("value", "‹b64:"+f.text+"›")}})
			}
		}
	}
	return list
}

func hashes() []form {
	return []form{
		{"git commit", "commit: «hex:40»"}, {"git commit alone", "«hex:40»"}, {"git log", "«hex:40» fix the build\n«hex:40#2» add tests\n"}, {"SHA-1 in capitals", "sha1=«HEX:40»"},
		{"SHA-256", "sha256:«hex:64»"}, {"image", "image: registry.example.com/app@sha256:«hex:64»"}, {"MD5", "«hex:32»  file.tar.gz"}, {"SHA-512 in base64", "integrity: sha512-«base64:86»=="},
		{"subresource", `<script integrity="sha384-«base64:64»" src="/a.js"></script>`}, {"go.sum", "example.com/m v1.2.3 h1:«base64:43»=\nexample.com/m v1.2.3/go.mod h1:«base64:43#2»=\n"},
		{"package-lock", `{"node_modules/a":{"version":"1.0.0","resolved":"https://r/a.tgz","integrity":"sha512-«base64:86»=="}}`}, {"bcrypt", "admin:$2y$10$«alnum:53»"}, {"htpasswd", "admin:{SHA}«base64:27»="},
		{"ETag", "etag: \"«hex:32»-4\""}, {"annotation", "checksum/config: «hex:64»"},
	}
}

func randomWords() []form {
	return []form{
		{"alone", "«base64:40»"}, {"token", "token=«base64:40»"}, {"YAML", "cookieSecret: «base64:40»"}, {"JSON", `{"api_key":"«base64:40»"}`}, {"password", "password=«base64:40»\nuser=admin\n"}, {"key", "ENCRYPTION_KEY=«base64:40»"},
		{"lines", "«base64:40»\n«base64:40#2»\n«base64:40#3»\n"}, {"base64 of 30 bytes", "nonce: «base64:40»"}, {"padded", "key: «base64:39»="}, {"Slack", "https://hooks.slack.com/services/T«upper:8»/B«upper:8»/«alnum:24»"},
		{"GitHub", "ghp_«alnum:36»"}, {"Datadog", "DD_API_KEY=«hex:32»\nDD_APP_KEY=«hex:40»\n"}, {"SendGrid", "SG.«alnum:22».«alnum:43»"}, {"Azure", "AccountName=a;AccountKey=«base64:86»==;EndpointSuffix=core.windows.net"},
		{"Google", "AIza«alnum:35»"}, {"Stripe", "sk_live_«alnum:24»"}, {"Django", "DJANGO_SECRET_KEY=«alnum:50»"}, {"a cookie", "Set-Cookie: s=«base64:40»; Path=/"},
	}
}

func underSecretNames() []form {
	var list []form
	for _, name := range []string{"webhook_secret", "client_secret", "JWT_SECRET", "secretKey", "SECRET_KEY_BASE", "github.webhookSecret", "oauth-client-secret", "cookie_secret", "secretName", "app.secret", "grafana_secret_key", "hmac-secret"} {
		list = append(list,
			form{name + ", hexadecimal", name + ": «hex:40»"}, form{name + ", base64", name + "=«base64:40»"}, form{name + ", JSON", `{"` + name + `":"«alnum:40»"}`})
	}
	return append(list,
		form{"secret hash below aws", "aws:\n  secretHash: «hex:40»\n"}, form{"digest of an AWS secret", "AWS_SECRET_SHA1=«hex:40»"}, form{"a webhook of AWS", "aws_webhook_secret: «hex:40»"}, form{"revision of an S3 secret", "s3-secret-revision: «hex:40»"},
		form{"path of a secret", "AWS_SECRET_ACCESS_KEY_FILE=/run/secrets/aws/credentials/key/for/app1"}, form{"a secret of Secrets Manager", "AWS_SECRET_ARN=arn:aws:secretsmanager:eu-west-1:«digits:12»:secret:shop/App2/database/credentials/rw1-«alnum:6»"},
		form{"name of a secret", "AWS_SECRET_NAME=shop/App2/database/credentials/readonly1"})
}

func insideWords() []form {
	return []form{
		{"a longer word", "X«id»"}, {"a longer word behind", "«id»9"}, {"both", "ab«id»cd"}, {"capitals", "MAKIAVELLIANPRINCIPLESAREHERE"}, {"base32", "MZXW6«idletters:20»AKIA«idletters:40»"}, {"base64", "«alnum:30»AKIA«idletters:16»«alnum:30»"},
		{"TOTP", "otpauth://totp/x?secret=«idletters:10»AKIA«idletters:18»"}, {"a name", "NAKIA ZAKIA AKIARA"}, {"a place", "SLOVAKIASLOVAKIASLOVAKIA"}, {"Takia", "TAKIAABCDEFGHIJKLMNOPQRS"}, {"constant", "EURASIANDOLLARSTHATWENEED"},
		{"Asia", "ASIA PACIFIC"}, {"South Asia", "region=ASIASOUTHEAST1"}, {"a word with figures", "BRASIA«idletters:16»7"}, {"a long word", "ASIA«upper:24»"},
	}
}

func wrongIDs() []form {
	return []form{
		{"figures 0, 1, 8, 9", "AKIA1234567890123456"}, {"a nine", "AKIA«idletters:15»9"}, {"a zero", "AKIA0«idletters:15»"}, {"one small letter", "AKIA«idletters:7»q«idletters:8»"}, {"small letters", "akia«lower:16»"}, {"nineteen", "AKIA«idletters:15»"},
		{"twenty-one", "AKIA«idletters:17»"}, {"in an assignment", "aws_access_key_id = AKIA«idletters:14»81"}, {"a hyphen", "AKIA-«idletters:15»"}, {"an underscore", "AKIA«idletters:8»_«idletters:7»"}, {"a space", "AKIA «idletters:16»"}, {"cut", "AKIA…"}, {"stars", "AKIA****************"}, {"stars behind", "AKIA«idletters:4»************"}, {"dots", "AKIA........"},
	}
}

func otherIDs() []form {
	list := []form{}
	for _, prefix := range []string{"AIDA", "AROA", "ANPA", "AGPA", "ASCA", "AIPA", "APKA", "ABIA", "ACCA", "ANVA"} {
		list = append(list, form{prefix, "UserId: " + prefix + "«idletters:17»"}, form{prefix + " of twenty", prefix + "«idletters:16»"})
	}
	return append(list,
		form{"role", "arn:aws:iam::«digits:12»:role/app"}, form{"role annotation", "eks.amazonaws.com/role-arn: arn:aws:iam::«digits:12»:role/shop/App-«alnum:8»"}, form{"account", "AWS_ACCOUNT_ID=«digits:12»"}, form{"assumed role", "arn:aws:sts::«digits:12»:assumed-role/app/botocore-session-«digits:10»"},
		form{"hosted zone", "zone: Z«upper:13»"}, form{"distribution", "E«idletters:13»"}, form{"AMI", "ami-0«hex:16»"}, form{"KMS key", "arn:aws:kms:eu-west-1:«digits:12»:key/«uuid»"}, form{"queue", "https://sqs.eu-west-1.amazonaws.com/«digits:12»/orders"}, form{"public key id of CloudFront", "K«idletters:13»"},
		form{"policy with a condition", `{"Condition":{"StringLike":{"aws:userId":["AROA«idletters:17»:*","AIDA«idletters:17»"]}}}`}, form{"bucket", "s3://my-bucket-«digits:12»/path"}, form{"web identity", "AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token"})
}

func placeholders() []form {
	const id = "AKIA"
	list := []form{}
	for _, c := range "XAZ" {
		list = append(list, form{fmt.Sprintf("id of %c", c), "AWS_ACCESS_KEY_ID=" + id + fill(byte(c), 16)}, form{fmt.Sprintf("temporary id of %c", c), "ASIA" + fill(byte(c), 16)})
	}
	for _, c := range "Xx*0.1aA?" {
		list = append(list, form{fmt.Sprintf("secret of %c", c), "AWS_SECRET_ACCESS_KEY=" + fill(byte(c), 40)}, form{fmt.Sprintf("secret of %c, quoted", c), "aws_secret_access_key = \"" + fill(byte(c), 40) + "\""})
	}
	for _, b := range [][2]string{{"<", ">"}, {"{", "}"}, {"[", "]"}} {
		list = append(list, form{"id in " + b[0] + b[1], "aws_access_key_id = " + b[0] + "«id»" + b[1]}, form{"pair in " + b[0] + b[1], "aws_access_key_id = " + b[0] + "«id»" + b[1] + "\naws_secret_access_key = " + b[0] + "«secret»" + b[1] + "\n"})
	}
	for _, word := range []string{"<your access key>", "YOUR_ACCESS_KEY_ID", "changeme", "CHANGE_ME", "xxx", "REPLACE_WITH_SECRET", "TODO", "my-access-key", "****", "${{ secrets.KEY }}", "insert-your-secret-access-key-here-please", "your/secret/access/key/goes/here/please1"} {
		list = append(list, form{"pair of " + word, "AWS_ACCESS_KEY_ID=" + word + "\nAWS_SECRET_ACCESS_KEY=" + word + "\n"})
	}
	return list
}

func fill(c byte, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = c
	}
	return string(b)
}

func references() []form {
	var list []form
	for _, ref := range []string{"${AWS_SECRET_ACCESS_KEY}", "$AWS_SECRET_ACCESS_KEY", "$(AWS_SECRET_ACCESS_KEY)", "{{ .Values.aws.secretAccessKey }}", "{{ aws_secret_access_key | b64encode }}", "<path:secret/data/aws#secret_access_key>", "<path:kv/data/Prod1/team/aws/SecretAccess#k>", "vault:secret/data/aws#AWS_SECRET_ACCESS_KEY",
		"ref+awssecrets://prod/app?region=eu-west-1#key", "ref+vault://secret/data/Production1/aws/credentials#secret", "op://vault/aws/secret-access-key", "%(aws_secret)s", "!Ref SecretAccessKey", "!GetAtt User.SecretAccessKey", "${aws_iam_access_key.ci.secret}", "((aws_secret_access_key))", "@Microsoft.KeyVault(SecretUri=x)", "secretKeyRef", "valueFrom", "file:///run/secrets/aws/Credentials/SecretAccessKey1"} {
		list = append(list,
			form{ref + ", .env", "AWS_ACCESS_KEY_ID=${AWS_ACCESS_KEY_ID}\nAWS_SECRET_ACCESS_KEY=" + ref + "\n"},
			form{ref + ", YAML", "aws:\n  accessKeyId: '${AWS_ACCESS_KEY_ID}'\n  secretAccessKey: '" + ref + "'\n"},
			form{ref + ", JSON", `{"secretAccessKey":"` + ref + `"}`})
	}
	return list
}
