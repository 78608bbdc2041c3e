package pamauth

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/session/verify"
)

// confDir makes a folder of service files.
func confDir(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

func TestStack(t *testing.T) {
	module := filepath.Join(t.TempDir(), "pam_there.so")
	must(t, os.WriteFile(module, nil, 0o644))
	sound := "auth required " + module + "\naccount required " + module + "\n"
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  []string // part of each finding, in order
	}{
		{"sound", map[string]string{"countersign": sound}, nil},
		{"comments", map[string]string{"countersign": "# auth x y\n\n \t\n" + sound}, nil},
		{"controls in brackets", map[string]string{"countersign": "auth [success=1 default=ignore] " + module + " arg\n" + sound}, nil},
		{"a line in two", map[string]string{"countersign": "auth \\\n required \\\n " + module + "\n" + sound}, nil},
		{"types in capitals", map[string]string{"countersign": strings.ToUpper("auth") + " required " + module + "\n" + sound}, nil},
		{"includes", map[string]string{"countersign": "@include all\n", "all": "auth include one\naccount substack one\n", "one": sound}, nil},
		{"a circle", map[string]string{"countersign": sound + "@include countersign\n"}, nil},
		{"optional module", map[string]string{"countersign": "-auth optional /no/pam_x.so\n" + sound}, nil},
		{"session is not used", map[string]string{"countersign": "session required /no/pam_x.so\n" + sound}, nil},
		{"no file", nil, []string{"there is no service file"}},
		{"empty", map[string]string{"countersign": ""}, []string{"no line of type auth", "no line of type account"}},
		{"no account", map[string]string{"countersign": "auth required " + module}, []string{"no line of type account"}},
		{"module missing", map[string]string{"countersign": "auth required pam_of_no_package.so\n" + sound}, []string{"pam_of_no_package.so is not installed"}},
		{"include missing", map[string]string{"countersign": "@include common-nothing\n" + sound}, []string{"common-nothing, which does not exist"}},
		{"no module", map[string]string{"countersign": "auth required\n" + sound}, []string{"names no module"}},
		{"bad type", map[string]string{"countersign": "authn required x\n" + sound}, []string{`"authn" is no type`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := readStack([]string{confDir(t, tt.files)}, "countersign").found
			if len(found) != len(tt.want) {
				t.Fatalf("%+v, want %q", found, tt.want)
			}
			for i, want := range tt.want {
				if !strings.Contains(found[i].Text, want) || found[i].Warning {
					t.Errorf("%+v, want %q", found[i], want)
				}
			}
		})
	}
}

func TestStackThatOthersMayChange(t *testing.T) {
	dir := confDir(t, map[string]string{"countersign": "auth required /no/x.so\n"})
	must(t, os.Chmod(filepath.Join(dir, "countersign"), 0o666))
	found := readStack([]string{dir}, "countersign").found
	if !slices.ContainsFunc(found, func(f Finding) bool { return f.Warning && strings.Contains(f.Text, "by others") }) {
		t.Errorf("%+v", found)
	}
}

func TestCheckTriesAWorker(t *testing.T) {
	dir := confDir(t, map[string]string{"countersign": "auth required /etc/passwd\naccount required /etc/passwd\n"})
	probing := func(r result) verify.Runner {
		return inProcess(t, verify.Limits{}, verify.Handlers{kindProbe: func([]byte, verify.Ask) ([]byte, error) { return r.encode(), nil }})
	}
	for _, tt := range []struct {
		name   string
		runner verify.Runner
		want   string
	}{
		{"well", probing(result{outcome: outcomeGranted}), ""},
		{"no runner", nil, ""},
		{"PAM fails", probing(result{outcome: outcomeUnavailable, detail: "Critical error"}), "Critical error"},
		{"other workers", inProcess(t, verify.Limits{}, nil), "do not know PAM"},
		{"none starts", failing{verify.ErrUnavailable}, "does not start"},
	} {
		found := check(context.Background(), CheckConfig{Runner: tt.runner, ConfDir: dir})
		if tt.want == "" && len(found) != 0 || tt.want != "" && (len(found) != 1 || !strings.Contains(found[0].Text, tt.want)) {
			t.Errorf("%s: %+v", tt.name, found)
		}
	}
	if found := check(context.Background(), CheckConfig{Service: "a/b"}); len(found) != 1 || !strings.Contains(found[0].Text, "a/b") {
		t.Errorf("%+v", found)
	}
}

// TestShippedServiceFile: it is one that the check finds sound.
func TestShippedServiceFile(t *testing.T) {
	text, err := os.ReadFile("../scripts/countersign.pam")
	must(t, err)
	if !moduleExists("pam_unix.so") {
		if os.Getenv("COUNTERSIGN_TEST_REQUIRE_ALL") == "1" {
			t.Fatal("needs the PAM module pam_unix.so")
		}
		t.Skip("Linux-PAM's modules are not installed here, so that every one counts as missing")
	}
	dir := confDir(t, map[string]string{DefaultService: string(text)})
	if s := readStack([]string{dir}, DefaultService); len(s.found) != 0 || !slices.Contains(s.modules, "pam_unix.so") {
		t.Errorf("%+v, modules %q", s.found, s.modules)
	}
}
