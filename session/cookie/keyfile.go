package cookie

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"countersign/session/internal/durable"
)

// maxFile bounds a key file, in bytes.
const maxFile = 16 << 10

// header explains a new key file to whoever opens it.
const header = `# Keys of the session cookie, hexadecimal: the signing key (32 to 64 bytes), a blank,
# the encryption key (32 bytes). Servers that share sessions need the same file.
# To change keys put a new line above the others, restart, and remove the old line a
# day later: the first line makes cookies, all lines open them. A line comes from
#   echo $(openssl rand -hex 64) $(openssl rand -hex 32)
`

// OpenKeys reads the key file, and makes one with new keys and mode 0600 if there is
// none. The error is one line that names the file: it cannot be read or made, others
// may read it, or ParseKeys refuses what is in it.
func OpenKeys(path string) (*Keys, error) {
	k, err := readKeys(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = createKeys(path); err == nil {
			k, err = readKeys(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cookie keys %s: %w", path, reason(err))
	}
	return k, nil
}

// reason drops the path from errors that have it: the line names it already.
func reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

func readKeys(path string) (k *Keys, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	// The mode is that of the file that was opened, wherever a link led.
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("not a file")
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("mode %04o lets others at the keys; it must be 0600", info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("more than %d bytes", maxFile)
	}
	return ParseKeys(text)
}

// createKeys makes the file whole or not at all. One that another process made
// meanwhile is left as it is.
func createKeys(path string) (err error) {
	line, err := draw(rand.Reader)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".cookie-keys-*") // O_EXCL, mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.WriteString(header + line)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	// Unlike a rename, a link replaces nothing.
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return durable.SyncDir(dir)
}
