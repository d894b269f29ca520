package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
)

// saveLines writes requests to a file, or without a name to standard output.
func saveLines(name string, n int) error {
	if name == "" {
		return writeLines(os.Stdout, n)
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := writeLines(f, n); err != nil {
		return err
	}
	return f.Close()
}

// writeLines writes requests for podpass iam eval, of which each has policies
// of its own, 1 to 10 statements together. They are the same bytes each time.
// Two of three are in the short form. Of the others, half are tokens and half
// are roles with policies of their own. About half of all are allowed.
func writeLines(out io.Writer, n int) error {
	w := bufio.NewWriterSize(out, 64<<10)
	for i := range n {
		l := newLine(i)
		switch i % 6 {
		case 2:
			l.bearer(w)
		case 5:
			l.role(w)
		default:
			l.short(w)
		}
	}
	return w.Flush()
}

// line is what one request and its policies are made of.
type line struct {
	*rand.Rand
	number     int
	issuer     string
	account    string // of AWS
	namespace  string
	name       string // of the service account
	statements int
}

func newLine(i int) *line {
	r := rand.New(rand.NewPCG(7, uint64(i)))
	return &line{
		Rand: r, number: i,
		issuer:     fmt.Sprintf("oidc.eks.%s.amazonaws.com/id/%016X%016X", pick(r, "eu-west-1", "eu-central-1", "us-east-1"), r.Uint64N(50), r.Uint64N(50)),
		account:    fmt.Sprintf("%012d", 111122223333+r.Int64N(40)),
		namespace:  fmt.Sprintf("%s-%d", pick(r, "shop", "team", "payments"), r.IntN(200)),
		name:       fmt.Sprintf("%s-%d", pick(r, "cart", "worker", "api"), r.IntN(40)),
		statements: 1 + i%10,
	}
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func (l *line) subject() string { return "system:serviceaccount:" + l.namespace + ":" + l.name }

func (l *line) short(w io.Writer) {
	fmt.Fprintf(w, `{"id":%d,"policy":%s,"provider":%q,"sub":%q,"aud":"sts.amazonaws.com","account":%q}`+"\n",
		l.number, l.trust(), l.issuer, l.subject(), l.account)
}

func (l *line) bearer(w io.Writer) {
	fmt.Fprintf(w, `{"id":"token-%d","principal":{"provider":%q,"sub":%q,"aud":"sts.amazonaws.com","account":%q},"action":"sts:AssumeRoleWithWebIdentity","resource":"arn:aws:iam::%s:role/%s","open":["aws:SourceIp"],"resourcePolicy":%s}`+"\n",
		l.number, l.issuer, l.subject(), l.account, l.account, l.name, l.trust())
}

// role asks for an object of a bucket, by an identity policy under a service
// control policy.
func (l *line) role(w io.Writer) {
	var statements []string
	for i := range l.statements {
		bucket := fmt.Sprintf("%s-%d", l.namespace, i)
		if i == l.statements-1 && l.IntN(2) == 0 {
			bucket = l.namespace
		}
		statements = append(statements, fmt.Sprintf(`{"Sid":"Bucket%d","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::%s/*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-%s"}}}`,
			i, bucket, l.account))
	}
	fmt.Fprintf(w, `{"id":"role-%d","principal":"arn:aws:iam::%s:role/%s","resourceAccount":%q,"action":"s3:GetObject","resource":"arn:aws:s3:::%s/orders.json","context":{"aws:SourceVpc":"vpc-%s","aws:SecureTransport":true},"identity":[{"Version":"2012-10-17","Statement":[%s]}],"scps":[[{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}]]}`+"\n",
		l.number, l.account, l.name, l.account, l.namespace, l.account, strings.Join(statements, ","))
}

// trust is one as eksctl, Terraform or people write them; the last statement
// is about the subject in half of all cases.
func (l *line) trust() string {
	statements := make([]string, l.statements)
	for i := range statements {
		statements[i] = l.statement(fmt.Sprintf("%s:%s-%d", l.namespace, l.name, i))
	}
	if l.IntN(2) == 0 {
		statements[l.statements-1] = l.statement(l.namespace + ":" + l.name)
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// statement admits a service account, given as namespace:name: by itself, in a
// list, or by a pattern.
func (l *line) statement(account string) string {
	condition := ""
	switch l.IntN(3) {
	case 0:
		condition = fmt.Sprintf(`"StringEquals":{"%s:sub":"system:serviceaccount:%s","%s:aud":"sts.amazonaws.com"}`, l.issuer, account, l.issuer)
	case 1:
		condition = fmt.Sprintf(`"StringEquals":{"%s:aud":"sts.amazonaws.com"},"StringLike":{"%s:sub":["system:serviceaccount:%s","system:serviceaccount:ci-*:deploy-?"]}`, l.issuer, l.issuer, account)
	default:
		condition = fmt.Sprintf(`"StringEquals":{"%s:aud":"sts.amazonaws.com"},"StringLike":{"%s:sub":"system:serviceaccount:%s*"}`, l.issuer, l.issuer, account)
	}
	return fmt.Sprintf(`{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::%s:oidc-provider/%s"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{%s}}`,
		l.account, l.issuer, condition)
}
