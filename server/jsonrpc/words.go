package jsonrpc

import "countersign/server/internal/words"

// stringStops marks control characters, quotes and backslashes.
func stringStops(w uint64) uint64 {
	quote, slash := w^'"'*words.Each01, w^'\\'*words.Each01
	return ((w-words.Each20)&^w | words.Zeros(quote) | words.Zeros(slash)) & words.Each80
}

// escapeStops marks control characters, bytes outside ASCII, and " & < > \.
func escapeStops(w uint64) uint64 {
	slash := w ^ '\\'*words.Each01
	return (words.Markup(w) | words.Zeros(slash)) & words.Each80
}
