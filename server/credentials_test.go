package server_test

import (
	"encoding/base64"
	"strings"
	"testing"
)

// TestCredentials: which Authorization headers prove a session, and that every other
// one makes the caller anonymous and nothing worse (phpgroupware contract §1.1).
func TestCredentials(t *testing.T) {
	s := newService(t, options{proxies: loopback})
	me := s.client(plainPath).login(t, "bubba", "gump")
	other := s.client(plainPath).login(t, "admin", "admin")
	id, key, _ := strings.Cut(me.pair, ":")
	otherID, otherKey, _ := strings.Cut(other.pair, ":")
	encode := func(pair string) string { return base64.StdEncoding.EncodeToString([]byte(pair)) }
	good := encode(me.pair)
	// 65 bytes end in one spare group of bits, which strict base64 wants to be zero.
	sloppy := []byte(good)
	sloppy[len(sloppy)-2]++

	for i, c := range []struct {
		why     string
		headers []string
		ok      bool
	}{
		{"the pair", []string{"Basic " + good}, true},
		{"the scheme in small letters", []string{"basic " + good}, true},
		{"the scheme in capitals", []string{"BASIC " + good}, true},
		{"no blank behind the scheme", []string{"Basic" + good}, true},
		{"several blanks behind the scheme", []string{"Basic   " + good}, true},
		{"blanks at the end", []string{"Basic " + good + "  "}, true},

		{"nothing", nil, false},
		{"an empty header", []string{""}, false},
		{"the scheme alone", []string{"Basic"}, false},
		{"the scheme and a blank", []string{"Basic "}, false},
		{"another scheme", []string{"Bearer " + good}, false},
		{"no scheme", []string{good}, false},
		{"two headers", []string{"Basic " + good, "Basic " + good}, false},
		{"two headers, the second empty", []string{"Basic " + good, ""}, false},
		{"two credentials in one header", []string{"Basic " + good + ", Basic " + good}, false},

		{"base64 outside its alphabet", []string{"Basic " + good[:10] + "-" + good[11:]}, false},
		{"base64 without its end", []string{"Basic " + strings.TrimRight(good, "=")}, false},
		{"base64 cut", []string{"Basic " + good[:len(good)-4]}, false},
		{"base64 with more behind it", []string{"Basic " + good + "AAAA"}, false},
		{"base64 with a blank inside", []string{"Basic " + good[:20] + " " + good[20:]}, false},
		{"base64 with bits that say nothing", []string{"Basic " + string(sloppy)}, false},
		{"a tab behind the scheme", []string{"Basic\t" + good}, false},

		{"the pair in capitals", []string{"Basic " + encode(strings.ToUpper(me.pair))}, false},
		{"the id in capitals", []string{"Basic " + encode(strings.ToUpper(id)+":"+key)}, false},
		{"blanks around the pair", []string{"Basic " + encode(" "+me.pair+" ")}, false},
		{"blanks in the pair", []string{"Basic " + encode(id+": "+key[1:])}, false},
		{"a NUL behind the pair", []string{"Basic " + encode(me.pair+"\x00")}, false},
		{"no colon", []string{"Basic " + encode(id+key)}, false},
		{"another colon", []string{"Basic " + encode(id+";"+key)}, false},
		{"halves swapped", []string{"Basic " + encode(key+":"+id)}, false},
		{"the id twice", []string{"Basic " + encode(id+":"+id)}, false},
		{"a wrong key", []string{"Basic " + encode(id+":"+strings.Repeat("0", 32))}, false},
		{"the key's last digit wrong", []string{"Basic " + encode(id+":"+key[:31]+flip(key[31]))}, false},
		{"the key of another session", []string{"Basic " + encode(id+":"+otherKey)}, false},
		{"the id of another session", []string{"Basic " + encode(otherID+":"+key)}, false},
		{"an unknown id", []string{"Basic " + encode(strings.Repeat("0", 32)+":"+key)}, false},
		{"31 digits of an id", []string{"Basic " + encode(id[:31]+":"+key)}, false},
		{"33 digits of an id", []string{"Basic " + encode(id+"0:"+key)}, false},
		{"31 digits of a key", []string{"Basic " + encode(id+":"+key[:31])}, false},
		{"33 digits of a key", []string{"Basic " + encode(me.pair+"0")}, false},
		{"digits moved over the colon", []string{"Basic " + encode(id[:31]+":"+id[31:]+key)}, false},
		{"a name and a wrong password", []string{"Basic " + encode("bubba:shrimp")}, false},
		{"nothing, in base64", []string{"Basic " + encode("")}, false},
		{"a colon alone", []string{"Basic " + encode(":")}, false},
		{"something huge", []string{"Basic " + strings.Repeat("A", 8000)}, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			anonymous := s.client(plainPath).from(i) // what is tried as a password counts
			anonymous.header["Authorization"] = c.headers
			a := anonymous.call(t, "system.session")
			if c.ok {
				if session, _ := a.value.(map[string]any); session["user"] != "bubba" {
					t.Errorf("status %d, value %v, fault %v", a.status, a.value, a.fault)
				}
				return
			}
			a.wantFault(t, 200, -32001, "log in first")
			if public := anonymous.call(t, "system.methodExist", "system.login"); public.value != true {
				t.Error("a bad credential keeps its sender from public methods")
			}
		})
	}
}

