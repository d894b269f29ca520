// Package kube reads a cluster through its API server into a
// snapshot.Snapshot.
//
// It reads all kinds at once, in pages, as protobuf, and turns each page into
// lean facts as it comes; of what Secrets and ConfigMaps hold, no byte is kept.
// Secrets are asked for only with Options.ReadSecrets. It only lists and gets;
// Access is the table of what it uses.
//
// What it gives is whole or says what is missing: a list is read to its end or
// is a gap, and of a list that broke off nothing is kept but roles and
// bindings, of which each tells a fact of its own: more of them only ever add
// rights, and the gap keeps the rest unknown. Where a list of the whole cluster
// is forbidden, it is tried namespace by namespace. It never takes silence for
// absence: what was not found is empty only if the server says that it does
// not serve the kind.
package kube

import (
	"context"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/rest"

	"podpass/internal/collect"
	"podpass/internal/snapshot"
)

// parallel bounds the requests under way; it lets all kinds be read at once.
const parallel = 16

// Options say what is read. Only Config is needed.
type Options struct {
	// Config of the client. Its Timeout bounds each request (and then also a
	// page on a slow network); without it, a server that sends nothing for 30
	// seconds is given up.
	Config *rest.Config
	// Cluster as the kubeconfig names it; Version and UID are filled in.
	Cluster snapshot.Cluster
	// Namespaces to read; empty: all. The RBAC kinds are read everywhere
	// whatever is selected.
	Namespaces []string
	// ReadSecrets reads Secrets too.
	ReadSecrets bool
	// Detail reads what only a plan needs too: see snapshot.Header.
	Detail   bool
	PageSize int64 // 0: 500
	// Progress is told how many more objects of a resource have come. It is
	// called from several goroutines and holds the reading up. Lists that are
	// begun anew tell their objects again.
	Progress func(what string, objects int)

	backoff time.Duration // before a second attempt, for tests
}

// collector holds what one Collect knows.
type collector struct {
	options  Options
	client   *client
	reader   reader
	selected []string // namespaces; empty: all
	lists    []*list
	snapshot *snapshot.Snapshot
}

// Collect reads a cluster. Tool, TakenAt and Excluded of the Snapshot are left
// to the caller. An error is one of *Unreachable, *Unauthorized,
// *NamespaceNotFound, that of ctx, or says what is wrong with Config; all else
// that cannot be read becomes a gap.
func Collect(ctx context.Context, o Options) (*snapshot.Snapshot, error) {
	c, err := newCollector(o)
	if err != nil {
		return nil, err
	}
	defer c.client.close()
	if err := c.connect(ctx); err != nil {
		return nil, err
	}
	c.plan()
	steps := []func(context.Context) error{c.planReferring, c.readAll, c.checkNamespaces, c.readApart, c.assemble, c.lookAgain}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	c.snapshot.Sort()
	return c.snapshot, nil
}

func newCollector(o Options) (*collector, error) {
	client, err := newClient(o.Config)
	if err != nil {
		return nil, err
	}
	if o.backoff > 0 {
		client.backoff = o.backoff
	}
	if o.PageSize <= 0 {
		o.PageSize = 500
	}
	c := &collector{options: o, client: client, selected: distinct(o.Namespaces), snapshot: &snapshot.Snapshot{}}
	c.reader = reader{client: client, limit: o.PageSize, progress: o.Progress, detail: o.Detail}
	c.snapshot.Header = snapshot.Header{
		APIVersion: snapshot.APIVersion, Kind: snapshot.Kind,
		Origin: snapshot.OriginCluster, Cluster: o.Cluster,
		Selected: c.selected, SecretsRead: o.ReadSecrets, Detail: o.Detail,
	}
	return c, nil
}

// connect finds out whether the server is there and takes the credentials,
// before all kinds are asked for at once.
func (c *collector) connect(ctx context.Context) error {
	version, err := c.client.version(ctx)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case refused(err, http.StatusUnauthorized):
		return c.unauthorized(err)
	case isLost(err):
		return &Unreachable{Server: c.client.base.Redacted(), Err: err}
	case refused(err, http.StatusBadRequest): // HTTP spoken to a server of HTTPS
		return &Unreachable{Server: c.client.base.Redacted(), Err: err}
	}
	// Any other refusal is of this document alone, and told by the lists.
	c.snapshot.Cluster.Version = version
	return nil
}

func (c *collector) unauthorized(err error) error {
	return &Unauthorized{Server: c.client.base.Redacted(), Message: "401: " + err.Error()}
}

