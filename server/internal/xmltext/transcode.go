package xmltext

import (
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"

	"countersign/server/internal/words"
)

// highAt gives the offset of the first byte over 0x7f, or -1.
func highAt(s string) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if words.Load64(s, i)&words.Each80 != 0 {
			break
		}
	}
	for ; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return i
		}
	}
	return -1
}

// fromLatin1 gives s itself when it is ASCII.
func fromLatin1(s string) string {
	first := highAt(s)
	if first < 0 {
		return s
	}
	size := len(s)
	for i := first; i < len(s); i++ {
		size += int(s[i] >> 7)
	}
	out := append(make([]byte, 0, size), s[:first]...)
	for i := first; i < len(s); i++ {
		if c := s[i]; c < utf8.RuneSelf {
			out = append(out, c)
		} else {
			out = append(out, 0xC0|c>>6, 0x80|c&0x3F)
		}
	}
	return view(out)
}

// fromUTF16 reads code units; skip is what stood before s in the body.
func fromUTF16(s string, skip int, big bool) (string, error) {
	hi, lo := 1, 0
	if big {
		hi, lo = 0, 1
	}
	unit := func(i int) rune { return rune(s[i+hi])<<8 | rune(s[i+lo]) }
	out := make([]byte, 0, len(s)/2+len(s)/8)
	for i := 0; i < len(s); i += 2 {
		if i+2 > len(s) {
			return "", badUnit(out, skip+i, "UTF-16 document has an odd number of bytes")
		}
		r := unit(i)
		if utf16.IsSurrogate(r) {
			low := rune(0)
			if i+4 <= len(s) {
				low = unit(i + 2)
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				return "", badUnit(out, skip+i, "lone surrogate in a UTF-16 document")
			}
			i += 2
		}
		out = utf8.AppendRune(out, r)
	}
	return view(out), nil
}

// fromUTF32 reads four bytes a character.
func fromUTF32(s string, skip int, big bool) (string, error) {
	out := make([]byte, 0, len(s)/4+len(s)/16)
	for i := 0; i < len(s); i += 4 {
		if i+4 > len(s) {
			return "", badUnit(out, skip+i, "UTF-32 document is not a multiple of four bytes")
		}
		r := uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | uint32(s[i+3])<<24
		if big {
			r = uint32(s[i+3]) | uint32(s[i+2])<<8 | uint32(s[i+1])<<16 | uint32(s[i])<<24
		}
		if r > utf8.MaxRune || !utf8.ValidRune(rune(r)) {
			return "", badUnit(out, skip+i, "number in a UTF-32 document that is not a character")
		}
		out = utf8.AppendRune(out, rune(r))
	}
	return view(out), nil
}

// badUnit counts lines in what was read so far.
func badUnit(out []byte, offset int, msg string) error {
	text := unsafe.String(unsafe.SliceData(out), len(out))
	return &SyntaxError{ErrChar, lineAt(text, len(text)), offset, msg}
}
