package methods

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"unsafe"
)

func (c *compiler) slicePlan(t reflect.Type, h hints) (plan, error) {
	elem, err := c.compile(t.Elem(), hints{loose: h.loose, long: h.long})
	if err != nil {
		return plan{}, err
	}
	size := t.Elem().Size()
	type header struct {
		data     unsafe.Pointer
		len, cap int
	}
	return plan{
		schema: &Schema{Type: TypeArray, Elem: elem.schema},
		decode: func(v Value, p unsafe.Pointer) *ArgumentError {
			if v.typ != TypeArray {
				return wrongType(TypeArray, v)
			}
			items := v.Items()
			made := reflect.MakeSlice(t, len(items), len(items))
			data := made.UnsafePointer()
			for i, item := range items {
				if err := elem.decode(item, unsafe.Add(data, uintptr(i)*size)); err != nil {
					return err.inside("[" + strconv.Itoa(i) + "]")
				}
			}
			reflect.NewAt(t, p).Elem().Set(made)
			return nil
		},
		encode: func(p unsafe.Pointer, a *arena) Value {
			h := (*header)(p)
			items := a.values(h.len)
			for i := range items {
				items[i] = elem.encode(unsafe.Add(h.data, uintptr(i)*size), a)
			}
			return Array(items...)
		},
		empty: func(p unsafe.Pointer) bool { return (*header)(p).len == 0 },
	}, nil
}

func (c *compiler) mapPlan(t reflect.Type, h hints) (plan, error) {
	if t.Key().Kind() != reflect.String {
		return plan{}, fmt.Errorf("type %s: only maps with string keys are structs", t)
	}
	elem, err := c.compile(t.Elem(), hints{loose: h.loose, long: h.long})
	if err != nil {
		return plan{}, err
	}
	return plan{
		schema: &Schema{Type: TypeStruct, Elem: elem.schema},
		decode: func(v Value, p unsafe.Pointer) *ArgumentError {
			if v.typ != TypeStruct {
				return wrongType(TypeStruct, v)
			}
			made := reflect.MakeMapWithSize(t, len(v.Members()))
			for _, m := range v.Members() {
				item := reflect.New(t.Elem())
				if err := elem.decode(m.Value, item.UnsafePointer()); err != nil {
					return err.inside("." + m.Name)
				}
				made.SetMapIndex(reflect.ValueOf(m.Name).Convert(t.Key()), item.Elem())
			}
			reflect.NewAt(t, p).Elem().Set(made)
			return nil
		},
		encode: func(p unsafe.Pointer, a *arena) Value {
			content := map[string]Value{}
			for it := reflect.NewAt(t, p).Elem().MapRange(); it.Next(); {
				item := reflect.New(t.Elem())
				item.Elem().Set(it.Value())
				content[it.Key().String()] = elem.encode(item.UnsafePointer(), a)
			}
			members := a.members(len(content))[:0]
			for _, name := range slices.Sorted(maps.Keys(content)) {
				members = append(members, Member{name, content[name]})
			}
			return Struct(members...)
		},
		empty: func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Elem().Len() == 0 },
	}, nil
}

func (c *compiler) pointerPlan(t reflect.Type, h hints) (plan, error) {
	elem, err := c.compile(t.Elem(), h)
	if err != nil {
		return plan{}, err
	}
	return plan{
		schema: elem.schema,
		decode: func(v Value, p unsafe.Pointer) *ArgumentError {
			if v.IsNil() {
				return nil
			}
			made := reflect.New(t.Elem())
			if err := elem.decode(v, made.UnsafePointer()); err != nil {
				return err
			}
			reflect.NewAt(t, p).Elem().Set(made)
			return nil
		},
		encode: func(p unsafe.Pointer, a *arena) Value {
			if target := *(*unsafe.Pointer)(p); target != nil {
				return elem.encode(target, a)
			}
			return Nil()
		},
		empty: func(p unsafe.Pointer) bool { return *(*unsafe.Pointer)(p) == nil },
	}, nil
}

func (c *compiler) structPlan(t reflect.Type) (plan, error) {
	fields, err := c.fields(t)
	if err != nil {
		return plan{}, err
	}
	schema := &Schema{Type: TypeStruct, Name: t.Name(), Fields: make([]Param, 0, len(fields))}
	for _, f := range fields {
		schema.Fields = append(schema.Fields, f.param)
	}
	return plan{
		schema: schema,
		decode: func(v Value, p unsafe.Pointer) *ArgumentError { return decodeStruct(fields, v, p) },
		encode: func(p unsafe.Pointer, a *arena) Value {
			members := a.members(len(fields))
			n := 0
			for i := range fields {
				f := &fields[i]
				at := unsafe.Add(p, f.offset)
				if f.hints.omitEmpty && f.plan.empty(at) {
					continue
				}
				members[n] = Member{f.param.Name, f.plan.encode(at, a)}
				n++
			}
			return Struct(members[:n]...)
		},
		empty: func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Elem().IsZero() },
	}, nil
}

func decodeStruct(fields []field, v Value, p unsafe.Pointer) *ArgumentError {
	if v.typ != TypeStruct {
		return wrongType(TypeStruct, v)
	}
	for i := range fields {
		f := &fields[i]
		m, ok := v.Field(f.param.Name)
		if !ok {
			if f.hints.optional {
				continue
			}
			return &ArgumentError{Path: "." + f.param.Name, Reason: "the member is missing"}
		}
		if err := f.bind(m, p); err != nil {
			return err.inside("." + f.param.Name)
		}
	}
	return nil
}
