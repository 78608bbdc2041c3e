package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"golang.org/x/term"

	"countersign/session/password"
)

// passwordFrom says where a password comes from. There is no flag that takes one.
type passwordFrom struct {
	PasswordStdin bool `help:"Read the password from standard input; a line end behind it does not belong to it."`
}

// read gives the password, from standard input if so told, else from the terminal.
func (p passwordFrom) read(io stdio, prompt string) ([]byte, error) {
	if p.PasswordStdin {
		return readPassword(io.in)
	}
	fd, ok := terminal(io)
	if !ok {
		return nil, misuse{errors.New("standard input is not a terminal: give the password with --password-stdin")}
	}
	return askPassword(io, fd, prompt)
}

// readNew gives a password that is to be set; from a terminal it is asked for twice.
func (p passwordFrom) readNew(io stdio) ([]byte, error) {
	first, err := p.read(io, "New password: ")
	if err != nil || p.PasswordStdin {
		return first, err
	}
	fd, _ := terminal(io)
	second, err := askPassword(io, fd, "The same again: ")
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(first, second) {
		return nil, errors.New("the two passwords differ; nothing was changed")
	}
	return first, nil
}

// readPassword reads to the end, but never much more than a password can have.
func readPassword(in io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(in, password.MaxLen+int64(len("\r\n"))+1))
	if err != nil {
		return nil, fmt.Errorf("the password: %w", err)
	}
	text, ended := bytes.CutSuffix(text, []byte("\n"))
	if ended {
		text = bytes.TrimSuffix(text, []byte("\r"))
	}
	return text, nil
}

func askPassword(io stdio, fd int, prompt string) ([]byte, error) {
	fmt.Fprint(io.err, prompt)
	text, err := term.ReadPassword(fd)
	fmt.Fprintln(io.err)
	if err != nil {
		return nil, fmt.Errorf("the password: %w", err)
	}
	return text, nil
}

func terminal(io stdio) (fd int, ok bool) {
	f, isFile := io.in.(*os.File)
	if !isFile {
		return 0, false
	}
	fd = int(f.Fd())
	return fd, term.IsTerminal(fd)
}

// policy is the rule for new passwords, and what their hashes cost.
type policy struct {
	MinPassword int `help:"Fewest characters of a new password." default:"15" group:"settings"`
	HashMemory  int `help:"KiB of memory for the hash of a new password (argon2id m); older hashes are made anew at the next login." default:"19456" group:"settings" placeholder:"KIB"`
	HashPasses  int `help:"Passes over that memory (t)." default:"2" group:"settings" placeholder:"N"`
	HashLanes   int `help:"Lanes that it is cut into (p)." default:"1" group:"settings" placeholder:"N"`
}

// check looks at the numbers.
func (p policy) check() error {
	var faults []error
	if p.MinPassword < 1 {
		faults = append(faults, fmt.Errorf("min_password: %d is not even one character", p.MinPassword))
	}
	for _, n := range []struct {
		name               string
		value, least, most int
	}{
		{"hash_memory", p.HashMemory, 8 * max(1, p.HashLanes), password.MaxMemoryKiB},
		{"hash_passes", p.HashPasses, 1, password.MaxTime},
		{"hash_lanes", p.HashLanes, 1, password.MaxThreads},
	} {
		if n.value < n.least || n.value > n.most {
			faults = append(faults, fmt.Errorf("%s: %d is not between %d and %d", n.name, n.value, n.least, n.most))
		}
	}
	return errors.Join(faults...)
}

// rule is what a new password must be like.
func (p policy) rule() password.Policy {
	rule := password.DefaultPolicy()
	rule.MinLength = p.MinPassword
	return rule
}

// cost is that of the hash of a new password.
func (p policy) cost() password.Params {
	return password.Params{MemoryKiB: uint32(p.HashMemory), Time: uint32(p.HashPasses), Threads: uint8(p.HashLanes)}
}

// hash checks a new password and gives what is stored of it.
func (p policy) hash(pass []byte, name string) (string, error) {
	if err := p.check(); err != nil {
		return "", misused(err)
	}
	if err := p.rule().CheckNew(string(pass), name); err != nil {
		return "", fmt.Errorf("the password was not taken: %w", p.explain(err, pass))
	}
	return password.Hash(rand.Reader, p.cost(), pass)
}

// explain says what to do about a refused password.
func (p policy) explain(err error, pass []byte) error {
	switch {
	case errors.Is(err, password.ErrEmpty):
		return errors.New("it is empty")
	case errors.Is(err, password.ErrTooShort):
		return fmt.Errorf("it has %d of the %d characters that are needed; some words that have nothing to do with each other make a good one",
			utf8.RuneCount(pass), p.MinPassword)
	case errors.Is(err, password.ErrTooLong):
		return fmt.Errorf("it has more than %d bytes", password.MaxLen)
	case errors.Is(err, password.ErrNUL):
		return errors.New("it contains a NUL byte")
	case errors.Is(err, password.ErrCommon):
		return errors.New("it is, or is made from, one of those that are tried first; choose another")
	case errors.Is(err, password.ErrUserName):
		return errors.New("it is made from the name of the account; choose another")
	default:
		return err
	}
}
