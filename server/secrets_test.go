package server_test

import (
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/session/account"
	"countersign/session/password"
)

// TestNoSecretInLogs goes through everything that takes a secret, well and badly, with
// the log at its most talkative, and looks for each secret in it afterwards.
func TestNoSecretInLogs(t *testing.T) {
	s := newService(t, options{modules: []methods.Module{newTrial().module()}})
	const right, wrong = "Tr0ub4dor&3-right", "Tr0ub4dor&3-wrong"
	hash, err := password.Hash(s.rand, cheap, []byte(right))
	must(t, err)
	_, err = s.db.Accounts().Add(t.Context(), account.Account{
		Kind: account.User, Name: "carol", Roles: []string{"user"}, PasswordHash: hash,
		Created: s.clock.Now(), Changed: s.clock.Now(),
	})
	must(t, err)
	secrets := []string{right, wrong, hash, "typed-as-name-secret"}
	for _, path := range []string{plainPath, phpgwPath, egwPath} {
		c := s.client(path)
		me := c.login(t, "carol", right)
		secrets = append(secrets, me.secrets()...)
		id, key, _ := strings.Cut(me.pair, ":")

		// Logins that fail, in every way.
		c.tryLogin(t, "carol", wrong)
		c.tryLogin(t, "nobody", wrong)
		c.tryLogin(t, "typed-as-name-secret", wrong) // people type passwords there
		c.tryLogin(t, "dan", "legs")
		c.call(t, "system.login", wrong)
		c.call(t, "system.login", wrong, wrong, wrong)
		c.call(t, "system.login", map[string]any{"username": "carol", "password": []any{wrong}})
		c.call(t, "system.login", map[string]any{"username": map[string]any{}, "password": wrong})
		c.post(t, document("system.login", map[string]any{"username": "carol", "password": wrong})[:200])
		c.post(t, strings.Replace(document("system.login", "carol", wrong), "carol", "car\x00ol", 1))
		c.post(t, strings.Replace(document("system.login", "carol", wrong), "<string>carol</string>", "<int>"+wrong+"</int>", 1))
		c.call(t, "system.multicall", []any{entry("system.login", "carol", wrong), entry("system.login", "carol", right)})
		c.call(t, wrong, right)

		// Credentials that are wrong in part.
		for _, pair := range []string{id + ":" + strings.Repeat("0", 32), key + ":" + id, strings.ToUpper(me.pair), me.pair + "x", "carol:" + right} {
			secrets = append(secrets, base64.StdEncoding.EncodeToString([]byte(pair)))
			c.basic(pair).call(t, "system.session")
			c.basic(pair).call(t, "trial.broken")
		}

		// Calls that fail with a session, and one whose arguments are secret.
		for _, method := range []string{"trial.panic", "trial.broken", "trial.nan", "nosuch", "trial.echo"} {
			me.call(t, method, wrong)
		}
		me.call(t, "trial.panic", right)
		me.post(t, "<a>"+right+"</b>")
		me.with("Content-Encoding", "gzip").post(t, right)
		bad := *me
		bad.path = "/nowhere?sessionid=" + id + "&kp3=" + key
		bad.call(t, "x")
		bad.path = path + "?sessionid=" + id + "&kp3=" + key
		bad.call(t, "nosuch")
		c.with("Cookie", "sessionid="+id+"; kp3="+key).call(t, "nosuch")
		c.call(t, "system.logout", map[string]any{"sessionid": key, "kp3": id})
		me.call(t, "system.logout", me.pairStruct())
		me.call(t, "system.logout", me.pairStruct())
		me.call(t, "system.session")
	}
	secrets = append(secrets, secretsOnOtherWires(t, s, right, wrong)...)
	if n := len(s.logLines(t, "call failed")); n < 60 {
		t.Errorf("only %d refusals in the log: what was looked through is not what happened", n)
	}
	// A method name comes from outside and is logged: two of these were method names.
	logs := strings.ReplaceAll(s.logs.String(), `"method":"`+wrong+`"`, "")
	for _, secret := range secrets {
		if secret == "" || strings.Contains(logs, secret) {
			at := strings.Index(logs, secret)
			t.Errorf("the log has %q: %s", secret, logs[max(0, at-200):min(len(logs), at+100)])
		}
	}
}

// secretsOnOtherWires does the same over JSON-RPC, SOAP and in Bugzilla's dialect, and
// gives the secrets that were made on the way.
func secretsOnOtherWires(t *testing.T, s *service, right, wrong string) []string {
	t.Helper()
	me := s.client(plainPath).login(t, "carol", right)
	id, key, _ := strings.Cut(me.pair, ":")
	token := "1004-" + id + key
	for _, pass := range []string{wrong, right} {
		c := s.client(plainPath).json(rpcPath)
		c.jsonCall(t, "system.login", "nobody", pass)
		c.jsonCall(t, "system.login", map[string]any{"username": "carol", "password": []any{pass}})
		c.jsonBatch(t, request(1, "system.login", "nobody", pass), request(2, "trial.panic", pass))
		c.post(t, `{"jsonrpc":"2.0","id":1,"method":"system.login","params":["carol","`+pass+`"`)
		c.post(t, `{"jsonrpc":"2.0","id":"`+pass+`","id":2}`)
		bugs := c.json(jsonCGIPath)
		for _, method := range []string{"User.login", "User.get", "Bugzilla.version", "No.such"} {
			bugs.jsonPost(t, bugzillaCall(method, map[string]any{"login": "nobody", "password": pass}))
			bugs.jsonPost(t, bugzillaCall(method, map[string]any{"Bugzilla_token": token + "x", "Bugzilla_api_key": pass}))
			bugs.with("X-Bugzilla-Login", "nobody").with("X-Bugzilla-Password", pass).jsonPost(t, bugzillaCall(method, map[string]any{"ids": []any{1}}))
		}
		get := *bugs
		get.path = jsonCGIPath + `?method=User.get&params=[{"Bugzilla_login":"carol","Bugzilla_password":"` + url.QueryEscape(pass) + `"}]`
		get.do(t, http.MethodGet, "")
		get.path = rpcPath + "?method=system.login&callback=x&params=" + url.QueryEscape(`["carol","`+pass+`"]`)
		get.do(t, http.MethodGet, "")
		me.soapCall(t, "system.login", "nobody", pass)
		me.soapCall(t, "trial.panic", pass)
		soap := s.client(soapPath)
		for _, block := range []string{"<token>" + token + "x</token>", "<key>" + html.EscapeString(pass) + "</key>", "<sessionid>" + id + "</sessionid><kp3>" + id + "</kp3>", "<other>" + id + "</other>"} {
			soap.post(t, `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><c:credentials xmlns:c="urn:countersign">`+
				block+`</c:credentials></e:Header><e:Body><system_session xmlns="urn:countersign"/></e:Body></e:Envelope>`)
		}
	}
	return []string{id, key, token}
}
