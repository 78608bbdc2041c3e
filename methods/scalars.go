package methods

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
	"unsafe"
)

func anyPlan() plan {
	return plan{
		schema: &Schema{Type: TypeAny},
		decode: func(v Value, p unsafe.Pointer) *ArgumentError { *(*Value)(p) = v; return nil },
		encode: func(p unsafe.Pointer, _ *arena) Value { return *(*Value)(p) },
		empty:  func(p unsafe.Pointer) bool { return (*Value)(p).IsNil() },
	}
}

func boolPlan(h hints) plan {
	return plan{
		schema: &Schema{Type: TypeBoolean},
		decode: func(v Value, p unsafe.Pointer) *ArgumentError {
			if v.zone.state == zoneLexical {
				v = v.read(TypeBoolean)
			}
			switch {
			case v.typ == TypeBoolean:
				*(*bool)(p) = v.num == 1
			case h.loose && isInteger(v.typ) && v.num <= 1:
				*(*bool)(p) = v.num == 1
			case h.loose && v.typ == TypeString:
				switch v.Text() {
				case "1", "true":
					*(*bool)(p) = true
				case "", "0", "false":
					*(*bool)(p) = false
				default:
					return wrongType(TypeBoolean, v)
				}
			default:
				return wrongType(TypeBoolean, v)
			}
			return nil
		},
		encode: func(p unsafe.Pointer, _ *arena) Value { return Bool(*(*bool)(p)) },
		empty:  func(p unsafe.Pointer) bool { return !*(*bool)(p) },
	}
}

func intPlan(t reflect.Type, h hints) plan {
	load, store := integerAccess(t.Kind())
	limit := int64(math.MaxInt64)
	if bits := t.Bits(); bits < 64 {
		limit = 1<<(bits-1) - 1
	}
	typ, wrap := TypeInt, Int
	if h.long {
		typ, wrap = TypeLong, Long
	}
	return plan{
		schema: &Schema{Type: typ},
		decode: func(v Value, p unsafe.Pointer) *ArgumentError {
			if v.zone.state == zoneLexical {
				v = v.read(typ)
			}
			n, ok := int64(v.num), isInteger(v.typ)
			if !ok && h.loose && v.typ == TypeString {
				n, ok = looseInt(v.Text())
			}
			if !ok {
				return wrongType(typ, v)
			}
			if n > limit || n < -limit-1 {
				return &ArgumentError{Reason: fmt.Sprintf("the number is outside %d to %d", -limit-1, limit)}
			}
			store(p, n)
			return nil
		},
		encode: func(p unsafe.Pointer, _ *arena) Value { return wrap(load(p)) },
		empty:  func(p unsafe.Pointer) bool { return load(p) == 0 },
	}
}

// looseInt reads a number that came as text; no text is no number, hence 0.
func looseInt(s string) (int64, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func integerAccess(k reflect.Kind) (load func(unsafe.Pointer) int64, store func(unsafe.Pointer, int64)) {
	switch k {
	case reflect.Int8:
		return loadAs[int8], storeAs[int8]
	case reflect.Int16:
		return loadAs[int16], storeAs[int16]
	case reflect.Int32:
		return loadAs[int32], storeAs[int32]
	default:
		return loadAs[int64], storeAs[int64]
	}
}

func loadAs[T int8 | int16 | int32 | int64](p unsafe.Pointer) int64     { return int64(*(*T)(p)) }
func storeAs[T int8 | int16 | int32 | int64](p unsafe.Pointer, n int64) { *(*T)(p) = T(n) }

func doublePlan(h hints) plan {
	return plan{
		schema: &Schema{Type: TypeDouble},
		decode: func(v Value, p unsafe.Pointer) *ArgumentError {
			if v.zone.state == zoneLexical {
				v = v.read(TypeDouble)
			}
			switch {
			case v.typ == TypeDouble:
				*(*float64)(p) = v.Double()
			case isInteger(v.typ):
				*(*float64)(p) = float64(v.Int())
			case h.loose && v.typ == TypeString:
				f, err := strconv.ParseFloat(v.Text(), 64)
				if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
					return wrongType(TypeDouble, v)
				}
				*(*float64)(p) = f
			default:
				return wrongType(TypeDouble, v)
			}
			return nil
		},
		encode: func(p unsafe.Pointer, _ *arena) Value { return Double(*(*float64)(p)) },
		empty:  func(p unsafe.Pointer) bool { return *(*float64)(p) == 0 },
	}
}

