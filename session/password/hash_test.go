package password_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"countersign/session/password"
)

// cheap keeps the tests quick; the cost of a real hash is not what they test.
var cheap = password.Params{MemoryKiB: 64, Time: 1, Threads: 1}

// counter is a source of chance whose output is known.
type counter struct{ next byte }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = c.next
		c.next++
	}
	return len(p), nil
}

func TestHashThenVerify(t *testing.T) {
	for _, p := range []password.Params{cheap, {MemoryKiB: 256, Time: 3, Threads: 4}, password.DefaultParams} {
		encoded, err := password.Hash(new(counter), p, []byte("correct horse"))
		if err != nil {
			t.Fatalf("%+v: %v", p, err)
		}
		for _, tt := range []struct {
			typed string
			want  bool
		}{
			{"correct horse", true},
			{"correct horse ", false},
			{"Correct horse", false},
			{"x", false},
		} {
			got, err := password.Verify(encoded, []byte(tt.typed))
			if err != nil || got != tt.want {
				t.Errorf("%+v: %q gives %v, %v, want %v", p, tt.typed, got, err, tt.want)
			}
		}
	}
}

// Strings made by other implementations, so that ours is not only consistent
// with itself.
func TestVerifyForeignHashes(t *testing.T) {
	for _, tt := range []struct{ source, encoded, password string }{
		{
			"phc-winner-argon2 test.c, hashtest(version, 2, 8, 1, \"password\", \"somesalt\"), argon2id",
			"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
			"password",
		},
		{
			"phc-winner-argon2 test.c, two lanes",
			"$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
			"password",
		},
		{
			"phc-winner-argon2 test.c, 64 MiB",
			"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
			"password",
		},
	} {
		ok, err := password.Verify(tt.encoded, []byte(tt.password))
		if err != nil || !ok {
			t.Errorf("%s: %v, %v", tt.source, ok, err)
		}
		ok, err = password.Verify(tt.encoded, []byte(tt.password+"x"))
		if err != nil || ok {
			t.Errorf("%s: wrong password gives %v, %v", tt.source, ok, err)
		}
	}
}

const (
	salt16 = "AAECAwQFBgcICQoLDA0ODw"
	tag32  = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
)

func TestVerifyRefusesStoredHash(t *testing.T) {
	params := func(p string) string { return "$argon2id$v=19$" + p + "$" + salt16 + "$" + tag32 }
	if ok, err := password.Verify(params("m=64,t=1,p=1"), []byte("x")); ok || err != nil {
		t.Fatalf("the sound one gives %v, %v", ok, err)
	}
	for _, tt := range []struct {
		name, encoded string
		want          error
	}{
		{"m above", params("m=262145,t=1,p=1"), password.ErrBounds},
		{"m above uint32", params("m=4294967360,t=1,p=1"), password.ErrBounds},
		{"m above uint64", params("m=99999999999999999999,t=1,p=1"), password.ErrBounds},
		{"m below 8p", params("m=7,t=1,p=1"), password.ErrBounds},
		{"m below 8p, lanes", params("m=63,t=1,p=8"), password.ErrBounds},
		{"t above", params("m=64,t=11,p=1"), password.ErrBounds},
		{"t zero", params("m=64,t=0,p=1"), password.ErrBounds},
		{"p above", params("m=262144,t=1,p=9"), password.ErrBounds},
		{"p above uint8", params("m=64,t=1,p=257"), password.ErrBounds},
		{"p zero", params("m=64,t=1,p=0"), password.ErrBounds},
		{"empty", "", password.ErrFormat},
		{"plain text", "secret", password.ErrFormat},
		{"argon2i", strings.Replace(params("m=64,t=1,p=1"), "argon2id", "argon2i", 1), password.ErrFormat},
		{"bcrypt", "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", password.ErrFormat},
		{"older version", strings.Replace(params("m=64,t=1,p=1"), "v=19", "v=16", 1), password.ErrFormat},
		{"no version", "$argon2id$m=64,t=1,p=1$" + salt16 + "$" + tag32, password.ErrFormat},
		{"other order", params("t=1,m=64,p=1"), password.ErrFormat},
		{"sign", params("m=+64,t=1,p=1"), password.ErrFormat},
		{"leading zero", params("m=064,t=1,p=1"), password.ErrFormat},
		{"hexadecimal", params("m=0x40,t=1,p=1"), password.ErrFormat},
		{"space", params("m=64, t=1,p=1"), password.ErrFormat},
		{"key id", params("m=64,t=1,p=1,keyid=AA"), password.ErrFormat},
		{"no parameters", params(""), password.ErrFormat},
		{"padding", params("m=64,t=1,p=1") + "=", password.ErrFormat},
		{"line end", params("m=64,t=1,p=1") + "\n", password.ErrFormat},
		{"line break within", strings.Replace(params("m=64,t=1,p=1"), "AAEC", "AA\nEC", 1), password.ErrFormat},
		{"stray bits", strings.TrimSuffix(params("m=64,t=1,p=1"), "8") + "9", password.ErrFormat},
		{"URL alphabet", strings.Replace(params("m=64,t=1,p=1"), "AAEC", "-_EC", 1), password.ErrFormat},
		{"fourth field", params("m=64,t=1,p=1") + "$", password.ErrFormat},
		{"no tag", "$argon2id$v=19$m=64,t=1,p=1$" + salt16, password.ErrFormat},
		{"short tag", "$argon2id$v=19$m=64,t=1,p=1$" + salt16 + "$AAEC", password.ErrFormat},
		{"short salt", "$argon2id$v=19$m=64,t=1,p=1$AAEC$" + tag32, password.ErrFormat},
		{"long tag", params("m=64,t=1,p=1") + strings.Repeat("AAAA", 20), password.ErrFormat},
		{"very long", params("m=64,t=1,p=1") + strings.Repeat("A", 1<<20), password.ErrFormat},
	} {
		ok, err := password.Verify(tt.encoded, []byte("x"))
		if ok || !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, %v, want %v", tt.name, ok, err, tt.want)
		}
		if !password.NeedsRehash(tt.encoded, cheap) {
			t.Errorf("%s: need not be rehashed", tt.name)
		}
	}
}

