package pamauth

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// stack is what a service file asks for, with everything it includes.
type stack struct {
	dirs    []string
	types   map[string]bool // module types that have a line
	modules []string
	seen    map[string]bool
	found   []Finding
}

// confDirs are the folders where PAM looks for service files, in its order.
func confDirs(dir string) []string {
	if dir != "" {
		return []string{dir}
	}
	return []string{"/etc/pam.d", "/usr/lib/pam.d"}
}

// readStack reads the file of a service as pam.conf(5) describes it and notes what
// would keep it from working.
func readStack(dirs []string, service string) *stack {
	s := &stack{dirs: dirs, types: map[string]bool{}, seen: map[string]bool{}}
	if !s.read(service) {
		s.fault("there is no service file %s; PAM would use “other”, which refuses everybody "+
			"(scripts/countersign.pam is one to start from)", filepath.Join(dirs[0], service))
		return s
	}
	for _, needed := range []string{"auth", "account"} {
		if !s.types[needed] {
			s.fault("the service file %s has no line of type %s, so that PAM refuses everybody", service, needed)
		}
	}
	return s
}

func (s *stack) fault(format string, args ...any) {
	s.found = append(s.found, Finding{Text: fmt.Sprintf(format, args...)})
}

// read takes in one file, once. It returns false if there is none.
func (s *stack) read(name string) bool {
	if s.seen[name] {
		return true
	}
	s.seen[name] = true
	for _, path := range s.paths(name) {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			s.fault("a service file cannot be read: %v", err)
			return true
		}
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o022 != 0 {
			s.found = append(s.found, Finding{Warning: true, Text: fmt.Sprintf("%s can be changed by others than its owner (mode %v): whoever can decides who logs in", path, info.Mode().Perm())})
		}
		for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
			s.line(path, line)
		}
		return true
	}
	return false
}

func (s *stack) paths(name string) []string {
	if filepath.IsAbs(name) {
		return []string{name}
	}
	paths := make([]string, len(s.dirs))
	for i, dir := range s.dirs {
		paths[i] = filepath.Join(dir, name)
	}
	return paths
}

// line takes in "type control module arguments" or "@include file".
func (s *stack) line(path, line string) {
	line, _, _ = strings.Cut(line, "#")
	kind, rest := word(line)
	if kind == "" {
		return
	}
	if kind == "@include" {
		s.include(path, rest)
		return
	}
	// A dash in front: the module may be missing.
	kind, optional := strings.CutPrefix(strings.ToLower(kind), "-")
	control, rest := word(rest)
	if strings.HasPrefix(control, "[") {
		_, rest, _ = strings.Cut(line, "]")
	}
	module, _ := word(rest)
	switch {
	case kind != "auth" && kind != "account" && kind != "password" && kind != "session":
		s.fault("%s: %q is no type of module", path, kind)
	case module == "":
		s.fault("%s: a line of type %s names no module", path, kind)
	case control == "include" || control == "substack":
		s.include(path, module)
	case kind == "auth" || kind == "account":
		s.types[kind] = true
		s.modules = append(s.modules, filepath.Base(module))
		if !optional && !moduleExists(module) {
			s.fault("%s: the module %s is not installed", path, module)
		}
	}
}

func (s *stack) include(path, name string) {
	if name = strings.TrimSpace(name); !s.read(name) {
		s.fault("%s includes %s, which does not exist", path, name)
	}
}

func word(s string) (first, rest string) {
	s = strings.TrimSpace(s)
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

// moduleExists looks where distributions keep modules.
func moduleExists(module string) bool {
	patterns := []string{module}
	if !filepath.IsAbs(module) {
		patterns = nil
		for _, lib := range []string{"/lib", "/lib64", "/lib/*", "/usr/lib", "/usr/lib64", "/usr/lib/*"} {
			patterns = append(patterns, filepath.Join(lib, "security", module))
		}
	}
	for _, p := range patterns {
		if found, err := filepath.Glob(p); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}
