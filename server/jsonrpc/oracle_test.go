package jsonrpc

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"countersign/methods"
)

// The oracle is a second decoder, written plainly over the tokens of encoding/json. It
// need not be strict: what it is asked is only whether a document that was accepted means
// what was read.

var errOracle = errors.New("the oracle does not read this")

func oracle(document string) (methods.Value, error) {
	dec := json.NewDecoder(strings.NewReader(document))
	dec.UseNumber()
	v, err := oracleValue(dec)
	if err != nil {
		return methods.Value{}, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return methods.Value{}, errOracle
	}
	return v, nil
}

func oracleValue(dec *json.Decoder) (methods.Value, error) {
	token, err := dec.Token()
	if err != nil {
		return methods.Value{}, err
	}
	switch token := token.(type) {
	case nil:
		return methods.Nil(), nil
	case bool:
		return methods.Bool(token), nil
	case string:
		return methods.Untyped(token), nil
	case json.Number:
		return oracleNumber(token.String())
	case json.Delim:
		if token == '{' {
			return oracleObject(dec)
		}
		var items []methods.Value
		for dec.More() {
			item, err := oracleValue(dec)
			if err != nil {
				return methods.Value{}, err
			}
			items = append(items, item)
		}
		_, err = dec.Token()
		return methods.Array(items...), err
	}
	return methods.Value{}, errOracle
}

func oracleObject(dec *json.Decoder) (methods.Value, error) {
	seen := map[string]bool{}
	var members []methods.Member
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return methods.Value{}, err
		}
		name, ok := token.(string)
		if !ok || seen[name] {
			return methods.Value{}, errOracle
		}
		seen[name] = true
		v, err := oracleValue(dec)
		if err != nil {
			return methods.Value{}, err
		}
		members = append(members, methods.M(name, v))
	}
	_, err := dec.Token()
	return methods.Struct(members...), err
}

func oracleNumber(text string) (methods.Value, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return methods.Int(n), nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || len(text) > maxNumberBytes {
		return methods.Value{}, errOracle
	}
	return methods.Double(f), nil
}
