package kube

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"

	"podpass/internal/snapshot"
)

// fake is an API server, and what it serves of the kinds that name accounts:
// "group/version/resource" and the objects of it.
type fake struct {
	serves    map[string][]string
	plain     bool                        // it knows no aggregated discovery
	stale     string                      // group whose own server does not answer
	discovery int                         // status of /apis; 0: 200
	broken    func(r *http.Request) error // of a list
	configMap string                      // the only one

	mu   sync.Mutex
	seen []string
}

func (f *fake) start(t *testing.T) *rest.Config {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return &rest.Config{Host: server.URL, QPS: -1}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.seen = append(f.seen, strings.TrimSuffix(r.URL.Path+"?"+r.URL.RawQuery, "?"))
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case r.URL.Path == issuerPath:
		fmt.Fprint(w, `{"issuer":"https://issuer.example"}`)
	case r.URL.Path == "/version":
		fmt.Fprint(w, `{"gitVersion":"v1.36.0"}`)
	case r.URL.Path == "/apis" && f.discovery != 0:
		status(w, f.discovery, "no")
	case r.URL.Path == "/apis" && f.plain:
		f.groups(w)
	case r.URL.Path == "/apis":
		f.aggregated(w, r)
	case path[0] == "apis" && len(path) == 3:
		f.resources(w, path[1], path[2])
	default:
		f.list(w, r, path)
	}
}

// each calls for all that is served, in order.
func (f *fake) each(do func(group, version, resource string)) {
	keys := []string{}
	for key := range f.serves {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		parts := strings.Split(key, "/")
		do(parts[0], parts[1], parts[2])
	}
}

func (f *fake) groups(w http.ResponseWriter) {
	var list []string
	f.each(func(group, version, _ string) {
		list = append(list, fmt.Sprintf(`{"name":%q,"versions":[{"version":%q}]}`, group, version))
	})
	fmt.Fprintf(w, `{"kind":"APIGroupList","groups":[%s]}`, strings.Join(slices.Compact(list), ","))
}

func (f *fake) resources(w http.ResponseWriter, group, version string) {
	if group == f.stale {
		status(w, 503, "no backend")
		return
	}
	var list []string
	f.each(func(g, v, resource string) {
		if g == group && v == version {
			list = append(list, fmt.Sprintf(`{"name":%q}`, resource))
		}
	})
	fmt.Fprintf(w, `{"kind":"APIResourceList","groupVersion":"%s/%s","resources":[%s]}`, group, version, strings.Join(list, ","))
}

func (f *fake) aggregated(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("Accept"), "as=APIGroupDiscoveryList") {
		f.groups(w)
		return
	}
	var list []string
	f.each(func(group, version, resource string) {
		freshness, resources := "Current", fmt.Sprintf(`{"resource":%q}`, resource)
		if group == f.stale {
			freshness, resources = "Stale", ""
		}
		list = append(list, fmt.Sprintf(`{"metadata":{"name":%q},"versions":[{"version":%q,"freshness":%q,"resources":[%s]}]}`, group, version, freshness, resources))
	})
	fmt.Fprintf(w, `{"kind":"APIGroupDiscoveryList","items":[%s]}`, strings.Join(list, ","))
}

// list answers for one page of objects.
func (f *fake) list(w http.ResponseWriter, r *http.Request, path []string) {
	resource := path[len(path)-1]
	for _, known := range resources(true) {
		if known.name == resource && (path[0] == "api" || path[1] == known.group) {
			f.ownList(w, known)
			return
		}
	}
	if len(path) == 4 && path[2] == "namespaces" { // get
		fmt.Fprintf(w, `{"kind":%q,"metadata":{"name":%q,"uid":"u"}}`, partialItem, path[3])
		return
	}
	if f.broken != nil {
		if err := f.broken(r); err != nil {
			status(w, 403, err.Error())
			return
		}
	}
	if r.Method == http.MethodPost || len(path) < 3 {
		status(w, 404, "no such path")
		return
	}
	objects, ok := f.serves[path[1]+"/"+path[2]+"/"+resource]
	if !ok {
		status(w, 404, "not served")
		return
	}
	f.page(w, r, path, objects)
}

