package e2e

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browserPatience is how long Chromium may take to start, and each tab for all it does;
// the machine may be busy with other tests.
const browserPatience = 2 * time.Minute

// startBrowser starts Chromium without a window; it ends with the test.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	if !have("chromium") {
		lacking(t, "chromium")
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"),
		chromedp.WSURLReadTimeout(browserPatience),
		// Nothing but this machine can be reached.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Flag("no-proxy-server", true),
		// The sandbox needs what root and containers lack; no page but the test's is opened.
		chromedp.NoSandbox,
	)...)
	t.Cleanup(end)
	browser, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(closeBrowser)
	must(t, chromedp.Do(browser))
	return browser
}

// servePage serves the example page at an origin of its own, which it gives.
func servePage(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		http.ServeFile(w, r, filepath.Join(clientsDir, "client.html"))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// openTab opens the page of an origin in a tab of its own.
func openTab(t *testing.T, browser context.Context, origin string) context.Context {
	t.Helper()
	limited, cancel := context.WithTimeout(browser, browserPatience)
	t.Cleanup(cancel)
	tab, closeTab := chromedp.NewContext(limited)
	t.Cleanup(closeTab)
	must(t, chromedp.Do(tab, chromedp.Navigate(origin+"/")))
	return tab
}

// runPage fills in the form of the page as a user would, and gives the state it ends in
// and what it says.
func runPage(t *testing.T, tab context.Context, server string) (state, said string) {
	t.Helper()
	must(t, chromedp.Do(tab,
		chromedp.SetValue(chromedp.CSS("[name=server]"), server),
		chromedp.SendKeys(chromedp.CSS("[name=user]"), "bubba"),
		chromedp.SendKeys(chromedp.CSS("[name=password]"), "gump"),
		chromedp.Click(chromedp.CSS("button")),
		chromedp.WaitReady(chromedp.CSS("body[data-state]")),
	))
	return evaluate(t, tab, "document.body.dataset.state"), evaluate(t, tab, "document.querySelector('pre').textContent")
}

// evaluate gives the text of an expression of the page's script, or that of its promise.
func evaluate(t *testing.T, tab context.Context, script string) string {
	t.Helper()
	text, err := chromedp.Run(tab, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	must(t, err)
	return text
}
