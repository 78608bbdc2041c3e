package bugzilla

import (
	"countersign/methods"
	"countersign/methods/signin"
)

// Family is the family of clients that sees the modules.
const Family = "bugzilla"

// The permissions. BlessPrefix stands before the name of a group.
const (
	EditUsers    = "bugzilla.editusers"
	CreateGroups = "bugzilla.creategroups"
	TweakParams  = "bugzilla.tweakparams"
	BlessPrefix  = "bless."
)

// module is what the methods share.
type module struct{ cfg Config }

// New makes the modules Bugzilla and User.
func New(cfg Config) []methods.Module {
	m := &module{cfg.complete()}
	module := func(name, help string, list ...methods.Method) methods.Module {
		return methods.Module{Name: name, Help: help, Run: methods.Public(), Families: []string{Family}, Methods: list}
	}
	return []methods.Module{
		module("Bugzilla", "The service itself: its version, clock and settings.", m.facts()...),
		module("User", "Users: logging in and out, finding, making and changing them.", m.users()...),
	}
}

// facts are the methods of Bugzilla. All but last_audit_time may come by GET (bugzilla
// contract §7).
func (m *module) facts() []methods.Method {
	public, ro := methods.Public(), methods.ReadOnly()
	return []methods.Method{
		methods.New("version", "Tells the release of Bugzilla that clients may take the service for.", public, m.version, ro),
		methods.New("time", "Tells the service's time, which is UTC.", public, m.time, ro),
		methods.New("timezone", "Tells the service's offset from UTC.", public, timezone, ro),
		methods.New("extensions", "Lists the extensions and their versions.", public, m.extensions, ro),
		methods.New("parameters", "Tells settings: two to strangers, more to users, all with the right "+TweakParams+".", public, m.parameters, ro),
		methods.New("last_audit_time", "Tells when an account or a group was changed last; of the classes Bugzilla::User and Bugzilla::Group.",
			public, m.lastAuditTime, methods.ForReaders()),
	}
}

// users are the methods of User. Who may call create is asked inside: it refuses
// strangers with another number than the rest does (bugzilla contract §13).
func (m *module) users() []methods.Method {
	public, small, readers := methods.Public(), methods.MaxBody(signin.MaxBody), methods.ForReaders()
	return []methods.Method{
		methods.New("login", "Logs a user in. Gives the user's id and a token, to be sent as Bugzilla_token with every later call.", public, m.login, small, readers, methods.Answered()),
		methods.New("logout", "Ends the session of the token that the call came with.", public, m.logout, small, readers),
		methods.New("valid_login", "Tells whether the caller is logged in under this very name.", public, m.validLogin, small, readers),
		methods.New("get", "Finds users by id, by name or by a part of their names.", public, m.get, methods.ReadOnly()),
		methods.New("create", "Makes a user; needs the right "+EditUsers+".", public, m.create, small),
		methods.New("update", "Changes users and tells what has changed.", methods.Permission(EditUsers), m.update),
		methods.New("offer_account_by_email", "Sends a mail with which its reader can make an account.", public, m.offer, small),
		methods.New("accept_offer", "Makes the account that was offered by mail, and gives its id.", public, m.accept, small),
	}
}
