package keys

// form is a text as a program reads or writes it, with one pair in it:
// «id» and «secret».
type form struct{ name, text string }

// iniForms are those of the AWS command line and of what reads its files.
func iniForms() []form {
	return []form{
		{"credentials", "[default]\naws_access_key_id = «id»\naws_secret_access_key = «secret»\n"},
		{"credentials, no spaces", "[default]\naws_access_key_id=«id»\naws_secret_access_key=«secret»"},
		{"credentials, secret first", "[default]\naws_secret_access_key = «secret»\naws_access_key_id = «id»\nregion = eu-west-1\n"},
		{"credentials with a session token", "[default]\naws_access_key_id = «id»\naws_secret_access_key = «secret»\naws_session_token = «base64:300»==\n"},
		{"credentials in capitals", "[DEFAULT]\nAWS_ACCESS_KEY_ID = «id»\nAWS_SECRET_ACCESS_KEY = «secret»\n"},
		{"a header with a comment", "[default] ; main account\naws_access_key_id = «id» ; of ci\naws_secret_access_key = «secret» ; keep\n"},
		{"commented out", "; [old]\n;aws_access_key_id=«id»\n;aws_secret_access_key=«secret»\n"},
		{"with a byte order mark", "\ufeff[default]\naws_access_key_id=«id»\naws_secret_access_key=«secret»\n"},
		{"tabs", "[default]\n\taws_access_key_id\t=\t«id»\n\taws_secret_access_key\t=\t«secret»\n"},
		{"boto", "[Credentials]\naws_access_key_id = «id»\naws_secret_access_key = «secret»\n\n[Boto]\ndebug = 0\n"},
		{"s3cfg", "[default]\naccess_key = «id»\naccess_token = \nbucket_location = US\ngpg_passphrase = \nhost_base = s3.amazonaws.com\nsecret_key = «secret»\nsend_chunk = 65536\n"},
		{"rclone", "[remote]\ntype = s3\nprovider = AWS\naccess_key_id = «id»\nsecret_access_key = «secret»\nregion = us-east-1\n"},
		{"duplicity", "[s3]\naws_access_key_id: «id»\naws_secret_access_key: «secret»\n"},
		{"grafana.ini", "[external_image_storage.s3]\nbucket_url =\nbucket = img\naccess_key = «id»\nsecret_key = «secret»\n"},
		{"gitlab runner", "[[runners]]\n  [runners.cache]\n    Type = \"s3\"\n    [runners.cache.s3]\n      ServerAddress = \"s3.amazonaws.com\"\n      AccessKey = \"«id»\"\n      SecretKey = \"«secret»\"\n"},
		{"telegraf", "[[outputs.cloudwatch]]\n  region = \"us-east-1\"\n  access_key = \"«id»\"\n  secret_key = \"«secret»\"\n"},
	}
}

