package kube

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"podpass/internal/collect/references"
	"podpass/internal/snapshot"
)

// planReferring adds, with Detail, the lists of those kinds that name accounts
// and that the server serves. What it does not serve cannot be there; where it
// does not tell, a gap says so.
func (c *collector) planReferring(ctx context.Context) error {
	if !c.options.Detail {
		return nil
	}
	served, err := c.client.served(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		c.snapshot.Gaps = append(c.snapshot.Gaps, unknownKinds("", err))
		return nil
	}
	for _, group := range served.broken {
		c.snapshot.Gaps = append(c.snapshot.Gaps, unknownKinds(group.name, group.err))
	}
	for _, k := range references.Kinds() {
		if k.Unless != "" && len(served.versions(k.Unless, k.Resource)) > 0 {
			continue
		}
		versions := served.versions(k.Group, k.Resource)
		if len(versions) == 0 {
			continue
		}
		version, known := choose(k.Versions, versions)
		r := referring(k, version)
		c.add(r)
		if !known {
			c.snapshot.Gaps = append(c.snapshot.Gaps, unknownVersion(r))
		}
	}
	return nil
}

// choose gives the version to read: the best that is known, else the one that
// the server prefers.
func choose(known, served []string) (version string, isKnown bool) {
	for _, v := range known {
		if slices.Contains(served, v) {
			return v, true
		}
	}
	return served[0], false
}

func unknownVersion(r *resource) snapshot.Gap {
	return snapshot.Gap{
		What: r.title(), Scope: where(""), Kinds: []string{snapshot.KindReference},
		Reason: fmt.Sprintf("it is served in version %s alone, whose fields are not known: what was found in it may not be all", r.version),
		Grant:  "update podpass",
	}
}

// unknownKinds is the gap for kinds of which the server does not say whether it
// serves them; empty: any.
func unknownKinds(group string, err error) snapshot.Gap {
	l := list{err: err, resource: &resource{}}
	reason, grant := l.reason()
	g := snapshot.Gap{
		What: cmp.Or(group, "the APIs that are served"), Scope: where(""), Kinds: []string{snapshot.KindReference},
		Reason: "discovery: " + reason, Grant: grant,
	}
	switch {
	case refused(err, http.StatusForbidden):
		g.Grant = "get the URL /apis and those below it, as the ClusterRole system:discovery allows"
	case group != "":
		g.Grant = "mend the APIService of the group, or remove it"
	}
	return g
}

// served is which of the resources that name accounts a server serves.
type served struct {
	by     map[servedResource][]string // versions, the preferred first
	broken []brokenGroup
}

type servedResource struct{ group, resource string }

type brokenGroup struct {
	name string
	err  error
}

func (s *served) versions(group, resource string) []string {
	return s.by[servedResource{group, resource}]
}

func (s *served) add(group, resource, version string) {
	if s.by == nil {
		s.by = map[servedResource][]string{}
	}
	at := servedResource{group, resource}
	s.by[at] = append(s.by[at], version)
}

func (s *served) fail(group string, err error) {
	if !slices.ContainsFunc(s.broken, func(b brokenGroup) bool { return b.name == group }) {
		s.broken = append(s.broken, brokenGroup{group, err})
	}
}

// acceptGroups asks for all groups with their resources in one document, and
// takes the list of groups from servers that know no such.
// https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
const acceptGroups = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
	"application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList," + acceptJSON

// served asks which kinds the server serves.
func (c *client) served(ctx context.Context) (*served, error) {
	var document struct {
		Kind  string            `json:"kind"`
		Items []discoveredGroup `json:"items"`
		groupList
	}
	var buf bytes.Buffer
	err := c.retry(ctx, func(ctx context.Context) error {
		a, err := c.do(ctx, request{path: []string{"apis"}, accept: acceptGroups}, &buf)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(a.body, &document); err != nil {
			return fmt.Errorf("read the API server's answer: %w", err)
		}
		return nil
	})
	s := &served{}
	switch {
	case err != nil:
		return nil, err
	case document.Kind == "APIGroupDiscoveryList":
		s.discovered(document.Items)
	case document.Kind == "APIGroupList":
		s.asked(ctx, c, &document.groupList)
	default:
		return nil, fmt.Errorf("read the API server's answer: it is a %q, no list of API groups", document.Kind)
	}
	return s, nil
}

// discoveredGroup is one group of an APIGroupDiscoveryList.
type discoveredGroup struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Versions []struct {
		Version   string `json:"version"`
		Freshness string `json:"freshness"`
		Resources []struct {
			Resource string `json:"resource"`
		} `json:"resources"`
	} `json:"versions"`
}

// groups are those of the table.
func groups() map[string]bool {
	known := map[string]bool{}
	for _, k := range references.Kinds() {
		known[k.Group] = true
	}
	return known
}

// discovered takes what one document tells. A stale group is one whose own
// server did not answer.
func (s *served) discovered(list []discoveredGroup) {
	known := groups()
	for _, g := range list {
		if !known[g.Metadata.Name] {
			continue
		}
		for _, v := range g.Versions {
			if v.Freshness == "Stale" {
				s.fail(g.Metadata.Name, fmt.Errorf("the server behind the API group does not answer"))
			}
			for _, r := range v.Resources {
				s.add(g.Metadata.Name, r.Resource, v.Version)
			}
		}
	}
}

// asked asks each group of the table for its resources.
func (s *served) asked(ctx context.Context, c *client, list *groupList) {
	known := groups()
	for _, g := range list.Groups {
		if !known[g.Name] {
			continue
		}
		for _, v := range g.Versions {
			var resources struct {
				Kind      string `json:"kind"`
				Resources []struct {
					Name string `json:"name"`
				} `json:"resources"`
			}
			err := c.getJSON(ctx, &resources, "apis", g.Name, v.Version)
			if err == nil && resources.Kind != "APIResourceList" {
				err = fmt.Errorf("read the API server's answer: it is a %q, no list of resources", resources.Kind)
			}
			if err != nil && !refused(err, http.StatusNotFound) {
				s.fail(g.Name, err)
			}
			for _, r := range resources.Resources {
				s.add(g.Name, r.Name, v.Version)
			}
		}
	}
}

// readReferring replaces the page by the references in a page of JSON.
func (p *page) readReferring(d *decoder, a answer) error {
	k := d.resource.refers
	var list struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Metadata   struct {
			Continue string `json:"continue"`
		} `json:"metadata"`
		Items []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(a.body, &list); err != nil || list.APIVersion != d.resource.group+"/"+d.resource.apiVersion() || !strings.HasSuffix(list.Kind, "List") {
		return fmt.Errorf("read the API server's answer: it is no list of %s (its type is %q)", k.Name, a.contentType)
	}
	for _, object := range list.Items {
		object["apiVersion"] = list.APIVersion // those of Kubernetes itself do not say theirs
		p.objects.References = append(p.objects.References, k.Extract(object, k.Meta(object))...)
		p.count++
	}
	p.resume = list.Metadata.Continue
	return nil
}
