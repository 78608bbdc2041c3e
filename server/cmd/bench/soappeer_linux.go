package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed peers/gsoap
var gsoapSources embed.FS

// errNoGSOAP is that the machine lacks something that a gSOAP server is built with.
var errNoGSOAP = errors.New("not measured")

// buildGSOAP builds the gSOAP server and gives its path.
func (b *bench) buildGSOAP(ctx context.Context) (string, error) {
	for _, tool := range []string{"soapcpp2", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", fmt.Errorf("%w: %s is missing", errNoGSOAP, tool)
		}
	}
	if exec.CommandContext(ctx, "gcc", "-E", "-x", "c", "-include", "stdsoap2.h", "/dev/null").Run() != nil {
		return "", fmt.Errorf("%w: gSOAP's header stdsoap2.h is missing", errNoGSOAP)
	}
	sources, err := fs.Sub(gsoapSources, "peers/gsoap")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(b.dir, "gsoap")
	if err := os.CopyFS(dir, sources); err != nil {
		return "", err
	}
	for _, line := range []string{
		"soapcpp2 -c -S -L -x -w examples.h", // C, the server's side only, without samples and WSDL
		"gcc -O2 -pthread -I. -o server server.c soapC.c soapServer.c -lgsoap",
	} {
		words := strings.Fields(line)
		cmd := exec.CommandContext(ctx, words[0], words[1:]...)
		cmd.Dir = dir
		if text, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", line, err, text)
		}
	}
	return filepath.Join(dir, "server"), nil
}
