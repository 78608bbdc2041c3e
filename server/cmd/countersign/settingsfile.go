package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"
)

// settingsFile is a file of settings, read and checked.
type settingsFile struct {
	path   string
	values map[string]string // as a flag would have them, by key
	tables tables
}

// readSettingsFile reads a TOML file. known are the settings by key. Errors name the
// file, and the key or line.
func readSettingsFile(path string, known map[string]*kong.Flag) (*settingsFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("settings file: %w", err)
	}
	f := &settingsFile{path: path, values: map[string]string{}, tables: defaultTables()}
	var raw map[string]any
	if err := toml.Unmarshal(text, &raw); err != nil {
		return nil, fmt.Errorf("%s: %w", path, tomlError(err))
	}
	meta, err := toml.Decode(string(text), &f.tables)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, tomlError(err))
	}
	var faults []error
	for _, k := range slices.Sorted(maps.Keys(raw)) {
		flag, ok := known[k]
		if !ok {
			continue
		}
		if f.values[k], err = flagText(flag, raw[k]); err != nil {
			faults = append(faults, fmt.Errorf("%s: %s: %w", path, k, err))
		}
	}
	for _, k := range meta.Undecoded() {
		if len(k) == 1 && known[k[0]] != nil {
			continue
		}
		faults = append(faults, unknownKey(path, k, known))
	}
	faults = append(faults, f.checkMode())
	return f, errors.Join(faults...)
}

// tomlError gives the parser's finding without its picture of the line, which could
// show a password.
func tomlError(err error) error {
	if p, ok := errors.AsType[toml.ParseError](err); ok {
		return fmt.Errorf("line %d: %s", p.Position.Line, p.Message)
	}
	return err
}

// flagText writes a TOML value as the flag would have it on the command line.
func flagText(flag *kong.Flag, v any) (string, error) {
	kind := flag.Target.Kind()
	switch v := v.(type) {
	case string:
		if kind == reflect.String || isDuration(flag) {
			return v, nil
		}
	case bool:
		if kind == reflect.Bool {
			return strconv.FormatBool(v), nil
		}
	case int64:
		if kind == reflect.Int {
			return strconv.FormatInt(v, 10), nil
		}
	case []any:
		if kind == reflect.Slice {
			return joinTexts(v)
		}
	}
	return "", errors.New("wanted " + wantedOf(flag))
}

func isDuration(flag *kong.Flag) bool { return flag.Target.Type() == reflect.TypeFor[time.Duration]() }

func joinTexts(list []any) (string, error) {
	texts := make([]string, len(list))
	for i, item := range list {
		text, ok := item.(string)
		if !ok {
			return "", errors.New("wanted an array of strings")
		}
		texts[i] = text
	}
	return kong.JoinEscaped(texts, ','), nil
}

func wantedOf(flag *kong.Flag) string {
	switch kind := flag.Target.Kind(); {
	case isDuration(flag):
		return `a duration in quotes, like "90m"`
	case kind == reflect.Bool:
		return "true or false"
	case kind == reflect.Int:
		return "a whole number"
	case kind == reflect.Slice:
		return "an array of strings"
	default:
		return "a string"
	}
}

// unknownKey says that a key means nothing, and which it may have been meant for.
func unknownKey(path string, k toml.Key, known map[string]*kong.Flag) error {
	words := keysOf(reflect.TypeFor[tables](), k[:len(k)-1]...)
	if len(k) == 1 {
		words = slices.AppendSeq(words, maps.Keys(known))
	}
	err := fmt.Errorf("%s: unknown key %q", path, k.String())
	if near, ok := nearest(k[len(k)-1], words); ok {
		err = fmt.Errorf("%w; did you mean %q?", err, near)
	}
	return err
}

// checkMode refuses a file that everybody can read and that holds a password.
func (f *settingsFile) checkMode() error {
	if !hasPassword(f.values["database"]) {
		return nil
	}
	info, err := os.Stat(f.path)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&othersRead != 0 {
		return fmt.Errorf("%s holds the password of the database and can be read by everybody: chmod o-r %s", f.path, f.path)
	}
	return nil
}

const othersRead fs.FileMode = 0o004

// nearest gives the word that s was probably meant to be: at most two letters wrong,
// or a third of them.
func nearest(s string, words []string) (string, bool) {
	best, found := max(2, len(s)/3)+1, ""
	slices.Sort(words)
	for _, w := range words {
		if d := distance(strings.ToLower(s), w); d < best {
			best, found = d, w
		}
	}
	return found, found != ""
}

// distance counts the letters to put in, take out or replace to make a into b
// (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
