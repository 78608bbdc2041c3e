// Package verify runs password work in low-priority processes of the same
// binary, so that a login storm cannot stall the calls of sessions that are
// already there: a hash inside the server keeps its scheduler from everything else
// for tens of milliseconds.
//
//	caller ── Run(ctx, Job) ──► gate ──► worker process (nice 19)
//	           at most Queue wait,       one job at a time, over one
//	           at most QueueWait each    end of a socket pair
//
// A job is a kind and an opaque payload. The kinds a worker can do are the map of
// handlers that its main function passes to WorkerMain; Argon2 returns those of this
// package, and another package adds its own by adding to the map. A job has the
// worker to itself until it is answered or until the deadline, when the worker
// is killed and replaced, and with it everything that its handler has started. A caller whose context ends gets its error at once, but
// the worker stays taken: hanging up must not buy a client more hashing than
// waiting would (requirements AUT-8).
//
// A handler may ask back before it answers, for the second prompt of a login for
// instance. The worker stays taken meanwhile, for a limited time; and fewer such
// conversations may be open than there are workers, so that they cannot keep out the
// jobs that ask nothing.
//
// Workers end when their socket ends. The kernel closes the server's end however the
// server dies, and a worker reads its socket also while it hashes, so none outlives
// a server killed with SIGKILL. PR_SET_PDEATHSIG is not used: it fires when
// the thread that started the worker ends, and in a Go program that is whichever thread
// the scheduler chose, which may end long before the process.
//
// Workers share no memory, descriptors or environment with the server beyond
// the socket and standard error, whose lines become log lines. They ignore SIGTERM,
// SIGINT and SIGHUP, which a terminal or service manager sends to the whole group:
// the server drains first and ends its workers itself.
//
// The package must never put a payload, an answer or a part of either into process
// arguments, the environment, a log line or an error text, and must never
// decide who may log in.
package verify
