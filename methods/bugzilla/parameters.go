package bugzilla

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"countersign/methods"
)

type parametersIn struct{ Selection }

type parametersOut struct {
	Parameters map[string]string `rpc:"parameters" help:"by name"`
}

// forStrangers are the parameters that everybody may see, forUsers those that users may
// (bugzilla contract §13).
var (
	forStrangers = []string{"maintainer", "requirelogin"}
	forUsers     = []string{
		"allowemailchange", "attachment_base", "commentonchange_resolution", "commentonduplicate", "cookiepath",
		"defaultopsys", "defaultplatform", "defaultpriority", "defaultseverity", "duplicate_or_move_bug_status",
		"emailregexpdesc", "emailsuffix", "letsubmitterchoosemilestone", "letsubmitterchoosepriority", "mailfrom",
		"maintainer", "maxattachmentsize", "maxlocalattachment", "musthavemilestoneonaccept", "noresolveonopenblockers",
		"password_complexity", "rememberlogin", "requirelogin", "search_allow_no_criteria", "urlbase", "use_see_also",
		"useclassification", "usemenuforusers", "useqacontact", "usestatuswhiteboard", "usetargetmilestone",
	}
)

func (m *module) parameters(_ context.Context, c *methods.Call, in parametersIn) (parametersOut, error) {
	all := m.settings()
	names := forStrangers
	switch {
	case c.Caller.Allows(TweakParams):
		names = slices.Collect(maps.Keys(all))
	case c.Caller != nil:
		names = forUsers
	}
	out := parametersOut{map[string]string{}}
	for _, name := range names {
		if in.Wants(name) {
			out.Parameters[name] = all[name]
		}
	}
	return out, nil
}

// settings are all parameters: what this service does, as Bugzilla words it, then what
// the configuration says.
func (m *module) settings() map[string]string {
	onOff := func(b bool) string {
		if b {
			return "1"
		}
		return "0"
	}
	all := make(map[string]string, len(forUsers)+len(m.cfg.Parameters))
	for _, name := range forUsers {
		all[name] = "0" // most are switches for what there is none of
	}
	maps.Copy(all, map[string]string{
		"attachment_base":              "",
		"cookiepath":                   "/",
		"createemailregexp":            "",
		"defaultopsys":                 "",
		"defaultplatform":              "",
		"defaultpriority":              "---",
		"defaultseverity":              "enhancement",
		"duplicate_or_move_bug_status": "RESOLVED",
		"emailregexp":                  m.cfg.Email.String(),
		"emailregexpdesc":              m.cfg.EmailHint,
		"emailsuffix":                  "",
		"mailfrom":                     m.cfg.MailFrom,
		"maintainer":                   m.cfg.Maintainer,
		"maxusermatches":               strconv.Itoa(m.cfg.Most),
		"password_complexity":          "no_constraints",
		"rememberlogin":                "off",
		"requirelogin":                 onOff(m.cfg.RequireLogin),
		"urlbase":                      m.cfg.URL,
		"webservice_email_filter":      onOff(m.cfg.EmailFilter),
	})
	if m.cfg.offersAccounts() {
		all["createemailregexp"] = ".*"
	}
	maps.Copy(all, m.cfg.Parameters)
	return all
}
