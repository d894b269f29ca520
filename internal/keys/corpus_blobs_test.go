package keys

import (
	"fmt"
	"strings"
)

// many gives lines of one form, each with other random words.
func many(n int, line string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(line, "#", fmt.Sprintf("#%d", i)))
	}
	return b.String()
}

func sealed() []form {
	const sops = "ENC[AES256_GCM,data:«base64:52»,iv:«base64:43»=,tag:«base64:22»==,type:str]"
	return []form{
		{"SOPS in YAML", "aws_access_key_id: " + sops + "\naws_secret_access_key: " + sops + "\nsops:\n  kms:\n  - arn: arn:aws:kms:eu-west-1:«digits:12»:key/«uuid»\n    enc: AQICAH«base64:180»=\n  mac: ENC[AES256_GCM,data:«base64:100»,iv:«base64:43#3»=,tag:«base64:22#3»==,type:str]\n"},
		{"SOPS in JSON", `{"aws_secret_access_key":"` + sops + `","sops":{"mac":"` + sops + `"}}`},
		{"SOPS in .env", "AWS_SECRET_ACCESS_KEY=" + sops + "\nsops_version=3.9.0\n"},
		{"SOPS of a short word", "aws_secret_access_key: ENC[AES256_GCM,data:«base64:40»,iv:«base64:43»=,tag:«base64:22»==,type:str]"},
		{"SealedSecret", "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    AWS_ACCESS_KEY_ID: AgB«base64:700»==\n    AWS_SECRET_ACCESS_KEY: AgC«base64:700#2»=\n"},
		{"SealedSecret in JSON", `{"kind":"SealedSecret","spec":{"encryptedData":{"AWS_SECRET_ACCESS_KEY":"AgB«base64:700»=="}}}`},
		{"KMS", "AWS_SECRET_ACCESS_KEY_ENCRYPTED=AQICAH«base64:240»=="},
		{"age", "-----BEGIN AGE ENCRYPTED FILE-----\n" + many(5, "«base64:64#»\n") + "«base64:40»\n-----END AGE ENCRYPTED FILE-----\n"},
		{"PGP", "-----BEGIN PGP MESSAGE-----\n\n" + many(8, "«base64:64#»\n") + "=«base64:4»\n-----END PGP MESSAGE-----\n"},
		{"ansible-vault", "secret_key: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n" + many(5, "  «digits:80#»\n")},
		{"git-crypt", "\x00GITCRYPT\x00«base64:60»"},
		{"ExternalSecret", "kind: ExternalSecret\nspec:\n  data:\n  - secretKey: AWS_SECRET_ACCESS_KEY\n    remoteRef:\n      key: prod/Shop1/aws/credentials/SecretAccessK\n"},
	}
}

