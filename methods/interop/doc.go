// Package interop has the methods that XML-RPC libraries test each other with:
// validator1, interopEchoTests, and the part of phpxmlrpc's examples that its own
// test-suite calls on foreign servers (phpgroupware contract §8.6 and §8.7); and the
// base part of the second round of SOAP's tests (§7.3).
//
// The methods are public, read nothing but their arguments and change nothing. They
// are for trying out clients: a service offers them only when its configuration says
// so. The package must never get a store.
package interop
