package plan

// cleanWave takes away what nobody needs any more once the moves are proven.
func (m *maker) cleanWave() {
	m.dropOldNames()
}