func shellForms() []form {
	return []form{
		{".env", "PORT=80\nAWS_ACCESS_KEY_ID=«id»\nAWS_SECRET_ACCESS_KEY=«secret»\n"},
		{".env, quoted", "AWS_ACCESS_KEY_ID=\"«id»\"\nAWS_SECRET_ACCESS_KEY='«secret»'\n"},
		{".env, other names", "S3_KEY=«id»\nS3_SECRET=«secret»\nS3_BUCKET=media\n"},
		{".env, django", "DJANGO_AWS_ACCESS_KEY_ID=«id»\nDJANGO_AWS_SECRET_ACCESS_KEY=«secret»\nDJANGO_SECRET_KEY=«alnum:50»\n"},
		{"export", "#!/bin/bash\nset -eu\nexport AWS_ACCESS_KEY_ID=«id»\nexport AWS_SECRET_ACCESS_KEY=«secret»\naws s3 sync . s3://b\n"},
		{"export, one line", "export AWS_ACCESS_KEY_ID=«id» AWS_SECRET_ACCESS_KEY=«secret»; exec app\n"},
		{"before a command", "AWS_ACCESS_KEY_ID=«id» AWS_SECRET_ACCESS_KEY=«secret» aws s3 ls\n"},
		{"fish", "set -x AWS_ACCESS_KEY_ID «id»\nset -x AWS_SECRET_ACCESS_KEY «secret»\n"},
		{"csh", "setenv AWS_ACCESS_KEY_ID «id»\nsetenv AWS_SECRET_ACCESS_KEY «secret»\n"},
		{"PowerShell", "$env:AWS_ACCESS_KEY_ID=\"«id»\"\n$env:AWS_SECRET_ACCESS_KEY=\"«secret»\"\n"},
		{"cmd", "set AWS_ACCESS_KEY_ID=«id»\nset AWS_SECRET_ACCESS_KEY=«secret»\n"},
		{"docker run", "docker run -e AWS_ACCESS_KEY_ID=«id» -e AWS_SECRET_ACCESS_KEY=«secret» app"},
		{"Dockerfile", "FROM alpine\nENV AWS_ACCESS_KEY_ID «id»\nENV AWS_SECRET_ACCESS_KEY «secret»\n"},
		{"Dockerfile, one ENV", "ENV AWS_ACCESS_KEY_ID=«id» \\\n    AWS_SECRET_ACCESS_KEY=«secret»\n"},
		{"systemd", "[Service]\nEnvironment=\"AWS_ACCESS_KEY_ID=«id»\" \"AWS_SECRET_ACCESS_KEY=«secret»\"\nExecStart=/bin/app\n"},
		{"Makefile", "AWS_KEY := «id»\nAWS_SECRET := «secret»\n"},
		{"aws configure", "aws configure set aws_access_key_id «id» --profile x\naws configure set aws_secret_access_key «secret» --profile x\n"},
		{"default of a variable", ": ${AWS_ACCESS_KEY_ID:=«id»}\n: ${AWS_SECRET_ACCESS_KEY:=«secret»}\n"},
		{"heredoc", "cat > ~/.aws/credentials <<EOF\n[default]\naws_access_key_id = «id»\naws_secret_access_key = «secret»\nEOF\n"},
		{"echo", "echo \"[default]\\naws_access_key_id=«id»\\naws_secret_access_key=«secret»\" > ~/.aws/credentials"},
		{"passwd-s3fs", "«id»:«secret»\n"},
		{"passwd-s3fs of a bucket", "media:«id»:«secret»\n"},
		{"s3fs", "echo «id»:«secret» > /etc/passwd-s3fs && chmod 600 /etc/passwd-s3fs"},
		{"mc alias", "mc alias set prod https://s3.amazonaws.com «id» «secret» --api S3v4"},
		{"s3cmd", "s3cmd --access_key=«id» --secret_key=«secret» ls"},
		{"curl", "curl --user \"«id»:«secret»\" --aws-sigv4 aws:amz:us-east-1:s3 https://b.s3.amazonaws.com"},
		{"restic", "export RESTIC_REPOSITORY=s3:s3.amazonaws.com/b\nexport AWS_ACCESS_KEY_ID=\"«id»\"\nexport AWS_SECRET_ACCESS_KEY=\"«secret»\"\n"},
		{"netrc", "machine s3.amazonaws.com\n  login «id»\n  password «secret»\n"},
		{"netrc, one line", "machine s3.amazonaws.com login «id» password «secret»\n"},
		{"java options", "JAVA_OPTS=\"-Xmx1g -Daws.accessKeyId=«id» -Daws.secretKey=«secret»\"\n"},
		{"jenkins log", "+ AWS_ACCESS_KEY_ID=«id»\n+ AWS_SECRET_ACCESS_KEY=«secret»\n+ terraform apply\n"},
		{"escaped slashes", "SECRET='«secret»'\nKEY='«id»'\nsed -i \"s/KEY/$KEY/\" app.conf\n"},
	}
}