func (f *fake) ownList(w http.ResponseWriter, known *resource) {
	switch {
	case known.kind == snapshot.KindNamespace:
		fmt.Fprintf(w, `{"kind":%q,"items":[{"metadata":{"name":"shop","uid":"n"}},{"metadata":{"name":"ops","uid":"o"}}]}`, partialList)
	case known.kind == snapshot.KindServiceAccount:
		fmt.Fprint(w, `{"kind":"ServiceAccountList","items":[{"metadata":{"name":"default","namespace":"shop","uid":"a"}},{"metadata":{"name":"default","namespace":"ops","uid":"b"}}]}`)
	case known.kind == snapshot.KindConfigMap && f.configMap != "":
		fmt.Fprintf(w, `{"kind":"ConfigMapList","metadata":{},"items":[%s]}`, f.configMap)
	default:
		fmt.Fprintf(w, `{"kind":%q,"metadata":{},"items":[]}`, known.kind+"List")
	}
}

// page gives one object a page, so that all lists have several.
func (f *fake) page(w http.ResponseWriter, r *http.Request, path []string, objects []string) {
	if len(path) > 5 { // in a namespace
		objects = slices.DeleteFunc(slices.Clone(objects), func(o string) bool { return !strings.Contains(o, fmt.Sprintf(`"namespace":%q`, path[4])) })
	}
	at := 0
	_, _ = fmt.Sscanf(r.URL.Query().Get("continue"), "page-%d", &at)
	resume, items := "", ""
	if at < len(objects) {
		items = objects[at]
	}
	if at+1 < len(objects) {
		resume = fmt.Sprintf("page-%d", at+1)
	}
	fmt.Fprintf(w, `{"apiVersion":"%s/%s","kind":"AnyList","metadata":{"continue":%q},"items":[%s]}`, path[1], path[2], resume, items)
}

// asked gives the lists of kinds of other groups that were asked for.
func (f *fake) asked() []string {
	var list []string
	for _, path := range f.seen {
		own := slices.ContainsFunc(resources(true), func(r *resource) bool {
			return r.group != snapshot.GroupCore && strings.HasPrefix(path, "/apis/"+r.group+"/")
		})
		if !own && path != "/version" && path != issuerPath && !strings.Contains(path, "selfsubject") && !strings.HasPrefix(path, "/api/") {
			list = append(list, path)
		}
	}
	slices.Sort(list)
	return list
}

func custom(t *testing.T, apiVersion, kind, namespace, name string, spec string) string {
	t.Helper()
	text := fmt.Sprintf(`{"apiVersion":%q,"kind":%q,"metadata":{"name":%q,"namespace":%q,"uid":"uid-%s"},"spec":%s}`, apiVersion, kind, name, namespace, name, spec)
	if !json.Valid([]byte(text)) {
		t.Fatalf("no JSON: %s", text)
	}
	return text
}

// mesh serves a policy, two triggers and a kind of no table.
func mesh(t *testing.T) map[string][]string {
	t.Helper()
	return map[string][]string{
		"security.istio.io/v1/authorizationpolicies": {
			custom(t, "security.istio.io/v1", "AuthorizationPolicy", "ops", "a", `{"rules":[{"from":[{"source":{"principals":["td/ns/shop/sa/web"]}}]}]}`),
			custom(t, "security.istio.io/v1", "AuthorizationPolicy", "shop", "b", `{"action":"DENY","rules":[{"from":[{"source":{"principals":["td/ns/ops/sa/cron"]}}]}]}`),
		},
		"keda.sh/v1alpha1/triggerauthentications": {
			custom(t, "keda.sh/v1alpha1", "TriggerAuthentication", "ops", "k", `{"boundServiceAccountToken":[{"serviceAccountName":"ops-app"}]}`),
			custom(t, "keda.sh/v1alpha1", "TriggerAuthentication", "shop", "k", `{"boundServiceAccountToken":[{"serviceAccountName":"web"}]}`),
		},
		"example.com/v1/things": {custom(t, "example.com/v1", "Thing", "shop", "t", `{}`)},
	}
}