// plan makes the lists from the table of resources.
func (c *collector) plan() {
	for _, r := range resources(c.options.ReadSecrets) {
		r.entries = c.options.Detail && r.kind == snapshot.KindConfigMap
		c.add(r)
	}
}

// add adds the lists of a resource. Of references each that was read counts by
// itself, too.
func (c *collector) add(r *resource) {
	places := r.places(c.selected)
	if len(places) == 0 {
		places = []string{""}
	}
	keep := r.scope == everywhere || r.scope == global || r.refers != nil
	for _, namespace := range places {
		c.lists = append(c.lists, &list{resource: r, namespace: namespace, keep: keep})
	}
}

func (c *collector) readAll(ctx context.Context) error {
	for _, name := range c.selected {
		if len(validation.IsDNS1123Label(name)) > 0 { // it would change the path
			return &NamespaceNotFound{Names: []string{name}}
		}
	}
	group, both := errgroup.WithContext(ctx)
	group.Go(func() error { c.snapshot.Caller = c.client.caller(both); return nil })
	if c.options.Detail {
		group.Go(func() error { c.snapshot.Cluster.Issuer = c.client.issuer(both); return nil })
	}
	group.Go(func() error { return c.read(both, c.lists) })
	err := group.Wait()
	if err != nil {
		return err
	}
	for _, l := range c.lists {
		if !isLost(l.err) {
			return nil
		}
	}
	return &Unreachable{Server: c.client.base.Redacted(), Err: c.lists[0].err}
}

// read reads lists side by side. Its error ends the work; what keeps a list
// from being complete stays in the list.
func (c *collector) read(ctx context.Context, lists []*list) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, l := range lists {
		group.Go(func() error {
			if l.asked {
				if l.err = c.client.denied(ctx, l); l.err != nil {
					return nil
				}
			}
			c.reader.read(ctx, l)
			if refused(l.err, http.StatusUnauthorized) {
				return c.unauthorized(l.err)
			}
			return context.Cause(ctx)
		})
	}
	return group.Wait()
}

func (c *collector) checkNamespaces(context.Context) error {
	var missing []string
	for _, l := range c.lists {
		if l.resource.scope == theNamespaces && refused(l.err, http.StatusNotFound) && l.namespace != "" {
			missing = append(missing, l.namespace)
		}
	}
	if len(missing) > 0 {
		return &NamespaceNotFound{Names: missing}
	}
	return nil
}

// readApart reads namespace by namespace what could not be listed for the
// whole cluster, and only now, when the namespaces are known. The lists
// themselves tell what is forbidden: an access review beforehand would cost as
// many requests and say the same.
func (c *collector) readApart(ctx context.Context) error {
	known := c.knownNamespaces()
	var parts []*list
	for _, l := range c.lists {
		if !l.apart() || l.resource.refers != nil && !c.worthApart() {
			continue
		}
		l.objects = snapshot.Snapshot{}
		for _, namespace := range known {
			l.parts = append(l.parts, &list{resource: l.resource, namespace: namespace, keep: l.keep, asked: true})
		}
		parts = append(parts, l.parts...)
	}
	return c.read(ctx, parts)
}

// apart tells whether a list may be read namespace by namespace where the whole
// is forbidden.
func (l *list) apart() bool {
	namespaced := l.resource.scope == inNamespaces || l.resource.scope == everywhere
	return namespaced && l.namespace == "" && refused(l.err, http.StatusForbidden)
}

// worthApart tells whether references are read namespace by namespace, which
// costs a request for each namespace and kind that is served: not for whoever
// may list pods and the like everywhere, and so has no rights in some namespaces
// alone.
func (c *collector) worthApart() bool {
	return len(c.selected) > 0 || slices.ContainsFunc(c.lists, func(l *list) bool { return l.resource.refers == nil && l.apart() })
}

// assemble puts what the lists hold into the snapshot, and what they lack into
// its gaps.
func (c *collector) assemble(context.Context) error {
	listed := len(c.selected) == 0 && c.namespacesListed()
	for _, l := range c.lists {
		merge(c.snapshot, &l.objects)
		l.objects = snapshot.Snapshot{}
		for _, part := range l.parts {
			merge(c.snapshot, &part.objects)
			part.objects = snapshot.Snapshot{}
		}
		c.snapshot.Gaps = append(c.snapshot.Gaps, l.gaps(listed)...)
	}
	for i := range c.snapshot.Namespaces {
		if ns := &c.snapshot.Namespaces[i]; ns.Name == "kube-system" {
			c.snapshot.Cluster.UID = ns.UID
		}
	}
	c.imply()
	collect.Prune(c.snapshot)
	return nil
}
