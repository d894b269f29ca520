package plan

import (
	"slices"
	"strings"

	"podpass/internal/audit"
	"podpass/internal/snapshot"
)

// workloads changes templates, and bare pods in files.
func (c *change) workloads() {
	c.changed, c.renewed = map[audit.Object]*snapshot.PodSpec{}, map[audit.Object]bool{}
	list := slices.Clone(c.out.Workloads)
	for i := range list {
		w := &list[i]
		steps := c.steps[targetOf(w.Kind, &w.Meta)]
		if len(steps) == 0 || w.Template == nil {
			continue
		}
		spec := *w.Template
		for _, s := range steps {
			setSpec(&spec, &w.Meta, s)
		}
		w.Template = &spec
		o := audit.Object{Kind: w.Kind, Namespace: w.Namespace, Name: w.Name}
		c.changed[o], c.renewed[o] = &spec, true
	}
	c.out.Workloads = list
}

func setSpec(spec *snapshot.PodSpec, meta *snapshot.Meta, s *Step) {
	if s.After == nil {
		return
	}
	for _, f := range s.After.Fields {
		if setAWS(spec, meta, f) {
			continue
		}
		switch f.Path[strings.LastIndexByte(f.Path, '/'):] {
		case "/serviceAccountName":
			spec.Account, _ = f.Value.(string)
			spec.Legacy = false
		case "/automountServiceAccountToken":
			spec.Automount = triOf(f.Value)
		}
	}
}

// pods changes bare pods in files, and those that are made anew.
func (c *change) pods(judge *audit.Judge) {
	list := slices.Clone(c.out.Pods)
	for i := range list {
		p := &list[i]
		for _, s := range c.steps[targetOf(snapshot.KindPod, &p.Meta)] {
			setSpec(&p.Spec, &p.Meta, s)
		}
	}
	c.out.Pods = list
	if judge == nil || len(c.renewed) == 0 || len(list) == 0 || c.out.Origin == snapshot.OriginFiles { // a dump of pods stays what it is
		return
	}
	automount := map[account]snapshot.Tri{}
	for i := range c.out.ServiceAccounts {
		sa := &c.out.ServiceAccounts[i]
		automount[account{sa.Namespace, sa.Name}] = sa.Automount
	}
	place := make(map[string]int, len(list))
	for i := range list {
		place[list[i].Namespace+"/"+list[i].Name] = i
	}
	for _, w := range judge.Workloads() {
		if !c.renewed[w.Object()] {
			continue
		}
		for _, old := range w.Pods() {
			p := &list[place[old.Namespace+"/"+old.Name]]
			renew(p, c.template(w), automount)
		}
	}
}

// template is that of which the pods of a workload are made anew.
func (c *change) template(w audit.Workload) *snapshot.PodSpec {
	if spec := c.changed[w.Object()]; spec != nil {
		return spec
	}
	for _, d := range w.Definitions() {
		return d.Spec
	}
	return nil
}

// renew makes a pod one of its template: what the API server adds to it follows
// from template and account.
func renew(p *snapshot.Pod, spec *snapshot.PodSpec, automount map[account]snapshot.Tri) {
	if spec == nil {
		return
	}
	of := *spec
	if of.AccountName() == snapshot.Default {
		of.Account = snapshot.Default // as the API server fills it in
	}
	if !of.APIToken && !of.Masked {
		mounts := of.Automount == snapshot.True || of.Automount == snapshot.Unset && automount[account{p.Namespace, of.AccountName()}] != snapshot.False
		of.APIToken = mounts && p.Live
	}
	p.Spec = of
}
