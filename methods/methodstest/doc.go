// Package methodstest is the suite that every module of methods passes. A module's
// own test is a few lines:
//
//	func TestSuite(t *testing.T) {
//		methodstest.Module(t, addressbook.New(store, now),
//			methodstest.Caller(caller),
//			methodstest.Args("read", methods.String("1")),
//			methodstest.Fingerprint(dump),
//		)
//	}
//
// It looks at what holds for all modules: that they can be registered, that every
// method is documented and has its access class, that nobody is let in who should
// not be, that arguments which do not fit are refused as such and never end in a
// panic or an internal fault, that results have the published type, that
// list_methods agrees with the registry, and that a read-only mark is true. What a
// method does is for the module's own tests.
//
// It must not be imported by anything but tests, and knows no transport or store.
package methodstest
