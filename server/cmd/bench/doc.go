// Command bench measures the program as a whole: it starts the built server, and in
// turn with it a bare net/http handler that reads the body and answers as many bytes,
// and prints ratios. Absolute figures move by a factor of two with the machine; ratios
// of neighbouring rounds do not.
//
// The servers run on the first CPU, the load on the second, one thread of Go each. The
// load is a plain epoll loop over keep-alive connections, one request under way on
// each, so that it is not what is measured. What one process alone can tell (the codec,
// the session table, the collector) comes from the Go benchmarks beside the packages,
// which are run last.
//
// It is a tool for developers and no part of the service. It must never be pointed at
// a database that matters: it makes its own and throws it away. Linux only.
package main
