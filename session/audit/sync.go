package audit

// group is lines of one file that reach the disk with one sync: while one sync is under
// way the next lines gather and share the one after it.
type group struct {
	file *handle
	done chan struct{}
	err  error // set before done is closed
}

// join adds the line just written to the group that is gathering. mu is held. Who
// begins a group has to sync it; nobody holds mu meanwhile.
func (f *File) join() (wait func() error) {
	if g := f.next; g != nil {
		return func() error {
			<-g.done
			return g.err
		}
	}
	g := &group{file: f.open, done: make(chan struct{})}
	f.open.groups++
	f.next = g
	return func() error { return f.flush(g) }
}

func (f *File) flush(g *group) error {
	f.syncing.Lock()
	f.mu.Lock()
	if f.next == g {
		f.next = nil
	}
	f.mu.Unlock()
	g.err = g.file.Sync()
	close(g.done)
	f.syncing.Unlock()

	f.mu.Lock()
	defer f.mu.Unlock()
	g.file.groups--
	if err := g.file.closeIfDone(); err != nil {
		return err
	}
	return g.err
}

// retire closes the file, or leaves that to the last group that has to sync it.
func (h *handle) retire() error {
	h.retired = true
	return h.closeIfDone()
}

func (h *handle) closeIfDone() error {
	if !h.retired || h.groups > 0 {
		return nil
	}
	return h.Close()
}
