package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// readArguments makes values of the arguments of a call.
func readArguments(texts []string) ([]any, error) {
	args := make([]any, len(texts))
	for i, text := range texts {
		v, err := readArgument(text)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		args[i] = v
	}
	return args, nil
}

// readArgument reads one JSON value. What is no JSON is a string, unless it begins
// like an object, an array or a string: then it is a mistake.
func readArgument(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return sendable(v)
		}
		err = errors.New("more than one JSON value")
	}
	if begin := strings.TrimSpace(text); begin != "" && strings.ContainsRune(`{["`, rune(begin[0])) {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	return text, nil
}

// sendable makes of JSON's values what the XML-RPC library encodes rightly.
func sendable(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, errors.New("XML-RPC has no null")
	case json.Number:
		return number(v)
	case []any:
		for i := range v {
			item, err := sendable(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = item
		}
		return v, nil
	case map[string]any:
		return members(v)
	default:
		return v, nil
	}
}

// number tells integers from doubles by how they are written, as JSON's readers do.
func number(n json.Number) (any, error) {
	if strings.ContainsAny(n.String(), ".eE") {
		return n.Float64()
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%s has more than 64 bits", n)
	}
	return i, nil
}

// members escapes the names, which the library does not.
func members(in map[string]any) (any, error) {
	out := make(map[string]any, len(in))
	for name, v := range in {
		v, err := sendable(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		var escaped strings.Builder
		if err := xml.EscapeText(&escaped, []byte(name)); err != nil {
			return nil, err
		}
		out[escaped.String()] = v
	}
	return out, nil
}
