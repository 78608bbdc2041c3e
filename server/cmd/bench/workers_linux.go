package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// workers is the time on the CPU of the processes that a server started, its password
// workers: those that live, and those that ended and were replaced.
func (p *process) workers() (time.Duration, error) {
	total, err := p.reaped()
	if err != nil {
		return 0, err
	}
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			return 0, err
		}
		for field := range strings.FieldsSeq(string(text)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				return 0, err
			}
			worker := process{name: "a worker of " + p.name, cmd: &exec.Cmd{Process: &os.Process{Pid: pid}}}
			d, err := worker.cpu()
			if err != nil {
				return 0, err
			}
			total += d
		}
	}
	return total, nil
}

// reaped is the time on the CPU that children had who have ended: the members cutime
// and cstime of /proc/PID/stat, the 16th and 17th, in hundredths of a second (proc(5)).
func (p *process) reaped() (total time.Duration, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// The second member is the command's name in parentheses, which may hold anything.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 15 {
		return 0, fmt.Errorf("/proc/%d/stat is short", p.cmd.Process.Pid)
	}
	for _, field := range fields[13:15] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(n) * 10 * time.Millisecond
	}
	return total, nil
}
