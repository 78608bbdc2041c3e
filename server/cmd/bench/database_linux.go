package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/sql"
)

// accounts is how many accounts the sessions belong to.
const accounts = 100

// fill makes a database of its own in dir, with n sessions, and gives their pairs. Records
// are written in the order of their keys, which spares the database most of the work.
func fill(ctx context.Context, dir string, n int) (url string, p *pairs, err error) {
	if dir, err = os.MkdirTemp(dir, "sessions-"); err != nil {
		return "", nil, err
	}
	url = "sqlite:" + filepath.Join(dir, "countersign.db")
	db, err := sql.Open(ctx, url)
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	owners := make([]string, accounts)
	for i := range owners {
		a, err := db.Accounts().Add(ctx, account.Account{Kind: account.User, Name: fmt.Sprintf("user%d", i), Roles: []string{"admin"}})
		if err != nil {
			return "", nil, err
		}
		owners[i] = a.ID
	}
	random := rand.NewChaCha8([32]byte{1})
	type numbered struct {
		pair session.Pair
		id   session.Digest
	}
	all := make([]numbered, n)
	for i := range all {
		var b [32]byte
		_, _ = random.Read(b[:]) // never fails
		pair := session.Pair{ID: session.Secret(b[:16]), Key: session.Secret(b[16:])}
		all[i] = numbered{pair, pair.ID.Digest()}
	}
	slices.SortFunc(all, func(a, b numbered) int { return bytes.Compare(a.id[:], b.id[:]) })
	p = &pairs{encoded: make([]byte, 0, n*credentialSize)}
	now := time.Now().UTC()
	records := make([]session.Record, 0, 1000)
	for i, s := range all {
		r := session.Record{
			ID: s.id, Key: s.pair.Key.Digest(), Account: owners[i%accounts], Created: now, Seen: now,
			End: now.Add(session.DefaultAbsolute), Idle: session.DefaultIdle, Peer: "127.0.0.1", Agent: "bench", Endpoint: "/RPC2",
		}
		binary.BigEndian.PutUint64(r.Public[:], uint64(i)+1)
		p.add(s.pair)
		if records = append(records, r); len(records) == cap(records) || i == n-1 {
			if err := db.Sessions().Insert(ctx, records); err != nil {
				return "", nil, err
			}
			records = records[:0]
		}
	}
	return url, p, nil
}
