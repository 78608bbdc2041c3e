package peer

import (
	"fmt"
	"net/netip"
	"strings"
)

// Resolver knows the proxies to trust. The zero Resolver trusts nobody.
type Resolver struct {
	// Trusted are the networks that proxies are in, as ParseTrusted makes them. IPv4
	// networks also hold for IPv4 addresses in IPv6 form.
	Trusted []netip.Prefix
	// Socket trusts whoever connects over a Unix socket: who may is for the rights of its
	// file to say.
	Socket bool
}

// OverSocket is how a list of trusted proxies names those that connect over a Unix
// socket.
const OverSocket = "unix"

// ParseTrusted reads networks ("10.0.0.0/8") and addresses ("192.0.2.1") of proxies, and
// OverSocket.
func ParseTrusted(texts []string) (Resolver, error) {
	var r Resolver
	for _, text := range texts {
		if text == OverSocket {
			r.Socket = true
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			a, aerr := netip.ParseAddr(text)
			if aerr != nil || a.Zone() != "" {
				return Resolver{}, fmt.Errorf("trusted proxy %q is neither an address, nor a network such as 10.0.0.0/8, nor %q", text, OverSocket)
			}
			a = a.Unmap()
			p = netip.PrefixFrom(a, a.BitLen())
		}
		if p.Addr().Is4In6() {
			if p.Bits() < 96 {
				return Resolver{}, fmt.Errorf("trusted proxies %q: write an IPv4 network as such", text)
			}
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		if p.Bits() == 0 {
			return Resolver{}, fmt.Errorf("trusted proxies %q would let every client choose its address", text)
		}
		r.Trusted = append(r.Trusted, p.Masked())
	}
	return r, nil
}

// Client gives the client's address. remote is the address at the other end of the
// connection, the zero Addr for a Unix socket's; forwardedFor the X-Forwarded-For header lines in the order they came.
//
// It walks from the connection to the left through the header while the address at hand
// is a trusted proxy's. An entry that is no address ends the walk: its proxy, the last
// one that can be vouched for, then stands for the client.
func (r *Resolver) Client(remote netip.Addr, forwardedFor []string) netip.Addr {
	client := plain(remote)
	for i := len(forwardedFor) - 1; i >= 0; i-- {
		for line, more := forwardedFor[i], true; more; {
			if !r.trusts(client) {
				return client
			}
			entry := line
			comma := strings.LastIndexByte(line, ',')
			if more = comma >= 0; more {
				line, entry = line[:comma], line[comma+1:]
			}
			next, ok := parse(entry)
			if !ok {
				return client
			}
			client = next
		}
	}
	return client
}

func (r *Resolver) trusts(a netip.Addr) bool {
	if !a.IsValid() { // no entry of a header is
		return r.Socket
	}
	for _, p := range r.Trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// parse reads an address, in brackets and with a port as some proxies write it.
func parse(entry string) (netip.Addr, bool) {
	entry = strings.Trim(entry, " \t")
	if a, err := netip.ParseAddr(entry); err == nil {
		return plain(a), true
	}
	if p, err := netip.ParseAddrPort(entry); err == nil {
		return plain(p.Addr()), true
	}
	if inner, ok := strings.CutPrefix(entry, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); ok {
			a, err := netip.ParseAddr(inner)
			return plain(a), err == nil && a.Is6()
		}
	}
	return netip.Addr{}, false
}

// plain is an address without a zone, and without the IPv6 form of an IPv4 one: neither
// is in any network.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }
