package system

import (
	"context"

	"countersign/methods"
)

func (m *module) introspection() []methods.Method {
	public, ro := methods.Public(), methods.ReadOnly()
	return []methods.Method{
		methods.Overload(
			methods.New("listMethods", "Lists the methods that this caller may call, sorted by name.", public, listMethods, ro),
			// The original took a string that it ignored (phpgroupware contract §2.3).
			methods.New("listMethods", "As without the string, which is ignored.", public, listMethodsOf, ro),
		),
		methods.New("methodSignature", "Tells the signatures of a method: an array per signature, of type names, the result's first.", public, methodSignature, ro),
		methods.New("methodHelp", "Tells what a method is for.", public, methodHelp, ro),
		methods.New("methodExist", "Tells whether this caller may call a method of that name.", public, methodExist, ro),
		methods.New("getCapabilities", "Lists the specifications that this service follows.", public, getCapabilities, ro),
	}
}

func listMethods(_ context.Context, c *methods.Call, _ struct{}) ([]string, error) {
	var names []string
	for _, e := range c.Env.View().Entries() {
		if !e.Unlisted && e.Permit(c.Caller) == nil {
			names = append(names, e.FullName)
		}
	}
	return names, nil
}

type ignoredIn struct {
	Ignored string `rpc:"ignored" help:"not looked at"`
}

func listMethodsOf(ctx context.Context, c *methods.Call, _ ignoredIn) ([]string, error) {
	return listMethods(ctx, c, struct{}{})
}

type nameIn struct {
	Name string `rpc:"name" help:"full name of the method"`
}

// known finds a method that the caller may call; to others it does not exist.
func known(c *methods.Call, name string) (*methods.Entry, error) {
	if e, ok := c.Env.View().Lookup(name); ok && e.Permit(c.Caller) == nil {
		return e, nil
	}
	// 4 is the number of phpgroupware contract §2.3.
	return nil, &methods.Error{Kind: methods.KindMethodNotFound, Code: 4, Public: "Can't introspect: method unknown"}
}

func methodSignature(_ context.Context, c *methods.Call, in nameIn) (methods.Value, error) {
	e, err := known(c, in.Name)
	if err != nil {
		return methods.Value{}, err
	}
	if len(e.Signatures) == 0 {
		return methods.String("undef"), nil
	}
	return methods.SignatureValue(e.Signatures), nil
}

func methodHelp(_ context.Context, c *methods.Call, in nameIn) (string, error) {
	e, err := known(c, in.Name)
	if err != nil {
		return "", err
	}
	return e.Help, nil
}

func methodExist(_ context.Context, c *methods.Call, in nameIn) (bool, error) {
	_, err := known(c, in.Name)
	return err == nil, nil
}

type capability struct {
	SpecURL     string `rpc:"specUrl"`
	SpecVersion int    `rpc:"specVersion"`
}

// getCapabilities advertises only what is on at this endpoint (phpgroupware contract
// §8.3): the interoperable fault numbers are not in use everywhere.
func getCapabilities(_ context.Context, c *methods.Call, _ struct{}) (map[string]capability, error) {
	all := map[string]capability{
		"xmlrpc":           {"http://www.xmlrpc.com/spec", 1},
		"introspection":    {"http://phpxmlrpc.sourceforge.net/doc-2/ch10.html", 2},
		"system.multicall": {"http://www.xmlrpc.com/discuss/msgReader$1208", 1},
	}
	if code, _ := c.Env.Fault(methods.Errorf(methods.KindParse, "probe")); code == -32700 {
		all["faults_interop"] = capability{"http://xmlrpc-epi.sourceforge.net/specs/rfc.fault_codes.php", 20010516}
	}
	return all, nil
}
