package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// pages are the settings about how browsers and descriptions reach the service.
type pages struct {
	CORSOrigin []string `name:"cors-origin" help:"Origin whose pages may call and read the answers, such as https://app.example. Default: none." placeholder:"ORIGIN"`
	PublicURL  string   `name:"public-url" help:"Scheme and host under which clients reach the service, where a proxy hides them: https://rpc.example." placeholder:"URL"`
}

// checkPages refuses what no browser would send, and the star: an answer to everybody's
// page is one that nobody decided on.
func (p *pages) checkPages() error {
	var faults []error
	for _, origin := range p.CORSOrigin {
		if err := checkOrigin(origin); err != nil {
			faults = append(faults, fmt.Errorf("cors_origin: %q: %w", origin, err))
		}
	}
	if p.PublicURL != "" {
		if err := checkOrigin(p.PublicURL); err != nil {
			faults = append(faults, fmt.Errorf("public_url: %q: %w", p.PublicURL, err))
		}
	}
	return errors.Join(faults...)
}

func checkOrigin(origin string) error {
	u, err := url.Parse(origin)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("it is not a scheme and a host, such as https://app.example")
	case origin != u.Scheme+"://"+u.Host:
		return errors.New("it has more than a scheme and a host; there is no slash at the end either")
	}
	return http.NewCrossOriginProtection().AddTrustedOrigin(origin)
}
