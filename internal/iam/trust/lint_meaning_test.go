package trust

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"podpass/internal/iam/glob"
)

// subs makes tokenTrust's condition on subjects of I: ~ stands for
// system:serviceaccount:, and a bar separates values.
func subs(operator, values string) string {
	list := `"` + strings.ReplaceAll(strings.ReplaceAll(values, "~", "system:serviceaccount:"), "|", `", "`) + `"`
	return `{"` + operator + `": {"I:sub": [` + list + `]}}`
}

func allowing(principal, condition string) string {
	return `{"Effect": "Allow", "Principal": ` + principal + `, "Action": "sts:AssumeRole", "Condition": ` + condition + `}`
}

func denying(principal, action, condition string) string {
	return `{"Effect": "Deny", "Principal": ` + principal + `, "Action": "` + action + `", "Condition": ` + condition + `}`
}

const (
	anyone  = `{"AWS": "*"}`
	prod    = "arn:aws:eks:eu-west-1:111122223333:cluster/prod"
	root    = `{"AWS": "arn:aws:iam::111122223333:root"}`
	podsAre = `{"Service": "pods.eks.amazonaws.com"}`
)

// podTags is a condition on namespace, account and cluster, each with its
// operator; empty values are left out.
func podTags(operator, namespace, name, cluster string) string {
	var keys []string
	for _, k := range [][2]string{{tagNamespace, namespace}, {tagAccount, name}, {tagCluster, cluster}} {
		if k[1] != "" {
			keys = append(keys, `"`+k[0]+`": "`+k[1]+`"`)
		}
	}
	return `{"` + operator + `": {` + strings.Join(keys, ", ") + `}}`
}

