package audit_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"countersign/session/audit"
)

// wantAll checks that each node's events 1 to n are in the files exactly once and in
// order.
func wantAll(t *testing.T, lines []parsed, n int, nodes ...string) {
	t.Helper()
	next := map[string]int{}
	for _, p := range lines {
		next[p.Node]++
		if p.Count != next[p.Node] {
			t.Fatalf("%s: event %d where %d is due", p.Node, p.Count, next[p.Node])
		}
	}
	for _, node := range nodes {
		if next[node] != n {
			t.Errorf("%s: %d events, want %d", node, next[node], n)
		}
	}
	if len(next) != len(nodes) {
		t.Errorf("nodes %v, want %v", next, nodes)
	}
}

// TestParallelWriters: lines of many goroutines never meet in one line, with and
// without waiting for the disk.
func TestParallelWriters(t *testing.T) {
	for _, durable := range []bool{false, true} {
		t.Run(fmt.Sprintf("sync=%t", durable), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "audit.log")
			const writers, each = 8, 200
			log := open(t, path, audit.FileOptions{Sync: durable})
			parallel(t, writers, func(w int) error {
				for i := range each {
					if err := log.Record(numbered(w*each + i)); err != nil {
						return err
					}
				}
				return nil
			})
			must(t, log.Close())
			var counts []int
			for _, p := range parse(t, path) {
				counts = append(counts, p.Count)
			}
			slices.Sort(counts)
			if len(slices.Compact(counts)) != writers*each {
				t.Errorf("%d different events, want %d", len(counts), writers*each)
			}
		})
	}
}

// TestSeveralProcesses: one file, three processes, and a rotation in the middle.
func TestSeveralProcesses(t *testing.T) {
	const each = 3000
	path := filepath.Join(t.TempDir(), "audit.log")
	nodes := []string{"one", "two"}
	log := open(t, path, audit.FileOptions{Options: audit.Options{Node: "three"}})
	faults := make(chan error, len(nodes))
	for _, node := range nodes {
		cmd := child(t, "append", path, node, fmt.Sprint(each))
		must(t, cmd.Start())
		go func() { faults <- cmd.Wait() }()
	}
	awaitNodes(t, path, nodes)
	old := path + ".1"
	for i := range each {
		if i == each/2 {
			must(t, os.Rename(path, old))
		}
		must(t, log.Record(numbered(i)))
	}
	for range nodes {
		must(t, <-faults)
	}
	must(t, log.Close())
	t.Logf("%d lines before the rotation, %d after", len(readLines(t, old)), len(readLines(t, path)))
	all := append(parse(t, old), parse(t, path)...)
	wantAll(t, all, each, append(nodes, "three")...)
}

// awaitNodes returns when every node has written something.
func awaitNodes(t *testing.T, path string, nodes []string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		content, err := os.ReadFile(path)
		must(t, err)
		if !slices.ContainsFunc(nodes, func(n string) bool { return !strings.Contains(string(content), `"node":"`+n+`"`) }) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("a process wrote nothing within 30 s")
		}
	}
}

// TestRotation: a renamed or removed file is left and a new one made, whether lines are
// being written and synced or not.
func TestRotation(t *testing.T) {
	for _, durable := range []bool{false, true} {
		t.Run(fmt.Sprintf("sync=%t", durable), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "audit.log")
			log := open(t, path, audit.FileOptions{Sync: durable})
			const writers, each, rotations = 4, 100, 20
			var writing sync.WaitGroup
			writing.Go(func() {
				parallel(t, writers, func(int) error {
					for i := range each {
						if err := log.Record(numbered(i)); err != nil {
							return err
						}
					}
					return nil
				})
			})
			for i := range rotations {
				err := os.Rename(path, fmt.Sprintf("%s.%d", path, i))
				if err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Error(err)
				}
				if i%2 == 0 {
					must(t, log.Record(numbered(0)))
				}
			}
			writing.Wait()
			must(t, log.Close())
			files, err := filepath.Glob(path + "*")
			must(t, err)
			total := 0
			for _, f := range files {
				total += len(parse(t, f))
			}
			if want := writers*each + rotations/2; total != want || len(files) < rotations/2 {
				t.Errorf("%d lines in %d files, want %d in %d or more", total, len(files), want, rotations/2)
			}
		})
	}
}

// TestReplacedFile: logrotate or another process may have made the new file already.
func TestReplacedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	log := open(t, path, audit.FileOptions{})
	must(t, log.Record(numbered(0)))
	must(t, os.Rename(path, path+".1"))
	must(t, os.WriteFile(path, nil, 0o600))
	must(t, log.Record(numbered(1)))
	must(t, log.Close())
	if old, fresh := parse(t, path+".1"), parse(t, path); len(old) != 1 || len(fresh) != 1 || fresh[0].Count != 2 {
		t.Errorf("old file %+v, new file %+v, want a line in each", old, fresh)
	}
}

func TestModeOfANewFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	log := open(t, path, audit.FileOptions{})
	must(t, os.Remove(path))
	must(t, log.Record(numbered(0)))
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	must(t, os.Chmod(path, 0o640))
	must(t, log.Close())
	log = open(t, path, audit.FileOptions{})
	must(t, log.Record(numbered(1)))
	must(t, log.Close())
	if info, err = os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v: a mode that somebody chose must stay", info.Mode(), err)
	}
}

// TestTornLine: after a line that somebody else left unfinished the next one begins on
// a line of its own.
func TestTornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	must(t, os.WriteFile(path, []byte(`{"time":"2001`), 0o600))
	log := open(t, path, audit.FileOptions{})
	must(t, log.Record(numbered(0)))
	other, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	must(t, err)
	_, err = other.WriteString(`{"time"`)
	must(t, err)
	must(t, log.Record(numbered(1)))
	_, err = other.WriteString("whole\n")
	must(t, err)
	must(t, log.Record(numbered(2)))
	must(t, errors.Join(other.Close(), log.Close()))
	lines := readLines(t, path)
	for i, want := range []string{`{"time":"2001`, `"count":1}`, `{"time"`, `"count":2}`, "whole", `"count":3}`} {
		if i >= len(lines) || !strings.HasSuffix(lines[i], want) {
			t.Fatalf("line %d of %q, want it to end with %s", i, lines, want)
		}
	}
}

func TestEmptiedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	log := open(t, path, audit.FileOptions{})
	must(t, log.Record(numbered(1)))
	must(t, os.Truncate(path, 0))
	must(t, log.Record(numbered(2)))
	must(t, log.Close())
	if all := parse(t, path); len(all) != 1 || all[0].Count != 3 {
		t.Errorf("lines %+v, want the one after the file was emptied", all)
	}
}

// TestUnusablePaths: what cannot be recorded is an error, at the start and later.
func TestUnusablePaths(t *testing.T) {
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	must(t, syscall.Mkfifo(pipe, 0o600))
	for _, path := range []string{folder, pipe, filepath.Join(folder, "missing", "audit.log"), "/dev/null"} {
		if log, err := audit.OpenFile(path, audit.FileOptions{}); err == nil {
			t.Errorf("%s was opened", path)
			must(t, log.Close())
		}
	}
	sub := filepath.Join(folder, "sub")
	must(t, os.Mkdir(sub, 0o700))
	path := filepath.Join(sub, "audit.log")
	log := open(t, path, audit.FileOptions{})
	must(t, os.RemoveAll(sub))
	if err := log.Record(numbered(0)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a folder: %v", err)
	}
	must(t, os.Mkdir(sub, 0o700))
	must(t, log.Record(numbered(1)))
	must(t, log.Close())
	if all := parse(t, path); len(all) != 1 {
		t.Errorf("lines %+v, want one", all)
	}
	for what, err := range map[string]error{"Record": log.Record(numbered(2)), "Close": log.Close()} {
		if !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s after Close: %v", what, err)
		}
	}
}

// TestNoFollow: a symbolic link at the path is refused where that was asked for, also when
// it is laid there later, and nothing is written at its end.
func TestNoFollow(t *testing.T) {
	folder := t.TempDir()
	path, elsewhere := filepath.Join(folder, "audit.log"), filepath.Join(folder, "elsewhere")
	log := open(t, path, audit.FileOptions{NoFollow: true})
	must(t, log.Record(numbered(0)))
	must(t, os.Remove(path))
	must(t, os.Symlink(elsewhere, path))
	if err := log.Record(numbered(1)); err == nil || !strings.Contains(err.Error(), path+" is a symbolic link") {
		t.Errorf("a link was laid: %v", err)
	}
	must(t, log.Close())
	if _, err := audit.OpenFile(path, audit.FileOptions{NoFollow: true}); err == nil || !strings.Contains(err.Error(), path+" is a symbolic link") {
		t.Errorf("a link: %v", err)
	}
	if _, err := os.Stat(elsewhere); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("at the end of the link: %v", err)
	}
	must(t, open(t, path, audit.FileOptions{}).Close())
	if _, err := os.Stat(elsewhere); err != nil {
		t.Errorf("where links are followed: %v", err)
	}
}

// parallel runs f n times at once.
func parallel(t *testing.T, n int, f func(i int) error) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if err := f(i); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
