package dialect

import (
	"encoding/base64"
	"strconv"
	"strings"

	"countersign/methods"
	"countersign/server/wire"
)

// phpgwCodes are the numbers of phpgroupware contract §3.5 (the table in force since
// mid-2005), for both profiles. Numbers 100 to 199 are 100 plus expat's error code.
var phpgwCodes = Codes{
	methods.KindMethodNotFound:   1,
	methods.KindInvalidParams:    3,
	methods.KindRecursion:        12,
	methods.KindInvalidRequest:   15,
	methods.KindInternal:         17,
	methods.KindTimeout:          17,
	methods.KindPermissionDenied: 18,
	methods.KindReadOnly:         18,
	methods.KindLoginRequired:    18,
	methods.KindLoginRefused:     18,
	methods.KindThrottled:        18,
	methods.KindNotFound:         19,
	methods.KindTooLarge:         101, // XML_ERROR_NO_MEMORY
	methods.KindParse:            104, // XML_ERROR_INVALID_TOKEN
	methods.KindCharacter:        104,
	methods.KindCompression:      107,
	methods.KindEncoding:         118, // XML_ERROR_UNKNOWN_ENCODING
	methods.KindApplication:      800,
	methods.KindConflict:         801,
	methods.KindBusy:             802,
	methods.KindOutcomeUnknown:   803,
}

// PHPGroupWare is profile A1, the wire of August 2001: a refused call is the word
// UNAUTHORIZED in a normal answer, and business results have strings as leaves and
// structs for lists (phpgroupware contract §0).
func PHPGroupWare() *Dialect {
	d := phpgw("phpgroupware")
	d.Present = flatten
	d.Refuse = func(e *methods.Error, v wire.Version) (wire.Outcome, bool) {
		if refused(e, v) {
			return wire.Outcome{Value: unauthorized}, true
		}
		return wire.Outcome{}, false
	}
	return d
}

// refused tells the errors that these clients know as "unauthorised": too many attempts
// are one, since the word for them is newer than the clients. SOAP has faults for them:
// the original never asked who calls there (phpgroupware contract §7.2).
func refused(e *methods.Error, v wire.Version) bool {
	return v != wire.SOAP11 && v != wire.SOAP12 && (e.Kind == methods.KindLoginRequired || e.Kind == methods.KindThrottled)
}

var unauthorized = methods.String("UNAUTHORIZED")

// phpgw is what the two profiles share.
func phpgw(name string) *Dialect {
	return &Dialect{
		Name:          name,
		Families:      []string{name},
		Codes:         phpgwCodes,
		Text:          phpgwText,
		Unknown:       phpgwUnknown,
		Challenge:     `Basic realm="phpGroupWare"`,
		Style:         wire.Style{Lines: true, DashedDates: true, OutParams: true},
		StyleFor:      phpgwStyle,
		ServerHeaders: []string{"X-Phpgw-Server", "X-Egw-Server"},
	}
}

// phpgwStyle writes compact dates for clients that ask (phpgroupware contract §1.3).
func phpgwStyle(s wire.Style, h Headers) wire.Style {
	if d := h.Get("Isodate"); strings.EqualFold(d, "simple") || strings.EqualFold(d, "isodate") ||
		strings.Contains(h.Get("User-Agent"), "vbXMLRPC") {
		s.DashedDates = false
	}
	return s
}

// phpgwText gives the texts verbatim, the stray bracket included: clients display
// them (phpgroupware contract §3.5, §9 point 11).
func phpgwText(f Failure) string {
	e := f.Error
	var text string
	switch e.Kind {
	case methods.KindParse, methods.KindCharacter, methods.KindEncoding:
		return xmlErrorText(e.Public)
	case methods.KindInvalidRequest:
		if e.Code == 0 {
			return "Invalid request payload " + e.Public
		}
		return e.Public
	case methods.KindInvalidParams:
		return "Incorrect parameters passed to method: " + wanted(e.Argument)
	case methods.KindMethodNotFound, methods.KindApplication:
		return e.Public
	case methods.KindInternal:
		return "Internal server error (request " + f.RequestID + ")"
	case methods.KindPermissionDenied, methods.KindReadOnly:
		text = "Access denied"
	case methods.KindNotFound:
		text = "Entry does not (longer) exist!"
	case methods.KindRecursion:
		text = "Recursive system.multicall forbidden"
	default:
		return e.Public
	}
	if f.Inside {
		text += ": " + f.Method
	}
	return text
}

// xmlErrorText turns "line 3: text" into the original's word order.
func xmlErrorText(public string) string {
	if rest, ok := strings.CutPrefix(public, "line "); ok {
		if line, text, ok := strings.Cut(rest, ": "); ok {
			return "XML error: " + text + " at line " + line
		}
	}
	return "XML error: " + public
}

func wanted(a *methods.ArgumentError) string {
	switch {
	case a == nil || a.Param == 0:
		return "Wanted , got  at param )"
	case a.Want == "" || a.Reason != "":
		return a.Error()
	}
	return "Wanted " + a.Want + ", got " + a.Got + " at param " + strconv.Itoa(a.Param) + ")"
}

// phpgwUnknown follows the original's dispatch (phpgroupware contract §3.1): a module
// that does not exist and one that the caller may not run are the same refusal.
func phpgwUnknown(view *methods.View, name string, caller *methods.Caller) *methods.Error {
	parts := strings.Split(name, ".")
	switch {
	case parts[0] == "system":
		return methods.Errorf(methods.KindMethodNotFound, "Unknown method: %s", name)
	case len(parts) != 3:
		return methods.Errorf(methods.KindMethodNotFound, "Unknown method: %s", strings.Join(parts[min(2, len(parts)):], "."))
	}
	module, ok := view.Module(parts[0] + "." + parts[1])
	if !ok || module.Run.Permit(caller) != nil {
		return methods.Errorf(methods.KindPermissionDenied, "Access denied")
	}
	return methods.Errorf(methods.KindMethodNotFound, "Unknown method: %s", parts[2])
}

// flatten is the presentation of profile A1: every leaf a string, every list a struct
// with members 0, 1, … (phpgroupware contract §0, §13 point 1).
func flatten(v methods.Value) methods.Value {
	switch v.Type() {
	case methods.TypeArray:
		members := make([]methods.Member, len(v.Items()))
		for i, item := range v.Items() {
			members[i] = methods.M(strconv.Itoa(i), flatten(item))
		}
		return methods.Struct(members...)
	case methods.TypeStruct:
		members := make([]methods.Member, len(v.Members()))
		for i, m := range v.Members() {
			members[i] = methods.M(m.Name, flatten(m.Value))
		}
		return methods.Struct(members...)
	default:
		return methods.String(leafText(v))
	}
}

// leafText writes a scalar as PHP did: true is "1", false is "".
func leafText(v methods.Value) string {
	switch v.Type() {
	case methods.TypeString:
		return v.Text()
	case methods.TypeInt, methods.TypeLong:
		return strconv.FormatInt(v.Int(), 10)
	case methods.TypeDouble:
		return strconv.FormatFloat(v.Double(), 'f', -1, 64)
	case methods.TypeBoolean:
		if v.Bool() {
			return "1"
		}
		return ""
	case methods.TypeDateTime:
		if t := v.Time(); !t.IsZero() {
			return t.Format("2006-01-02T15:04:05")
		}
		return ""
	case methods.TypeBase64:
		return base64.StdEncoding.EncodeToString(v.Bytes())
	default:
		return ""
	}
}
