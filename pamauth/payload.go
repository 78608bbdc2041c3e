package pamauth

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode"

	"countersign/session"
)

// Kinds of job. A worker without PAM does not know them.
const (
	kindLogin = "pam.login"
	kindProbe = "pam.probe"
)

// maxSecret is the longest password or answer that modules take, in bytes: PAM's
// PAM_MAX_RESP_SIZE is 512 with the NUL at the end.
const maxSecret = 511

var errPayload = errors.New("pamauth: payload of another shape")

// request is the payload of both kinds; a probe has service and confDir only.
type request struct {
	service, confDir, user, rhost, password string
}

func (r request) encode() []byte {
	return pack(r.service, r.confDir, r.user, r.rhost, r.password)
}

func decodeRequest(b []byte) (request, error) {
	parts, err := unpack(b)
	if err != nil || len(parts) != 5 {
		return request{}, errPayload
	}
	return request{parts[0], parts[1], parts[2], parts[3], parts[4]}, nil
}

// result is the answer to both kinds.
type result struct {
	outcome outcome
	user    string // canonical name, after outcomeGranted
	detail  string // PAM's own words, for the log
}

func (r result) encode() []byte {
	return pack(string([]byte{byte(r.outcome)}), r.user, r.detail)
}

func decodeResult(b []byte) (result, error) {
	parts, err := unpack(b)
	if err != nil || len(parts) != 3 || len(parts[0]) != 1 {
		return result{}, errPayload
	}
	r := result{outcome(parts[0][0]), parts[1], parts[2]}
	if r.outcome < outcomeGranted || r.outcome > outcomeUnavailable {
		return result{}, errPayload
	}
	return r, nil
}

// First byte of a prompt in a question.
const (
	promptSecret = 's'
	promptEcho   = 'e'
	promptInfo   = 'i'
)

// maxPrompts bounds a question; what a module says beyond is dropped.
const maxPrompts = 16

func encodePrompts(prompts []session.Prompt) []byte {
	parts := make([]string, len(prompts))
	for i, p := range prompts {
		style := promptSecret
		switch {
		case p.Info:
			style = promptInfo
		case p.Echo:
			style = promptEcho
		}
		parts[i] = string(style) + p.Text
	}
	return pack(parts...)
}

func decodePrompts(b []byte) ([]session.Prompt, error) {
	parts, err := unpack(b)
	if err != nil || len(parts) == 0 || len(parts) > maxPrompts {
		return nil, errPayload
	}
	prompts := make([]session.Prompt, len(parts))
	for i, p := range parts {
		if p == "" || !strings.ContainsRune("sei", rune(p[0])) {
			return nil, errPayload
		}
		prompts[i] = session.Prompt{Text: p[1:], Echo: p[0] == promptEcho, Info: p[0] == promptInfo}
	}
	return prompts, nil
}

// maxText is the longest text of a prompt, in bytes: PAM's PAM_MAX_MSG_SIZE.
const maxText = 512

// clean makes text of a module fit for any wire and log: UTF-8, no control characters
// but line ends, not longer than maxText.
func clean(text string) string {
	if len(text) > maxText {
		text = text[:maxText]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// pack joins strings of up to 65535 bytes, each after its length in 2 bytes.
func pack(parts ...string) []byte {
	var b []byte
	for _, p := range parts {
		b = binary.BigEndian.AppendUint16(b, uint16(len(p)))
		b = append(b, p...)
	}
	return b
}

func unpack(b []byte) ([]string, error) {
	var parts []string
	for len(b) > 0 {
		if len(b) < 2 {
			return nil, errPayload
		}
		n := int(binary.BigEndian.Uint16(b))
		if len(b) < 2+n {
			return nil, errPayload
		}
		parts = append(parts, string(b[2:2+n]))
		b = b[2+n:]
	}
	return parts, nil
}
