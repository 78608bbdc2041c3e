package server

import (
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strings"

	"countersign/methods"
)

// firstPiece is how much is set aside for a body before any of it has arrived: a
// client must not make us hold memory by announcing bytes.
const firstPiece = 64 << 10

// readBody reads the whole body with content codings removed. The buffer is fresh
// and never written again: values are views of it. Errors are *methods.Error.
func readBody(r *http.Request, limit int) ([]byte, error) {
	body, err := decoded(r, limit)
	if errors.Is(err, errBodyTooLarge) {
		err = bodyTooLarge(limit)
	}
	return body, err
}

func bodyTooLarge(limit int) *methods.Error {
	return methods.Errorf(methods.KindTooLarge, "the body is over the limit of %d bytes", limit)
}

func decoded(r *http.Request, limit int) ([]byte, error) {
	if r.ContentLength > int64(limit) {
		return nil, errBodyTooLarge
	}
	coding := contentCoding(r.Header)
	if coding == "" || coding == "identity" {
		return readAll(r.Body, int(r.ContentLength), limit)
	}
	// What arrives is bounded too: empty pieces can inflate to nothing for ever.
	arriving := &io.LimitedReader{R: r.Body, N: int64(limit) + 1}
	var body []byte
	inflated, err := decoder(coding, arriving)
	if err == nil {
		body, err = readAll(inflated, -1, limit)
	}
	switch {
	case err == nil:
		return body, nil
	case arriving.N <= 0:
		return nil, errBodyTooLarge
	case errors.Is(err, errBodyTooLarge), errors.Is(err, errUnknownCoding):
		return nil, err
	case isTimeout(err):
		return nil, methods.Wrap(methods.KindTimeout, err, "the body did not arrive in time")
	default:
		return nil, methods.Wrap(methods.KindCompression, err, "the compressed body is damaged")
	}
}

var (
	errBodyTooLarge  = errors.New("over the limit") // readBody says which
	errUnknownCoding = &methods.Error{Kind: methods.KindCompression, Public: "a content coding other than gzip, deflate and identity"}
)

// contentCoding is the content coding in small letters (RFC 9110 §8.4.1); of several
// lines it is the list that they are, and no known coding.
func contentCoding(h http.Header) string {
	lines := h["Content-Encoding"]
	if len(lines) == 0 {
		return ""
	}
	return strings.ToLower(strings.Join(lines, ", "))
}

// decoder removes a content coding.
func decoder(coding string, body io.Reader) (io.Reader, error) {
	switch coding {
	case "gzip", "x-gzip":
		return gzip.NewReader(body)
	case "deflate": // RFC 9110 §8.4.1.2: the zlib format
		return zlib.NewReader(body)
	default:
		return nil, errUnknownCoding
	}
}

// readAll reads to the end, at most limit bytes. size is what was announced, -1 for
// nothing.
func readAll(r io.Reader, size, limit int) ([]byte, error) {
	room := firstPiece
	if size >= 0 {
		room = min(size, firstPiece)
	}
	buf := make([]byte, 0, room)
	for size < 0 || len(buf) < size {
		if len(buf) == cap(buf) {
			grown := make([]byte, len(buf), grow(len(buf), size, limit))
			copy(grown, buf)
			buf = grown
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if len(buf) > limit {
			return nil, errBodyTooLarge
		}
		switch {
		case err == io.EOF && len(buf) >= size:
			return buf, nil
		case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
			return nil, errBodyCut
		case isTimeout(err):
			return nil, methods.Wrap(methods.KindTimeout, err, "the body did not arrive in time")
		case err != nil: // chunks that are none, or the client is gone
			return nil, methods.Wrap(methods.KindInvalidRequest, err, "the body could not be read")
		}
	}
	return buf, nil
}

// grow doubles, but never past what was announced or one over the limit.
func grow(now, size, limit int) int {
	next := max(2*now, 512)
	if size >= 0 {
		return min(next, size)
	}
	return min(next, limit+1)
}

var errBodyCut = &methods.Error{Kind: methods.KindInvalidRequest, Public: "the body ended early"}

func isTimeout(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && t.Timeout()
}
