package sqltest_test

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"countersign/sql"
	"countersign/sql/sqltest"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

func TestEach(t *testing.T) {
	var engines []sql.Engine
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		engines = append(engines, db.Engine())
		n, err := db.Accounts().Count(t.Context())
		if n != 0 || err != nil {
			t.Fatalf("a fresh database has %d accounts, %v", n, err)
		}
	})
	if engines[0] != sql.SQLite {
		t.Errorf("engines %v", engines)
	}
}

// childVariable makes TestCluster the process that is killed.
const childVariable = "COUNTERSIGN_SQLTEST_CHILD"

// TestCluster: neither the end of a test nor the sudden death of the test process
// leaves a cluster behind.
func TestCluster(t *testing.T) {
	if os.Getenv(childVariable) != "" {
		os.Stdout.WriteString(sqltest.Start(t).SocketURL("postgres") + "\n")
		select {} // until killed
	}
	var address string
	t.Run("stopped", func(t *testing.T) {
		c := sqltest.Start(t, "work_mem=1MB")
		for _, address = range []string{c.URL("postgres"), c.SocketURL("postgres"), c.Fresh(t)} {
			if got := workMem(t, address); got != "1MB" {
				t.Errorf("work_mem is %s", got)
			}
		}
		address = c.SocketURL("postgres")
	})
	gone(t, address)

	t.Run("killed", func(t *testing.T) {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(self, "-test.run=^TestCluster$")
		cmd.Env = append(os.Environ(), childVariable+"=1")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, readErr := bufio.NewReader(out).ReadString('\n')
		address = strings.TrimSpace(line)
		if readErr == nil {
			workMem(t, address)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil || readErr != nil {
			t.Fatalf("the process ended by itself: %v, %v", err, readErr)
		}
	})
	gone(t, address)
}

func workMem(t *testing.T, address string) (value string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), `SHOW work_mem`).Scan(&value); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	return value
}

// gone waits for the end of a cluster and of its directory.
func gone(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("host") == "" {
		t.Fatalf("no address of a cluster: %q, %v", address, err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		_, err := os.Stat(u.Query().Get("host"))
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the cluster is still there: %v", err)
		}
	}
}
