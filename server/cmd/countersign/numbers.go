package main

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"countersign/pamauth"
	"countersign/server"
	"countersign/session/throttle"
	"countersign/session/verify"
)

// numbers are the tables of a settings file that bound what the service does.
type numbers struct {
	// Throttle is what wrong passwords cost.
	Throttle throttle.Rules `toml:"throttle"`
	// Passwords is about the workers that verify the passwords of accounts, PAM about
	// those that ask PAM.
	Passwords passwordsTable `toml:"passwords"`
	PAM       verify.Config  `toml:"pam"`
	// Limits bound one request and the work on it, Connections what comes in.
	Limits      server.Limits  `toml:"limits"`
	Connections server.Serving `toml:"connections"`
}

// passwordsTable has no number of workers, which is a setting of its own (--workers),
// and nothing about conversations: these workers have none.
type passwordsTable struct {
	Queue     int           `toml:"queue"`
	QueueWait time.Duration `toml:"queue_wait"`
	Deadline  time.Duration `toml:"deadline"`
	MaxUses   int           `toml:"uses"`
}

// defaultNumbers are the published ones.
func defaultNumbers() numbers {
	pool := verify.Config{}.WithDefaults()
	return numbers{
		Throttle:    throttle.DefaultRules(),
		Passwords:   passwordsTable{Queue: pool.Queue, QueueWait: pool.QueueWait, Deadline: pool.Deadline, MaxUses: pool.MaxUses},
		PAM:         pamauth.PoolConfig().WithDefaults(),
		Limits:      server.DefaultLimits(),
		Connections: server.DefaultServing(),
	}
}

// pool describes the pool of password workers.
func (t *passwordsTable) pool(workers int) verify.Config {
	return verify.Config{
		Limits:   verify.Limits{Workers: workers, Queue: t.Queue, QueueWait: t.QueueWait},
		Deadline: t.Deadline, MaxUses: t.MaxUses,
	}
}

// check refuses numbers with which nothing would work. The error has a line for each.
func (n *numbers) check() error {
	faults := []error{named("throttle", n.Throttle.Check())}
	return errors.Join(append(faults,
		positive("passwords", reflect.ValueOf(n.Passwords)), positive("pam", reflect.ValueOf(n.PAM)),
		positive("limits", reflect.ValueOf(n.Limits)), positive("connections", reflect.ValueOf(n.Connections)),
	)...)
}

// positive refuses numbers below one, and times that probably lack their unit.
func positive(table string, v reflect.Value) error {
	var faults []error
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, tagged := f.Tag.Lookup("toml")
		if !tagged || name == "-" {
			continue
		}
		switch value := v.FieldByIndex(f.Index); value.Interface().(type) {
		case time.Duration:
			if d := time.Duration(value.Int()); d < time.Millisecond {
				faults = append(faults, fmt.Errorf("[%s] %s: %v is shorter than a millisecond", table, name, d))
			}
		case int:
			if value.Int() < 1 {
				faults = append(faults, fmt.Errorf("[%s] %s: %d is less than one", table, name, value.Int()))
			}
		default:
			faults = append(faults, positive(table+"."+name, value))
		}
	}
	return errors.Join(faults...)
}

// named puts the name of a table before each line of an error.
func named(table string, err error) error { return prefixed("["+table+"] ", err) }

// prefixed puts a text before each line of an error.
func prefixed(text string, err error) error {
	if err == nil {
		return nil
	}
	return errors.New(text + strings.ReplaceAll(err.Error(), "\n", "\n"+text))
}

// keysOf gives the names in a table of the settings file. path leads to it; a part of it
// that stands for any name, such as a dialect's, is passed over by its type.
func keysOf(t reflect.Type, path ...string) []string {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Map && len(path) > 0 {
		return keysOf(t.Elem(), path[1:]...)
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var keys []string
	for _, f := range reflect.VisibleFields(t) {
		name := f.Tag.Get("toml")
		switch {
		case name == "" || name == "-":
		case len(path) > 0 && path[0] == name:
			return keysOf(f.Type, path[1:]...)
		case len(path) == 0:
			keys = append(keys, name)
		}
	}
	return keys
}
