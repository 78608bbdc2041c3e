package system

import (
	"context"

	"countersign/methods"
)

func (m *module) batches() []methods.Method {
	const help = "Makes several calls: takes an array of {methodName, params}, gives for each an array with its result, or {faultCode, faultString}."
	return []methods.Method{
		methods.New("multicall", help, methods.Public(), m.multicall, methods.ForReaders()),
		// PHP's extension spells it so (phpgroupware contract §8.1).
		methods.New("multiCall", help, methods.Public(), m.multicall, methods.Unlisted(), methods.ForReaders()),
	}
}

type callsIn struct {
	Calls []methods.Value `rpc:"calls" help:"structs of methodName and params"`
}

// multicall follows phpgroupware contract §8.2: a bad element faults alone, a batch in
// a batch is refused. Every element has the caller that the request came with: a login
// in the batch authenticates none of its neighbours.
func (m *module) multicall(ctx context.Context, c *methods.Call, in callsIn) (methods.Value, error) {
	if len(in.Calls) > m.cfg.Batch {
		return methods.Value{}, methods.Errorf(methods.KindTooLarge, "a batch has at most %d calls", m.cfg.Batch)
	}
	results := make([]methods.Value, len(in.Calls))
	room := m.cfg.Answer
	for i, element := range in.Calls {
		v, err := m.element(ctx, c, element, room)
		if err != nil {
			code, text := c.Env.Fault(err)
			v = methods.Struct(methods.M("faultCode", methods.Int(int64(code))), methods.M("faultString", methods.String(text)))
		} else {
			room -= methods.Size(v)
			v = methods.Array(v)
		}
		results[i] = v
	}
	return methods.Array(results...), nil
}

// element makes one call. room is how many bytes the answer may still grow.
func (m *module) element(ctx context.Context, c *methods.Call, element methods.Value, room int) (methods.Value, error) {
	name, params, err := readElement(element)
	switch {
	case err != nil:
		return methods.Value{}, err
	case name == "system.multicall" || name == "system.multiCall":
		return methods.Value{}, methods.Errorf(methods.KindRecursion, "a batch inside a batch")
	case room <= 0:
		return methods.Value{}, methods.Errorf(methods.KindTooLarge, "the results before this one fill the answer")
	case ctx.Err() != nil:
		return methods.Value{}, methods.AsError(ctx.Err())
	}
	return c.Env.Invoke(ctx, c, name, params)
}

// The numbers of faulty elements (phpgroupware contract §3.5).
const (
	codeNotStruct     = 9
	codeNameMissing   = 10
	codeNameNotString = 11
	codeParamsMissing = 13
	codeParamsNoArray = 14
)

func readElement(v methods.Value) (name string, params []methods.Value, err error) {
	fault := func(code int, text string) (string, []methods.Value, error) {
		return "", nil, &methods.Error{Kind: methods.KindInvalidRequest, Code: code, Public: text}
	}
	if v.Type() != methods.TypeStruct {
		return fault(codeNotStruct, "system.multicall expected struct")
	}
	n, ok := v.Field("methodName")
	switch {
	case !ok:
		return fault(codeNameMissing, "Missing methodName")
	case n.Type() != methods.TypeString:
		return fault(codeNameNotString, "methodName is not a string")
	}
	p, ok := v.Field("params")
	switch {
	case !ok:
		return fault(codeParamsMissing, "Missing params")
	case p.Type() != methods.TypeArray:
		return fault(codeParamsNoArray, "params is not an array")
	}
	return n.Text(), p.Items(), nil
}