func TestBoundsOfHash(t *testing.T) {
	for _, p := range []password.Params{
		{},
		{MemoryKiB: 7, Time: 1, Threads: 1},
		{MemoryKiB: password.MaxMemoryKiB + 1, Time: 1, Threads: 1},
		{MemoryKiB: 64, Time: password.MaxTime + 1, Threads: 1},
		{MemoryKiB: 1024, Time: 1, Threads: password.MaxThreads + 1},
	} {
		if _, err := password.Hash(new(counter), p, []byte("x")); !errors.Is(err, password.ErrBounds) {
			t.Errorf("Hash %+v: %v", p, err)
		}
		if _, err := password.Dummy(new(counter), p); !errors.Is(err, password.ErrBounds) {
			t.Errorf("Dummy %+v: %v", p, err)
		}
	}
}

func TestNeedsRehash(t *testing.T) {
	want := password.Params{MemoryKiB: 1024, Time: 2, Threads: 2}
	for _, tt := range []struct {
		name   string
		stored password.Params
		want   bool
	}{
		{"equal", want, false},
		{"less memory", password.Params{MemoryKiB: 1023, Time: 2, Threads: 2}, true},
		{"fewer passes", password.Params{MemoryKiB: 1024, Time: 1, Threads: 2}, true},
		{"stronger", password.Params{MemoryKiB: 2048, Time: 3, Threads: 2}, false},
		{"other lanes", password.Params{MemoryKiB: 1024, Time: 2, Threads: 1}, false},
	} {
		encoded, err := password.Hash(new(counter), tt.stored, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		if got := password.NeedsRehash(encoded, want); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	shortSalt := "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if !password.NeedsRehash(shortSalt, want) {
		t.Error("a salt of 8 bytes is kept")
	}
}

func TestDummyIsSoundAndMatchesNothing(t *testing.T) {
	chance := new(counter)
	first, err := password.Dummy(chance, cheap)
	if err != nil {
		t.Fatal(err)
	}
	second, err := password.Dummy(chance, cheap)
	if err != nil {
		t.Fatal(err)
	}
	if first == second {
		t.Error("two draws are equal")
	}
	if password.NeedsRehash(first, cheap) {
		t.Error("differs from a real hash under the same parameters")
	}
	for _, typed := range []string{"x", "password", first} {
		if ok, err := password.Verify(first, []byte(typed)); ok || err != nil {
			t.Errorf("%q: %v, %v", typed, ok, err)
		}
	}
}

func TestSaltIsFresh(t *testing.T) {
	chance := new(counter)
	a, errA := password.Hash(chance, cheap, []byte("x"))
	b, errB := password.Hash(chance, cheap, []byte("x"))
	if errA != nil || errB != nil || a == b {
		t.Errorf("same string twice, or %v, %v", errA, errB)
	}
}

func TestFailingChanceIsAnError(t *testing.T) {
	broken := errors.New("no entropy")
	for name, r := range map[string]io.Reader{
		"fails": iotest.ErrReader(broken),
		"ends":  io.MultiReader(bytes.NewReader([]byte("short")), iotest.ErrReader(broken)),
	} {
		if _, err := password.Hash(r, cheap, []byte("x")); !errors.Is(err, broken) {
			t.Errorf("Hash, %s: %v", name, err)
		}
		if _, err := password.Dummy(r, cheap); !errors.Is(err, broken) {
			t.Errorf("Dummy, %s: %v", name, err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	encoded, err := password.Hash(new(counter), password.DefaultParams, []byte("x"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if ok, err := password.Verify(encoded, []byte("x")); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
