// Package cookie carries a session in a browser's cookie, for the service and, as a
// gorilla sessions.Store, for programs that embed it.
//
// The cookie holds nothing but the session's pair and two times, encrypted and then
// signed:
//
//	base64( time | base64( IV, AES-256-CTR( version, issued, until, sessionid, kp3 )) | HMAC-SHA256 )
//
// What a session is, and whether it still is, is asked of session.Manager on every
// call: the age of a cookie proves nothing (requirements SES-5). The signature covers
// the cookie's name and is verified before anything else is looked at. Its plain bytes
// have one length and one meaning; nothing in it is deserialised.
//
// Over HTTPS the cookie is called __Host-countersign: browsers then take it from this
// host only, for all its paths, and never over plain HTTP. Without HTTPS it has another
// name and is offered on the loopback only (Config.PlainOn).
//
// Keys come from a file that nobody else may read (OpenKeys). It may list several
// pairs of keys: the first makes cookies, all of them open cookies, so that keys can be
// changed while sessions live.
//
// The package must never decide whether a session is valid, keep state between
// requests, put a secret into an error, or serve a cookie that a page's script can
// read. Nothing else in the project imports gorilla/sessions or gorilla/securecookie.
package cookie
