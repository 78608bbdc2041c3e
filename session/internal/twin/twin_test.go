package twin

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestTwoProcesses: orders reach another process, one after the other, and its answers
// come back between the lines of the test framework.
func TestTwoProcesses(t *testing.T) {
	if address, ok := Address(); ok {
		Serve(t, func(order string) (string, error) {
			fmt.Println("--- a line that is no answer")
			switch order {
			case "address":
				return address, nil
			case "pid":
				return strconv.Itoa(os.Getpid()), nil
			case "nothing":
				return "", nil
			}
			return "", errors.New("no such\norder")
		})
		return
	}
	p := Start(t, t.Name(), "some where")
	if a, err := p.Do("address"); a != "some where" || err != nil {
		t.Errorf("address %q: %v", a, err)
	}
	if pid, err := p.Do("pid"); pid == strconv.Itoa(os.Getpid()) || err != nil {
		t.Errorf("pid %q: %v", pid, err)
	}
	if a, err := p.Do("jump"); err == nil || !strings.Contains(err.Error(), "jump: no such; order") {
		t.Errorf("jump: %q, %v", a, err)
	}
	if a, err := p.Do("nothing"); a != "" || err != nil {
		t.Errorf("nothing: %q, %v", a, err)
	}
}