func armoured() []form {
	return []form{
		{"certificate", "-----BEGIN CERTIFICATE-----\nMII«base64:61»\n" + many(18, "«base64:64#»\n") + "«base64:40»\n-----END CERTIFICATE-----\n"},
		{"private key", "-----BEGIN RSA PRIVATE KEY-----\n" + many(24, "«base64:64#»\n") + "«base64:40»\n-----END RSA PRIVATE KEY-----\n"},
		{"key under a secret name", "secret: |\n  -----BEGIN PRIVATE KEY-----\n" + many(6, "  «base64:64#»\n") + "  «base64:40»\n  -----END PRIVATE KEY-----\n"},
		{"key in JSON", `{"private_key":"-----BEGIN PRIVATE KEY-----\n` + strings.ReplaceAll(many(6, "«base64:64#»\n"), "\n", `\n`) + `«base64:40»\n-----END PRIVATE KEY-----\n","client_secret":"x"}`},
		{"bundle", many(4, "-----BEGIN CERTIFICATE-----\n«base64:64#»\n«base64:64:b#»\n«base64:40:c#»\n-----END CERTIFICATE-----\n")},
		{"SSH key", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ«base64:340» root@host\n"},
		{"SSH key, ed25519", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI«base64:43» root@host\n"},
		{"known hosts", "|1|«base64:27»=|«base64:27#2»= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI«base64:43»\n"},
		{"JWT", "eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.‹raw64:{\"aud\":[\"sts.amazonaws.com\"],\"exp\":1900000000,\"sub\":\"system:serviceaccount:shop:app\"}›.«url:342»"},
		{"service account token", "token: ‹b64:eyJhbGciOiJSUzI1NiJ9.‹raw64:{\"iss\":\"kubernetes/serviceaccount\"}›.«url:342»›"},
		{"pull secret", `{"auths":{"r.example.com":{"auth":"‹b64:AWS:eyJ«base64:900»›"}}}`},
		{"kubeconfig", "users:\n- name: a\n  user:\n    client-certificate-data: ‹b64:-----BEGIN CERTIFICATE-----\nMII«base64:61»\n-----END CERTIFICATE-----\n›\n    client-key-data: ‹b64:-----BEGIN EC PRIVATE KEY-----\n«base64:64»\n«base64:40»\n-----END EC PRIVATE KEY-----\n›\n"},
		{"WireGuard", "[Interface]\nPrivateKey = «base64:43»=\n[Peer]\nPublicKey = «base64:43#2»=\n"},
		{"DKIM", "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQ«base64:360»"},
	}
}

func blobs() []form {
	return []form{
		{"image", "<img src=\"data:image/png;base64,iVBORw0KGgo«base64:1200»==\">"},
		{"image in style", ".a{background:url(data:image/svg+xml;base64,‹b64:<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0h24v24H0z'/></svg>›)}"},
		{"font", "@font-face{src:url(data:font/woff2;base64,d09GMg«base64:2000»)}"},
		{"minified style", strings.Repeat(".«lower:8»{margin:0;padding:0}.«alnum:12»>a:hover{color:#fff}", 20)},
		{"minified script", "!function(e,t){\"use strict\";" + many(20, "var «lower:3#»=function(){return «alnum:12#»(e.«lower:9#»)};") + "}(window);\n//# sourceMappingURL=data:application/json;base64,‹b64:{\"version\":3,\"sources\":[\"a.ts\"],\"mappings\":\"AAAA,SAAS\"}›\n"},
		{"source map", `{"version":3,"mappings":"AAAA,IAAIA,SAASC,«alnum:400»;AACA","names":["a"]}`},
		{"dashboard", `{"annotations":{"list":[]},"panels":[` + many(8, `{"title":"CPU «lower:6#»","type":"graph","targets":[{"expr":"sum(rate(container_cpu_usage_seconds_total{namespace=\"shop\"}[5m])) by (pod)","refId":"A"}]},`) + `{}],"uid":"«alnum:9»"}`},
		{"gzip of settings", "‹gzip:log_level=debug\nsecret=«hex:40»\n›"},
		{"gzip of noise", "\x1f\x8b«base64:200»"},
		{"words in capitals", "THEQUICKBROWNFOXJUMPSOVERTHELAZYDOG " + strings.Repeat("«upper:40» ", 3)},
		{"protobuf", "\n\x24«uuid»\x12\x28«base64:40»\x1a\x05hello"},
		{"hex dump", many(10, "00000000  «hex:32#»  |................|\n")},
		{"DNA", strings.Repeat("GATTACAGATTACAGATTACA", 20)},
		{"paths", many(10, "/usr/share/App1/«lower:8#»/Resources/v2/xyz\n")},
		{"Java classes", many(10, "com/example/Shop1/«lower:7#»/impl/Orders2\n")},
	}
}

func settings() []form {
	return []form{
		{"nginx", "server {\n  listen 80;\n  location / { proxy_pass http://app:8080; proxy_set_header Host $host; }\n}\n"},
		{"properties", "spring.datasource.url=jdbc:postgresql://db:5432/shop\nspring.datasource.password=«alnum:24»\ncloud.aws.region.static=eu-west-1\n"},
		{"S3 by role", "type: S3\nconfig:\n  bucket: b\n  endpoint: s3.eu-west-1.amazonaws.com\n  aws_sdk_auth: true\n"},
		{"profile that assumes", "[profile app]\nrole_arn = arn:aws:iam::«digits:12»:role/app\nweb_identity_token_file = /var/run/secrets/eks.amazonaws.com/serviceaccount/token\n"},
		{"SSO profile", "[sso-session x]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n[profile a]\nsso_session = x\nsso_account_id = «digits:12»\n"},
		{"database", "DATABASE_URL=postgres://shop:«alnum:32»@db/shop?sslmode=require"},
		{"database, long password", "DATABASE_URL=postgres://shop:«alnum:40»@db/shop"},
		{"MinIO", "MINIO_ROOT_USER=minio\nMINIO_ROOT_PASSWORD=minio123\n"},
		{"MinIO's own keys", "accesskey=«alnum:20»\nsecretkey=«alnum:40»\n"},
		{"MinIO's own keys under names of S3", "S3_ACCESS_KEY=«alnum:20»\nS3_SECRET_KEY=«alnum:40»\n"},
		{"keys of another cloud under names of AWS", "AWS_ACCESS_KEY_ID=DO00«idletters:16»\nAWS_SECRET_ACCESS_KEY=«base64:43»\n"},
		{"Google HMAC", "access_key: GOOG1E«idletters:55»\nsecret_key: «base64:40»\n"},
		{"prometheus", "scrape_configs:\n- job_name: nodes\n  ec2_sd_configs:\n  - region: eu-west-1\n    role_arn: arn:aws:iam::«digits:12»:role/prometheus\n"},
		{"leader election", `{"holderIdentity":"app-«hex:10»-«lower:5»_«uuid»","leaseDurationSeconds":15}`},
		{"terraform plan", "aws_iam_access_key.ci: Creation complete [id=(known after apply)]\n  + secret = (sensitive value)\n"},
		{"CORS", "Access-Control-Allow-Headers: X-Amz-Security-Token,Authorization,AWSAccessKeyId\n"},
		{"ECR", "«digits:12».dkr.ecr.eu-west-1.amazonaws.com/shop/app:«hex:40»"},
	}
}

func sessionTokens() []form {
	return []form{
		{"alone", "«base64:356»=="}, {"named", "AWS_SESSION_TOKEN=IQoJb3JpZ2luX2VjE«base64:600»"}, {"ini", "[default]\naws_session_token = FwoGZXIvYXdzE«base64:400»=\n"}, {"JSON", `{"SessionToken":"IQoJb3JpZ2luX2VjE«base64:601»="}`},
		{"in a URL", "https://b/?X-Amz-Security-Token=IQoJb3JpZ2luX2VjE«alnum:300»%2F«alnum:40»%3D"}, {"web identity", "eyJraWQiOiI«url:30».«url:400».«url:342»"},
	}
}
