package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"podpass/internal/plan"
)

// awsFiles are the documents that the commands of a wave read, in its folder
// aws.
func awsFiles(w *wave) ([]File, error) {
	var files []File
	for _, s := range w.aws {
		r := s.After.Role
		if r == nil {
			continue
		}
		documents := map[string]json.RawMessage{".trust.json": s.trust}
		if len(s.trust) == 0 && s.with == nil {
			documents[".statement.json"] = r.Statement
		}
		for i, p := range r.Inline {
			documents[inlineEnd(i)] = p.Document
		}
		if len(r.Tags) > 0 && !r.Exists {
			tags, err := tagList(r.Tags)
			if err != nil {
				return nil, err
			}
			documents[".tags.json"] = tags
		}
		for _, end := range slices.Sorted(maps.Keys(documents)) {
			if len(documents[end]) == 0 {
				continue
			}
			data, err := sortedJSON(documents[end])
			if err != nil {
				return nil, fmt.Errorf("export step %s: %w", s.ID, err)
			}
			files = append(files, File{Path: s.document(end), Data: data})
		}
	}
	return files, nil
}

// sortedJSON writes a document as jq -S does, so that a diff shows what differs
// in meaning.
func sortedJSON(document []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(value)
	return text.Bytes(), err
}

// document is the path of a file of an AWS step in its wave's folder.
func (s *step) document(end string) string { return "aws/" + s.slug() + end }

func inlineEnd(i int) string { return fmt.Sprintf(".policy-%d.json", i+1) }

// tagList writes tags as IAM takes them.
func tagList(tags map[string]string) ([]byte, error) {
	type tag struct{ Key, Value string }
	var list []tag
	for _, key := range sortedKeys(tags) {
		list = append(list, tag{key, tags[key]})
	}
	return json.Marshal(list)
}

// checkAWS refuses a step of AWS that commands cannot be written for, or whose
// names cannot be reviewed.
func checkAWS(s *plan.Step) error {
	var texts []string
	switch {
	case s.After == nil || s.After.Role == nil && s.After.Association == nil:
		return fmt.Errorf("export step %+q: it does not say what it makes: make the plan anew", s.ID)
	case s.After.Association != nil:
		a := s.After.Association
		texts = []string{a.Cluster, a.Region, a.Namespace, a.ServiceAccount, a.RoleARN}
	default:
		r := s.After.Role
		texts = slices.Concat([]string{r.Name, r.ARN, r.Path, r.Boundary, r.Issuer, r.Cluster, r.Region, r.Account.Namespace, r.Account.Name}, r.Policies)
		for _, p := range r.Inline {
			texts = append(texts, p.Name)
		}
		if r.Name == "" || strings.Count(r.ARN, ":") != 5 || len(r.Trust)+len(r.Statement) == 0 {
			return fmt.Errorf("export step %+q: it does not say which role it is about, or whom the role lets in: make the plan anew", s.ID)
		}
	}
	for _, text := range texts {
		if err := visible("step "+s.ID, text); err != nil {
			return err
		}
	}
	return nil
}

// awsCommand is a command of the AWS CLI as a line of shell. A value that starts
// with a dash is joined to its option, which it would else be taken for.
func awsCommand(service, verb string, options ...string) string {
	words := []string{"aws", service, verb}
	for i := 0; i+1 < len(options); i += 2 {
		words = append(words, option(options[i], options[i+1]))
	}
	return strings.Join(words, " ")
}

func option(name, value string) string {
	if strings.HasPrefix(value, "-") {
		return name + "=" + quote(value)
	}
	return name + " " + quote(value)
}

// text is Markdown under way.
type text struct{ strings.Builder }

func (t *text) say(paragraph string) { t.WriteString("\n" + paragraph + "\n") }

// sh writes lines of shell between more backticks than they have in a row.
func (t *text) sh(lines ...string) {
	body, fence := strings.Join(lines, "\n"), "```"
	for strings.Contains(body, fence) {
		fence += "`"
	}
	t.WriteString("\n" + fence + "sh\n" + body + "\n" + fence + "\n")
}

// accountOf is the AWS account of an ARN.
func accountOf(arn string) string { return strings.Split(arn, ":")[4] }

// awsReadme writes what has to be done in AWS for a wave, and how it is taken
// back.
func (k *kubernetes) awsReadme(w *wave) string {
	t := &text{}
	if w.Wave == plan.Clean {
		k.cleanAWS(t)
		return t.String()
	}
	if len(w.aws) == 0 {
		return ""
	}
	t.say("## AWS")
	t.say("The scripts do none of this. Run the commands in this folder, in their order, as somebody who may, in " + codes(accountsOf(w)) + "; they read and write files in `aws/`, and take jq. " + readyText(w.Wave))
	t.sh(awsCommand("sts", "get-caller-identity", "--query", "Account", "--output", "text"))
	providers(t, w)
	for _, s := range w.aws {
		if s.After.Role != nil {
			s.role(t)
		} else {
			s.association(t)
		}
	}
	t.say("### Back")
	t.say("After " + code("2-move/revert.sh") + ", from the end:")
	for _, s := range slices.Backward(w.aws) {
		switch {
		case s.with != nil: // taken back with that
		case s.After.Role != nil:
			s.roleBack(t)
		default:
			s.associationBack(t)
		}
	}
	return t.String()
}

func readyText(w plan.Wave) string {
	if w == plan.Move {
		return "Do it before `2-move/apply.sh`, which leaves the workloads that need it until `ROLES_READY=1`."
	}
	return "`2-move/apply.sh` leaves the workloads that need it until `ROLES_READY=1`."
}

func accountsOf(w *wave) []string {
	var list []string
	for _, s := range w.aws {
		arn := ""
		if s.After.Role != nil {
			arn = s.After.Role.ARN
		} else {
			arn = s.After.Association.RoleARN
		}
		list = append(list, "account "+accountOf(arn))
	}
	slices.Sort(list)
	return slices.Compact(list)
}
