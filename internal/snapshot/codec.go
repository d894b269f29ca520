package snapshot

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A snapshot file is gzip over JSON Lines: the header, one line for each
// object, and an end line that counts them. Format is raised when an older
// Podpass could misread a newer file, or a newer one would miss facts in an
// older file and take that for their absence: with 2 came keys, and what kube2iam
// and kiam leave. With 3 came what only a plan needs; a file of format 2 is read
// as one without it.
const (
	Format = 3
	oldest = 2 // that is read
)

// MaxBytes bounds what a snapshot file may inflate to, MaxLine one line of
// it, so that a crafted file cannot exhaust memory.
const (
	MaxBytes = 8 << 30
	MaxLine  = 16 << 20
)

// record is one line: just one of its fields is set. Maps are the only fields
// whose order could differ; json.Deterministic sorts them.
type record struct {
	Header         *header         `json:"header,omitzero"`
	Namespace      *Namespace      `json:"namespace,omitzero"`
	ServiceAccount *ServiceAccount `json:"serviceAccount,omitzero"`
	Role           *Role           `json:"role,omitzero"`
	Binding        *Binding        `json:"binding,omitzero"`
	Workload       *Workload       `json:"workload,omitzero"`
	Pod            *Pod            `json:"pod,omitzero"`
	TokenSecret    *TokenSecret    `json:"tokenSecret,omitzero"`
	Holder         *Holder         `json:"holder,omitzero"`
	Reference      *Reference      `json:"reference,omitzero"`
	End            *end            `json:"end,omitzero"`
}

type header struct {
	Format int `json:"format"`
	Header
	Counts counts `json:"counts,omitzero"`
}

// counts tell a reader how much room to make. They bind nobody: a file is
// whole if its end line says so.
type counts struct {
	Namespaces      int `json:"namespaces,omitzero"`
	ServiceAccounts int `json:"serviceAccounts,omitzero"`
	Bindings        int `json:"bindings,omitzero"`
	Workloads       int `json:"workloads,omitzero"`
	Pods            int `json:"pods,omitzero"`
}

// room makes a list with room for n, or for as many as a crafted file may ask
// for before it has shown them.
func room[T any](n int) []T {
	const most = 1 << 18
	if n <= 0 {
		return nil
	}
	return make([]T, 0, min(n, most))
}

type end struct {
	Records int `json:"records"`
}

// Write writes a snapshot file. Equal Snapshots give equal bytes; sort s
// first.
func Write(w io.Writer, s *Snapshot) error {
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	buf := bufio.NewWriterSize(zip, 1<<16)
	head := s.Header
	head.APIVersion, head.Kind = APIVersion, Kind
	lines := lineWriter{w: buf}
	lines.write(record{Header: &header{Format, head, counts{
		len(s.Namespaces), len(s.ServiceAccounts), len(s.Bindings), len(s.Workloads), len(s.Pods),
	}}})
	writeAll(&lines, s)
	if lines.err == nil {
		lines.write(record{End: &end{lines.n - 1}})
	}
	return errors.Join(lines.err, buf.Flush(), zip.Close())
}

func writeAll(l *lineWriter, s *Snapshot) {
	for i := range s.Namespaces {
		l.write(record{Namespace: &s.Namespaces[i]})
	}
	for i := range s.ServiceAccounts {
		l.write(record{ServiceAccount: &s.ServiceAccounts[i]})
	}
	for i := range s.Roles {
		l.write(record{Role: &s.Roles[i]})
	}
	for i := range s.Bindings {
		l.write(record{Binding: &s.Bindings[i]})
	}
	for i := range s.Workloads {
		l.write(record{Workload: &s.Workloads[i]})
	}
	for i := range s.Pods {
		l.write(record{Pod: &s.Pods[i]})
	}
	for i := range s.TokenSecrets {
		l.write(record{TokenSecret: &s.TokenSecrets[i]})
	}
	for i := range s.Holders {
		l.write(record{Holder: &s.Holders[i]})
	}
	for i := range s.References {
		l.write(record{Reference: &s.References[i]})
	}
}

type lineWriter struct {
	w   *bufio.Writer
	n   int
	err error
}

func (l *lineWriter) write(r record) {
	if l.err != nil {
		return
	}
	// Names from files may hold invalid UTF-8; they are kept readable.
	line, err := json.Marshal(r, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		l.err = fmt.Errorf("encode snapshot: %w", err)
		return
	}
	l.n++
	if _, l.err = l.w.Write(line); l.err == nil {
		l.err = l.w.WriteByte('\n')
	}
}

// Read reads a snapshot file whole. A damaged, truncated or newer one is
// refused, and so is what is no snapshot at all.
func Read(r io.Reader) (*Snapshot, error) {
	zip, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return nil, errors.New("not a Podpass snapshot: it is not compressed as one")
	}
	d := decoder{snapshot: &Snapshot{}}
	lines := bufio.NewScanner(io.LimitReader(zip, MaxBytes))
	lines.Buffer(make([]byte, 0, 1<<16), MaxLine)
	for lines.Scan() {
		// A file that breaks off gives its last, broken line first.
		if err := d.line(lines.Bytes()); err != nil && lines.Err() == nil {
			return nil, err
		}
	}
	if err := lines.Err(); err != nil {
		return nil, d.damaged(err)
	}
	if !d.ended {
		return nil, d.damaged(io.ErrUnexpectedEOF)
	}
	return d.snapshot, nil
}

type decoder struct {
	snapshot *Snapshot
	intern   Interner
	owners   map[Owner]*Owner // one of each: the pods of a ReplicaSet share it
	n        int              // lines read

	aws       *AWS   // of the pod before
	namespace string // in which that lies
	ended     bool
}

func (d *decoder) damaged(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("snapshot is truncated after line %d: take it again", d.n)
	}
	return fmt.Errorf("snapshot is damaged at line %d: %v: take it again", d.n+1, err)
}

func (d *decoder) line(line []byte) error {
	if d.ended {
		return d.damaged(errors.New("data after the end"))
	}
	if d.n == 0 {
		return d.head(line)
	}
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return d.damaged(errors.New(err.Error())) // a line that ends early is no file that does
	}
	d.n++
	return d.keep(&r)
}

// head reads the first line: only its version at first, since nothing else of
// a newer file can be relied on.
func (d *decoder) head(line []byte) error {
	var version struct {
		Header struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			Format     int    `json:"format"`
		} `json:"header"`
	}
	if err := json.Unmarshal(line, &version); err != nil || version.Header.Kind != Kind {
		return errors.New("not a Podpass snapshot: its first line is no header")
	}
	switch {
	case version.Header.APIVersion != APIVersion || version.Header.Format > Format:
		return fmt.Errorf("snapshot is of format %d of %s, this podpass reads %d of %s: update podpass",
			version.Header.Format, version.Header.APIVersion, Format, APIVersion)
	case version.Header.Format < oldest:
		return fmt.Errorf("snapshot is of format %d, which lacks facts that this podpass (format %d) judges: take it again",
			version.Header.Format, Format)
	}
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return d.damaged(err)
	}
	s, n := d.snapshot, r.Header.Counts
	s.Header = r.Header.Header
	s.Namespaces, s.ServiceAccounts = room[Namespace](n.Namespaces), room[ServiceAccount](n.ServiceAccounts)
	s.Bindings, s.Workloads, s.Pods = room[Binding](n.Bindings), room[Workload](n.Workloads), room[Pod](n.Pods)
	d.n++
	return nil
}

func (d *decoder) keep(r *record) error {
	s := d.snapshot
	switch {
	case r.Pod != nil:
		d.meta(&r.Pod.Meta)
		d.spec(&r.Pod.Spec, r.Pod.Namespace)
		s.Pods = append(s.Pods, *r.Pod)
	case r.Workload != nil:
		d.workload(r.Workload)
		s.Workloads = append(s.Workloads, *r.Workload)
	case r.ServiceAccount != nil:
		d.meta(&r.ServiceAccount.Meta)
		s.ServiceAccounts = append(s.ServiceAccounts, *r.ServiceAccount)
	case r.Namespace != nil:
		d.meta(&r.Namespace.Meta)
		s.Namespaces = append(s.Namespaces, *r.Namespace)
	case r.Role != nil:
		d.meta(&r.Role.Meta)
		s.Roles = append(s.Roles, *r.Role)
	case r.Binding != nil:
		d.binding(r.Binding)
		s.Bindings = append(s.Bindings, *r.Binding)
	case r.TokenSecret != nil:
		d.meta(&r.TokenSecret.Meta)
		s.TokenSecrets = append(s.TokenSecrets, *r.TokenSecret)
	case r.Holder != nil:
		d.meta(&r.Holder.Meta)
		s.Holders = append(s.Holders, *r.Holder)
	case r.Reference != nil:
		d.meta(&r.Reference.Meta)
		s.References = append(s.References, *r.Reference)
	case r.End != nil:
		if r.End.Records != d.n-2 {
			return d.damaged(fmt.Errorf("it should hold %d objects and holds %d", r.End.Records, d.n-2))
		}
		d.ended = true
	default:
		return d.damaged(errors.New("a line of no known kind"))
	}
	return nil
}

func (d *decoder) workload(w *Workload) {
	d.meta(&w.Meta)
	w.Group, w.Kind = d.intern.String(w.Group), d.intern.String(w.Kind)
	if w.Template != nil {
		d.spec(w.Template, w.Namespace)
	}
}

// spec makes neighbours share what they say alike.
func (d *decoder) spec(p *PodSpec, namespace string) {
	p.Account = d.intern.String(p.Account)
	if p.AWS == nil {
		return
	}
	if d.namespace != namespace || !p.AWS.Equal(d.aws) {
		d.namespace, d.aws = namespace, p.AWS
	}
	p.AWS = d.aws
}

func (d *decoder) binding(b *Binding) {
	d.meta(&b.Meta)
	b.Role = RoleRef{d.intern.String(b.Role.Group), d.intern.String(b.Role.Kind), d.intern.String(b.Role.Name)}
	for i, s := range b.Subjects {
		b.Subjects[i] = Subject{d.intern.String(s.Kind), d.intern.String(s.Group), d.intern.String(s.Namespace), d.intern.String(s.Name)}
	}
}

func (d *decoder) owner(o Owner) *Owner {
	if kept := d.owners[o]; kept != nil {
		return kept
	}
	kept := &Owner{d.intern.String(o.Group), d.intern.String(o.Kind), d.intern.String(o.Name)}
	if d.owners == nil {
		d.owners = map[Owner]*Owner{}
	}
	d.owners[*kept] = kept
	return kept
}

func (d *decoder) meta(m *Meta) {
	m.Namespace, m.Name = d.intern.String(m.Namespace), d.intern.String(m.Name)
	if m.Owner != nil {
		m.Owner = d.owner(*m.Owner)
	}
	if m.Manager != nil {
		m.Manager.By, m.Manager.Source = d.intern.String(m.Manager.By), d.intern.String(m.Manager.Source)
	}
	if m.Source != nil {
		m.Source.File = d.intern.String(m.Source.File)
	}
}
