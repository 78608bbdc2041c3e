// Package soap is the SOAP transport: it reads envelopes of SOAP 1.1 and 1.2 and
// writes the answers, and describes the service in WSDL 1.1.
//
// # Requests
//
// The Body's first element is the call. Its local name is the method's, with dots or
// with underscores for them, whatever its namespace; SOAPAction is never looked at. Its
// children are the arguments:
//
//		<m:addressbook_boaddressbook_read xmlns:m="urn:countersign"><id>1</id></m:…>
//
//	  - If each child has the name of a parameter, arguments go by name. If none has one,
//	    names mean nothing (param0, c-gensym3) and arguments go by position. A method with
//	    one struct also takes the struct's members in place of the struct, as
//	    phpGroupWare's clients send a login.
//	  - rpc/encoded values are of the type they say, in the schema of 1999, 2000 or 2001;
//	    arrays, Apache's Map, references (href and id, ref and id) and nil are known.
//	  - Values that say no type, as in document/literal, take theirs from the method.
//	  - base64 where the method wants a string is that string, if its bytes are UTF-8
//	    text: so SOAP::Lite sends texts outside ASCII.
//
// A caller may prove itself in a header block instead of HTTP's Authorization:
//
//	<c:credentials xmlns:c="urn:countersign"><sessionid>…</sessionid><kp3>…</kp3></c:credentials>
//
// or with <token> (sessionid and kp3, with or without a colon between) or <key> (an API
// key) inside.
//
// # Answers
//
// A request is answered in its version of SOAP, its year of XML Schema, and the
// namespace of its call. There are three forms: in the namespace urn:countersign plain
// elements as the WSDL's document/literal binding describes them; in urn:countersign:rpc
// encoded values as its rpc/encoded binding describes them, with the names of its types;
// in every other namespace encoded values for clients without a WSDL (phpgroupware
// contract §7.2).
//
// # Description
//
// A GET with ?wsdl gives WSDL 1.1 of the methods that the caller may call, with both
// bindings; ?wsdl=literal and ?wsdl=rpc give one alone. A request whose credentials do
// not hold gets a fault with status 401. A struct with members that the method's
// signature names is a type of its own. A struct with free members, such as an
// address book's entry, is Apache's Map; a list is an element with an element item for
// each item.
//
// The package does not authenticate, authorise, limit rates or log. It must never
// resolve anything outside the document, trust a size that a document names, or put
// content into an error.
package soap
