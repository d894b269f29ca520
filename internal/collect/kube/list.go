package kube

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"podpass/internal/snapshot"
)

// restarts bounds how often a list is begun anew after 410: the server keeps
// the state that a token for the next page belongs to for some five minutes.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
const restarts = 2

// list is one list to be read: a resource, in one namespace or in all. With
// the verb get it is one namespace.
type list struct {
	resource  *resource
	namespace string
	selector  string // in place of the resource's
	keep      bool   // what came of a list that failed is kept
	asked     bool   // an access review is asked before

	objects snapshot.Snapshot // what was read
	err     error             // why it is not complete
	parts   []*list           // the same namespace by namespace, where that had to be tried
}

// reader reads lists. It is for one goroutine at a time.
type reader struct {
	client   *client
	limit    int64
	progress func(what string, objects int)
	detail   bool
}

// read reads a list to its end, from the start again where the server has
// dropped the state that the pages belong to, and then in one piece. An error
// is kept in the list; its objects are then none, or with keep those of the
// last try.
func (r *reader) read(ctx context.Context, l *list) {
	limit := r.limit
	if most := l.resource.limit; most > 0 {
		limit = min(limit, most)
	}
	for try := 0; ; try++ {
		l.objects = snapshot.Snapshot{}
		l.err = r.pages(ctx, l, limit)
		if !refused(l.err, http.StatusGone) || limit == 0 {
			break
		}
		if try == restarts {
			limit = 0
		}
	}
	if refused(l.err, http.StatusNotFound) && l.resource.verb(l.namespace) != "get" {
		l.err = r.client.unserved(ctx, l.resource, l.err)
	}
	if l.err != nil && !l.keep {
		l.objects = snapshot.Snapshot{}
	}
}

// pages reads page after page. A page counts only once it has come whole.
func (r *reader) pages(ctx context.Context, l *list, limit int64) error {
	buf := r.client.buffers.Get().(*bytes.Buffer)
	defer r.client.buffers.Put(buf)
	if l.resource.secret {
		defer wipe(buf)
	}
	d := newDecoder(l.resource)
	d.aws.Detail = r.detail
	var p page
	for resume := ""; ; {
		request := l.request(limit, resume)
		err := r.client.retry(ctx, func(ctx context.Context) error {
			a, err := r.client.do(ctx, request, buf)
			if err != nil {
				return err
			}
			return p.read(d, a, request.query == nil)
		})
		if err != nil {
			return err
		}
		merge(&l.objects, &p.objects)
		if r.progress != nil {
			r.progress(l.resource.title(), p.count)
		}
		if p.resume == "" {
			return nil
		}
		if p.resume == resume {
			return errors.New("read the API server's answer: the next page is the same again")
		}
		resume = p.resume
	}
}

// wipe overwrites what a buffer has held: it is used again for other answers.
func wipe(buf *bytes.Buffer) {
	held := buf.Bytes()
	clear(held[:cap(held)])
}

// request asks for a page; for the one object of a get, without a query.
func (l *list) request(limit int64, resume string) request {
	r := request{path: l.resource.path(l.namespace), accept: acceptObjects}
	get := l.resource.verb(l.namespace) == "get"
	switch {
	case l.resource.refers != nil:
		r.accept = acceptJSON
	case !l.resource.partial:
	case get:
		r.accept = fmt.Sprintf(acceptPartials, partialItem)
	default:
		r.accept = fmt.Sprintf(acceptPartials, partialList)
	}
	if get {
		return r
	}
	r.query = url.Values{}
	if limit > 0 {
		r.query.Set("limit", strconv.FormatInt(limit, 10))
	}
	if resume != "" {
		r.query.Set("continue", resume)
	}
	selector := l.selector
	if selector == "" {
		selector = l.resource.selector
	}
	if selector != "" {
		r.query.Set("fieldSelector", selector)
	}
	return r
}

func (r *resource) path(namespace string) []string {
	path := append(groupPath(r.group), r.apiVersion())
	if namespace != "" {
		path = append(path, "namespaces", namespace)
	}
	if r.verb(namespace) == "get" {
		return path
	}
	return append(path, r.name)
}

func groupPath(group string) []string {
	if group == snapshot.GroupCore {
		return []string{"api"}
	}
	return []string{"apis", group}
}
