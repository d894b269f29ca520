package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"podpass/internal/iam"
)

const evalLong = `Read one request with its policies a line, as JSON, and write one answer a line,
in order, as soon as it is known. Without FILE, or with -, requests are read from
standard input.

Short form, for tokens of a cluster and a role's trust policy:

  {"id": 1, "policy": {…}, "provider": "oidc.eks.…/id/…",
   "sub": "system:serviceaccount:shop:cart", "aud": "sts.amazonaws.com"}

"claims" holds further claims; "account" that of the role; "audiences" the
client ids of the provider, without which it takes any. Keys that begin with aws:
or sts: are not known, all others absent.

General form, for any request:

  {"id": 2, "principal": "arn:aws:iam::111122223333:role/shop",
   "action": "s3:GetObject", "resource": "arn:aws:s3:::shop/a",
   "context": {"aws:SourceVpc": "vpc-1"}, "open": ["aws:SourceIp"],
   "identity": [{…}], "boundary": {…}, "scps": [[{…}]], "rcps": [[{…}]],
   "session": [{…}], "resourcePolicy": {…}}

"principal" may also be an account, a service, "*", or a token: an object with
provider, sub, aud. "open" names keys of which nobody knows whether they are there.
"principalAccount" and "resourceAccount" say whose both are where that is not to
be seen. "sessionTags" says whether the session is tagged, so that sts:TagSession
must be allowed too: of EKS Pod Identity it is unless false is given.

Answers, the id as it was written:

  {"id": 1, "decision": "allow", "reason": "…"}       or "deny", "unknown"
  {"id": 2, "error": {"line": 2, "column": 9, "pointer": "/action", "message": "…"}}

Exit codes: 0 all lines answered, 1 some line could not be read.`

func (a *app) iamEval() *cobra.Command {
	return &cobra.Command{
		Use:   "eval [FILE|-]",
		Short: "Answer requests by policies: one JSON object a line in, one out",
		Long:  evalLong,
		Example: `  podpass iam eval requests.jsonl
  podpass iam eval < requests.jsonl`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.runEval(c.Context(), args) },
	}
}

func (a *app) runEval(ctx context.Context, args []string) error {
	in := a.stdin
	if len(args) == 1 && args[0] != stdin {
		f, err := os.Open(args[0])
		if err != nil {
			return fmt.Errorf("read requests: %w", err)
		}
		defer f.Close()
		in = f
	} else {
		a.askedForInput("requests, one JSON object a line,")
	}
	tuneStream()
	out := refusals{out: a.stdout}
	bad, err := await(ctx, func() (int, error) { return iam.Eval(in, &out) })
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted")
	case err != nil:
		return fmt.Errorf("answer requests: %w", err)
	case bad == 1:
		return hinted{fmt.Errorf("line %s could not be read; its answer says why", out.first), evalHelp}
	case bad > 1:
		return hinted{fmt.Errorf("%d lines could not be read, line %s first; their answers say why", bad, out.first), evalHelp}
	}
	return nil
}

const evalHelp = "podpass iam eval --help shows both forms of a request"

// refusals passes answers on and notes the line of the first that is an error.
type refusals struct {
	out   io.Writer
	first []byte // digits; empty: none yet
	tail  []byte // of what was written: an answer may come in parts
}

func (r *refusals) Write(p []byte) (int, error) {
	if r.first == nil {
		r.look(p)
	}
	return r.out.Write(p)
}

// look searches for what can stand in no string of an answer, where quotes are
// escaped.
func (r *refusals) look(p []byte) {
	mark := []byte(`,"error":{"line":`)
	r.tail = append(r.tail, p...)
	if i := bytes.Index(r.tail, mark); i >= 0 {
		digits, _, whole := bytes.Cut(r.tail[i+len(mark):], []byte(","))
		if whole {
			r.first, r.tail = digits, nil
			return
		}
		r.tail = append(r.tail[:0], r.tail[i:]...)
		return
	}
	r.tail = append(r.tail[:0], r.tail[max(0, len(r.tail)-len(mark)):]...)
}
