package server

import (
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"

	"countersign/methods"
)

// firstPiece is how much is set aside for a body before any of it has arrived: a
// client must not make us hold memory by announcing bytes.
const firstPiece = 64 << 10

// readBody reads the whole body with content codings removed. The buffer is fresh
// and never written again: values are views of it. Errors are *methods.Error.
func readBody(r *http.Request, limit int) ([]byte, error) {
	if r.ContentLength > int64(limit) {
		return nil, errBodyTooLarge
	}
	coding := r.Header.Get("Content-Encoding")
	if coding == "" || coding == "identity" {
		return readAll(r.Body, int(r.ContentLength), limit)
	}
	inflated, err := decoder(coding, r.Body)
	if err != nil {
		return nil, err
	}
	body, err := readAll(inflated, -1, limit)
	if err != nil && !errors.Is(err, errBodyTooLarge) && !isTimeout(err) {
		return nil, methods.Wrap(methods.KindCompression, err, "the compressed body is damaged")
	}
	return body, err
}

var errBodyTooLarge = &methods.Error{Kind: methods.KindTooLarge, Public: "the body is over the limit"}

func decoder(coding string, body io.Reader) (io.Reader, error) {
	var r io.Reader
	var err error
	switch coding {
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(body)
	case "deflate": // RFC 9110 §8.4.1.2: the zlib format
		r, err = zlib.NewReader(body)
	default:
		return nil, methods.Errorf(methods.KindCompression, "a content coding other than gzip, deflate and identity")
	}
	if err != nil {
		return nil, methods.Wrap(methods.KindCompression, err, "the compressed body is damaged")
	}
	return r, nil
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
		case err != nil:
			return nil, err
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
