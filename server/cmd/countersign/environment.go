package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// environment finds the settings that are not on the command line: in the process
// environment, else in the settings file. An empty variable counts as not set, because
// that is what a composed environment makes of a missing one.
//
// kong would put the flag's name in front of an error. The name of the variable or
// file is what helps, so errors are kept for finish.
type environment struct {
	file   *settingsFile // nil until it was looked for
	faults []error
}

var _ kong.Resolver = (*environment)(nil)

// Validate implements kong.Resolver.
func (*environment) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver.
func (e *environment) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !isSetting(flag) {
		return nil, nil
	}
	if text := os.Getenv(variable(flag.Name)); text != "" {
		return e.checked(flag, variable(flag.Name), text), nil
	}
	e.load(ctx)
	if text, ok := e.file.values[key(flag.Name)]; ok {
		return e.checked(flag, e.file.path+": "+key(flag.Name), text), nil
	}
	return nil, nil
}

// checked gives the text if the flag can take it, else nil.
func (e *environment) checked(flag *kong.Flag, from, text string) any {
	scratch := reflect.New(flag.Target.Type()).Elem()
	scan := kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: text})
	if err := flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scan}, scratch); err != nil {
		e.faults = append(e.faults, fmt.Errorf("%s: %w", from, err))
		return nil
	}
	return text
}

// load reads the settings file, once, if the command takes settings from one.
func (e *environment) load(ctx *kong.Context) {
	if e.file != nil {
		return
	}
	e.file = &settingsFile{tables: defaultTables()}
	path := configPath(ctx)
	if path == "" {
		return
	}
	file, err := readSettingsFile(path, settingsOf(ctx.Model.Node))
	if err != nil {
		e.faults = append(e.faults, err)
		return
	}
	e.file = file
}

// tables are those of the settings file.
func (e *environment) tables() tables {
	if e.file == nil {
		return defaultTables()
	}
	return e.file.tables
}

// inFile says of an error about the tables which file they are in, in each line.
func (e *environment) inFile(err error) error {
	if e.file == nil || e.file.path == "" {
		return err
	}
	return prefixed(e.file.path+": ", err)
}

// finish gives everything that was wrong with the environment and the file.
func (e *environment) finish(ctx *kong.Context) error {
	e.load(ctx)
	return errors.Join(e.faults...)
}

// configPath is the settings file that the command line or the environment names.
func configPath(ctx *kong.Context) string {
	for _, flag := range ctx.Flags() {
		if flag.Name != "config" {
			continue
		}
		if given, ok := ctx.FlagValue(flag).(string); ok && given != "" {
			return given
		}
		if named := os.Getenv(variable(flag.Name)); named != "" {
			return kong.ExpandPath(named)
		}
	}
	return ""
}

func isSetting(flag *kong.Flag) bool { return flag.Group != nil && flag.Group.Key == settingsGroup }

// settingsOf gives the settings of all commands by their key in the file: one file
// serves all commands.
func settingsOf(n *kong.Node) map[string]*kong.Flag {
	all := map[string]*kong.Flag{}
	for _, flag := range n.Flags {
		if isSetting(flag) && flag.Name != "config" {
			all[key(flag.Name)] = flag
		}
	}
	for _, child := range n.Children {
		for k, flag := range settingsOf(child) {
			all[k] = flag
		}
	}
	return all
}

// key is a flag's name in the file.
func key(flag string) string { return strings.ReplaceAll(flag, "-", "_") }

// variable is a flag's name in the environment.
func variable(flag string) string { return variablePrefix + strings.ToUpper(key(flag)) }

const variablePrefix = "COUNTERSIGN_"
