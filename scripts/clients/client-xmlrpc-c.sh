#!/usr/bin/env bash
#
# Countersign from xmlrpc-c's command line tool `xmlrpc`.
#
#     COUNTERSIGN_PASSWORD=gump ./client-xmlrpc-c.sh http://127.0.0.1:8080/RPC2 bubba [plain]
#
# Logs in, lists the methods, searches and reads contacts, logs out, and shows that
# the session is refused afterwards. One line per step; any unexpected answer ends
# the program with a sentence and status 1.
#
# Up to release 1.33 the tool sends numbers, booleans and text, but no structs. So
# only the plain dialect is possible here, whose login takes two strings and whose
# logout needs no parameter, and a contact cannot be written; client-xmlrpc-c.c does
# that with the library. The tool takes everything, also password and session pair,
# as arguments, which other users of the machine can see while a call runs.

set -euo pipefail

url=${1:-${COUNTERSIGN_URL:-}}
user=${2:-${COUNTERSIGN_USER:-}}
dialect=${3:-${COUNTERSIGN_DIALECT:-plain}}
password=${COUNTERSIGN_PASSWORD:-}
login_required=-32001 # fault code of the plain dialect

die() {
  printf 'client-xmlrpc-c.sh: %s\n' "$1" >&2
  exit 1
}

if [ "$dialect" != plain ] || [ -z "$url" ] || [ -z "$user" ] || [ -z "$password" ]; then
  echo 'usage: COUNTERSIGN_PASSWORD=… client-xmlrpc-c.sh URL USER [plain]' >&2
  exit 2
fi
if ! command -v xmlrpc >/dev/null; then
  echo "client-xmlrpc-c.sh: the command xmlrpc is missing (Debian: libxmlrpc-core-c3-dev)" >&2
  exit 2
fi

# call METHOD PARAMETER…: one call that must succeed; leaves what the tool prints in
# $answer. Once there is a session, its pair goes along as HTTP Basic.
credentials=()
call() {
  answer=$(xmlrpc "$url" "${credentials[@]}" "$@" 2>&1) || die "$1: ${answer##*$'\n'}"
}

# field NAME: the text of the first struct member of that name in $answer.
field() {
  sed -n -e "/Key: *String: '$1'\$/{n;s/.*\(String: '\|Integer: \)//;s/'\$//;p;q}" <<<"$answer"
}

call system.login "s/$user" "s/$password"
sessionid=$(field sessionid)
kp3=$(field kp3)
if [ -z "$sessionid" ] || [ -z "$kp3" ]; then die 'login gave no session'; fi
credentials=("-username=$sessionid" "-password=$kp3")
echo 'login ok'

call system.listMethods
grep -q "String: 'system.login'" <<<"$answer" || die 'listMethods does not name system.login'
echo "listMethods ok $(grep -c 'Index ' <<<"$answer")"

# Without a parameter the search gives every contact the user may read.
call addressbook.boaddressbook.search
id=$(field id)
given=$(field n_given)
[[ $id =~ ^[1-9][0-9]*$ ]] || die 'search found no contact; write one first'
echo "search ok $(grep -c "Key: *String: 'id'" <<<"$answer")"

call addressbook.boaddressbook.read "i/$id"
if [ "$(field id)" != "$id" ] || [ "$(field n_given)" != "$given" ]; then die 'read gave another contact than search'; fi
echo 'read ok'

# Without a parameter logout ends the session of the credentials.
call system.logout
grep -q 'Boolean: TRUE' <<<"$answer" || die "logout answered ${answer##*$'\n'}"
echo 'logout ok'

if answer=$(xmlrpc "$url" "${credentials[@]}" addressbook.boaddressbook.read "i/$id" 2>&1); then
  die 'the ended session was not refused'
fi
grep -q "fault code $login_required)" <<<"$answer" || die "the refusal was no fault: ${answer##*$'\n'}"
echo 'refused ok'
