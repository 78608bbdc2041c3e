package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrFormat reports a stored hash that is not an argon2id PHC string.
var ErrFormat = errors.New("password: stored hash is malformed")

const (
	phcPrefix = "$argon2id$v=19$"

	// maxEncodedLen is above the longest string that format can return.
	maxEncodedLen = 256
)

// stored is the content of one PHC string.
type stored struct {
	params    Params
	salt, tag []byte
}

func (s stored) format() string {
	return fmt.Sprintf("%sm=%d,t=%d,p=%d$%s$%s", phcPrefix,
		s.params.MemoryKiB, s.params.Time, s.params.Threads,
		base64.RawStdEncoding.EncodeToString(s.salt),
		base64.RawStdEncoding.EncodeToString(s.tag))
}

// parse reads what format writes. It returns ErrBounds for a well-formed string
// whose cost is too high or too low, and ErrFormat for everything else.
func parse(encoded string) (stored, error) {
	if len(encoded) > maxEncodedLen {
		return stored{}, ErrFormat
	}
	rest, ok := strings.CutPrefix(encoded, phcPrefix)
	if !ok {
		return stored{}, ErrFormat
	}
	fields := strings.Split(rest, "$")
	if len(fields) != 3 {
		return stored{}, ErrFormat
	}

	var s stored
	var err error
	if s.params, err = parseParams(fields[0]); err != nil {
		return stored{}, err
	}
	if s.salt, err = parseBytes(fields[1], minSaltLen, maxSaltLen); err != nil {
		return stored{}, err
	}
	if s.tag, err = parseBytes(fields[2], minTagLen, maxTagLen); err != nil {
		return stored{}, err
	}
	// One comparison refuses every second spelling: leading zeros, the line
	// breaks that encoding/base64 skips, stray bits in the last base64 digit.
	if s.format() != encoded {
		return stored{}, ErrFormat
	}
	return s, nil
}

func parseParams(text string) (Params, error) {
	fields := strings.Split(text, ",")
	if len(fields) != 3 {
		return Params{}, ErrFormat
	}
	var n [3]uint64
	for i, prefix := range [3]string{"m=", "t=", "p="} {
		digits, ok := strings.CutPrefix(fields[i], prefix)
		if !ok {
			return Params{}, ErrFormat
		}
		value, err := strconv.ParseUint(digits, 10, 32)
		if errors.Is(err, strconv.ErrRange) {
			return Params{}, ErrBounds
		}
		if err != nil {
			return Params{}, ErrFormat
		}
		n[i] = value
	}
	if n[2] > MaxThreads {
		return Params{}, ErrBounds
	}
	p := Params{MemoryKiB: uint32(n[0]), Time: uint32(n[1]), Threads: uint8(n[2])}
	return p, p.Validate()
}

func parseBytes(text string, minLen, maxLen int) ([]byte, error) {
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(b) < minLen || len(b) > maxLen {
		return nil, ErrFormat
	}
	return b, nil
}
