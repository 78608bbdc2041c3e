package verify

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A frame on the socket, numbers in big endian:
//
//	offset  bytes
//	     0      1  version, frameVersion
//	     1      1  type
//	     2      2  length of the kind; 0 but in a job
//	     4      4  length of the payload
//	     8      8  number of the job; every frame about it repeats it
//	    16         kind, payload
//
// Between a job and its answer there may be questions, each followed by one reply or
// one silence. The version keeps a server from talking to a worker of a newer binary that an upgrade
// has put in its place.
type frame struct {
	typ     frameType
	number  uint64
	kind    string
	payload []byte
}

type frameType byte

const (
	frameJob      frameType = 'J' // server to worker
	frameAnswer   frameType = 'A' // worker to server: payload is the answer
	frameUnknown  frameType = 'U' // worker to server: no handler for the kind
	frameFailed   frameType = 'F' // worker to server: the handler returned an error
	framePanicked frameType = 'P' // worker to server: the handler panicked, replace me
	frameQuestion frameType = 'Q' // worker to server: the handler asks, and waits
	frameReply    frameType = 'R' // server to worker: payload is the reply
	frameSilence  frameType = 'S' // server to worker: nobody replies to the question
)

const (
	frameVersion = 2
	headerLen    = 16
)

var errFrame = errors.New("malformed frame")

// writeFrame writes f with one call of Write and clears its copy of the payload.
func writeFrame(w io.Writer, f frame) error {
	b := make([]byte, headerLen, headerLen+len(f.kind)+len(f.payload))
	defer func() { clear(b) }()
	b[0] = frameVersion
	b[1] = byte(f.typ)
	binary.BigEndian.PutUint16(b[2:], uint16(len(f.kind)))
	binary.BigEndian.PutUint32(b[4:], uint32(len(f.payload)))
	binary.BigEndian.PutUint64(b[8:], f.number)
	b = append(b, f.kind...)
	b = append(b, f.payload...)
	_, err := w.Write(b)
	return err
}

// readFrame returns io.EOF at the end of the stream between two frames,
// io.ErrUnexpectedEOF within one, and errFrame for lengths that no writer here sends.
func readFrame(r io.Reader) (frame, error) {
	var header [headerLen]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return frame{}, err
	}
	if header[0] != frameVersion {
		return frame{}, fmt.Errorf("%w: version %d, not %d", errFrame, header[0], frameVersion)
	}
	kindLen := int(binary.BigEndian.Uint16(header[2:]))
	payloadLen := binary.BigEndian.Uint32(header[4:])
	if kindLen > maxKind || payloadLen > MaxPayload {
		return frame{}, fmt.Errorf("%w: kind of %d bytes, payload of %d", errFrame, kindLen, payloadLen)
	}
	body := make([]byte, kindLen+int(payloadLen))
	if _, err := io.ReadFull(r, body); err != nil {
		clear(body)
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return frame{}, err
	}
	return frame{
		typ:     frameType(header[1]),
		number:  binary.BigEndian.Uint64(header[8:]),
		kind:    string(body[:kindLen]),
		payload: body[kindLen:],
	}, nil
}
