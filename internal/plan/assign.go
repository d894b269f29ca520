package plan

import (
	"slices"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// move is what a plan does with one workload.
type move struct {
	w      audit.Workload
	object audit.Object
	about  *audit.Object              // the same by itself: steps keep it, and not the move
	choice *WorkloadChoice            // never nil
	from   string                     // the account that it runs as
	to     string                     // and that it will: the same where only other fields change
	fill   []*snapshot.ServiceAccount // definitions of the new account that are there
	// defs are the definitions that change: several only where files define it
	// twice.
	defs     []audit.Definition
	tokenOff bool
	restarts []*audit.Result // PP204, of pods that are replaced
	settles  [][]*audit.Result
	waits    []string   // decisions and gaps
	needs    []string   // steps of Add
	own      [][]string // those of one definition each
	aws      awsMove
	risk     []string
	ids      []string // its steps of Move
}

// moves tells whether the workload gets another account.
func (mv *move) moves() bool { return mv.from != mv.to }

// hold makes the steps of a workload wait.
func (mv *move) hold(id string) {
	if id != "" && !slices.Contains(mv.waits, id) {
		mv.waits = append(mv.waits, id)
	}
}

// source is where its first definition stands in the files.
func (mv *move) source() *audit.Source {
	if len(mv.defs) == 0 {
		return nil
	}
	return sourceOf(mv.defs[0].Meta)
}

// assign finds, workload by workload, what is to be done with it: first those
// on default, so that the names that they are offered are those that the audit
// names, then all others.
func (m *maker) assign() {
	m.reserve()
	for _, w := range m.judge.Workloads() {
		if slices.Contains(w.Accounts(), snapshot.Default) {
			m.onDefault(w)
		}
	}
	for _, w := range m.judge.Workloads() {
		for _, name := range w.Accounts() {
			if name != snapshot.Default {
				m.onOwn(w, name)
			}
		}
	}
	slices.SortStableFunc(m.moves, func(a, b *move) int { return compareObjects(a.object, b.object) })
	m.collide()
	m.roleOnShared()
}

// reserve keeps chosen names from being offered.
func (m *maker) reserve() {
	for _, w := range m.judge.Workloads() {
		o := w.Object()
		if name := m.choice(o).Account; name != "" {
			m.judge.Reserve(o.Namespace, name)
		}
	}
}

// choice gives what is decided of a workload.
func (m *maker) choice(o audit.Object) *WorkloadChoice { return m.chosen.workloads.at(o) }

// onDefault plans for a workload on default.
func (m *maker) onDefault(w audit.Workload) {
	o := w.Object()
	found := m.fails("PP201", o)
	mv := &move{w: w, object: o, choice: m.choice(o), from: snapshot.Default}
	reason, byChoice := m.cannot(mv)
	switch {
	case !m.asked(o):
		m.stay(w)
		return
	case reason != "":
		m.stay(w)
		m.leave(found, reason, byChoice)
		m.leaveToken(mv, reason, byChoice)
		return
	case len(found) == 0: // not asked for
		m.stay(w)
		m.onOwn(w, snapshot.Default)
		return
	}
	mv.defs = definitions(w, snapshot.Default)
	mv.settles = append(mv.settles, found)
	m.name(mv)
	m.take(mv)
}

// stay notes that a workload stays on default.
func (m *maker) stay(w audit.Workload) {
	namespace := w.Object().Namespace
	m.left[namespace] = append(m.left[namespace], w)
}

// definitions are those that name an account: files may define a workload twice,
// with different ones.
func definitions(w audit.Workload, name string) []audit.Definition {
	return slices.DeleteFunc(w.Definitions(), func(d audit.Definition) bool { return d.Spec.AccountName() != name })
}

// onOwn plans for a workload that keeps an account, or shares it.
func (m *maker) onOwn(w audit.Workload, name string) {
	o := w.Object()
	if !m.asked(o) {
		return
	}
	mv := &move{w: w, object: o, choice: m.choice(o), from: name, to: name}
	mv.defs = definitions(w, name)
	if len(mv.defs) == 0 && len(w.Definitions()) > 0 {
		return // only older pods
	}
	shared := m.sharing(mv)
	tokens := m.fails("PP205", o)
	if len(shared)+len(tokens) == 0 && len(m.stale(mv)) == 0 && !m.wantsAWS(mv) && mv.choice.Token != TokenRemove {
		return
	}
	if reason, byChoice := m.cannot(mv); reason != "" {
		m.leave(shared, reason, byChoice)
		m.leaveToken(mv, reason, byChoice)
		m.leaveAWS(mv, reason, byChoice)
		return
	}
	if len(shared) > 0 {
		mv.settles = append(mv.settles, shared)
		m.name(mv)
	}
	m.take(mv)
}

// take keeps a move, with what else is done with its workload.
func (m *maker) take(mv *move) {
	about := mv.object
	mv.about = &about
	m.sourceManaged(mv)
	m.unreplaced(mv)
	m.unread(mv)
	m.planToken(mv)
	m.planAWS(mv)
	m.planRestart(mv)
	if mv.moves() || mv.tokenOff || mv.aws.changes() || len(mv.restarts) > 0 || mv.aws.carried && len(mv.aws.asks) > 0 {
		m.moves = append(m.moves, mv)
	}
}

// name chooses the account that a workload gets.
func (m *maker) name(mv *move) {
	if mv.choice.Account == "" {
		mv.to, mv.fill = mv.w.Offer()
		return
	}
	mv.to = mv.choice.Account
	there := m.judge.Accounts(mv.object.Namespace, mv.to)
	users := slices.DeleteFunc(m.judge.Users(mv.object.Namespace, mv.to), mv.w.Is)
	switch {
	case mv.to == mv.from || len(there) == 0 && len(users) == 0:
	case len(users) > 0 || there[0].RoleARN != "" && !mv.choice.Role.Given():
		mv.hold(m.decide("account", mv.object, mv.source(), textTaken(mv.to, there, users), linesOther(mv)))
	case len(there) > 0 && !mv.w.Free(mv.to) && mv.choice.Rights == "" && len(mv.choice.Bindings) == 0 && !mv.choice.Role.Given():
		mv.hold(m.decide("account", mv.object, mv.source(), textTakenOver(mv.to), lines("workloads", mv.object, "account: "+scalar(mv.to), "rights: copy")))
		mv.fill = there
	default:
		mv.fill = there
	}
}

// sharing gives the failure of an account that several workloads share, where
// this one is not the one that keeps it.
func (m *maker) sharing(mv *move) []*audit.Result {
	found := m.fails("PP202", audit.Object{Kind: snapshot.KindServiceAccount, Namespace: mv.object.Namespace, Name: mv.from})
	if len(found) == 0 {
		return nil
	}
	users := m.judge.Users(mv.object.Namespace, mv.from)
	if keeper(users, mv.from).Is(mv.w) {
		return nil
	}
	return found
}

// keeper is the workload that a shared account stays with: that of its name,
// else the first by kind and name.
func keeper(users []audit.Workload, name string) audit.Workload {
	for _, w := range users {
		if w.Object().Name == name {
			return w
		}
	}
	return users[0]
}

// collide finds accounts that two workloads would get.
func (m *maker) collide() {
	first := map[account]*move{}
	for _, mv := range m.moves {
		if !mv.moves() {
			continue
		}
		key := account{mv.object.Namespace, mv.to}
		other := first[key]
		if other == nil || other.w.Is(mv.w) {
			first[key] = mv
			continue
		}
		id := m.decide("account", mv.object, mv.source(), textCollision(mv.to, other.object), linesOther(mv))
		mv.hold(id)
		other.hold(id)
	}
}
