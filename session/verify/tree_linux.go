package verify

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// killTree sends SIGKILL to the group that pid leads and to every descendant of pid,
// also those that have made a group or session of their own, as programs do that
// pam_exec starts. The caller has not reaped pid.
//
// All are stopped first: what is stopped neither starts more nor reaps, so that no id
// is given to another process meanwhile. Those whose parent inside the tree has
// ended before belong to init by now and are not found.
func killTree(pid int) error {
	if err := signalGroup(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	below, err := stopBelow(pid)
	for _, child := range below {
		err = errors.Join(err, signalOne(child, syscall.SIGKILL))
	}
	return errors.Join(err, signalGroup(pid, syscall.SIGKILL))
}

// killBelow sends SIGKILL to every descendant of this process.
func killBelow() error {
	below, err := stopBelow(os.Getpid())
	for _, child := range below {
		err = errors.Join(err, signalOne(child, syscall.SIGKILL))
	}
	return err
}

// stopBelow stops the descendants of pid and returns them.
func stopBelow(pid int) ([]int, error) {
	var stopped []int
	var failed error
	known := map[int]bool{pid: true}
	for {
		parents, err := parentsByProcess()
		if err != nil {
			return stopped, errors.Join(failed, err)
		}
		found := false
		for more := true; more; {
			more = false
			for child, parent := range parents {
				if known[parent] && !known[child] {
					known[child], more, found = true, true, true
					stopped = append(stopped, child)
					failed = errors.Join(failed, signalOne(child, syscall.SIGSTOP))
				}
			}
		}
		// A child may have started others before it was stopped.
		if !found {
			return stopped, failed
		}
	}
}

// parentsByProcess reads /proc.
func parentsByProcess() (map[int]int, error) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	defer proc.Close()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	parents := make(map[int]int)
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue // not a process
		}
		stat, err := os.ReadFile("/proc/" + name + "/stat")
		if err != nil {
			continue // it has ended meanwhile
		}
		// proc(5): the parent is field 4; the command in field 2 may hold anything.
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) < 2 {
			continue
		}
		if parent, err := strconv.Atoi(string(fields[1])); err == nil {
			parents[pid] = parent
		}
	}
	return parents, nil
}

func signalGroup(pid int, sig syscall.Signal) error { return signalOne(-pid, sig) }

func signalOne(pid int, sig syscall.Signal) error {
	if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal to process %d: %w", pid, err)
	}
	return nil
}
