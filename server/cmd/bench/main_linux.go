package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// options are what the command line says.
type options struct {
	server string        // the built countersign
	quick  bool          // about a minute instead of about five
	rounds int           // pairs of measurements of each row
	round  time.Duration // one measurement
	only   string        // rows to do, by their letters; "" for all
}

// CPUs of the servers and of the load.
const (
	serverCPU = 0
	loadCPU   = 1
)

func main() {
	if len(os.Args) > 1 {
		var err error
		switch os.Args[1] {
		case "handler":
			err = handlerMain(os.Args[2:])
		case "service":
			err = serviceMain()
		case "peer":
			err = peerMain(os.Args[2:])
		case "logins", "hashes":
			if err = choreMain(os.Args[1:]); err == nil {
				return
			}
		default:
			measure()
			return
		}
		fatal(err) // they serve until they are killed
	}
	measure()
}

// measure is the program proper.
func measure() {
	var o options
	flag.StringVar(&o.server, "server", ".build/countersign", "the built server")
	flag.BoolVar(&o.quick, "quick", false, "fewer and shorter rounds, about a minute")
	flag.IntVar(&o.rounds, "rounds", 0, "pairs of measurements of each row (0: 7, quick 5)")
	flag.DurationVar(&o.round, "round", 0, "length of one measurement (0: 2s, quick 1s)")
	flag.StringVar(&o.only, "only", "", "comma-separated parts to do: step, call, crowd, bulk, json, soap, size, logins, timing, go")
	flag.Parse()
	if o.rounds == 0 {
		o.rounds = 7
		if o.quick {
			o.rounds = 5
		}
	}
	if o.round == 0 {
		o.round = 2 * time.Second
		if o.quick {
			o.round = time.Second
		}
	}
	if err := settle(); err != nil {
		fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fatal(err)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}

// settled marks the process that runs where it should, with the number of CPUs that
// there are: a process that is bound sees only its own.
const settled = "COUNTERSIGN_BENCH_SETTLED"

// cpus is how many CPUs the machine lets us use.
func cpus() int {
	n, err := strconv.Atoi(os.Getenv(settled))
	if err != nil {
		return runtime.NumCPU()
	}
	return n
}

// settle moves this process to its CPU with one thread for Go. It starts the program
// over, because threads that exist already would stay where they are.
func settle() error {
	if os.Getenv(settled) != "" || cpus() < 2 {
		return nil
	}
	runtime.LockOSThread()
	if err := pin(loadCPU); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(self, os.Args, append(os.Environ(), settled+"="+strconv.Itoa(cpus()), "GOMAXPROCS=1"))
}

// pin binds the calling thread, and what it starts, to a CPU.
func pin(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("binding to CPU %d: %w", cpu, err)
	}
	return nil
}