func jsonForms() []form {
	return []form{
		{"flat", `{"accessKeyId":"«id»","secretAccessKey":"«secret»","region":"eu-west-1"}`},
		{"pretty", "{\n  \"accessKeyId\": \"«id»\",\n  \"secretAccessKey\": \"«secret»\",\n  \"region\": \"eu-west-1\"\n}\n"},
		{"nested", `{"db":{"password":"«alnum:24»"},"aws":{"s3":{"key":"«id»","secret":"«secret»"}}}`},
		{"credential_process", `{"Version":1,"AccessKeyId":"«id»","SecretAccessKey":"«secret»","SessionToken":"«base64:300»","Expiration":"2031-01-01T00:00:00Z"}`},
		{"create-access-key", "{\n    \"AccessKey\": {\n        \"UserName\": \"ci\",\n        \"AccessKeyId\": \"«id»\",\n        \"Status\": \"Active\",\n        \"SecretAccessKey\": \"«secret»\",\n        \"CreateDate\": \"2031-01-01T00:00:00+00:00\"\n    }\n}\n"},
		{"sts", `{"Credentials":{"AccessKeyId":"«id»","SecretAccessKey":"«secret»","SessionToken":"«base64:300»"},"AssumedRoleUser":{"AssumedRoleId":"AROA«idletters:16»:s","Arn":"arn:aws:sts::«digits:12»:assumed-role/r/s"}}`},
		{"name and value", `[{"name":"AWS_ACCESS_KEY_ID","value":"«id»"},{"name":"AWS_SECRET_ACCESS_KEY","value":"«secret»"}]`},
		{"value and name", `{"env":[{"value":"«id»","name":"AWS_ACCESS_KEY_ID"},{"value":"«secret»","name":"AWS_SECRET_ACCESS_KEY"}]}`},
		{"task definition", `{"containerDefinitions":[{"name":"a","environment":[{"Name":"AWS_ACCESS_KEY_ID","Value":"«id»"},{"Name":"AWS_SECRET_ACCESS_KEY","Value":"«secret»"}]}]}`},
		{"list", `["--access-key","«id»","--secret-key","«secret»"]`},
		{"flags", `["--access-key=«id»","--secret-key=«secret»"]`},
		{"tuple", `{"s3":["«id»","«secret»"]}`},
		{"comments", "{\n  // of the ci user\n  \"key\": \"«id»\",\n  \"secret\": \"«secret»\",\n}\n"},
		{"lines of JSON", "{\"key\":\"«alnum:20»\"}\n{\"key\":\"«id»\",\"secret\":\"«secret»\"}\n{\"key\":\"«alnum:20»\"}\n"},
		{"JSON in a string of JSON", `{"config":"{\"key\":\"«id»\",\"secret\":\"«secret»\"}"}`},
		{"JSON in a string in a string", `{"config":"{\"inner\":\"{\\\"key\\\":\\\"«id»\\\",\\\"secret\\\":\\\"«secret»\\\"}\"}"}`},
		{"ini in a string of JSON", `{"credentials":"[default]\naws_access_key_id = «id»\naws_secret_access_key = «secret»\n"}`},
		{"a cut off JSON", `{"credentials":"[default]\naws_access_key_id = «id»\naws_secret_access_key = «secret»\n`},
		{"JSON in an assignment", `CONFIG='{"accessKeyId":"«id»","secretAccessKey":"«secret»"}'`},
		{"escaped JSON in an assignment", `CONFIG="{\"accessKeyId\":\"«id»\",\"secretAccessKey\":\"«secret»\"}"`},
		{"escaped with \\u0022", `window.config = JSON.parse("{\u0022key\u0022:\u0022«id»\u0022,\u0022secret\u0022:\u0022«secret»\u0022}")`},
		{"terraform state", `{"version":4,"resources":[{"type":"aws_iam_access_key","instances":[{"attributes":{"create_date":"2031","encrypted_secret":null,"id":"«id»","key_fingerprint":null,"secret":"«secret»","ses_smtp_password_v4":"B«base64:43»","status":"Active","user":"ci"}}]}]}`},
		{"vault", `{"request_id":"«uuid»","lease_duration":2764800,"data":{"access_key":"«id»","secret_key":"«secret»","security_token":null}}`},
		{"docker config", `{"auths":{"registry.example.com":{"username":"«id»","password":"«secret»"}}}`},
		{"docker auth", `{"auths":{"registry.example.com":{"auth":"‹b64:«id»:«secret»›"}}}`},
		{"velero", `{"apiVersion":"velero.io/v1","spec":{"config":{"aws_access_key_id":"«id»","aws_secret_access_key":"«secret»"}}}`},
		{"parameters", `{"Parameters":[{"ParameterKey":"AccessKey","ParameterValue":"«id»"},{"ParameterKey":"SecretKey","ParameterValue":"«secret»"}]}`},
		{"postman", `{"auth":{"type":"awsv4","awsv4":[{"key":"secretKey","value":"«secret»","type":"string"},{"key":"accessKey","value":"«id»","type":"string"}]}}`},
	}
}

