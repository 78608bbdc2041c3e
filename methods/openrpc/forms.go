package openrpc

import (
	"slices"
	"strconv"

	"countersign/methods"
)

// form is the one way to call a method that the document has room for: names must be
// unique there, so overloads are told together where that can be done.
type form struct {
	params  []param
	results []*methods.Schema
	// others are the signatures that do not fit in.
	others []methods.Signature
}

// param is a parameter over all the signatures of a form.
type param struct {
	name, help string
	required   bool
	types      []*methods.Schema
}

// formOf joins the preferred signature with those that have the same parameters, or
// fewer or more of them at the end, in other types perhaps.
func formOf(signatures []methods.Signature) form {
	var f form
	var joined []methods.Signature
	for _, s := range signatures {
		if len(joined) > 0 && !f.fits(s) {
			f.others = append(f.others, s)
			continue
		}
		joined = append(joined, s)
		f.results = append(f.results, s.Result)
		for i, p := range s.Params {
			if i == len(f.params) {
				f.params = append(f.params, param{name: paramName(s, i), required: true})
			}
			known := &f.params[i]
			known.types = append(known.types, p.Schema)
			known.required = known.required && !p.Optional
			if known.help == "" {
				known.help = p.Help
			}
		}
	}
	for _, s := range joined {
		for i := len(s.Params); i < len(f.params); i++ {
			f.params[i].required = false
		}
	}
	return f
}

// fits tells whether s names the parameters as the form does, as far as both go.
func (f *form) fits(s methods.Signature) bool {
	for i := range min(len(s.Params), len(f.params)) {
		if paramName(s, i) != f.params[i].name {
			return false
		}
	}
	return true
}

// paramName names a parameter also where its method has no name for it.
func paramName(s methods.Signature, i int) string {
	if name := s.Params[i].Name; name != "" {
		return name
	}
	return "param" + strconv.Itoa(i+1)
}

// anyOf gives the schema of a value that has one of several types.
func (d *describer) anyOf(types []*methods.Schema, dir direction) methods.Value {
	var schemas []methods.Value
	for _, s := range types {
		schema := d.schema(s, dir)
		if len(schema.Members()) == 0 {
			return schema // anything, so the others say nothing
		}
		if !slices.ContainsFunc(schemas, func(known methods.Value) bool { return methods.Equal(known, schema) }) {
			schemas = append(schemas, schema)
		}
	}
	switch len(schemas) {
	case 0:
		return methods.Struct()
	case 1:
		return schemas[0]
	default:
		return methods.Struct(methods.M("anyOf", methods.Array(schemas...)))
	}
}
