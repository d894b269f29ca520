package lab

// Pids returns the ids of the cluster's processes.
func (c *Cluster) Pids() []int {
	var pids []int
	for _, p := range c.processes {
		pids = append(pids, p.command.Process.Pid)
	}
	return pids
}

// WithPorts has the API server try the ports in their order, each of them once.
func (o Options) WithPorts(ports ...int) Options {
	o.ports = func() (int, error) {
		port := ports[0]
		ports = ports[1:]
		return port, nil
	}
	return o
}
