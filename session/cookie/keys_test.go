package cookie_test

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/session/cookie"
)

// TestParseKeys: keys that are short, typed or misplaced are refused in one line that
// shows none of them.
func TestParseKeys(t *testing.T) {
	good := strings.Fields(line(t))
	sign, encrypt := good[0], good[1]
	hex := func(b byte, n int) string { return strings.Repeat(fmt.Sprintf("%02x", b), n) }
	counted := ""
	for i := range 32 {
		counted += fmt.Sprintf("%02x", i)
	}
	for _, c := range []struct{ why, text, want string }{
		{"one pair", sign + " " + encrypt, ""},
		{"a signing key of 32 bytes", sign[:64] + " " + encrypt, ""},
		{"comments and blanks", "# x\n\n  " + sign + "\t" + strings.ToUpper(encrypt) + "\r\n#\n", ""},
		{"eight pairs", strings.Repeat(sign+" "+encrypt+"\n", 8), ""},

		{"nothing", "", "no keys in it"},
		{"a comment", "# none\n", "no keys in it"},
		{"nine pairs", strings.Repeat(sign+" "+encrypt+"\n", 9), "9 pairs of keys, at most 8"},
		{"one key", sign, "line 1: a line has"},
		{"three keys", sign + " " + encrypt + " " + encrypt, "line 1: a line has"},
		{"no hexadecimal", "# x\nx" + sign[1:] + " " + encrypt, "line 2: the signing key is not hexadecimal"},
		{"a digit short", sign[1:] + " " + encrypt, "not hexadecimal"},
		{"signing key of 31 bytes", sign[:62] + " " + encrypt, "the signing key has 31 bytes; 32 to 64 are needed"},
		{"signing key of 65 bytes", sign + "00 " + encrypt, "the signing key has 65 bytes; 32 to 64 are needed"},
		{"encryption key of 16 bytes", sign + " " + encrypt[:32], "the encryption key has 16 bytes; 32 are needed"},
		{"encryption key of 33 bytes", sign + " " + encrypt + "00", "the encryption key has 33 bytes; 32 are needed"},
		{"zeros", hex(0, 32) + " " + encrypt, "line 1: the signing key is a sample"},
		{"all bytes alike", sign + " " + hex(0xa5, 32), "the encryption key is a sample"},
		{"two bytes in turn", sign + " " + strings.Repeat("dead", 16), "the encryption key is a sample"},
		{"a word repeated", strings.Repeat("736563726574", 6) + " " + encrypt, "the signing key is a sample"},
		{"counted", counted + " " + encrypt, "the signing key is a sample"},
		{"one key for both", encrypt + " " + encrypt, "keys of their own"},
		{"the second line bad", sign + " " + encrypt + "\n" + sign + " x", "line 2:"},
		{"a line without end", strings.Repeat("0", 1<<17), "not a list of keys"},
	} {
		_, err := cookie.ParseKeys([]byte(c.text))
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", c.why, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		for _, key := range []string{sign[2:62], encrypt[2:32]} {
			if strings.Contains(err.Error(), key) {
				t.Errorf("%s: the error shows a key", c.why)
			}
		}
	}
}

// TestOpenKeys: the first start makes the file, later ones find the same keys in it.
func TestOpenKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cookie.keys")
	k, err := cookie.OpenKeys(path)
	must(t, err)
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	again, err := cookie.OpenKeys(path)
	must(t, err)
	p := newPair(t)
	one, two := cookies(t, cookie.Config{Keys: k}), cookies(t, cookie.Config{Keys: again})
	made := given(t, one, p, time.Now().Add(time.Hour))
	if read, ok := two.Read(sent(made.Name + "=" + made.Value)); !ok || read != p {
		t.Error("the second start has other keys")
	}
	wantFiles(t, filepath.Dir(path), "cookie.keys")
}

func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	var got []string
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("files %v, want %v", got, want)
	}
}