// found gives the references in a line each.
func found(s *snapshot.Snapshot) []string {
	list := []string{}
	for _, r := range s.References {
		list = append(list, fmt.Sprintf("%s %s/%s (%s) %s %s/%s %v", r.Kind, r.Namespace, r.Name, r.UID, r.Pointer, r.Of.Namespace, r.Of.Name, r.Denies))
	}
	return list
}

func TestReferencesOfWhatIsServedAreRead(t *testing.T) {
	const principal = "/spec/rules/0/from/0/source/principals/0"
	const token = "/spec/boundServiceAccountToken/0/serviceAccountName"
	all := []string{
		"AuthorizationPolicy ops/a (uid-a) " + principal + " shop/web false",
		"TriggerAuthentication ops/k (uid-k) " + token + " ops/ops-app false",
		"AuthorizationPolicy shop/b (uid-b) " + principal + " ops/cron true",
		"TriggerAuthentication shop/k (uid-k) " + token + " shop/web false",
	}
	const istio, keda = "/apis/security.istio.io/v1", "/apis/keda.sh/v1alpha1"
	tests := map[string]struct {
		fake    *fake
		options Options
		want    []string
		asked   []string
	}{
		"by one document of discovery, page by page": {
			&fake{}, Options{Detail: true}, all,
			[]string{"/apis", keda + "/triggerauthentications?continue=page-1&limit=500", keda + "/triggerauthentications?limit=500",
				istio + "/authorizationpolicies?continue=page-1&limit=500", istio + "/authorizationpolicies?limit=500"},
		},
		"by one document for each group": {
			&fake{plain: true}, Options{Detail: true, PageSize: 1}, all,
			[]string{"/apis", keda, keda + "/triggerauthentications?continue=page-1&limit=1", keda + "/triggerauthentications?limit=1",
				istio, istio + "/authorizationpolicies?continue=page-1&limit=1", istio + "/authorizationpolicies?limit=1"},
		},
		"in a namespace, but for what may name its accounts from elsewhere": {
			&fake{}, Options{Detail: true, Namespaces: []string{"shop"}},
			[]string{all[0], all[2], all[3]},
			[]string{"/apis", keda + "/namespaces/shop/triggerauthentications?limit=500",
				istio + "/authorizationpolicies?continue=page-1&limit=500", istio + "/authorizationpolicies?limit=500"},
		},
		"not without detail": {&fake{}, Options{}, []string{}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.fake.serves = mesh(t)
			test.options.Config = test.fake.start(t)
			s := scanned(t, test.options)
			if diff := cmp.Diff(test.want, found(s)); diff != "" || len(s.Gaps) > 0 || s.Detail != test.options.Detail {
				t.Errorf("detail %v, gaps %v: %s", s.Detail, told(s.Gaps), diff)
			}
			if told := s.Cluster.Issuer == "https://issuer.example"; told != test.options.Detail {
				t.Errorf("issuer %q, detail %v", s.Cluster.Issuer, test.options.Detail)
			}
			if diff := cmp.Diff(test.asked, test.fake.asked()); diff != "" {
				t.Errorf("asked: %s", diff)
			}
		})
	}
}

func TestReferencesThatCannotBeReadAreGapsOfThePlanAlone(t *testing.T) {
	forbidden := func(r *http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/authorizationpolicies") {
			return fmt.Errorf("may not list")
		}
		return nil
	}
	const elsewhere = "account reference"
	tests := map[string]struct {
		fake   *fake
		gaps   []string
		reason string
	}{
		"a list that is forbidden, of whoever may read all else": {
			&fake{broken: forbidden},
			[]string{"authorizationpolicies.security.istio.io | cluster |  | " + elsewhere + " | list authorizationpolicies.security.istio.io in all namespaces"},
			"may not list",
		},
		"discovery that is forbidden": {
			&fake{discovery: 403},
			[]string{"the APIs that are served | cluster |  | " + elsewhere + " | get the URL /apis and those below it, as the ClusterRole system:discovery allows"},
			"discovery: no",
		},
		"a group whose server is away": {
			&fake{stale: "security.istio.io"},
			[]string{"security.istio.io | cluster |  | " + elsewhere + " | mend the APIService of the group, or remove it"},
			"discovery: the server behind the API group does not answer",
		},
		"a group whose own discovery fails": {
			&fake{stale: "security.istio.io", plain: true},
			[]string{"security.istio.io | cluster |  | " + elsewhere + " | mend the APIService of the group, or remove it"},
			"discovery: the API server answered 503: no backend",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.fake.serves = mesh(t)
			s := scanned(t, Options{Config: test.fake.start(t), Detail: true})
			if diff := cmp.Diff(test.gaps, told(s.Gaps)); diff != "" {
				t.Fatal(diff)
			}
			if s.Gaps[0].Reason != test.reason || !s.Gaps[0].OnlyReferences() {
				t.Errorf("gap %+v, want the reason %q", s.Gaps[0], test.reason)
			}
			if test.fake.discovery == 0 && len(s.References) != 2 {
				t.Errorf("references %v, want those of the other kind", found(s))
			}
		})
	}
}

