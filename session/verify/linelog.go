package verify

import (
	"bytes"
	"log/slog"
	"sync"
)

// maxLogLine is how much of one line of a worker's standard error is kept, in bytes.
const maxLogLine = 1024

// lineLog is an io.Writer that logs what is written to it line by line.
type lineLog struct {
	log *slog.Logger

	mu   sync.Mutex
	line []byte
}

func (l *lineLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(p)
	for {
		head, tail, found := bytes.Cut(p, []byte("\n"))
		room := maxLogLine - len(l.line)
		l.line = append(l.line, head[:min(len(head), room)]...)
		if !found {
			return n, nil
		}
		l.emit()
		p = tail
	}
}

// flush logs a last line that has no end.
func (l *lineLog) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.emit()
}

func (l *lineLog) emit() {
	if len(l.line) > 0 {
		l.log.Warn("password worker wrote", "line", string(l.line))
	}
	l.line = l.line[:0]
}
