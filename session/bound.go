package session

import "net/netip"

// GoodAt tells whether the session may be used from an address: the zero Addr stands
// for a caller without one.
func (s *Session) GoodAt(peer netip.Addr) bool {
	return !s.OnlyFrom.IsValid() || s.OnlyFrom == peer.Unmap()
}

// bind gives the address that a session with these terms is bound to when it is made
// from peer; zero for none. A client without an address cannot be told from others
// like it, so for it there is no such session. Errors: *Refusal.
func (t *Terms) bind(peer netip.Addr) (netip.Addr, error) {
	switch {
	case !t.OnlyPeer:
		return netip.Addr{}, nil
	case !peer.IsValid():
		return netip.Addr{}, &Refusal{Reason: ReasonNoPeer}
	}
	return peer.Unmap(), nil
}