// TestOpenKeysAtOnce: servers that start together agree on the keys.
func TestOpenKeysAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cookie.keys")
	const n = 16
	var all [n]*cookie.Keys
	var errs [n]error
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { all[i], errs[i] = cookie.OpenKeys(path) })
	}
	group.Wait()
	for i := range n {
		must(t, errs[i])
		made := given(t, cookies(t, cookie.Config{Keys: all[0]}), newPair(t), time.Now().Add(time.Hour))
		if _, ok := cookies(t, cookie.Config{Keys: all[i]}).Read(sent(made.Name + "=" + made.Value)); !ok {
			t.Errorf("start %d has other keys", i)
		}
	}
	wantFiles(t, filepath.Dir(path), "cookie.keys")
}

// TestKeyFileModes: a file that anybody else may read or write is refused, by one line
// that names it; whatever is in it stays there.
func TestKeyFileModes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "cookie.keys")
	text := line(t)
	must(t, os.WriteFile(path, []byte(text), 0o600))
	for mode := fs.FileMode(0); mode <= 0o777; mode++ {
		if mode&0o400 == 0 { // its owner cannot read it
			continue
		}
		must(t, os.Chmod(path, mode))
		_, err := cookie.OpenKeys(path)
		if secret := mode&0o077 == 0; secret != (err == nil) {
			t.Errorf("mode %04o: %v", mode, err)
		}
		if err != nil && (!strings.HasPrefix(err.Error(), "cookie keys "+path+": mode ") || strings.Contains(err.Error(), "\n")) {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
	// A link is judged by where it leads.
	must(t, os.Chmod(path, 0o644))
	link := filepath.Join(dir, "link")
	must(t, os.Symlink(path, link))
	if _, err := cookie.OpenKeys(link); err == nil {
		t.Error("a link hides the mode")
	}
	must(t, os.Chmod(path, 0o600))
	if _, err := cookie.OpenKeys(link); err != nil {
		t.Errorf("a link to a secret file: %v", err)
	}
	if left, err := os.ReadFile(path); err != nil || string(left) != text {
		t.Errorf("the file was changed: %v", err)
	}
}

// TestKeyFileRefused: what is no key file is refused and not overwritten.
func TestKeyFileRefused(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	good := line(t)
	for path, want := range map[string]string{
		dir:                                      "not a file",
		filepath.Join(dir, "missing", "keys"):    "no such file or directory",
		write("empty", ""):                       "no keys in it",
		write("short", good[:60]+" "+good[129:]): "signing key has 30 bytes",
		write("big", strings.Repeat("#"+good, 200)):                  "more than 16384 bytes",
		write("binary", "\x00\x01\x02"):                              "line 1",
		write("sample", strings.Repeat("0", 64)+good[len(good)-66:]): "sample",
	} {
		_, err := cookie.OpenKeys(path)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path+": ") ||
			strings.Count(err.Error(), path) != 1 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
}

// TestKeysPrintNothing: keys show themselves in no format and no log.
func TestKeysPrintNothing(t *testing.T) {
	text := line(t)
	k := keys(t, text)
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		fmt.Fprintf(&out, verb+" "+verb+"\n", k, []*cookie.Keys{k})
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "keys", k)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "config", cookie.Config{Keys: k})
	fmt.Fprintf(&out, "%+v %#v", cookie.Config{Keys: k}, cookies(t, cookie.Config{Keys: k}))
	sign := strings.Fields(text)[0]
	var first [4]byte
	_, err := fmt.Sscanf(sign[:8], "%02x%02x%02x%02x", &first[0], &first[1], &first[2], &first[3])
	must(t, err)
	for _, leak := range []string{sign[:8], fmt.Sprintf("%d %d %d %d", first[0], first[1], first[2], first[3]), fmt.Sprintf("%#x, %#x", first[0], first[1])} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("a key is shown: %s", out.String())
		}
	}
	if strings.Count(out.String(), "[redacted]") < 10 {
		t.Errorf("%s", out.String())
	}
}
