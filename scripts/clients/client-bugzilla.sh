#!/usr/bin/env bash
#
# Countersign from python-bugzilla: its command line tool `bugzilla`, and for the logout,
# which the tool does not have, the library.
#
#     COUNTERSIGN_PASSWORD=gump ./client-bugzilla.sh http://127.0.0.1:8080/xmlrpc.cgi bubba [bugzilla]
#
# Logs in, shows that a later run of the tool is logged in and as whom, logs out, and
# shows that the token is refused afterwards. One line per step; any unexpected answer
# ends the program with a sentence and status 1.
#
# The tool takes the password as an argument, which other users of the machine can see
# while it runs. The token is kept in a folder of this run's own.

set -euo pipefail

url=${1:-${COUNTERSIGN_URL:-}}
user=${2:-${COUNTERSIGN_USER:-}}
dialect=${3:-${COUNTERSIGN_DIALECT:-bugzilla}}
password=${COUNTERSIGN_PASSWORD:-}

die() {
  printf 'client-bugzilla.sh: %s\n' "$1" >&2
  exit 1
}

if [ "$dialect" != bugzilla ] || [ -z "$url" ] || [ -z "$user" ] || [ -z "$password" ]; then
  echo 'usage: COUNTERSIGN_PASSWORD=… client-bugzilla.sh URL USER [bugzilla]' >&2
  exit 2
fi
if ! command -v bugzilla >/dev/null; then
  echo 'client-bugzilla.sh: the command bugzilla is missing (Debian: bugzilla-cli)' >&2
  exit 2
fi
# The Python that the tool runs with has the library; another one may not.
read -ra python < <(sed -n '1s/^#!//p' "$(command -v bugzilla)")

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# A home without settings, whose Bugzilla is nobody's.
export HOME=$folder

# tool ARGUMENT…: one run of the command; what it prints is left in $answer, and its
# status is that of the function.
tool() {
  answer=$(bugzilla --bugzilla "$url" --tokenfile "$folder/token" "$@" 2>&1)
}

# library EXPRESSION: prints the value of a Python expression about bz, the library's
# connection with the same token.
library() {
  "${python[@]}" -c '
import sys, bugzilla
try:
    bz = bugzilla.Bugzilla(sys.argv[1], tokenfile=sys.argv[2])
    print(eval(sys.argv[3], {"bz": bz, "user": sys.argv[4]}))
except Exception as error:
    sys.exit(error)
' "$url" "$folder/token" "$1" "$user"
}

# logged_in: whether the tool, in a run of its own with nothing but the kept token, finds
# itself logged in. It makes sure of that before the command; Countersign has no
# products, so that the command itself ends with a fault, which is status 3.
logged_in() {
  local status=0
  tool --ensure-logged-in info --products || status=$?
  case $status in
    0 | 3) return 0 ;;
    1) grep -q "aren't logged in" <<<"$answer" && return 1 ;;
  esac
  die "--ensure-logged-in: ${answer##*$'\n'}"
}

version=$(library 'f"{bz.bz_ver_major}.{bz.bz_ver_minor}"') || die 'there is no version'
echo "version ok $version"

if logged_in; then die 'the tool counts as logged in before the login'; fi
echo 'anonymous ok'

tool login "$user" "$password" || die "login: ${answer##*$'\n'}"
grep -q 'Login successful' <<<"$answer" || die "login: $answer"
grep -q '^token = ' "$folder/token" || die 'login gave no token'
echo 'login ok'

logged_in || die 'the kept token does not log in'
echo 'logged_in ok'

[ "$(library 'bz.getuser(user).name')" = "$user" ] || die 'getuser gave somebody else'
echo "user ok $(library 'bz.getuser(user).real_name')"

library 'bz.logout()' >/dev/null || die 'logout failed'
echo 'logout ok'

if logged_in; then die 'the ended session was not refused'; fi
echo 'refused ok'