func stringPlan(h hints) plan {
	return plan{
		schema: &Schema{Type: TypeString},
		decode: func(v Value, p unsafe.Pointer) *ArgumentError {
			switch {
			case v.typ == TypeString, v.typ == TypeNil:
				*(*string)(p) = v.Text()
			case h.loose && isInteger(v.typ):
				*(*string)(p) = strconv.FormatInt(v.Int(), 10)
			case h.loose && v.typ == TypeDouble:
				*(*string)(p) = strconv.FormatFloat(v.Double(), 'g', -1, 64)
			case h.loose && v.typ == TypeBoolean:
				*(*string)(p) = strconv.Itoa(int(v.num))
			default:
				return wrongType(TypeString, v)
			}
			return nil
		},
		encode: func(p unsafe.Pointer, _ *arena) Value { return String(*(*string)(p)) },
		empty:  func(p unsafe.Pointer) bool { return *(*string)(p) == "" },
	}
}

func timePlan() plan {
	return plan{
		schema: &Schema{Type: TypeDateTime},
		decode: func(v Value, p unsafe.Pointer) *ArgumentError {
			if v.mayBeRead() {
				date, ok := textDate(v.Text())
				if !ok {
					return &ArgumentError{Want: TypeDateTime.String(), Got: TypeString.String(), Reason: "not a date"}
				}
				v = date
			}
			if v.typ != TypeDateTime {
				return wrongType(TypeDateTime, v)
			}
			*(*time.Time)(p) = v.Time()
			return nil
		},
		encode: func(p unsafe.Pointer, _ *arena) Value { return Time(*(*time.Time)(p)) },
		empty:  func(p unsafe.Pointer) bool { return (*time.Time)(p).IsZero() },
	}
}

func bytesPlan() plan {
	return plan{
		schema: &Schema{Type: TypeBase64},
		decode: func(v Value, p unsafe.Pointer) *ArgumentError {
			if v.mayBeRead() {
				b, ok := textBytes(v.Text())
				if !ok {
					return &ArgumentError{Want: TypeBase64.String(), Got: TypeString.String(), Reason: "not base64"}
				}
				*(*[]byte)(p) = b
				return nil
			}
			if v.typ != TypeBase64 {
				return wrongType(TypeBase64, v)
			}
			*(*[]byte)(p) = v.Bytes()
			return nil
		},
		encode: func(p unsafe.Pointer, _ *arena) Value { return Bytes(*(*[]byte)(p)) },
		empty:  func(p unsafe.Pointer) bool { return len(*(*[]byte)(p)) == 0 },
	}
}

// selfMadePlan serves types that implement Binder, Valuer or both.
func selfMadePlan(t reflect.Type) plan {
	at := func(p unsafe.Pointer) any { return reflect.NewAt(t, p).Interface() }
	out := plan{schema: reflect.New(t).Interface().(Describer).RPCSchema()}
	pointer := reflect.PointerTo(t)
	out.decode = func(v Value, _ unsafe.Pointer) *ArgumentError { return wrongType(out.schema.Type, v) }
	if pointer.Implements(binderType) {
		out.decode = func(v Value, p unsafe.Pointer) *ArgumentError {
			if err := at(p).(Binder).BindValue(v); err != nil {
				return &ArgumentError{Reason: err.Error(), Want: out.schema.Type.String(), Got: v.typ.String()}
			}
			return nil
		}
	}
	out.encode = func(unsafe.Pointer, *arena) Value { return Nil() }
	if pointer.Implements(valuerType) {
		out.encode = func(p unsafe.Pointer, _ *arena) Value { return at(p).(Valuer).RPCValue() }
	}
	out.empty = func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Elem().IsZero() }
	return out
}
