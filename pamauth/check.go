package pamauth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"countersign/session/verify"
)

// Finding is something that is not in order with the PAM set-up.
type Finding struct {
	// Warning: logins may work all the same.
	Warning bool
	Text    string
}

// CheckConfig is what Check looks at. Fields are those of Config; Runner may be nil,
// then no worker is tried.
type CheckConfig struct {
	Runner  verify.Runner
	Service string
	ConfDir string
}

// Check tells what is wrong with the PAM set-up, in words for an administrator. It
// tries no login. Nothing is found when all is well.
func Check(ctx context.Context, cfg CheckConfig) []Finding {
	if !built {
		return []Finding{{Text: ErrNotBuilt.Error()}}
	}
	return check(ctx, cfg)
}

func check(ctx context.Context, cfg CheckConfig) []Finding {
	if cfg.Service == "" {
		cfg.Service = DefaultService
	}
	if err := checkService(cfg.Service, cfg.ConfDir); err != nil {
		return []Finding{{Text: err.Error()}}
	}
	stack := readStack(confDirs(cfg.ConfDir), cfg.Service)
	found := stack.found
	if slices.Contains(stack.modules, "pam_unix.so") && !readable("/etc/shadow") {
		found = append(found, Finding{Warning: true, Text: "the service uses pam_unix, but this process cannot read /etc/shadow: " +
			"PAM could decide about no account but its own; run it with the group shadow"})
	}
	if cfg.Runner != nil {
		if err := tryWorker(ctx, cfg); err != nil {
			found = append(found, Finding{Text: err.Error()})
		}
	}
	return found
}

// tryWorker starts and ends a transaction in a worker, without a login.
func tryWorker(ctx context.Context, cfg CheckConfig) error {
	probe := request{service: cfg.Service, confDir: cfg.ConfDir}
	answer, err := cfg.Runner.Run(ctx, verify.Job{Kind: kindProbe, Payload: probe.encode()})
	if errors.Is(err, verify.ErrJob) {
		return errors.New("the workers do not know PAM: they are not this program, or their handlers lack those of PAM")
	}
	if err != nil {
		return fmt.Errorf("a worker does not start, or does not answer: %w", err)
	}
	r, err := decodeResult(answer)
	if err != nil {
		return err
	}
	if r.outcome != outcomeGranted {
		return fmt.Errorf("PAM does not start a transaction of the service %q: %s", cfg.Service, r.detail)
	}
	return nil
}

func readable(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	// Nothing was written that could be lost.
	_ = f.Close()
	return true
}
