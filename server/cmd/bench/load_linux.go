package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// load keeps one request under way on each of its connections to a server.
type load struct {
	server   *process
	requests requests
	epoll    int
	conns    []*conn
}

type conn struct {
	fd      int
	out, in []byte
	got     int
	since   time.Time
}

// perAddress is how many connections come from one source address: the service
// bounds them per client.
const perAddress = 128

// dial opens the connections, from as many loopback addresses as it takes.
func dial(server *process, r requests, conns int) (*load, error) {
	to, err := netip.ParseAddrPort(server.address)
	if err != nil {
		return nil, err
	}
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	l := &load{server: server, requests: r, epoll: epoll}
	for i := range conns {
		fd, err := connect(to, byte(1+i/perAddress))
		if err == nil {
			l.conns = append(l.conns, &conn{fd: fd, in: make([]byte, 64<<10)})
			err = unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)})
		}
		if err != nil {
			l.close()
			return nil, fmt.Errorf("connection %d to %s: %w", i, server.name, err)
		}
	}
	return l, nil
}

func connect(to netip.AddrPort, from byte) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	err = errors.Join(
		unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, from}}),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
	if err == nil {
		err = unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()})
	}
	if err != nil {
		return -1, errors.Join(err, unix.Close(fd))
	}
	return fd, nil
}

func (l *load) close() {
	for _, c := range l.conns {
		_ = unix.Close(c.fd) // a measuring connection has nothing left to lose
	}
	_ = unix.Close(l.epoll)
}

// sample is what one measurement found.
type sample struct {
	rate         float64 // calls per second
	p50, p99     time.Duration
	cpu          time.Duration // of the server, per call
	instructions float64       // of the server, per call; 0 where they are not counted
}

// patience is how long an answer may take.
const patience = 15 * time.Second

// run drives the server for a while, or for so many calls if calls > 0.
func (l *load) run(d time.Duration, calls int) (sample, error) {
	latencies := make([]time.Duration, 0, 1<<20)
	before, err := l.server.usage()
	if err != nil {
		return sample{}, err
	}
	start := time.Now()
	end, left := start.Add(d), calls
	if calls > 0 {
		end = start.Add(time.Hour)
	}
	busy := 0
	more := func(now time.Time) bool {
		left--
		return now.Before(end) && (calls == 0 || left >= 0)
	}
	for _, c := range l.conns {
		if now := time.Now(); more(now) {
			if err := l.send(c, now); err != nil {
				return sample{}, err
			}
			busy++
		}
	}
	events := make([]unix.EpollEvent, len(l.conns))
	last := start
	for busy > 0 {
		// It never sleeps: a server that has to wake its client up pays for that, and a
		// slow one, whose client has time to sleep, pays more often.
		n, err := unix.EpollWait(l.epoll, events, 0)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return sample{}, err
		case n == 0 && time.Since(last) > patience:
			return sample{}, fmt.Errorf("%s gave no answer for %s", l.server.name, patience)
		case n == 0:
			continue
		}
		for _, e := range events[:n] {
			c := l.conns[e.Fd]
			whole, err := l.receive(c)
			if err != nil {
				return sample{}, err
			}
			if !whole {
				continue
			}
			now := time.Now()
			last = now
			latencies = append(latencies, now.Sub(c.since))
			if !more(now) {
				busy--
			} else if err := l.send(c, now); err != nil {
				return sample{}, err
			}
		}
	}
	took := time.Since(start)
	after, err := l.server.usage()
	if err != nil {
		return sample{}, err
	}
	return summary(latencies, took, before, after), nil
}

func summary(latencies []time.Duration, took time.Duration, before, after usage) sample {
	slices.Sort(latencies)
	n := len(latencies)
	return sample{
		rate: float64(n) / took.Seconds(),
		p50:  latencies[n/2], p99: latencies[n*99/100],
		cpu:          (after.cpu - before.cpu) / time.Duration(n),
		instructions: float64(after.instructions-before.instructions) / float64(n),
	}
}

func (l *load) send(c *conn, now time.Time) error {
	c.out = l.requests.next(c.out[:0])
	c.got, c.since = 0, now
	for out := c.out; len(out) > 0; {
		n, err := unix.Write(c.fd, out)
		if err != nil {
			return fmt.Errorf("sending to %s: %w", l.server.name, err)
		}
		out = out[n:]
	}
	return nil
}

var (
	headEnd   = []byte("\r\n\r\n")
	lengthKey = []byte("\r\nContent-Length: ")
	okay      = []byte("HTTP/1.1 200 ")
	faultMark = []byte("<fault>")
	errorMark = []byte(`"error":`)
)

// receive reads what has come; whole tells that it is an answer, and a good one.
func (l *load) receive(c *conn) (whole bool, err error) {
	n, err := unix.Read(c.fd, c.in[c.got:])
	if err != nil {
		return false, fmt.Errorf("reading from %s: %w", l.server.name, err)
	}
	if n == 0 {
		return false, fmt.Errorf("%s closed a connection", l.server.name)
	}
	c.got += n
	head := bytes.Index(c.in[:c.got], headEnd)
	if head < 0 {
		return false, nil
	}
	size := 0
	if at := bytes.Index(c.in[:head], lengthKey); at >= 0 {
		for _, d := range c.in[at+len(lengthKey):] {
			if d < '0' || d > '9' {
				break
			}
			size = size*10 + int(d-'0')
		}
	}
	want := head + len(headEnd) + size
	if want > len(c.in) {
		c.in = append(c.in, make([]byte, want-len(c.in))...)
	}
	if c.got < want {
		return false, nil
	}
	first := c.in[head:min(want, head+256)]
	if !bytes.HasPrefix(c.in, okay) || size == 0 || bytes.Contains(first, faultMark) || bytes.Contains(first, errorMark) {
		return false, fmt.Errorf("%s answered %s", l.server.name, strconv.QuoteToASCII(string(c.in[:min(want, 900)])))
	}
	return true, nil
}

// usage is what a server has used up.
type usage struct {
	cpu          time.Duration
	instructions uint64
}

func (p *process) usage() (u usage, err error) {
	if u.cpu, err = p.cpu(); err == nil && p.perf != nil {
		u.instructions, err = p.perf.read()
	}
	return u, err
}

// answer asks once and gives the body.
func answer(server *process, r requests) ([]byte, error) {
	l, err := dial(server, r, 1)
	if err != nil {
		return nil, err
	}
	defer l.close()
	if _, err := l.run(0, 1); err != nil {
		return nil, err
	}
	c := l.conns[0]
	return c.in[bytes.Index(c.in[:c.got], headEnd)+len(headEnd) : c.got], nil
}