// TestLintJudgesByWhatIsLeft holds trusts whose words say one thing and whose
// meaning is another.
func TestLintJudgesByWhatIsLeft(t *testing.T) {
	all := tokenTrust(`{"StringEquals": {"I:aud": "sts.amazonaws.com"}}`)
	ifExists := strings.Replace(exact, "StringEquals", "StringEqualsIfExists", 1)
	both := `{"StringEqualsIfExists": {"I:sub": "system:serviceaccount:a:b", "J:sub": "system:serviceaccount:a:b"}}`
	gitlab := strings.NewReplacer("I:", "gitlab.example.com:", "/I", "/gitlab.example.com")
	for name, c := range map[string]struct {
		statements []string
		want       string
	}{
		"all but one name in any namespace":       {[]string{all, denyTrust(subs("StringNotLike", "~*:app"))}, "PT05"},
		"a name in namespaces of a pattern":       {[]string{all, denyTrust(subs("StringNotLike", "~prod*:app"))}, "PT06"},
		"a namespace as a whole":                  {[]string{all, denyTrust(subs("StringNotLike", "~team:*"))}, "PT07"},
		"default in any namespace":                {[]string{all, denyTrust(subs("StringNotLike", "~*:default"))}, "PT05"},
		"two that are named":                      {[]string{all, denyTrust(subs("StringNotEquals", "~a:b|~c:default"))}, ""},
		"a namespace but for default":             {[]string{tokenTrust(subs("StringLike", "~team:*")), denyTrust(subs("StringEquals", "~team:default"))}, ""},
		"default by a wildcard in the name":       {[]string{tokenTrust(subs("StringLike", "~team:d*"))}, "PT07"},
		"a deny list that a deny makes exact":     {[]string{tokenTrust(subs("StringNotEquals", "~a:bad")), denyTrust(subs("StringNotEquals", "~a:b"))}, ""},
		"every account by a pattern":              {[]string{tokenTrust(subs("StringLike", "~*"))}, "PT02"},
		"every account by *":                      {[]string{tokenTrust(subs("StringLike", "*"))}, "PT02"},
		"everyone from a network":                 {[]string{tokenTrust(`{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`)}, "PT02"},
		"an operator that is not known":           {[]string{tokenTrust(subs("StringLikes", "~*"))}, "PT32"},
		"a Deny of a wildcard taken literally":    {[]string{tokenTrust(exact), denyTrust(subs("StringEquals", "~kube-system:*"))}, "PT37"},
		"a Deny on a key with a scheme":           {[]string{tokenTrust(exact), denyTrust(`{"StringLike": {"https://I:sub": "system:serviceaccount:a:*"}}`)}, "PT37"},
		"a Deny of a name in upper case":          {[]string{tokenTrust(exact), denyTrust(subs("StringEquals", "~Kube-System:x"))}, "PT37"},
		"a Deny on a key of another issuer":       {[]string{tokenTrust(exact), denyTrust(`{"StringEquals": {"J:sub": "system:serviceaccount:a:b"}}`)}, "PT37"},
		"a Deny of which one value is dead":       {[]string{tokenTrust(exact), denyTrust(subs("StringEquals", "~a:b|~c:*"))}, "PT37"},
		"a Deny that spares a wildcard literally": {[]string{tokenTrust(exact), denyTrust(subs("StringNotEquals", "~shop:cart|~c:*"))}, "PT04"},
		"a Deny that spares an upper case name":   {[]string{tokenTrust(exact), denyTrust(subs("StringNotEquals", "~shop:cart|~C:x"))}, "PT14"},
		"a Deny of what may be":                   {[]string{tokenTrust(exact), denyTrust(`{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`)}, ""},
		"a Deny for everyone without TLS":         {[]string{tokenTrust(exact), denying(`"*"`, "sts:*", `{"Bool": {"aws:SecureTransport": "false"}}`)}, ""},
		"a Deny of AWS principals":                {[]string{tokenTrust(exact), denying(anyone, "sts:AssumeRole", `{"StringEquals": {"I:sub": "x"}}`)}, "PT37"},
		"an audience of its own":                  {[]string{tokenTrust(strings.Replace(exact, "sts.amazonaws.com", "vault", 1))}, ""},
		"every account for its own audience":      {[]string{tokenTrust(`{"StringEquals": {"I:aud": "vault"}}`)}, "PT02"},
		"an audience that is ruled out":           {[]string{tokenTrust(strings.Replace(exact, "{", `{"StringNotEquals": {"I:aud": "sts.amazonaws.com"}, `, 1))}, "PT34"},
		"a vacuous condition beside an exact one": {[]string{tokenTrust(strings.Replace(exact, "{", `{"StringEqualsIfExists": {"J:sub": "x"}, `, 1))}, ""},
		"two providers, each with its key":        {[]string{twoOf + both + "}"}, ""},
		"two providers, keys of one":              {[]string{twoOf + ifExists + "}"}, "PT10 PT12"},
		"two providers, one too wide by itself":   {[]string{twoOf + `{"StringLikeIfExists": {"I:sub": "system:serviceaccount:*:x"}}}`}, "PT05 PT10 PT12"},
		"an issuer that is no cluster":            {[]string{gitlab.Replace(tokenTrust(`{"StringLike": {"I:sub": "project_path:shop/cart:*"}}`))}, ""},
		"a cluster that is not of EKS":            {[]string{gitlab.Replace(tokenTrust(`{"StringLike": {"I:sub": "system:serviceaccount:*:app"}}`))}, "PT05"},
		"a name that looks made up":               {[]string{tokenTrust(subs("StringLike", "~*:unheard-of"))}, "PT05"},
		"all but one, from a network":             {[]string{tokenTrust(strings.Replace(subs("StringNotEquals", "~a:b"), "{", `{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, `, 1))}, "PT11"},
		"one account by an odd pattern":           {[]string{tokenTrust(subs("StringLike", "system:*:shop:cart"))}, ""},
		"one namespace by an odd pattern":         {[]string{tokenTrust(subs("StringLike", "system:*:shop:*"))}, "PT07"},
		"all but one by an odd pattern":           {[]string{tokenTrust(`{}`), denyTrust(subs("StringNotLike", "*:shop:cart"))}, ""},
		"a name beside a variable":                {[]string{tokenTrust(subs("StringLike", "~shop:cart|~${aws:PrincipalTag/ns}:x"))}, "PT05"},
		"a subject by a pattern under aud":        {[]string{tokenTrust(`{"StringLike": {"I:aud": "*:a:b"}}`)}, "PT03"},
		"an audience by a wildcard that is none":  {[]string{tokenTrust(`{"StringEquals": {"I:aud": "*", "I:sub": "system:serviceaccount:a:b"}}`)}, "PT04"},
		"an audience with a scheme":               {[]string{tokenTrust(strings.Replace(exact, "sts.amazonaws.com", "https://sts.amazonaws.com", 1))}, "PT34"},
		"an audience in upper case":               {[]string{tokenTrust(strings.Replace(exact, "sts.amazonaws.com", "STS.amazonaws.com", 1))}, "PT34"},
		"all audiences but one":                   {[]string{tokenTrust(`{"StringNotEquals": {"I:aud": "sts.amazonaws.com"}}`)}, "PT02"},
		"all but a Deny of one audience":          {[]string{tokenTrust(`{}`), denyTrust(`{"StringEquals": {"I:aud": "sts.amazonaws.com"}}`)}, "PT01"},
		"an exclusion by a wildcard that is none": {[]string{tokenTrust(strings.Replace(subs("StringLike", "~shop:*"), "{", `{"StringNotEquals": {"I:sub": ["system:serviceaccount:shop:default", "system:serviceaccount:shop:admin*"]}, `, 1))}, "PT04"},
		"an issuer without region":                {[]string{strings.Replace(tokenTrust(exact), "/I", "/oidc.eks.amazonaws.com/id/X", 1)}, "PT13"},
		"a region of China without .cn":           {[]string{strings.NewReplacer("/I", "/oidc.eks.cn-north-1.amazonaws.com/id/X", "I:", "oidc.eks.cn-north-1.amazonaws.com/id/X:", "arn:aws:", "arn:aws-cn:").Replace(tokenTrust(exact))}, "PT13"},
		"a scheme in the provider":                {[]string{strings.Replace(tokenTrust(exact), "/I", "/https://I", 1)}, "PT13"},
		"an issuer that ends in a slash":          {[]string{strings.NewReplacer("I:", "oic.example.com/t/:", "/I", "/oic.example.com/t/").Replace(tokenTrust(exact))}, ""},
		"Cognito's user pools":                    {[]string{strings.NewReplacer("I:", "cognito-idp.us-east-1.amazonaws.com/us-east-1_x:", "/I", "/cognito-idp.us-east-1.amazonaws.com/us-east-1_x").Replace(tokenTrust(`{"StringEquals": {"I:aud": "client"}}`))}, ""},
		"a Deny that names everyone":              {[]string{tokenTrust(`{"StringEquals": {"I:aud": "sts.amazonaws.com"}}`), denying(`"*"`, "sts:*", `{"StringNotEquals": {"I:sub": "system:serviceaccount:a:b"}}`)}, "PT02"},
		"a variable that may be any namespace":    {[]string{tokenTrust(subs("StringLike", "~${aws:PrincipalTag/ns}:app"))}, "PT05"},
	} {
		t.Run(name, func(t *testing.T) { found(t, nil, c.want, c.statements...) })
	}
}

func found(t *testing.T, ctx *Context, want string, statements ...string) Report {
	t.Helper()
	r := Lint(trustOf(t, statements...), ctx)
	if got := strings.Join(slices.Compact(slices.Sorted(slices.Values(ids(r)))), " "); got != want {
		t.Errorf("found %q, want %q: %+v", got, want, r.Findings)
	}
	return r
}

// TestLintDecidesForStrangers holds principals of accounts: what lets in
// someone whom no value names.
func TestLintDecidesForStrangers(t *testing.T) {
	role := func(operator, arn string) string { return `{"` + operator + `": {"aws:PrincipalArn": "` + arn + `"}}` }
	for name, c := range map[string]struct {
		statement, deny string
		want            string
	}{
		"any ARN":                               {allowing(anyone, role("ArnLike", "*")), "", "PT19"},
		"a name in any account":                 {allowing(anyone, role("ArnLike", "arn:aws:iam::*:role/x")), "", "PT19"},
		"roles of one account":                  {allowing(anyone, role("ArnLike", "arn:aws:iam::111122223333:role/*")), "", "PT18"},
		"a role":                                {allowing(anyone, role("ArnEquals", "arn:aws:iam::111122223333:role/x")), "", ""},
		"an external id":                        {allowing(anyone, `{"StringEquals": {"sts:ExternalId": "x"}}`), "", "PT19"},
		"an account":                            {allowing(anyone, `{"StringEquals": {"aws:PrincipalAccount": "111122223333"}}`), "", "PT18"},
		"no account":                            {allowing(anyone, `{"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}`), "", "PT19"},
		"an organization":                       {allowing(anyone, `{"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg"}}`), "", "PT47"},
		"an organization, by a Deny":            {allowing(anyone, `{}`), denying(anyone, "sts:AssumeRole", `{"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorg"}}`), "PT47"},
		"a tag of the principal":                {allowing(anyone, `{"StringEquals": {"aws:PrincipalTag/team": "shop"}}`), "", "PT19"},
		"a network":                             {allowing(anyone, `{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`), "", ""},
		"every network":                         {allowing(anyone, `{"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}`), "", "PT19"},
		"a VPC":                                 {allowing(anyone, `{"StringEquals": {"aws:SourceVpc": "vpc-1"}}`), "", ""},
		"whoever has MFA":                       {allowing(anyone, `{"Bool": {"aws:MultiFactorAuthPresent": "true"}}`), "", "PT19"},
		"the root of an account, but a role":    {allowing(root, `{}`), denying(anyone, "sts:AssumeRole", role("ArnNotEquals", "arn:aws:iam::111122223333:role/x")), ""},
		"the root, with an external id":         {allowing(root, `{"StringEquals": {"sts:ExternalId": "x"}}`), "", ""},
		"the root, with a role":                 {allowing(root, role("ArnLike", "arn:aws:iam::111122223333:role/ci-*")), "", ""},
		"the root, with any role":               {allowing(root, role("ArnLike", "arn:aws:iam::111122223333:role/*")), "", "PT18"},
		"the node by the root of its account":   {allowing(root, role("ArnEquals", nodeRole)), "", "PT17"},
		"the node by everyone":                  {allowing(anyone, role("ArnEquals", nodeRole)), "", "PT17"},
		"the node itself, but for a Deny of it": {allowing(`{"AWS": "`+nodeRole+`"}`, `{}`), denying(anyone, "sts:AssumeRole", role("ArnEquals", nodeRole)), "PT34"},
		"members, or who is of none":            {allowing(anyone, `{"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-x"}}`), "", "PT19"},
		"paths of all members, or none":         {allowing(anyone, `{"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-x/*"}}`), "", "PT19"},
		"a Deny of other paths":                 {allowing(anyone, `{}`), denying(anyone, "sts:AssumeRole", `{"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": "o-x/*"}}`), "PT19"},
		"paths of an organization":              {allowing(anyone, `{"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-x/*"}}`), "", "PT47"},
		"a role in an organization":             {allowing(anyone, `{"StringEquals": {"aws:PrincipalOrgID": "o-x"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}`), "", ""},
		"the name of a user":                    {allowing(anyone, `{"StringEquals": {"aws:username": "bob"}}`), "", "PT19"},
		"the name of a session":                 {allowing(anyone, `{"StringLike": {"aws:userid": "*:deploy"}}`), "", "PT19"},
		"any endpoint":                          {allowing(anyone, `{"Null": {"aws:SourceVpce": "false"}}`), "", "PT19"},
		"endpoints by a pattern":                {allowing(anyone, `{"StringLike": {"aws:SourceVpce": "vpce-*"}}`), "", "PT19"},
		"a role by a short pattern":             {allowing(anyone, role("StringLike", "*:role/deploy-*")), "", "PT19"},
		"a user by a pattern":                   {allowing(anyone, role("ArnLike", "arn:aws:iam::*:user/x*")), "", "PT19"},
		"some accounts by a pattern":            {allowing(anyone, role("ArnLike", "arn:aws:iam::4444*:role/x-*")), "", "PT19"},
		"half of the internet":                  {allowing(anyone, `{"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}`), "", "PT19"},
		"all of IPv6":                           {allowing(anyone, `{"IpAddress": {"aws:SourceIp": "::/0"}}`), "", "PT19"},
		"an office":                             {allowing(anyone, `{"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}}`), "", ""},
		"all but one network":                   {allowing(anyone, `{"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}`), "", "PT19"},
		"all but an account of zeros":           {allowing(anyone, `{"StringNotEquals": {"aws:PrincipalAccount": "000000000000"}}`), "", "PT19"},
		"an account of zeros":                   {allowing(anyone, `{"StringEquals": {"aws:PrincipalAccount": "000000000000"}}`), "", "PT18"},
		"a role of an account of zeros":         {allowing(anyone, role("ArnEquals", "arn:aws:iam::000000000000:role/deploy")), "", ""},
		"the same account three times":          {allowing(`{"AWS": ["111122223333", "arn:aws:iam::111122223333:root"]}`, `{}`), "", "PT18"},
		"everyone, and an account":              {allowing(`{"AWS": ["*", "111122223333"]}`, `{}`), "", "PT19"},
		"a role that a key of tokens keeps out": {allowing(`{"AWS": "arn:aws:iam::111122223333:role/x"}`, `{"StringEquals": {"I:sub": "system:serviceaccount:a:b"}}`), "", "PT34"},
		"a service by a key of its own":         {allowing(`{"Service": "lambda.amazonaws.com"}`, `{"StringEquals": {"lambda:SourceFunctionArn": "x"}}`), "", ""},
		"everyone's tokens":                     {strings.Replace(allowing(anyone, `{}`), "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", 1), "", "PT19"},
		"every service":                         {allowing(`{"Service": "*"}`, `{}`), "", "PT36"},
		"a group":                               {allowing(`{"AWS": "arn:aws:iam::111122223333:group/admins"}`, `{}`), "", "PT46"},
		"an account of 11 digits":               {allowing(`{"AWS": "11112222333"}`, `{}`), "", "PT46"},
		"a service by half of its name":         {allowing(`{"Service": "ec2"}`, `{}`), "", "PT46"},
		"a service of another domain":           {allowing(`{"Service": "alexa-appkit.amazon.com"}`, `{}`), "", ""},
		"a pattern that no principal fits":      {allowing(anyone, role("ArnLike", "arn:aws:iam::*:role/")), "", ""},
		"the id of a role":                      {allowing(anyone, `{"StringLike": {"aws:userid": "AROAEXAMPLE1234567890:*"}}`), "", ""},
		"the id of a role in an organization":   {allowing(anyone, `{"StringLike": {"aws:userid": "AROAEXAMPLE1234567890:*"}, "StringEquals": {"aws:PrincipalOrgID": "o-x"}}`), "", ""},
		"a service, and an account if there is": {allowing(`{"Service": "lambda.amazonaws.com"}`, `{"StringEqualsIfExists": {"aws:PrincipalAccount": "111122223333"}}`), "", ""},
		"everyone's tokens for an audience":     {strings.Replace(allowing(anyone, `{"StringEquals": {"I:aud": "sts.amazonaws.com"}}`), "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", 1), "", "PT19"},
		"a value that is no ARN":                {allowing(anyone, role("StringLike", "x*")), "", ""},
		"a pattern of an ARN of no principal":   {allowing(anyone, role("StringLike", "arn:aws:s3::*:x/*")), "", ""},
		"a pattern of an ARN without account":   {allowing(anyone, role("StringLike", "arn:aws:s3:::*")), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			statements := slices.DeleteFunc([]string{c.statement, c.deny}, func(s string) bool { return s == "" })
			found(t, &Context{NodeRoles: []string{nodeRole, "odd"}}, c.want, statements...)
		})
	}
}

