package audit_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/audit"
)

func TestNames(t *testing.T) {
	if got := audit.Known("ann").String(); got != "ann" {
		t.Errorf("a known account is %q", got)
	}
	if got := audit.System("root").String(); got != "system:root" || account.CheckName(got) == nil {
		t.Errorf("a system user is %q, which must be no name of an account", got)
	}
	hash := namer.Unknown("hunter2")
	if !regexp.MustCompile(`^#[0-9a-f]{16}$`).MatchString(hash.String()) {
		t.Errorf("an unknown name is %q", hash)
	}
	if audit.NewNamer([32]byte{1, 2, 3}).Unknown("hunter2") != hash {
		t.Error("one key gives two hashes")
	}
	if audit.NewNamer([32]byte{1, 2, 4}).Unknown("hunter2") == hash || namer.Unknown("hunter3") == hash {
		t.Error("another key or name gives the same hash")
	}
	if audit.Known(hash.String()) == hash {
		t.Error("an account can pass for an unknown name")
	}
}

func TestNamerHidesItsKey(t *testing.T) {
	secret := audit.NewNamer([32]byte([]byte("a key of thirty-two bytes, no fe")))
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "namer", secret)
	fmt.Fprintf(&out, "%v %+v %#v %s", secret, secret, secret, secret)
	// Each way of printing gives the word; an array of bytes would begin with 97 32 or 0x61, 0x20.
	got := out.String()
	if strings.Count(got, "[redacted]") != 5 || strings.Contains(got, "97 32") || strings.Contains(got, "0x61") {
		t.Errorf("printed as %s", got)
	}
}

// TestSecretsDoNotFit: the compiler refuses a secret in every field of an event; what
// may be put in without a conversion is decided by these types.
func TestSecretsDoNotFit(t *testing.T) {
	secrets := []reflect.Type{
		reflect.TypeFor[session.Password](), reflect.TypeFor[session.Secret](), reflect.TypeFor[session.Pair](),
		reflect.TypeFor[session.Digest](), reflect.TypeFor[session.Credentials](), reflect.TypeFor[session.Grant](),
		reflect.TypeFor[[]byte](),
	}
	event := reflect.TypeFor[audit.Event]()
	for field := range event.Fields() {
		for _, secret := range secrets {
			if secret.AssignableTo(field.Type) {
				t.Errorf("%v can be put into %s", secret, field.Name)
			}
		}
		if field.Type.Kind() == reflect.Interface || field.Type.Kind() == reflect.Map || field.Type.Kind() == reflect.Slice {
			t.Errorf("%s can hold anything", field.Name)
		}
	}
	for _, name := range []string{"User", "Actor"} {
		field, _ := event.FieldByName(name)
		if reflect.TypeFor[string]().ConvertibleTo(field.Type) {
			t.Errorf("a text that somebody typed can be put into %s", name)
		}
	}
	for _, name := range []string{"Session", "Key"} {
		field, _ := event.FieldByName(name)
		if !reflect.TypeFor[session.PublicID]().AssignableTo(field.Type) {
			t.Errorf("a public id does not fit into %s", name)
		}
		if reflect.TypeFor[session.Secret]().ConvertibleTo(field.Type) {
			t.Errorf("a secret can be converted for %s", name)
		}
	}
}
