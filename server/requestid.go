package server

import (
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"
)

// requestIDs makes ids that are unique over restarts and nodes without drawing
// randomness for each: eight random digits of this process, then a count.
type requestIDs struct {
	prefix string
	count  *atomic.Uint64
}

func newRequestIDs(rand io.Reader) (requestIDs, error) {
	var b [4]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return requestIDs{}, fmt.Errorf("server: no randomness: %w", err)
	}
	return requestIDs{prefix: hex.EncodeToString(b[:]) + "-", count: new(atomic.Uint64)}, nil
}

func (r *requestIDs) next() string {
	buf := make([]byte, 0, 24)
	buf = append(buf, r.prefix...)
	return string(strconv.AppendUint(buf, r.count.Add(1), 10))
}
