package iam

// principals reads Principal or NotPrincipal: "*", or an object with lists by
// type: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func (r *reader) principals(kind Kind, name string, offset int, s *Statement) {
	switch {
	case !kind.principals():
		r.fail(offset, "%s has no %s: it is for whom it is attached to", kind.some(), name)
		return
	case name == "NotPrincipal" && kind != Resource:
		r.fail(offset, "%s has no NotPrincipal: use Principal and a condition", kind.some())
		return
	}
	r.peek()
	start := r.pos
	if r.peek() == '"' {
		if value := r.str(name); value != "*" {
			r.fail(start, `%s must be "*" or an object such as {"AWS": …}, not %s`, name, quote(value))
		}
		s.Principals = []Principal{{Anyone, "*"}}
	} else {
		s.Principals = r.typedPrincipals(name)
	}
	if kind == ResourceControl && (len(s.Principals) != 1 || s.Principals[0].Type != Anyone) {
		r.fail(start, `Principal of a resource control policy must be "*"`)
	}
}

func (r *reader) typedPrincipals(name string) (all []Principal) {
	r.peek()
	start := r.pos
	r.object(name, func(member string, offset int) {
		t, ok := principalType(member)
		if !ok {
			r.unknown(offset, member, "AWS", "Service", "Federated", "CanonicalUser")
			return
		}
		r.list(member, func() { all = append(all, Principal{t, r.str(member)}) })
	})
	if len(all) == 0 {
		r.fail(start, "%s must not be empty: name who is meant", name)
	}
	return all
}

func principalType(member string) (PrincipalType, bool) {
	for t := AWS; t <= CanonicalUser; t++ {
		if member == t.String() {
			return t, true
		}
	}
	return Anyone, false
}
