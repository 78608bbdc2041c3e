package cookie

import (
	"encoding/binary"
	"time"

	"countersign/session"
)

// content is what a cookie says. In it: one byte of version, issued and until as
// big-endian Unix microseconds, and the 64 hex digits of the pair as 32 bytes.
type content struct {
	issued, until time.Time
	pair          session.Pair
}

const (
	contentVersion = 1
	contentSize    = 1 + 8 + 8 + 2*session.SecretDigits/2
)

func (c *content) bytes() []byte {
	b := make([]byte, 0, contentSize)
	b = append(b, contentVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(c.issued.UnixMicro()))
	b = binary.BigEndian.AppendUint64(b, uint64(c.until.UnixMicro()))
	b = append(b, c.pair.ID[:]...)
	return append(b, c.pair.Key[:]...)
}

func parseContent(b []byte) (c content, ok bool) {
	if len(b) != contentSize || b[0] != contentVersion {
		return content{}, false
	}
	c.issued = time.UnixMicro(int64(binary.BigEndian.Uint64(b[1:])))
	c.until = time.UnixMicro(int64(binary.BigEndian.Uint64(b[9:])))
	copy(c.pair.ID[:], b[17:])
	copy(c.pair.Key[:], b[17+len(c.pair.ID):])
	return c, true
}

// validAt tells whether the cookie counts at now: not from the future, but for clocks
// of two servers that differ a little, and not over.
func (c *content) validAt(now time.Time, maxAge time.Duration) bool {
	return !c.issued.After(now.Add(ahead)) && now.Before(c.until) && now.Before(c.issued.Add(maxAge))
}