// TestLintAsksForPods holds trusts of EKS Pod Identity.
func TestLintAsksForPods(t *testing.T) {
	deny := func(key, value string) string {
		return denying(podsAre, "sts:*", `{"StringNotEquals": {"`+key+`": "`+value+`"}}`)
	}
	for name, c := range map[string]struct {
		statements []string
		context    Context
		want       string
	}{
		"the account alone":                    {[]string{podTrust(tags, `{"StringEquals": {"aws:SourceAccount": "111122223333"}}`)}, Context{}, "PT20"},
		"any cluster of the account":           {[]string{podTrust(tags, `{"ArnLike": {"aws:SourceArn": "arn:aws:eks:*:111122223333:cluster/*"}}`)}, Context{}, "PT20"},
		"any cluster of any account":           {[]string{podTrust(tags, `{"ArnLike": {"aws:SourceArn": "arn:aws:eks:*:*:cluster/*"}}`)}, Context{}, "PT20"},
		"a cluster":                            {[]string{podTrust(tags, `{"ArnEquals": {"aws:SourceArn": "`+prod+`"}}`)}, Context{}, "PT05"},
		"an account of a cluster":              {[]string{podTrust(tags, podTags("StringEquals", "", "cart", prod))}, Context{}, "PT05"},
		"namespaces of a pattern":              {[]string{podTrust(tags, podTags("StringLike", "prod*", "cart", prod))}, Context{}, "PT06"},
		"a namespace":                          {[]string{podTrust(tags, podTags("StringEquals", "shop", "", prod))}, Context{}, "PT07"},
		"names of a pattern":                   {[]string{podTrust(tags, podTags("StringLike", "shop", "app-*", prod))}, Context{}, ""},
		"default by its name":                  {[]string{podTrust(tags, podTags("StringEquals", "shop", "default", prod))}, Context{}, ""},
		"a wildcard taken literally":           {[]string{podTrust(tags, podTags("StringEquals", "shop", "*", prod))}, Context{}, "PT04"},
		"the name of the cluster":              {[]string{podTrust(tags, strings.Replace(podTags("StringEquals", "shop", "cart", "prod"), "-arn", "-name", 1))}, Context{}, "PT22"},
		"three denies":                         {[]string{podTrust(tags, `{}`), deny(tagNamespace, "shop"), deny(tagAccount, "cart"), deny("aws:SourceArn", prod)}, Context{}, ""},
		"a Deny that leaves nobody":            {[]string{podTrust(tags, exactly), deny(tagNamespace, "other")}, Context{}, "PT34"},
		"a Deny of sts:TagSession":             {[]string{podTrust(tags, exactly), denying(podsAre, "sts:TagSession", podTags("StringEquals", "shop", "", ""))}, Context{}, "PT34"},
		"tags off":                             {[]string{podTrust(tags, exactly)}, Context{Associations: []Association{{DisableSessionTags: true}}}, "PT23"},
		"tags off, and IfExists":               {[]string{podTrust(tags, strings.Replace(exactly, "StringEquals", "StringEqualsIfExists", 1))}, Context{Associations: []Association{{}, {DisableSessionTags: true}}}, "PT23"},
		"tags off, a cluster alone":            {[]string{podTrust(tags, `{"ArnEquals": {"aws:SourceArn": "`+prod+`"}}`)}, Context{Associations: []Association{{DisableSessionTags: true}}}, ""},
		"tags off, no condition":               {[]string{podTrust(tags, `{"StringEquals": {"aws:SourceAccount": "111122223333"}}`)}, Context{Associations: []Association{{DisableSessionTags: true}}}, "PT20"},
		"tags off, and a Deny":                 {[]string{podTrust(tags, `{}`), deny(tagNamespace, "shop")}, Context{Associations: []Association{{DisableSessionTags: true}}}, "PT23"},
		"tags that EKS does not set":           {[]string{podTrust(tags, strings.Replace(exactly, "{", `{"StringLike": {"aws:RequestTag/kubernetes-serviceaccount": "cart"}, `, 1))}, Context{}, "PT26"},
		"and need not be there":                {[]string{podTrust(tags, strings.Replace(exactly, "{", `{"StringLikeIfExists": {"aws:RequestTag/team": "cart"}, "StringEqualsIgnoreCase": {"aws:RequestTag/kubernetes-pod-name": "${aws:x}"}, `, 1))}, Context{}, ""},
		"a name in upper case":                 {[]string{podTrust(tags, strings.Replace(exactly, `"shop"`, `["shop", "Shop"]`, 1))}, Context{}, "PT14"},
		"keys of tokens":                       {[]string{podTrust(tags, `{"StringEquals": {"I:sub": "system:serviceaccount:a:b"}}`)}, Context{}, "PT34"},
		"another cluster as source":            {[]string{podTrust(tags, strings.Replace(exactly, "{", `{"ArnEquals": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:cluster/dev"}, `, 1))}, Context{}, "PT34"},
		"clusters by a pattern of names":       {[]string{podTrust(tags, `{"StringLike": {"aws:RequestTag/eks-cluster-name": "prod-*"}}`)}, Context{}, "PT20"},
		"the same, for one account":            {[]string{podTrust(tags, `{"StringLike": {"aws:RequestTag/eks-cluster-name": "prod-*"}, "StringEquals": {"aws:RequestTag/kubernetes-namespace": "shop", "aws:RequestTag/kubernetes-service-account": "cart"}}`)}, Context{}, "PT22"},
		"a pattern that no name fits":          {[]string{podTrust(tags, podTags("StringLike", "Shop*", "cart", prod))}, Context{}, "PT14"},
		"clusters of other regions":            {[]string{podTrust(tags, podTags("StringLike", "shop", "cart", "arn:aws:eks:me-*:111122223333:cluster/prod"))}, Context{}, "PT22"},
		"an instance":                          {[]string{podTrust(tags, exactly), ec2}, Context{}, "PT24"},
		"an instance that needs tags":          {[]string{podTrust(tags, exactly), strings.Replace(ec2, "}", `}`, 1)[:len(ec2)-1] + `, "Condition": ` + exactly + `}`}, Context{}, ""},
		"an instance, and pods that nobody is": {[]string{podTrust(tags, exactly), deny(tagNamespace, "other"), ec2}, Context{}, "PT34"},
		"an operator that is not known":        {[]string{podTrust(tags, podTags("StringEqual", "shop", "cart", prod))}, Context{}, "PT32"},
	} {
		t.Run(name, func(t *testing.T) { found(t, &c.context, c.want, c.statements...) })
	}
}

