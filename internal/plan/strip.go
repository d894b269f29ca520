package plan

import (
	"slices"
	"strconv"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// strip is a part of a pod spec that would override its role. Paths name items
// of lists by what tells them apart: /containers/[name=app]/env/[name=AWS_PROFILE].
type strip struct {
	path   string // below the pod spec
	at     string // path, with places as far as they are known
	before any    // the item, where it holds no secret; nil: it is there (Present)
	after  any    // nil: it goes
}

// overriders are the variables that SDKs take before the role, or that the
// webhook of IRSA leaves as they are.
func overriders() []string {
	return append(snapshot.CredentialVariables(), "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
}

// strip takes away what would override the role, in the same step as the move:
// key variables, profiles, mounts of credentials; and only that.
func (m *maker) strip(mv *move) {
	for _, d := range mv.defs {
		if d.Spec.AWS == nil {
			continue
		}
		var list []strip
		for i := range d.Spec.AWS.Containers {
			c := &d.Spec.AWS.Containers[i]
			if c.Type == snapshot.TypeEphemeral || slices.Contains(d.Spec.AWS.Skipped, c.Name) {
				continue
			}
			list = append(list, m.stripOf(mv, c)...)
		}
		if len(list) > 0 {
			if mv.aws.strips == nil {
				mv.aws.strips = map[*snapshot.Meta][]strip{}
			}
			mv.aws.strips[d.Meta] = list
		}
	}
	if mv.aws.role == nil && len(mv.aws.strips) > 0 {
		mv.aws.needs = append(mv.aws.needs, GateRoles)
	}
	mv.settles = append(mv.settles, m.fails("PP402", mv.object))
	if own := m.fails("PP401", mv.object); m.live() || len(own) == 0 {
		return // older ReplicaSets and revisions may keep what a template loses
	}
	mv.settles = append(mv.settles, m.fails("PP401", mv.object))
}

func (m *maker) stripOf(mv *move, c *snapshot.Container) []strip {
	base := "/containers/"
	if c.Type == snapshot.TypeInit {
		base = "/initContainers/"
	}
	at := base + strconv.Itoa(c.At)
	base += "[name=" + escape(c.Name) + "]"
	var list []strip
	take := func(item string, before any) {
		list = append(list, strip{path: base + item, at: at + item, before: before})
	}
	for _, name := range slices.Concat(c.Set, c.Hidden, c.Chain) {
		if slices.Contains(overriders(), name) {
			take("/env/[name="+name+"]", nil)
		}
	}
	for i := range c.Uses {
		switch u := &c.Uses[i]; {
		case u.How == snapshot.UseEnv && slices.Contains(overriders(), u.As):
			take("/env/[name="+u.As+"]", envOf(u))
		case u.How == snapshot.UseEnvFrom:
			list = append(list, m.stripSource(mv, [2]string{base, at}, c, u)...)
		case c.LooksFor(u):
			take("/volumeMounts/[mountPath="+escape(u.As)+"]", nil)
			mv.risk = append(mv.risk, riskVolume(u.Volume))
		}
	}
	seen := map[string]bool{}
	list = slices.DeleteFunc(list, func(s strip) bool {
		twice := seen[s.path] && s.after == nil
		seen[s.path] = true
		return twice
	})
	if len(c.Script) > 0 {
		mv.hold(m.decide("script", mv.object, mv.source(), textScript(c), linesLeave("workloads", mv.object)))
	}
	return list
}

// stripSource: a source of nothing but credentials goes; one with other entries
// stays, and empty variables mask what is in it. of is the path of the container,
// by its name and by its place.
func (m *maker) stripSource(mv *move, of [2]string, c *snapshot.Container, u *snapshot.Use) []strip {
	holders := m.holdersOf(u, mv.object.Namespace)
	if len(holders) == 0 {
		o := audit.Object{Kind: u.Kind, Namespace: mv.object.Namespace, Name: u.Name}
		mv.hold(m.decide("unread", mv.object, mv.source(), textUnreadSource(o), linesLeave("workloads", mv.object)))
		return nil
	}
	if !slices.ContainsFunc(holders, func(h *snapshot.Holder) bool {
		return slices.ContainsFunc(h.Entries, func(e snapshot.Entry) bool { return slices.Contains(overriders(), u.As+e.Name) })
	}) {
		return nil // under its prefix nothing of it overrides a role
	}
	pure := !slices.ContainsFunc(holders, func(h *snapshot.Holder) bool { return h.More > 0 || len(h.Entries) == 0 })
	if pure {
		return []strip{{path: of[0] + "/envFrom/[" + sourceKey(u.Kind) + "=" + escape(u.Name) + "]", at: of[1] + "/envFrom/" + strconv.Itoa(u.At), before: fromOf(u)}}
	}
	var list []strip
	for _, name := range overriders() {
		given := slices.ContainsFunc(holders, func(h *snapshot.Holder) bool {
			_, ok := h.Entry(strings.TrimPrefix(name, u.As))
			return ok && strings.HasPrefix(name, u.As)
		})
		if given && !slices.Contains(c.Empty, name) {
			list = append(list, strip{path: of[0] + "/env/-", at: of[1] + "/env/-", after: map[string]any{"name": name, "value": ""}})
		}
	}
	return list
}

func (m *maker) holdersOf(u *snapshot.Use, namespace string) []*snapshot.Holder {
	if m.holders == nil {
		m.holders = map[snapshot.Ref][]*snapshot.Holder{}
		for i := range m.s.Holders {
			h := &m.s.Holders[i]
			m.holders[h.Ref()] = append(m.holders[h.Ref()], h)
		}
	}
	return m.holders[snapshot.Ref{Kind: u.Kind, Namespace: namespace, Name: u.Name}]
}

func sourceKey(kind string) string {
	if kind == snapshot.KindConfigMap {
		return "configMapRef"
	}
	return "secretRef"
}

// envOf is the variable as it stands in a container.
func envOf(u *snapshot.Use) map[string]any {
	key := "secretKeyRef"
	if u.Kind == snapshot.KindConfigMap {
		key = "configMapKeyRef"
	}
	ref := map[string]any{"name": u.Name, "key": u.Entry}
	if u.Optional {
		ref["optional"] = true
	}
	return map[string]any{"name": u.As, "valueFrom": map[string]any{key: ref}}
}

func fromOf(u *snapshot.Use) map[string]any {
	ref := map[string]any{"name": u.Name}
	if u.Optional {
		ref["optional"] = true
	}
	item := map[string]any{sourceKey(u.Kind): ref}
	if u.As != "" {
		item["prefix"] = u.As
	}
	return item
}
