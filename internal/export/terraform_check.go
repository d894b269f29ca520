package export

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"podpass/internal/iam"
	"podpass/internal/plan"
)

// What IAM and EKS take. Plans are made of choices that were checked; this is for
// plans that were made otherwise, and for what comes from a cluster.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
var (
	roleARN     = regexp.MustCompile(`^arn:[a-z0-9-]+:iam::([0-9]{12}):role/(?:[!-.0-~]+/)*[\w+=,.@-]{1,64}$`)
	policyARN   = regexp.MustCompile(`^arn:[a-z0-9-]+:iam::(aws|[0-9]{12}):policy/([!-.0-~]+/)*[\w+=,.@-]{1,128}$`)
	rolePath    = regexp.MustCompile(`^/([!-.0-~]+/)*$`)
	policyName  = regexp.MustCompile(`^[\w+=,.@-]{1,128}$`)
	tagText     = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+@-]*$`)
	clusterName = regexp.MustCompile(`^[0-9A-Za-z][\w-]{0,99}$`)
	regionName  = regexp.MustCompile(`^[a-z0-9-]+$`)
	issuerURL   = regexp.MustCompile(`^https://[0-9A-Za-z._~:/-]+$`)
	objectNames = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)
)

const (
	maxPath     = 512
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256

	wayOut = "mend the choices, and make the plan anew"
)

// checkRole refuses what IAM would refuse, and says what it is.
func checkRole(r *plan.Role) error {
	path := or(r.Path, "/")
	bad := func(what, text string) error { return fmt.Errorf("%s %+q is none: %s", what, text, wayOut) }
	switch {
	case !rolePath.MatchString(path) || len(path) > maxPath:
		return bad("the path of a role", r.Path)
	case !roleARN.MatchString(r.ARN) || !strings.HasSuffix(r.ARN, ":role"+path+r.Name):
		return bad("the ARN of the role "+r.Name, r.ARN)
	case r.Boundary != "" && !policyARN.MatchString(r.Boundary):
		return bad("the boundary", r.Boundary)
	case !objectNames.MatchString(r.Account.Namespace):
		return bad("the name of a namespace", r.Account.Namespace)
	case !objectNames.MatchString(r.Account.Name):
		return bad("the name of a service account", r.Account.Name)
	case r.By == plan.AWSPodIdentity && (!clusterName.MatchString(r.Cluster) || !regionName.MatchString(r.Region)):
		return bad("the cluster", r.Region+"/"+r.Cluster)
	case r.By != plan.AWSPodIdentity && !issuerURL.MatchString(r.Issuer):
		return bad("the issuer", r.Issuer)
	}
	if err := checkTags(r.Tags); err != nil {
		return err
	}
	return checkPolicies(r)
}

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return fmt.Errorf("%d tags are more than the %d that IAM takes: %s", len(tags), maxTags, wayOut)
	}
	for _, key := range sortedKeys(tags) {
		value := tags[key]
		switch {
		case !norm.NFC.IsNormalString(key + value):
			return fmt.Errorf("the tag %+q: %w", key, errNormal)
		case key == "" || !tagText.MatchString(key) || utf8.RuneCountInString(key) > maxTagKey || strings.HasPrefix(strings.ToLower(key), "aws:"):
			return fmt.Errorf("the tag %+q has a key that IAM does not take: %s", key, wayOut)
		case !tagText.MatchString(value) || utf8.RuneCountInString(value) > maxTagValue:
			return fmt.Errorf("the tag %+q has a value that IAM does not take: %s", key, wayOut)
		}
	}
	return nil
}

func checkPolicies(r *plan.Role) error {
	for _, arn := range r.Policies {
		if !policyARN.MatchString(arn) {
			return fmt.Errorf("the ARN of a policy %+q is none: %s", arn, wayOut)
		}
	}
	seen := map[string]bool{}
	for _, one := range r.Inline {
		if !policyName.MatchString(one.Name) {
			return fmt.Errorf("the name of an inline policy %+q is none that IAM takes (letters, digits and _ + = , . @ -, at most 128): rename its file, and make the plan anew", one.Name)
		}
		if seen[strings.ToLower(one.Name)] {
			return fmt.Errorf("two inline policies of a role are named %+q: rename a file, and make the plan anew", one.Name)
		}
		seen[strings.ToLower(one.Name)] = true
		if _, err := iam.Parse(one.Document, iam.Identity); err != nil {
			return fmt.Errorf("read the inline policy %+q: %w: mend its file, and make the plan anew", one.Name, err)
		}
	}
	return nil
}

func checkAssociation(a *plan.Association) error {
	switch {
	case !clusterName.MatchString(a.Cluster) || !regionName.MatchString(a.Region):
		return fmt.Errorf("the cluster %+q in %+q is none: %s", a.Cluster, a.Region, wayOut)
	case !objectNames.MatchString(a.Namespace) || !objectNames.MatchString(a.ServiceAccount):
		return fmt.Errorf("the service account %+q is none: %s", a.Namespace+"/"+a.ServiceAccount, wayOut)
	}
	return nil
}

// latin1 tells whether IAM takes a text as a description: it takes Latin-1.
func latin1(s string) bool {
	for _, r := range s {
		if r < ' ' || r > '~' && r < 0xa1 || r > 0xff {
			return false
		}
	}
	return len(s) <= 1000
}

var identifierText = regexp.MustCompile(`^[A-Za-z_][0-9A-Za-z_-]*$`)

// identifier names a resource of Terraform after what it is: by the name itself,
// where that can be one, else by a prefix that no other has, what is left of the
// name, and a hash of key. So it depends on nothing else in the plan (another
// name would be another resource, made anew), and no two are alike.
func identifier(name, key string) string {
	const prefix = "x--"
	if identifierText.MatchString(name) && !strings.HasPrefix(name, prefix) {
		return name
	}
	plain := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && identifierText.MatchString("_"+string(r)) {
			return r
		}
		return '_'
	}, name)
	sum := sha256.Sum256([]byte(key))
	return prefix + plain[:min(len(plain), 64)] + "-" + hex.EncodeToString(sum[:8])
}
