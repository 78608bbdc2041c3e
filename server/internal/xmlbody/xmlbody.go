// Package xmlbody reads the body of a request as XML, for the transports whose requests
// are: its encoding, its limits, and which kind of error it is when it is no XML. What
// the elements mean is the transport's business.
package xmlbody

import (
	"errors"

	"countersign/methods"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
)

// Scan puts the request's body on the tape. The error is a *methods.Error, of
// KindParse, KindEncoding, KindCharacter or KindTooLarge, and tells nothing of the
// body's content.
func Scan(tape *xmltext.Tape, req *wire.Request) error {
	doc, err := xmltext.ToUTF8(req.Body, req.Charset)
	if err == nil {
		err = tape.Scan(doc, xmltext.Limits{
			ElementDepth: req.Limits.ElementDepth, Elements: req.Limits.Elements,
			Attributes: req.Limits.Attributes, NameBytes: req.Limits.NameBytes,
		})
	}
	if err != nil {
		return refusal(err)
	}
	return nil
}

// refusal gives the scanner's refusals their kinds.
func refusal(err error) error {
	s, ok := errors.AsType[*xmltext.SyntaxError](err)
	if !ok {
		return err
	}
	kind := methods.KindParse
	switch s.Kind {
	case xmltext.ErrEncoding:
		kind = methods.KindEncoding
	case xmltext.ErrChar:
		kind = methods.KindCharacter
	case xmltext.ErrLimit:
		kind = methods.KindTooLarge
	}
	return &methods.Error{Kind: kind, Public: s.Error()}
}