func TestAVersionThatIsNotKnownIsReadAndTold(t *testing.T) {
	f := fake{serves: map[string][]string{
		"keda.sh/v9/triggerauthentications": {custom(t, "keda.sh/v9", "TriggerAuthentication", "shop", "k", `{"boundServiceAccountToken":[{"serviceAccountName":"web"}]}`)},
	}}
	s := scanned(t, Options{Config: f.start(t), Detail: true})
	if len(s.References) != 1 || len(s.Gaps) != 1 || !s.Gaps[0].OnlyReferences() || !strings.Contains(s.Gaps[0].Reason, "version v9") || s.Gaps[0].Grant != "update podpass" {
		t.Errorf("references %v, gaps %+v", found(s), s.Gaps)
	}
}

func TestTheBestVersionThatIsKnownIsRead(t *testing.T) {
	f := fake{serves: map[string][]string{
		"security.istio.io/v1beta1/authorizationpolicies": {}, "security.istio.io/v1/authorizationpolicies": {}, "security.istio.io/v2/authorizationpolicies": {},
	}}
	s := scanned(t, Options{Config: f.start(t), Detail: true})
	if diff := cmp.Diff([]string{"/apis", "/apis/security.istio.io/v1/authorizationpolicies?limit=500"}, f.asked()); diff != "" || len(s.Gaps) > 0 {
		t.Errorf("gaps %v, asked: %s", told(s.Gaps), diff)
	}
}

func TestWhatCalicoStoresIsReadOnlyWhereItServesNothingElse(t *testing.T) {
	const stored, api = "crd.projectcalico.org/v1/networkpolicies", "projectcalico.org/v3/networkpolicies"
	tests := map[string]struct{ serves, asked []string }{
		"without an API server of its own": {[]string{stored}, []string{"/apis", "/apis/crd.projectcalico.org/v1/networkpolicies?limit=500"}},
		"with one":                         {[]string{stored, api}, []string{"/apis", "/apis/projectcalico.org/v3/networkpolicies?limit=500"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := fake{serves: map[string][]string{}}
			for _, resource := range test.serves {
				f.serves[resource] = nil
			}
			scanned(t, Options{Config: f.start(t), Detail: true})
			if diff := cmp.Diff(test.asked, f.asked()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConfigMapsAreLookedThroughForAccountsOfPods(t *testing.T) {
	f := &fake{configMap: `{"metadata":{"name":"runner","namespace":"ops","uid":"c"},
		"data":{"config.toml":"[runners.kubernetes]\nnamespace = \"shop\"\nservice_account = \"web\"\n","other":"x"}}`}
	config := f.start(t)
	want := []string{"ConfigMap ops/runner (c) /data/config.toml shop/web false"}
	if s := scanned(t, Options{Config: config, Detail: true}); !cmp.Equal(want, found(s)) || len(s.Gaps) > 0 || len(s.Holders) > 0 {
		t.Errorf("references %v, holders %v, gaps %v", found(s), s.Holders, told(s.Gaps))
	}
	if s := scanned(t, Options{Config: config}); len(s.References) > 0 {
		t.Errorf("without detail: %v", found(s))
	}
}
