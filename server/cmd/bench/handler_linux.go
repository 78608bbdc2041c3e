package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
)

// handlerMain is the other side of the ratios: a bare net/http handler that reads the
// body and answers a document of a given size under the headers that the service
// sends. With -xml it also runs the body through encoding/xml, token by token.
func handlerMain(args []string) error {
	flags := flag.NewFlagSet("handler", flag.ContinueOnError)
	size := flags.Int("size", 200, "bytes of an answer")
	media := flags.String("type", "text/xml; charset=utf-8", "Content-Type of an answer")
	decode := flags.Bool("xml", false, "read the body with encoding/xml")
	if err := flags.Parse(args); err != nil {
		return err
	}
	answer := bytes.Repeat([]byte{' '}, *size)
	header := http.Header{
		"Content-Type":            {*media},
		"Cache-Control":           {"no-store"},
		"X-Content-Type-Options":  {"nosniff"},
		"Content-Security-Policy": {"default-src 'none'; frame-ancestors 'none'"},
		"X-Request-Id":            {"00000000-1000000"},
		"Content-Length":          {strconv.Itoa(*size)},
	}
	bodies := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "{\"msg\":\"serving\",\"address\":%q}\n", l.Addr())
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := bodies.Get().(*bytes.Buffer)
		defer bodies.Put(body)
		body.Reset()
		_, err := body.ReadFrom(r.Body)
		if err == nil && *decode {
			err = tokens(body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		h := w.Header()
		for k, v := range header {
			h[k] = v
		}
		if _, err := w.Write(answer); err != nil {
			fmt.Fprintln(os.Stderr, "bench handler:", err)
		}
	}))
}

func tokens(r io.Reader) error {
	dec := xml.NewDecoder(r)
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
