package export

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"podpass/internal/plan"
)

// terraform is the export of a plan's AWS steps under way.
type terraform struct {
	*plan.Plan
	accounts []*tfAccount
	waiting  []*plan.Step // of AWS
	other    []*plan.Step // of AWS, that Terraform does not do
	objects  int          // steps on objects of Kubernetes
}

// tfAccount is what is done in an AWS account: a provider of Terraform speaks to
// one.
type tfAccount struct {
	id     string
	folder string // "", or ID/
	roles  []*tfRole
	add    []*tfAssociation
	move   []*tfAssociation // for accounts that pods use already

	byName map[string]*tfRole // in lower case: IAM takes names for one that differ in case
	tied   map[string]bool    // associations, by their id
}

// tfAssociation is an association of EKS Pod Identity.
type tfAssociation struct {
	*plan.Association
	id   string // in Terraform
	step *plan.Step
	role *tfRole // nil: one that no step is about
}

// Terraform writes the IAM roles and associations of a plan as modules for
// Terraform or OpenTofu: 1-add, and 2-move where accounts that pods use already
// get an association. What a plan does in Kubernetes is not in it. A plan of
// files will do.
//
// Roles that exist are imported, and nothing of them changes but the trust; those
// whose trust is not known whole are left to a person, with the commands, since
// Terraform would replace it. Trusts stand as jsonencode of literals, not as data
// sources that only AWS's provider evaluates: so whoever reads them, or a test,
// sees what they are. It refuses names and policies that IAM would refuse, and
// trusts that it cannot prove.
func Terraform(p *plan.Plan) ([]File, error) {
	t := &terraform{Plan: p}
	if err := t.sort(); err != nil {
		return nil, err
	}
	files := []File{{Path: "README.md", Data: []byte(t.readme())}}
	for _, a := range t.accounts {
		if len(t.accounts) > 1 {
			a.folder = a.id + "/"
		}
		list, err := a.files()
		if err != nil {
			return nil, err
		}
		files = append(files, list...)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// sort takes the steps of AWS out of the plan.
func (t *terraform) sort() error {
	for i := range t.Steps {
		s := &t.Steps[i]
		var err error
		switch {
		case s.Object.APIVersion != plan.AWSAPI:
			t.objects++
		case s.Waiting():
			t.waiting = append(t.waiting, s)
		case s.After != nil && s.After.Role != nil && s.Wave == plan.Add:
			err = t.role(s)
		case s.After != nil && s.After.Association != nil && s.Action == plan.Create:
			err = t.associate(s)
		default:
			t.other = append(t.other, s)
		}
		if err != nil {
			return fmt.Errorf("export step %+q: %w", s.ID, err)
		}
	}
	slices.SortFunc(t.accounts, func(a, b *tfAccount) int { return cmp.Compare(a.id, b.id) })
	for _, a := range t.accounts {
		if err := a.finish(); err != nil {
			return err
		}
	}
	return nil
}

// account gives the AWS account of a role.
func (t *terraform) account(arn string) (*tfAccount, error) {
	parts := roleARN.FindStringSubmatch(arn)
	if parts == nil {
		return nil, fmt.Errorf("%+q is no ARN of a role: %s", arn, wayOut)
	}
	for _, a := range t.accounts {
		if a.id == parts[1] {
			return a, nil
		}
	}
	a := &tfAccount{id: parts[1], byName: map[string]*tfRole{}, tied: map[string]bool{}}
	t.accounts = append(t.accounts, a)
	return a, nil
}

func (t *terraform) role(s *plan.Step) error {
	r := s.After.Role
	if err := checkRole(r); err != nil {
		return err
	}
	a, err := t.account(r.ARN)
	if err != nil {
		return err
	}
	key := strings.ToLower(r.Name)
	switch other := a.byName[key]; {
	case other == nil:
		a.byName[key] = &tfRole{Role: r, account: a.id, of: []*plan.Role{r}, id: identifier(r.Name, r.ARN)}
		a.roles = append(a.roles, a.byName[key])
	case other.ARN != r.ARN:
		return fmt.Errorf("the roles %s and %s have names that IAM takes for one: %s", other.ARN, r.ARN, wayOut)
	case !other.Exists || !r.Exists:
		return fmt.Errorf("the role %s would be made twice: give each workload a role of its own, and make the plan anew", r.ARN)
	default:
		other.of = append(other.of, r)
	}
	return nil
}

func (t *terraform) associate(s *plan.Step) error {
	of := s.After.Association
	a, err := t.account(of.RoleARN)
	if err != nil {
		return err
	}
	if err := checkAssociation(of); err != nil {
		return err
	}
	one := &tfAssociation{Association: of, step: s, id: identifier(of.Namespace+"_"+of.ServiceAccount, of.Region+"/"+of.Cluster+"/"+of.Namespace+"/"+of.ServiceAccount)}
	if a.tied[one.id] {
		return errors.New("the account would get two associations, and EKS takes one: make the plan anew")
	}
	a.tied[one.id] = true
	if s.Wave == plan.Move {
		a.move = append(a.move, one)
	} else {
		a.add = append(a.add, one)
	}
	return nil
}

// finish writes the trusts, and gives each association its role.
func (a *tfAccount) finish() error {
	slices.SortFunc(a.roles, func(x, y *tfRole) int { return cmp.Compare(x.ARN, y.ARN) })
	for _, r := range a.roles {
		if err := r.writeTrust(); err != nil {
			return fmt.Errorf("export role %s: %w", r.ARN, err)
		}
	}
	for _, list := range [][]*tfAssociation{a.add, a.move} {
		slices.SortFunc(list, func(x, y *tfAssociation) int {
			return cmp.Compare(x.Namespace+"/"+x.ServiceAccount, y.Namespace+"/"+y.ServiceAccount)
		})
	}
	for _, one := range a.add {
		name := strings.ToLower(one.RoleARN[strings.LastIndexByte(one.RoleARN, '/')+1:])
		if r := a.byName[name]; r != nil && r.ARN == one.RoleARN {
			one.role = r
		}
	}
	return nil
}
