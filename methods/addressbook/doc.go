// Package addressbook is phpGroupWare's and eGroupWare's addressbook.boaddressbook:
// contacts that belong to an account, with categories and custom fields
// (phpgroupware contract §5.1 and §3.7).
//
// A private entry exists for its owner alone, a public one may be read by everybody
// who has the permission "addressbook"; both are changed by their owner. Holders of
// "addressbook.all" read and change everything. An entry that the caller may not see
// gets the same answer as one that is not there.
//
// The two families of clients know the fields under different names and in different
// shapes. All of that is in one table of views (view.go): each call picks one by the
// endpoint's dialect and the client's User-Agent. Methods return typed values; that
// the seed's dialect makes text of every leaf is none of this package's business.
//
// The package imports methods only. It owns the rules and the Store contract; it must
// never see a database, a transport or a wire format.
package addressbook
