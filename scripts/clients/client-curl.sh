#!/usr/bin/env bash
#
# Countersign from a shell, with curl, grep and sed.
#
#     COUNTERSIGN_PASSWORD=gump ./client-curl.sh http://127.0.0.1:8080/RPC2 bubba [plain|phpgroupware|egroupware]
#
# Logs in, lists the methods, writes, reads, searches and deletes a contact, logs
# out, and shows that the session is refused afterwards. One line per step; any
# unexpected answer ends the program with a sentence and status 1.
#
# Neither the password nor the session pair is ever an argument of a command, where
# every user of the machine could read it: curl gets both through pipes.

set -euo pipefail

url=${1:-${COUNTERSIGN_URL:-}}
user=${2:-${COUNTERSIGN_USER:-}}
dialect=${3:-${COUNTERSIGN_DIALECT:-plain}}
password=${COUNTERSIGN_PASSWORD:-}
given='Zoë <& "Q">'
family='Ångström-curl'
login_required=-32001 # fault code of the plain dialect

case "$dialect" in plain | phpgroupware | egroupware) ;; *) url= ;; esac
if [ -z "$url" ] || [ -z "$user" ] || [ -z "$password" ]; then
  echo 'usage: COUNTERSIGN_PASSWORD=… client-curl.sh URL USER [plain|phpgroupware|egroupware]' >&2
  exit 2
fi

die() {
  printf 'client-curl.sh: %s\n' "$1" >&2
  exit 1
}

# Text to XML and back.
escape() { printf '%s' "$1" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g'; }
unescape() {
  sed -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&quot;/"/g' -e 's/&#34;/"/g' \
    -e "s/&apos;/'/g" -e "s/&#39;/'/g" -e "s/&#039;/'/g" -e 's/&amp;/\&/g'
}

string() { printf '<value><string>%s</string></value>' "$(escape "$1")"; }
member() { printf '<member><name>%s</name>%s</member>' "$1" "$2"; }
struct() { printf '<value><struct>%s</struct></value>' "$1"; }

sessionid=
kp3=

# post METHOD VALUE…: one call. Leaves the HTTP status in $status and the document,
# on one line, in $answer.
post() {
  local method=$1 packet value
  shift
  packet="<?xml version=\"1.0\"?><methodCall><methodName>$method</methodName><params>"
  for value in "$@"; do packet+="<param>$value</param>"; done
  packet+='</params></methodCall>'
  answer=$(printf '%s' "$packet" |
    curl --silent --show-error --max-time 30 --header 'Content-Type: text/xml; charset=utf-8' \
      --config <([ -z "$sessionid" ] || printf 'user = "%s:%s"\n' "$sessionid" "$kp3") \
      --data-binary @- --write-out '\n%{http_code}' "$url") || die "no answer from $url"
  status=${answer##*$'\n'}
  answer=$(printf '%s' "${answer%$'\n'*}" | tr '\r\n' '  ')
}

# call METHOD VALUE…: a call that must succeed.
call() {
  post "$@"
  [ "$status" = 200 ] || die "$1 answered HTTP status $status"
  if grep -q '<fault>' <<<"$answer"; then
    die "$1 answered fault $(field faultCode): $(field faultString)"
  fi
}

# field NAME: the text of the first member of that name in $answer, empty when there is none.
field() {
  { grep -o "<name>$1</name> *<value> *<[a-z0-9]*>[^<]*<" <<<"$answer" || true; } |
    sed -n -e '1{s/<$//;s/.*>//;p}' | unescape
}

# scalar: the text of the only value in $answer.
scalar() { sed -e 's/.*<param> *<value> *<[a-z0-9]*>//' -e 's/<.*//' <<<"$answer" | unescape; }

call system.login "$(struct "$(member username "$(string "$user")")$(member password "$(string "$password")")")"
[ -z "$(field GOAWAY)" ] || die 'login refused'
sessionid=$(field sessionid)
kp3=$(field kp3)
if [ -z "$sessionid" ] || [ -z "$kp3" ]; then die 'login gave no session'; fi
echo 'login ok'

call system.listMethods
grep -q '<string>system.login</string>' <<<"$answer" || die 'listMethods does not name system.login'
echo "listMethods ok $(grep -o '<string>[^<]*</string>' <<<"$answer" | wc -l)"

call addressbook.boaddressbook.write "$(struct "$(
  member n_given "$(string "$given")"
  member n_family "$(string "$family")"
  member access "$(string private)"
)")"
id=$(scalar)
[[ $id =~ ^[1-9][0-9]*$ ]] || die "write gave no id but $id"
echo "write ok $id"

call addressbook.boaddressbook.read "<value><int>$id</int></value>"
[ "$(field n_given)" = "$given" ] || die "read gave another given name: $(field n_given)"
[ "$(field n_family)" = "$family" ] || die "read gave another family name: $(field n_family)"
echo 'read ok'

fields="<value><array><data>$(string n_given)$(string n_family)</data></array></value>"
call addressbook.boaddressbook.search "$(struct "$(member query "$(string "$family")")$(member fields "$fields")")"
[ "$(field id)" = "$id" ] || die 'search did not find the new contact'
[ "$(field n_given)" = "$given" ] || die "search gave another given name: $(field n_given)"
echo "search ok $(grep -o '<name>id</name>' <<<"$answer" | wc -l)"

call addressbook.boaddressbook.delete "<value><int>$id</int></value>"
[ "$(scalar)" = 1 ] || die 'delete did not answer true'
echo 'delete ok'

call system.logout "$(struct "$(member sessionid "$(string "$sessionid")")$(member kp3 "$(string "$kp3")")")"
case "$dialect" in
plain) [ "$(scalar)" = 1 ] ;;
*) [ "$(field GOODBYE)" = XOXO ] ;;
esac || die "logout answered $answer"
echo 'logout ok'

post addressbook.boaddressbook.read "<value><int>$id</int></value>"
case "$dialect" in
plain) [ "$status" = 200 ] && grep -q '<fault>' <<<"$answer" && [ "$(field faultCode)" = "$login_required" ] ;;
phpgroupware) [ "$status" = 200 ] && [ "$(scalar)" = UNAUTHORIZED ] ;;
egroupware) [ "$status" = 401 ] ;;
esac || die 'the ended session was not refused'
echo 'refused ok'
