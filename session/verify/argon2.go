package verify

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"countersign/session/password"
)

const (
	kindVerify = "argon2.verify"
	kindHash   = "argon2.hash"
)

// First byte of an answer to either kind. The rest is the encoded hash after
// outcomeYes to kindHash and nothing otherwise.
const (
	outcomeYes byte = iota + 1
	outcomeNo
	outcomeFormat
	outcomeBounds
)

// VerifyPassword reports whether password is the one encoded was made from, as
// password.Verify does, in a worker of r. Errors: those of password.Check,
// password.ErrFormat, password.ErrBounds and those of Runner.
func VerifyPassword(ctx context.Context, r Runner, encoded string, pass []byte) (bool, error) {
	if err := password.Check(pass); err != nil {
		return false, err
	}
	if len(encoded) > MaxPayload/2 {
		return false, password.ErrFormat
	}
	payload := make([]byte, 0, 2+len(encoded)+len(pass))
	payload = binary.BigEndian.AppendUint16(payload, uint16(len(encoded)))
	payload = append(payload, encoded...)
	payload = append(payload, pass...)
	answer, err := r.Run(ctx, Job{Kind: kindVerify, Payload: payload})
	if err != nil {
		return false, err
	}
	if len(answer) == 1 && answer[0] == outcomeNo {
		return false, nil
	}
	rest, err := outcome(answer)
	if err == nil && len(rest) != 0 {
		err = errAnswer
	}
	return err == nil, err
}

// HashPassword returns a new encoded hash of password under p, as
// password.Hash does, in a worker of r, which draws the salt. Errors: those of
// password.Check, password.ErrBounds and those of Runner.
func HashPassword(ctx context.Context, r Runner, p password.Params, pass []byte) (string, error) {
	if err := password.Check(pass); err != nil {
		return "", err
	}
	payload := make([]byte, 0, 9+len(pass))
	payload = binary.BigEndian.AppendUint32(payload, p.MemoryKiB)
	payload = binary.BigEndian.AppendUint32(payload, p.Time)
	payload = append(payload, p.Threads)
	payload = append(payload, pass...)
	answer, err := r.Run(ctx, Job{Kind: kindHash, Payload: payload})
	if err != nil {
		return "", err
	}
	encoded, err := outcome(answer)
	return string(encoded), err
}

var errAnswer = fmt.Errorf("%w: answer of another shape", ErrUnavailable)

// outcome returns what follows outcomeYes, or the error that answer stands for.
func outcome(answer []byte) ([]byte, error) {
	if len(answer) == 0 {
		return nil, errAnswer
	}
	switch answer[0] {
	case outcomeYes:
		return answer[1:], nil
	case outcomeFormat:
		return nil, password.ErrFormat
	case outcomeBounds:
		return nil, password.ErrBounds
	}
	return nil, errAnswer
}

// Argon2 returns the worker's side of VerifyPassword and HashPassword. Salts
// are drawn from rand.
func Argon2(rand io.Reader) Handlers {
	return Handlers{
		kindVerify: func(payload []byte, _ Ask) ([]byte, error) { return verifyArgon2(payload) },
		kindHash:   func(payload []byte, _ Ask) ([]byte, error) { return hashArgon2(rand, payload) },
	}
}

var errPayload = errors.New("payload of another shape")

func verifyArgon2(payload []byte) ([]byte, error) {
	if len(payload) < 2 {
		return nil, errPayload
	}
	n := int(binary.BigEndian.Uint16(payload))
	if len(payload) < 2+n {
		return nil, errPayload
	}
	ok, err := password.Verify(string(payload[2:2+n]), payload[2+n:])
	switch {
	case errors.Is(err, password.ErrFormat):
		return []byte{outcomeFormat}, nil
	case errors.Is(err, password.ErrBounds):
		return []byte{outcomeBounds}, nil
	case err != nil:
		return nil, err
	case ok:
		return []byte{outcomeYes}, nil
	}
	return []byte{outcomeNo}, nil
}

func hashArgon2(rand io.Reader, payload []byte) ([]byte, error) {
	if len(payload) < 9 {
		return nil, errPayload
	}
	p := password.Params{
		MemoryKiB: binary.BigEndian.Uint32(payload),
		Time:      binary.BigEndian.Uint32(payload[4:]),
		Threads:   payload[8],
	}
	encoded, err := password.Hash(rand, p, payload[9:])
	switch {
	case errors.Is(err, password.ErrBounds):
		return []byte{outcomeBounds}, nil
	case err != nil:
		return nil, err
	}
	return append([]byte{outcomeYes}, encoded...), nil
}