// TestUsualTrustsHaveNoFinding holds what tools and documents tell people to
// write.
func TestUsualTrustsHaveNoFinding(t *testing.T) {
	region := func(from, partition, issuer string) string {
		return strings.NewReplacer("arn:aws:", "arn:"+partition+":", "I:", issuer+":", "/I", "/"+issuer).Replace(from)
	}
	kops := strings.NewReplacer("I:", "s3.example.com/oidc:", "/I", "/s3.example.com/oidc")
	for name, statements := range map[string][]string{
		"eksctl":                       {tokenTrust(exact)},
		"the module for IRSA":          {tokenTrust(`{"StringEquals": {"I:aud": "sts.amazonaws.com"}, "StringLike": {"I:sub": ["system:serviceaccount:shop:cart", "system:serviceaccount:shop:web"]}}`)},
		"GovCloud":                     {region(tokenTrust(exact), "aws-us-gov", "oidc.eks.us-gov-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE")},
		"China":                        {region(tokenTrust(exact), "aws-cn", "oidc.eks.cn-north-1.amazonaws.com.cn/id/EXAMPLED539D4633E53DE1B71EXAMPLE")},
		"kOps":                         {kops.Replace(tokenTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:kube-system:dns-controller"}}`))},
		"Crossplane":                   {tokenTrust(`{"StringLike": {"I:sub": "system:serviceaccount:crossplane-system:provider-aws-*"}}`)},
		"two clusters":                 {tokenTrust(exact), strings.NewReplacer("I:", "J:", "/I", "/J").Replace(tokenTrust(exact))},
		"Pod Identity with tags":       {podTrust(tags, exactly)},
		"Pod Identity with its source": {podTrust(tags, `{"StringEquals": {"aws:SourceAccount": "111122223333", "aws:RequestTag/kubernetes-namespace": "shop", "aws:RequestTag/kubernetes-service-account": "cart"}, "ArnEquals": {"aws:SourceArn": "`+prod+`"}}`)},
		"both ways":                    {tokenTrust(exact), podTrust(tags, exactly)},
		"GitHub":                       {githubTrust(`{"StringEquals": {"G:aud": "sts.amazonaws.com"}, "StringLike": {"G:sub": "repo:example/shop:*"}}`)},
		"GitHub by another claim":      {githubTrust(`{"StringEquals": {"G:aud": "sts.amazonaws.com", "G:repository_owner_id": "1"}}`)},
		"Cognito":                      {`{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:12345678-dead-beef-cafe-123456790ab"}, "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}}`},
		"an issuer of one tenant":      {strings.NewReplacer("I:", "shop.okta.com:", "/I", "/shop.okta.com").Replace(tokenTrust(`{"StringEquals": {"I:aud": "x"}}`))},
		"a service":                    {allowing(`{"Service": "lambda.amazonaws.com"}`, `{}`)},
		"a role that tags":             {strings.Replace(principalTrust("arn:aws:iam::111122223333:role/deployer"), `"sts:AssumeRole"`, `["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]`, 1)},
		"SAML":                         {`{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/x"}, "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"], "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}`},
	} {
		t.Run(name, func(t *testing.T) { found(t, nil, "", statements...) })
	}
}

// TestLintOfFormsAndContext holds what cannot meet, and what a context tells.
func TestLintOfFormsAndContext(t *testing.T) {
	cart := Meant{Provider: issuerI, Namespace: "shop", ServiceAccount: "cart"}
	pod := Meant{Cluster: prod, Namespace: "shop", ServiceAccount: "cart"}
	ids := func(ids ...string) []Provider { return []Provider{{issuerI, ids}} }
	provider := func(value string) string {
		return strings.Replace(tokenTrust(exact), "arn:aws:iam::111122223333:oidc-provider/I", value, 1)
	}
	webIdentity := func(principal string) string {
		return `{"Effect": "Allow", "Principal": ` + principal + `, "Action": "sts:AssumeRoleWithWebIdentity"}`
	}
	off := []Association{{DisableSessionTags: true}}
	for name, c := range map[string]struct {
		statement string
		context   Context
		want      string
	}{
		"pods with the action of tokens":      {webIdentity(podsAre), Context{}, "PT40"},
		"a role with the action of tokens":    {webIdentity(`{"AWS": "arn:aws:iam::111122223333:role/x"}`), Context{}, "PT40"},
		"SAML with the action of tokens":      {webIdentity(`{"Federated": "arn:aws:iam::111122223333:saml-provider/x"}`), Context{}, "PT40"},
		"a provider under AWS":                {strings.Replace(tokenTrust(exact), "Federated", "AWS", 1), Context{}, "PT40"},
		"a service under AWS":                 {allowing(`{"AWS": "lambda.amazonaws.com"}`, `{}`), Context{}, "PT40"},
		"a principal that only tags":          {strings.Replace(principalTrust("arn:aws:iam::111122223333:role/x"), "AssumeRole", "TagSession", 1), Context{}, ""},
		"an action that fits no action":       {strings.Replace(principalTrust("arn:aws:iam::111122223333:role/x"), `"sts:AssumeRole"`, `["sts:AssumeRole", "sts:Asume*"]`, 1), Context{}, "PT41"},
		"a slash at the end":                  {provider("arn:aws:iam::111122223333:oidc-provider/I/"), Context{}, "PT42"},
		"a variable of a template":            {provider("arn:aws:iam::111122223333:oidc-provider/${ISSUER}"), Context{}, "PT42"},
		"braces of a template":                {provider("arn:aws:iam::111122223333:oidc-provider/{{ issuer }}"), Context{}, "PT42"},
		"a role under Federated":              {provider("arn:aws:iam::111122223333:role/x"), Context{}, "PT42"},
		"a role of another partition":         {tokenTrust(exact), Context{Role: "arn:aws-cn:iam::111122223333:role/x"}, "PT43"},
		"GitHub that is not registered":       {githubTrust(`{"StringEquals": {"G:sub": "repo:example/shop:ref:refs/heads/main"}}`), Context{Providers: ids()}, "PT15"},
		"Cognito without an audience":         {webIdentity(`{"Federated": "cognito-identity.amazonaws.com"}`), Context{Providers: ids()}, "PT45"},
		"GitHub, all repositories":            {githubTrust(`{"StringLike": {"G:sub": "repo:*"}}`), Context{}, "PT45"},
		"GitHub, a branch of all":             {githubTrust(`{"StringLike": {"G:sub": "repo:*:ref:refs/heads/main"}}`), Context{}, "PT45"},
		"GitHub, names of owners":             {githubTrust(`{"StringLike": {"G:sub": ["repo:o/r:*", "repo:o*"]}}`), Context{}, "PT45"},
		"GitHub, repositories of an owner":    {githubTrust(`{"StringLike": {"G:sub": "repo:o/*"}}`), Context{}, ""},
		"GitHub, a wildcard that is none":     {githubTrust(`{"StringEquals": {"G:sub": "repo:o/r:*"}}`), Context{}, "PT04"},
		"GitHub, a key with a scheme":         {githubTrust(`{"StringEquals": {"https://G:sub": "repo:o/r:x"}}`), Context{}, "PT13"},
		"Terraform, all organizations":        {strings.ReplaceAll(githubTrust(`{"StringLike": {"G:sub": "organization:*:project:x:*"}}`), "token.actions.githubusercontent.com", "app.terraform.io"), Context{}, "PT45"},
		"Cognito, who has logged in":          {`{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}}`, Context{}, "PT45"},
		"Cognito, pools of a region":          {`{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"cognito-identity.amazonaws.com:aud": "us-east-1:*"}}}`, Context{}, "PT45"},
		"an audience in another case":         {tokenTrust(`{"StringEqualsIgnoreCase": {"I:aud": "STS.amazonaws.com"}, "StringEquals": {"I:sub": "system:serviceaccount:a:b"}}`), Context{Providers: ids(DefaultAudience)}, ""},
		"an audience by a variable":           {tokenTrust(`{"StringEquals": {"I:aud": "${x, 'sts.amazonaws.com'}", "I:sub": "system:serviceaccount:a:b"}}`), Context{Providers: ids(DefaultAudience)}, ""},
		"tokens for the API server alone":     {tokenTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:shop:cart"}}`), Context{Providers: ids("https://kubernetes.default.svc")}, "PT16"},
		"one client id that is no default":    {tokenTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:shop:cart"}}`), Context{Providers: ids("vault")}, ""},
		"a role's principal elsewhere":        {principalTrust("arn:aws-cn:iam::111122223333:role/deployer"), Context{Role: "arn:aws:iam::111122223333:role/x"}, "PT43"},
		"GitHub, a repository by its id":      {githubTrust(`{"StringLike": {"G:sub": "repository_id:1234:*"}}`), Context{}, ""},
		"GitHub, a repository by its claim":   {githubTrust(`{"StringLike": {"G:sub": "environment:prod:repository:org/app:*"}}`), Context{}, ""},
		"GitHub, a repository cut off":        {githubTrust(`{"StringLike": {"G:sub": "repository:or*"}}`), Context{}, "PT45"},
		"an isolated partition":               {strings.NewReplacer("arn:aws:", "arn:aws-iso:", "/I", "/oidc.eks.us-iso-east-1.c2s.ic.gov/id/A", "I:", "oidc.eks.us-iso-east-1.c2s.ic.gov/id/A:").Replace(tokenTrust(exact)), Context{}, ""},
		"GitHub of an enterprise":             {strings.ReplaceAll(githubTrust(`{"StringEquals": {"G:aud": "x"}}`), "githubusercontent.com", "githubusercontent.com/octo"), Context{}, ""},
		"GitLab":                              {strings.ReplaceAll(githubTrust(`{"StringEquals": {"G:aud": "x"}}`), "token.actions.githubusercontent.com", "gitlab.com"), Context{}, "PT45"},
		"GitHub without branches or tags":     {githubTrust(`{"StringNotLike": {"G:sub": "repo:example/*"}}`), Context{}, "PT45"},
		"an audience by a pattern":            {tokenTrust(strings.Replace(strings.Replace(exact, "StringEquals", "StringLike", 1), "sts.amazonaws.com", "*", 1)), Context{Providers: ids(DefaultAudience, "other")}, "PT16"},
		"an audience by its name":             {tokenTrust(strings.Replace(exact, `"sts.amazonaws.com"`, `["sts.amazonaws.com", "other"]`, 1)), Context{Providers: ids(DefaultAudience, "other")}, ""},
		"an audience that is ruled out":       {tokenTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:shop:cart"}, "StringNotEquals": {"I:aud": "other"}}`), Context{Providers: ids(DefaultAudience, "other")}, ""},
		"a provider without client ids":       {tokenTrust(`{"StringEquals": {"I:sub": "system:serviceaccount:shop:cart"}}`), Context{Providers: ids()}, "PT34"},
		"who is meant is let in":              {tokenTrust(exact), Context{Meant: []Meant{cart}}, ""},
		"whose provider is gone":              {tokenTrust(exact), Context{Meant: []Meant{cart}, Providers: []Provider{}}, "PT15 PT38"},
		"who is meant has another audience":   {tokenTrust(exact), Context{Meant: []Meant{{Provider: issuerI, Namespace: "shop", ServiceAccount: "cart", Audience: "x"}}}, "PT38"},
		"whose audience is not taken":         {tokenTrust(subs("StringEquals", "~shop:cart")), Context{Providers: ids(DefaultAudience), Meant: []Meant{{Provider: issuerI, Namespace: "shop", ServiceAccount: "cart", Audience: "x"}}}, "PT38"},
		"a pod that is meant is let in":       {podTrust(tags, exactly), Context{Meant: []Meant{pod}}, ""},
		"a pod that is meant is not let in":   {podTrust(tags, strings.Replace(exactly, "cart", "web", 1)), Context{Meant: []Meant{pod}}, "PT38 PT39"},
		"a pod that is meant, by its source":  {podTrust(tags, `{"StringEquals": {"aws:RequestTag/kubernetes-namespace": "shop", "aws:RequestTag/kubernetes-service-account": "cart", "aws:SourceArn": "`+prod+`"}}`), Context{Meant: []Meant{pod}}, ""},
		"a pod that is meant, without tags":   {podTrust(tags, `{"StringEquals": {"aws:SourceArn": "`+prod+`"}}`), Context{Meant: []Meant{pod}, Associations: off}, ""},
		"others, where it is too wide anyway": {tokenTrust(subs("StringLike", "~shop:*")), Context{Meant: []Meant{cart}}, "PT07"},
		"nobody is meant":                     {tokenTrust(exact), Context{Meant: []Meant{}}, "PT39"},
		"an account beside who is meant":      {allowing(`{"AWS": "arn:aws:iam::111122223333:role/deployer"}`, `{}`), Context{Meant: []Meant{}}, ""},
	} {
		t.Run(name, func(t *testing.T) { found(t, &c.context, c.want, c.statement) })
	}
}

// TestPatternsBeyondTheBudgetEnd: a short document of patterns that need many
// states is answered, and what is not judged is said.
func TestPatternsBeyondTheBudgetEnd(t *testing.T) {
	var values []string
	for i := range 15 {
		values = append(values, "~*"+string(rune('a'+i))+strings.Repeat("?", 20+i))
	}
	r := Lint(trustOf(t, tokenTrust(subs("StringLike", strings.Join(values, "|")))), nil)
	if !slices.ContainsFunc(r.NotAssessed, func(n NotAssessed) bool { return n.ID == "PT05" }) {
		t.Errorf("found %q, not assessed %+v", ids(r), r.NotAssessed)
	}
	if len(r.Undecided) != 1 {
		t.Errorf("undecided: %q", r.Undecided)
	}
	l := &linter{effort: effort{beyond: mostBeyond}}
	if l.includes(glob.Parse("*"), "system:serviceaccount:a:b") {
		t.Error("a question is answered although no more are asked")
	}
}

func TestFindingsOfOneCheckEnd(t *testing.T) {
	r := Lint(trustOf(t, slices.Repeat([]string{tokenTrust(subs("StringEqual", "~a:b"))}, 300)...), nil)
	list := slices.DeleteFunc(ids(r), func(id string) bool { return id != "PT32" })
	more := slices.DeleteFunc(slices.Clone(r.NotAssessed), func(n NotAssessed) bool { return n.ID != "PT32" })
	if len(list) != mostFound || len(more) != 1 || !strings.Contains(more[0].How, "more are not listed") {
		t.Errorf("%d findings, not assessed %+v", len(list), more)
	}
}

func TestWhatIAMNeverTakesIsJudgedByItsFormAlone(t *testing.T) {
	r := Lint(trustOf(t, slices.Repeat([]string{strings.Replace(tokenTrust(`{}`), "{", `{"Sid": "a b", `, 1)}, 100)...), nil)
	if got := slices.Compact(ids(r)); !slices.Equal(got, []string{"PT28", "PT31"}) || len(r.NotAssessed) != len(Checks())-5 {
		t.Errorf("found %q, %d not assessed", got, len(r.NotAssessed))
	}
}

func TestWhatOnlyMayBeIsSaid(t *testing.T) {
	r := found(t, nil, "PT02", tokenTrust(`{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`))
	if f := r.Findings[0]; !f.Maybe || f.Admits() != "may admit" {
		t.Errorf("an address that nobody knows: %+v", f)
	}
	r = found(t, nil, "PT02", tokenTrust(subs("StringLike", "~*")))
	if f := r.Findings[0]; f.Maybe || f.Admits() != "admits" {
		t.Errorf("nothing is unknown: %+v", f)
	}
}

func TestTooManyPodsAreNotAssessed(t *testing.T) {
	var names []string
	for i := range 500 {
		names = append(names, fmt.Sprint("n", i))
	}
	list := `"` + strings.Join(names, `", "`) + `"`
	r := Lint(trustOf(t, podTrust(tags, `{"StringEquals": {"aws:RequestTag/kubernetes-namespace": [`+list+`], "aws:RequestTag/kubernetes-service-account": [`+list+`], "aws:SourceArn": "`+prod+`"}}`)), nil)
	if !slices.ContainsFunc(r.NotAssessed, func(n NotAssessed) bool { return n.ID == "PT20" }) {
		t.Errorf("not assessed: %+v; found %q", r.NotAssessed, ids(r))
	}
	if len(r.NotAssessed) == len(Checks())-5 {
		t.Error("the document is too long for this test")
	}
	meant := []Meant{{Cluster: prod, Namespace: "n1", ServiceAccount: "n2"}}
	r = Lint(trustOf(t, podTrust(tags, `{"StringEquals": {"aws:RequestTag/kubernetes-namespace": [`+list+`], "aws:RequestTag/kubernetes-service-account": [`+list+`], "aws:SourceArn": "`+prod+`"}}`)), &Context{Meant: meant})
	if slices.Contains(ids(r), "PT38") {
		t.Error("an account that is let in is told not to be, since no more are asked")
	}
}