// flip gives another hex digit.
func flip(digit byte) string {
	if digit == '0' {
		return "1"
	}
	return "0"
}

// TestCredentialsElsewhere: a session is proven by the header only, never by what ends
// up in other logs.
func TestCredentialsElsewhere(t *testing.T) {
	s := newService(t, options{})
	me := s.client(plainPath).login(t, "bubba", "gump")
	id, key, _ := strings.Cut(me.pair, ":")
	for _, c := range []*client{
		s.client(plainPath + "?sessionid=" + id + "&kp3=" + key),
		s.client(plainPath).with("Cookie", "sessionid="+id+"; kp3="+key),
		s.client(plainPath).with("Proxy-Authorization", me.header.Get("Authorization")),
	} {
		c.call(t, "system.session").wantFault(t, 200, -32001, "log in first")
	}
	// Libraries that are given a URL with a user in it send the header.
	inURL := s.client(plainPath)
	inURL.url = strings.Replace(inURL.url, "http://", "http://"+me.pair+"@", 1)
	if a := inURL.call(t, "system.session"); a.fault != nil {
		t.Errorf("%+v", a.fault)
	}
}

// TestServerSessions: a client that names itself a server needs a server's session
// (phpgroupware contract §1.2).
func TestServerSessions(t *testing.T) {
	s := newService(t, options{})
	user := s.client(phpgwPath).login(t, "bubba", "gump")
	grant := s.client(phpgwPath).with("X-PHPGW-Server", "my.host.name").call(t, "system.login",
		map[string]any{"server_name": "my.host.name", "username": "bubba", "password": "gump"})
	pair, _ := grant.value.(map[string]any)
	host := s.client(phpgwPath).basic(pair["sessionid"].(string) + ":" + pair["kp3"].(string))
	const method = "addressbook.boaddressbook.read"
	id := map[string]any{"id": 1}
	for _, c := range []struct {
		why    string
		client *client
		ok     bool
	}{
		{"a user", user, true},
		{"a user that says it is a server", user.with("X-PHPGW-Server", "my.host.name"), false},
		{"a user with an empty header", user.with("X-Egw-Server", ""), false},
		{"a server", host, true},
		{"a server that says so", host.with("X-PHPGW-Server", "my.host.name"), true},
		{"a server, in the later header", host.with("X-EGW-Server", "my.host.name"), true},
	} {
		a := c.client.call(t, method, id)
		if unauthorised := a.value == any("UNAUTHORIZED"); unauthorised == c.ok || a.fault != nil {
			t.Errorf("%s: %s", c.why, a.body)
		}
	}
	// The plain dialect does not know the header.
	user.path = plainPath
	if a := user.with("X-PHPGW-Server", "my.host.name").call(t, "system.session"); a.fault != nil {
		t.Errorf("plain: %+v", a.fault)
	}
}
