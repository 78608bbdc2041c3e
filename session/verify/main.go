package verify

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
)

// workerFD is the worker's end of the socket pair: the first of exec.Cmd.ExtraFiles.
const workerFD = 3

// WorkerMain is the main function of a worker process. It returns the exit
// code: 0 when the server hung up, 1 for an error, 2 when the process was not started
// by a Pool.
func WorkerMain(handlers Handlers) int {
	var st syscall.Stat_t
	if err := syscall.Fstat(workerFD, &st); err != nil || st.Mode&syscall.S_IFMT != syscall.S_IFSOCK {
		fmt.Fprintln(os.Stderr, "this command is started by the server, it does nothing by hand")
		return 2
	}
	// What a handler starts must not hold the socket open.
	syscall.CloseOnExec(workerFD)
	// A read that blocks in the kernel would keep the only CPU this process gives
	// itself until the runtime takes it away, 10 ms a job. So the poller waits.
	if err := syscall.SetNonblock(workerFD, true); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)

	// One job at a time on one CPU: the lanes of one argon2 share its work, so
	// more would only take CPUs from the server.
	runtime.GOMAXPROCS(1)
	// Serve collects after every job. Left to itself the collector would begin in the
	// middle of a hash too, whose memory alone doubles the heap, and find nothing.
	debug.SetGCPercent(-1)
	for _, err := range []error{lowPriority(), noDumps(), largePages()} {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	err := Serve(os.NewFile(workerFD, "server"), handlers, io.Writer(os.Stderr))
	// What a handler started is of no use to anybody, least of all when the server has
	// died and nobody will kill this process's group.
	if err := errors.Join(err, killBelow()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
