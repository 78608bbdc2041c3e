package server

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// tagged gives the answer to a GET its ETag and tells whether the client has it already.
// The tag covers the media type, so that JSON and a script of it differ (bugzilla
// contract §5).
func tagged(answer, request http.Header, body []byte) bool {
	sum := sha256.New()
	sum.Write([]byte(first(answer, "Content-Type") + "\n"))
	sum.Write(body)
	tag := base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:16])
	answer["Etag"] = []string{`"` + tag + `"`}
	answer["Cache-Control"] = []string{"private, no-cache"}
	return matches(strings.Join(request["If-None-Match"], ","), tag)
}

// matches reads If-None-Match: tags with commas or blanks between, quoted, bare or weak,
// since old clients give back what they got without the quotes.
func matches(field, tag string) bool {
	for _, candidate := range strings.FieldsFunc(field, func(r rune) bool { return r == ',' || r == ' ' }) {
		candidate = strings.Trim(strings.TrimPrefix(candidate, "W/"), `"`)
		if candidate == tag || candidate == "*" {
			return true
		}
	}
	return false
}
