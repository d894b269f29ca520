// Package trust answers questions on the trust policies of roles: who can
// assume the role (Who), does one policy grant more than another (NothingMore,
// Same), what is wrong with one (Lint), and which is right for the service
// accounts that are meant (For, Proves).
//
// Sets of callers are exact, within a budget of states: beyond it, and where a
// condition on what is not known decides, the answer is "unknown", never a yes
// or a no. Subjects are system:serviceaccount:NAMESPACE:NAME with the names that
// Kubernetes takes; issuers are without scheme; accounts have 12 digits.
//
// A family is a kind of request of which some keys are free; a world holds what
// policies say of it as formulas over sets of these keys (iam.Fold); a question
// asks for values that a formula accepts, and tells them as patterns. Who and
// NothingMore are made of these. Lint asks them too, and decides sample requests
// where a question has no free key for what varies: pods by their clusters,
// principals that no value names. Each lint_*.go judges one thing: the form of
// the document, forms of principals, tokens of clusters (web, subject), issuers
// of many tenants (public), EKS Pod Identity (pods), other principals, denies,
// and what is meant. The texts of all checks are in checks.go.
//
// The package is pure; Policies may be asked from many goroutines at once.
package trust