func yamlForms() []form {
	return []form{
		{"mapping", "aws:\n  accessKeyId: «id»\n  secretAccessKey: «secret»\n  region: eu-west-1\n"},
		{"quoted", "aws:\n  accessKeyId: \"«id»\"\n  secretAccessKey: '«secret»'\n"},
		{"flow", "aws: {accessKeyId: «id», secretAccessKey: «secret»}\n"},
		{"flow list", "args: [--key, «id», --secret, «secret»]\n"},
		{"env", "env:\n- name: AWS_ACCESS_KEY_ID\n  value: «id»\n- name: AWS_SECRET_ACCESS_KEY\n  value: «secret»\n"},
		{"env, other order", "env:\n  - value: \"«id»\"\n    name: AWS_ACCESS_KEY_ID\n  - value: \"«secret»\"\n    name: AWS_SECRET_ACCESS_KEY\n"},
		{"compose", "services:\n  app:\n    environment:\n      - AWS_ACCESS_KEY_ID=«id»\n      - AWS_SECRET_ACCESS_KEY=«secret»\n"},
		{"compose, mapping", "services:\n  app:\n    environment:\n      AWS_ACCESS_KEY_ID: «id»\n      AWS_SECRET_ACCESS_KEY: «secret»\n"},
		{"block of ini", "secrets:\n  credentials: |\n    [default]\n    aws_access_key_id = «id»\n    aws_secret_access_key = «secret»\nother: 1\n"},
		{"tagged block", "credentials: !!str |\n  [default]\n  aws_access_key_id = «id»\n  aws_secret_access_key = «secret»\n"},
		{"block of JSON", "config: |-\n  {\"key\": \"«id»\",\n   \"secret\": \"«secret»\"}\n"},
		{"quoted ini", "credentials: \"[default]\\naws_access_key_id = «id»\\naws_secret_access_key = «secret»\\n\"\n"},
		{"anchor", "x: &keys\n  access_key: «id»\n  secret_key: «secret»\ny: *keys\n"},
		{"stringData", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  AWS_ACCESS_KEY_ID: «id»\n  AWS_SECRET_ACCESS_KEY: «secret»\n"},
		{"data", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  AWS_ACCESS_KEY_ID: ‹b64:«id»›\n  AWS_SECRET_ACCESS_KEY: ‹b64:«secret»›\n"},
		{"data with a line break", "data:\n  id: ‹b64:«id»\n›\n  key: ‹b64:«secret»\n›\n"},
		{"data of a file", "kind: Secret\ndata:\n  cloud: ‹b64:[default]\naws_access_key_id=«id»\naws_secret_access_key=«secret»\n›\n"},
		{"thanos", "type: S3\nconfig:\n  bucket: thanos\n  endpoint: s3.eu-west-1.amazonaws.com\n  access_key: «id»\n  secret_key: «secret»\n  insecure: false\n"},
		{"loki", "storage_config:\n  aws:\n    s3: s3://«id»:«%secret»@eu-west-1/logs\n"},
		{"mimir", "blocks_storage:\n  s3:\n    access_key_id: «id»\n    secret_access_key: \"«secret»\"\n    bucket_name: b\n"},
		{"registry", "storage:\n  s3:\n    accesskey: «id»\n    secretkey: «secret»\n    region: us-east-1\n"},
		{"spring", "cloud:\n  aws:\n    credentials:\n      access-key: «id»\n      secret-key: «secret»\n"},
		{"ansible", "- hosts: all\n  vars:\n    aws_access_key: «id»\n    aws_secret_key: «secret»\n"},
		{"ansible task", "- name: upload\n  amazon.aws.s3_object: bucket=b access_key=«id» secret_key=«secret»\n"},
		{"gitlab ci", "variables:\n  AWS_ACCESS_KEY_ID: «id»\n  AWS_SECRET_ACCESS_KEY: «secret»\ndeploy:\n  script: [make]\n"},
		{"cloud-init", "#cloud-config\nwrite_files:\n- path: /root/.aws/credentials\n  content: |\n    [default]\n    aws_access_key_id = «id»\n    aws_secret_access_key = «secret»\n"},
		{"cloud-init, encoded", "#cloud-config\nwrite_files:\n- encoding: b64\n  content: ‹b64:[default]\naws_access_key_id = «id»\naws_secret_access_key = «secret»\n›\n  path: /root/.aws/credentials\n"},
		{"alertmanager", "receivers:\n- name: sns\n  sns_configs:\n  - sigv4:\n      access_key: «id»\n      secret_key: «secret»\n"},
		{"comments", "# accessKey: «id»\n# secretKey: «secret»\naccessKey: ${KEY}\n"},
		{"binary block", "data:\n  credentials: |\n    ‹indent:‹wrap76:# keys of the application, ask the platform team\n[default]\naws_access_key_id = «id»\naws_secret_access_key = «secret»\n››\n"},
	}
}

func settingForms() []form {
	return []form{
		{"tfvars", "access_key = \"«id»\"\nsecret_key = \"«secret»\"\nregion     = \"eu-west-1\"\n"},
		{"terraform provider", "provider \"aws\" {\n  region     = \"us-west-2\"\n  access_key = \"«id»\"\n  secret_key = \"«secret»\"\n}\n"},
		{"terraform backend", "terraform init -backend-config=\"access_key=«id»\" -backend-config=\"secret_key=«secret»\""},
		{"terraform locals", "locals {\n  aws = { id = \"«id»\", secret = \"«secret»\" }\n}\n"},
		{"terraform variable", "variable \"aws_access_key\" {\n  default = \"«id»\"\n}\nvariable \"aws_secret_key\" {\n  default = \"«secret»\"\n}\n"},
		{"properties", "aws.accessKeyId=«id»\naws.secretKey=«secret»\n"},
		{"properties, colon", "aws.access.key: «id»\naws.secret.key: «secret»\n"},
		{"kafka connect", "connector.class=S3Sink\naws.access.key.id=«id»\naws.secret.access.key=«secret»\n"},
		{"spark", "spark.hadoop.fs.s3a.access.key «id»\nspark.hadoop.fs.s3a.secret.key «secret»\n"},
		{"core-site.xml", "<configuration>\n<property>\n<name>fs.s3a.access.key</name>\n<value>«id»</value>\n</property>\n<property>\n<name>fs.s3a.secret.key</name>\n<value>«secret»</value>\n</property>\n</configuration>\n"},
		{"settings.xml", "<server><id>s3</id><username>«id»</username><password>«secret»</password></server>"},
		{"app.config", "<appSettings>\n  <add key=\"AWSAccessKey\" value=\"«id»\"/>\n  <add key=\"AWSSecretKey\" value=\"«secret»\"/>\n</appSettings>"},
		{"plist", "<dict>\n<key>AccessKey</key>\n<string>«id»</string>\n<key>SecretKey</key>\n<string>«secret»</string>\n</dict>"},
		{"fluentd", "<match **>\n  @type s3\n  aws_key_id «id»\n  aws_sec_key «secret»\n  s3_bucket logs\n</match>\n"},
		{"logstash", "output { s3 {\n  access_key_id => \"«id»\"\n  secret_access_key => \"«secret»\"\n} }\n"},
		{"HOCON", "akka.s3 { aws { credentials { access-key-id = \"«id»\", secret-access-key = \"«secret»\" } } }"},
	}
}

func codeForms() []form {
	return []form{
		{"Python", "AWS_ACCESS_KEY_ID = '«id»'\nAWS_SECRET_ACCESS_KEY = '«secret»'\n"},
		{"Python call", "client = boto3.client('s3', aws_access_key_id='«id»', aws_secret_access_key='«secret»')\n"},
		{"Python dict", "S3 = {'key': '«id»', 'secret': '«secret»'}\n"},
		{"JavaScript", "AWS.config.update({accessKeyId: '«id»', secretAccessKey: \"«secret»\"});\n"},
		{"PHP", "<?php return ['credentials' => ['key' => '«id»', 'secret' => '«secret»']];\n"},
		{"wp-config", "define( 'AS3CF_SETTINGS', serialize( array( 'access-key-id' => '«id»', 'secret-access-key' => '«secret»' ) ) );\n"},
		{"Ruby", "Aws.config.update(credentials: Aws::Credentials.new('«id»', '«secret»'))\n"},
		{"Go", "creds := credentials.NewStaticCredentials(\"«id»\", \"«secret»\", \"\")\n"},
		{"Java", "new BasicAWSCredentials(\n    \"«id»\",\n    \"«secret»\");\n"},
		{"SQL", "COPY t FROM 's3://b/f' CREDENTIALS 'aws_access_key_id=«id»;aws_secret_access_key=«secret»' CSV;\n"},
		{"ClickHouse", "SELECT * FROM s3('https://b.s3.amazonaws.com/f', '«id»', '«secret»', 'CSV')\n"},
		{"Snowflake", "CREATE STAGE s URL='s3://b' CREDENTIALS=(AWS_KEY_ID='«id»' AWS_SECRET_KEY='«secret»');\n"},
		{"console CSV", "Access key ID,Secret access key\n«id»,«secret»\n"},
		{"old console CSV", "User name,Password,Access key ID,Secret access key,Console login link\nci,,«id»,«secret»,https://«digits:12».signin.aws.amazon.com/console\n"},
		{"old rootkey.csv", "AWSAccessKeyId=«id»\nAWSSecretKey=«secret»\n"},
		{"two lines", "«id»\n«secret»\n"},
		{"prose", "Use the access key `«id»` with the secret `«secret»` and do not tell.\n"},
		{"Markdown table", "| id | secret |\n|---|---|\n| «id» | «secret» |\n"},
		{"Chinese", "访问密钥:«id»\n密钥:«secret»\n"},
		{"Chinese, no space", "密钥ID为«id»,私有密钥为«secret»。\n"},
		{"curly quotes", "id “«id»” secret “«secret»”\n"},
		{"HTML", "<pre>key: «id»<br>secret: «secret»</pre>"},
		{"HTML entities", "<config json=\"{&quot;key&quot;:&quot;«id»&quot;,&quot;secret&quot;:&quot;«secret»&quot;}\"/>"},
	}
}

func urlForms() []form {
	return []form{
		{"URL", "s3://«id»:«secret»@bucket/path"},
		{"URL, escaped", "s3://«id»:«%secret»@bucket/path?region=eu-west-1"},
		{"URL in a setting", "CELERY_BROKER_URL=sqs://«id»:«%secret»@eu-west-1/queue\n"},
		{"query", "https://h/?AWSAccessKeyId=«id»&SecretKey=«%secret»&x=1"},
		{"airflow", "AIRFLOW_CONN_AWS_DEFAULT=aws://«id»:«%secret»@/?region_name=eu-west-1\n"},
		{"airflow, extra", "aws://?aws_access_key_id=«id»&aws_secret_access_key=«%secret»&region_name=eu-west-1"},
		{"airflow, JSON in a query", "aws://?__extra__=%7B%22aws_access_key_id%22%3A%20%22«id»%22%2C%20%22aws_secret_access_key%22%3A%20%22«%secret»%22%7D"},
		{"JDBC", "jdbc:awsathena://athena.us-east-1.amazonaws.com:443;UID=«id»;PWD=«secret»;S3OutputLocation=s3://b/\n"},
		{"dotted connection string", "Endpoint=sqs.eu-west-1.amazonaws.com;AccessKey=«id»;SecretKey=«secret»"},
		{"basic authorization", "curl -H 'Authorization: Basic ‹b64:«id»:«secret»›' https://h\n"},
		{"pipe to base64", "echo ‹b64:[default]\naws_access_key_id=«id»\naws_secret_access_key=«secret»\n› | base64 -d > ~/.aws/credentials\n"},
		{"data URL", "{\"ignition\":{},\"source\":\"data:text/plain;charset=utf-8;base64,‹b64:AWS_ACCESS_KEY_ID=«id»\nAWS_SECRET_ACCESS_KEY=«secret»\n›\"}"},
		{"data URL, escaped", "source: \"data:,%5Bdefault%5D%0Aaws_access_key_id%20%3D%20«id»%0Aaws_secret_access_key%20%3D%20«%secret»%0A\""},
	}
}

// oddForms are rare, and some out of reach.
func oddForms() []form {
	const ini = "[default]\naws_access_key_id = «id»\naws_secret_access_key = «secret»\n"
	return []form{
		{"base64 thrice", "‹b64:‹b64:‹b64:" + ini + "›››"},
		{"base64 in lines of 70", "‹fold70:# keys of the application, ask the platform team\n" + ini + "›"},
		{"base64 in lines of 40", "‹fold40:# keys of the application, ask the platform team\n" + ini + "›"},
		{"base64 behind a slash", "https://h/import/‹b64:" + ini + "›"},
		{"hexadecimal", "‹hex:" + ini + "›"},
		{"UTF-16", "‹utf16:" + ini + "›"},
		{"quoted-printable", "aws_access_key_id=3D«id»\naws_secret_access_key=3D«secret»\n"},
		{"numeric entities", "<key id=\"«id»\" secret=\"«&secret»\"/>"},
		{"escaped as \\x", "var k = \"\\x22«id»\\x22,\\x22«secret»\\x22\""},
		{"percent twice", "next=https%253A%252F%252Fh%252F%253FAWSAccessKeyId%253D«id»%2526SecretKey%253D«secret»"},
		{"JSON in a string of YAML", "config: \"{\\\"key\\\":\\\"«id»\\\",\\\"secret\\\":\\\"«secret»\\\"}\"\n"},
		{"a path of id, secret and region", "credentials=«id»/«secret»/eu-west-1"},
		{"bars", "«id»|«secret»|eu-west-1\n"},
		{"tabs between", "ci\t«id»\t«secret»\n"},
		{"a secret joined of two", "key = '«id»'\nsecret = '«alnum:20»' + '«alnum:20#2»'\n"},
		{"a folded secret", "aws:\n  accessKeyId: «id»\n  secretAccessKey: >-\n    «alnum:20»\n    «alnum:20#2»\n"},
		{"a folded secret on one line", "aws:\n  accessKeyId: «id»\n  secretAccessKey: >-\n    «secret»\n"},
		{"the name of somebody before the secret", "AWS_ACCESS_KEY_ID=«id»\nBACKUP_CREDENTIAL=«secret»\n"},
	}
}
