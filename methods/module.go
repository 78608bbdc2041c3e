package methods

// Module groups the methods of one subject under one dotted prefix.
type Module struct {
	// Name is the prefix, e.g. "addressbook.boaddressbook". A module with Families may
	// have the name "": its methods then have no prefix, as Roundup's clients expect.
	Name string
	// Help says what the module is for.
	Help string
	// Run says who may use the module at all, and so who may call its list_methods;
	// in phpGroupWare's words the run right.
	Run Access
	// Families restrict the module to endpoints whose dialect lists one of them; a
	// module without families is seen everywhere. A family's method hides a common
	// one of the same name.
	Families []string
	// System marks a module that describes and controls the service itself. Only such
	// a module may use the reserved prefixes, and it gets no list_methods of its own.
	System bool
	// Methods are the module's methods.
	Methods []Method
}

// ListMethods is the name under which every business module lists its methods.
const ListMethods = "list_methods"
