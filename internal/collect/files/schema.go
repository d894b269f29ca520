package files

import (
	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

// object is what is read of a Kubernetes object of any kind, since the kind
// may come last.
type object struct {
	apiVersion, kind string
	line             int

	meta        meta
	spec        spec
	status      status
	hasMeta     bool
	hasSpec     bool
	hasStatus   bool
	otherCase   bool // it has a key such as Kind
	generated   bool // its name is but the start of one
	automount   snapshot.Tri
	pullSecrets []reference
	secrets     []reference
	secretType  string
	data        []datum
	roleRef     snapshot.RoleRef
	subjects    []snapshot.Subject
	rules       []snapshot.Rule
	aggregate   *[]snapshot.Selector

	whole    map[string]any // with detail, of kinds that can name accounts
	large    bool           // it is too large for that
	isList   bool
	waiting  []*object // members of a typed list whose kind is not known yet
	problems []located
}

type meta struct {
	name, generateName, namespace, uid string
	deleting                           bool
	labels, annotations                map[string]string
	noted                              []annotation
	owners                             []owner
	managers                           []manager
}

type owner struct {
	apiVersion, kind, name string
	controller             snapshot.Tri
}

type manager struct{ name, subresource string }

type reference struct {
	kind, name, key string
	optional        snapshot.Tri
	items           []item
}

// item is an entry of a volume's source, and the file that it becomes.
type item struct{ key, path string }

// spec is that of a Pod and of all workloads.
type spec struct {
	pod      podSpec
	template template
	job      jobTemplate
	rollout  collect.Rollout
}

type jobTemplate struct {
	noted []annotation
	spec  struct{ template template }
}

type template struct {
	noted []annotation
	spec  podSpec
}

type podSpec struct {
	account, legacy       string
	automount             snapshot.Tri
	volumes               []volume
	containers, init, eph []container
}

type volume struct {
	name     string
	apiToken bool
	secret   bool
	sources  []*reference // Secrets and ConfigMaps
}

type status struct {
	phase      string
	conditions []condition
}

type condition struct{ kind, status string }

// schema is the shape of Kubernetes objects, as far as it is read.
type schema struct {
	object      []field[object]
	labels      map[string]bool
	annotations map[string]bool
	detail      bool // see Options
}

const (
	annotationMirror  = "kubernetes.io/config.mirror"
	annotationRole    = "eks.amazonaws.com/role-arn"
	annotationAccount = "kubernetes.io/service-account.name"
)

func newSchema(detail bool) *schema {
	s := &schema{labels: set(snapshot.MarkLabels()), annotations: set(snapshot.MarkAnnotations()), detail: detail}
	for _, key := range []string{annotationMirror, annotationRole, annotationAccount} {
		s.annotations[key] = true
	}
	meta, spec, status := s.metaFields(), specFields(detail), statusFields()
	rules, subjects, roleRef, selectors := ruleFields(), subjectFields(), roleRefFields(), selectorFields()
	refs := []field[reference]{{"name", func(w *walker, r *reference) { r.name = w.word() }}}
	s.object = []field[object]{
		{"apiVersion", func(w *walker, o *object) { o.apiVersion = w.name(w.word); w.known(o) }},
		{"kind", func(w *walker, o *object) { o.kind = w.name(w.word); w.known(o) }},
		{"metadata", func(w *walker, o *object) { o.hasMeta = fields(w, meta, &o.meta) > 0 }},
		{"spec", func(w *walker, o *object) {
			o.hasSpec = w.src.shape() == mapping
			fields(w, spec, &o.spec)
		}},
		{"status", func(w *walker, o *object) { o.hasStatus = fields(w, status, &o.status) > 0 }},
		{"items", func(w *walker, o *object) { w.items(o) }},
		{"automountServiceAccountToken", func(w *walker, o *object) { o.automount = w.tri() }},
		{"imagePullSecrets", func(w *walker, o *object) { o.pullSecrets = all(w, refs) }},
		{"type", func(w *walker, o *object) { o.secretType = w.word() }},
		{snapshot.FieldData, func(w *walker, o *object) { w.data(o, snapshot.FieldData) }},
		{snapshot.FieldStringData, func(w *walker, o *object) { w.data(o, snapshot.FieldStringData) }},
		{snapshot.FieldBinaryData, func(w *walker, o *object) { w.data(o, snapshot.FieldBinaryData) }},
		{"roleRef", func(w *walker, o *object) { fields(w, roleRef, &o.roleRef) }},
		{"subjects", func(w *walker, o *object) { o.subjects = all(w, subjects) }},
		{"rules", func(w *walker, o *object) { o.rules = all(w, rules) }},
		{"aggregationRule", func(w *walker, o *object) { o.aggregate = aggregation(w, selectors) }},
	}
	if detail {
		s.object = append(s.object, field[object]{"secrets", func(w *walker, o *object) { o.secrets = all(w, refs) }})
	}
	return s
}

func set(keys []string) map[string]bool {
	m := make(map[string]bool, len(keys)+3)
	for _, key := range keys {
		m[key] = true
	}
	return m
}

func (s *schema) metaFields() []field[meta] {
	owners := []field[owner]{
		{"apiVersion", func(w *walker, o *owner) { o.apiVersion = w.word() }},
		{"kind", func(w *walker, o *owner) { o.kind = w.word() }},
		{"name", func(w *walker, o *owner) { o.name = w.word() }},
		{"controller", func(w *walker, o *owner) { o.controller = w.tri() }},
	}
	managers := []field[manager]{
		{"manager", func(w *walker, m *manager) { m.name = w.word() }},
		{"subresource", func(w *walker, m *manager) { m.subresource = w.word() }},
	}
	return []field[meta]{
		{"name", func(w *walker, m *meta) { m.name = w.name(w.text) }},
		{"namespace", func(w *walker, m *meta) { m.namespace = w.name(w.word) }},
		{"uid", func(w *walker, m *meta) { m.uid = w.text() }},
		{"labels", func(w *walker, m *meta) { m.labels = w.texts(w.keptLabels(), w.whole()) }},
		{"annotations", func(w *walker, m *meta) { m.annotations, m.noted = w.annotations(s.annotations, w.whole()) }},
		{"ownerReferences", func(w *walker, m *meta) { m.owners = all(w, owners) }},
		{"managedFields", func(w *walker, m *meta) { m.managers = all(w, managers) }},
		{"deletionTimestamp", func(w *walker, m *meta) { m.deleting = len(w.bytes()) > 0 }},
		{"generateName", func(w *walker, m *meta) { m.generateName = w.name(w.text) }},
	}
}

// keptLabels: all those of a ClusterRole, by which aggregation selects it; of
// other kinds only the marks of managers.
func (w *walker) keptLabels() map[string]bool {
	if kind := w.cur.kind; kind == "" || kind == snapshot.KindClusterRole {
		return nil
	}
	return w.schema.labels
}

// whole tells whether all of the metadata is kept: with detail that of accounts.
func (w *walker) whole() bool {
	return w.schema.detail && (w.cur.kind == "" || w.cur.kind == snapshot.KindServiceAccount)
}

func specFields(detail bool) []field[spec] {
	pod := podFields()
	meta := []field[template]{{"annotations", func(w *walker, t *template) { _, t.noted = w.annotations(map[string]bool{}, false) }}}
	templates := []field[template]{
		{"metadata", func(w *walker, t *template) { fields(w, meta, t) }},
		{"spec", func(w *walker, t *template) { fields(w, pod, &t.spec) }},
	}
	type jobSpec = struct{ template template }
	jobSpecs := []field[jobSpec]{{"template", func(w *walker, j *jobSpec) { fields(w, templates, &j.template) }}}
	jobMeta := []field[jobTemplate]{{"annotations", func(w *walker, j *jobTemplate) { _, j.noted = w.annotations(map[string]bool{}, false) }}}
	jobs := []field[jobTemplate]{
		{"metadata", func(w *walker, j *jobTemplate) { fields(w, jobMeta, j) }},
		{"spec", func(w *walker, j *jobTemplate) { fields(w, jobSpecs, &j.spec) }},
	}
	list := append(lift(pod, func(s *spec) *podSpec { return &s.pod }),
		field[spec]{"template", func(w *walker, s *spec) { fields(w, templates, &s.template) }},
		field[spec]{"jobTemplate", func(w *walker, s *spec) { fields(w, jobs, &s.job) }},
	)
	if detail {
		list = append(list, lift(rolloutFields(), func(s *spec) *collect.Rollout { return &s.rollout })...)
	}
	return list
}

// rolloutFields are read for a plan alone: what is wrong in them refuses no
// object (see areaOf).
func rolloutFields() []field[collect.Rollout] {
	type rollout = collect.Rollout
	rolling := []field[rollout]{{"partition", func(w *walker, r *rollout) { r.Partition = w.positive() }}}
	strategy := []field[rollout]{
		{"type", func(w *walker, r *rollout) { r.OnDelete = w.word() == "OnDelete" }},
		{"rollingUpdate", func(w *walker, r *rollout) { fields(w, rolling, r) }},
	}
	return []field[rollout]{
		{"paused", func(w *walker, r *rollout) { r.Paused = w.tri() == snapshot.True }},
		{"suspend", func(w *walker, r *rollout) { r.Suspended = w.tri() == snapshot.True }},
		{"updateStrategy", func(w *walker, r *rollout) { fields(w, strategy, r) }},
	}
}

func podFields() []field[podSpec] {
	volumes, containers := volumeFields(), containerFields()
	return []field[podSpec]{
		{"serviceAccountName", func(w *walker, p *podSpec) { p.account = w.name(w.word) }},
		{"serviceAccount", func(w *walker, p *podSpec) { p.legacy = w.name(w.word) }},
		{"automountServiceAccountToken", func(w *walker, p *podSpec) { p.automount = w.tri() }},
		{"volumes", func(w *walker, p *podSpec) { p.volumes = all(w, volumes) }},
		{"containers", func(w *walker, p *podSpec) { p.containers = all(w, containers) }},
		{"initContainers", func(w *walker, p *podSpec) { p.init = all(w, containers) }},
		{"ephemeralContainers", func(w *walker, p *podSpec) { p.eph = all(w, containers) }},
	}
}

func statusFields() []field[status] {
	conditions := []field[condition]{
		{"type", func(w *walker, c *condition) { c.kind = w.word() }},
		{"status", func(w *walker, c *condition) { c.status = w.word() }},
	}
	return []field[status]{
		{"phase", func(w *walker, s *status) { s.phase = w.word() }},
		{"conditions", func(w *walker, s *status) { s.conditions = all(w, conditions) }},
	}
}

func ruleFields() []field[snapshot.Rule] {
	type rule = snapshot.Rule
	return []field[rule]{
		{"verbs", func(w *walker, r *rule) { r.Verbs = w.words() }},
		{"apiGroups", func(w *walker, r *rule) { r.APIGroups = w.words() }},
		{"resources", func(w *walker, r *rule) { r.Resources = w.words() }},
		{"resourceNames", func(w *walker, r *rule) { r.ResourceNames = w.words() }},
		{"nonResourceURLs", func(w *walker, r *rule) { r.NonResourceURLs = w.words() }},
	}
}

func roleRefFields() []field[snapshot.RoleRef] {
	type ref = snapshot.RoleRef
	return []field[ref]{
		{"apiGroup", func(w *walker, r *ref) { r.Group = w.word() }},
		{"kind", func(w *walker, r *ref) { r.Kind = w.word() }},
		{"name", func(w *walker, r *ref) { r.Name = w.name(w.word) }},
	}
}

func subjectFields() []field[snapshot.Subject] {
	type subject = snapshot.Subject
	return []field[subject]{
		{"apiGroup", func(w *walker, s *subject) { s.Group = w.word() }},
		{"kind", func(w *walker, s *subject) { s.Kind = w.word() }},
		{"name", func(w *walker, s *subject) { s.Name = w.name(w.word) }},
		{"namespace", func(w *walker, s *subject) { s.Namespace = w.name(w.word) }},
	}
}

func selectorFields() []field[snapshot.Selector] {
	type selector = snapshot.Selector
	type expression = snapshot.Expression
	expressions := []field[expression]{
		{"key", func(w *walker, e *expression) { e.Key = w.word() }},
		{"operator", func(w *walker, e *expression) { e.Operator = w.word() }},
		{"values", func(w *walker, e *expression) { e.Values = w.words() }},
	}
	return []field[selector]{
		{"matchLabels", func(w *walker, s *selector) { s.MatchLabels = w.texts(nil, false) }},
		{"matchExpressions", func(w *walker, s *selector) { s.MatchExpressions = all(w, expressions) }},
	}
}

// aggregation reads an aggregationRule; nil where it is null.
func aggregation(w *walker, selectors []field[snapshot.Selector]) *[]snapshot.Selector {
	if w.src.shape() != mapping {
		w.is(mapping)
		return nil
	}
	var list []snapshot.Selector
	fields(w, []field[[]snapshot.Selector]{{"clusterRoleSelectors", func(w *walker, to *[]snapshot.Selector) {
		*to = all(w, selectors)
	}}}, &list)
	return &list
}
