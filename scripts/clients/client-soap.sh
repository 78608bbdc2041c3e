#!/usr/bin/env bash
#
# Generates a client from a server's WSDL with gSOAP, builds client-soap.c on it, and
# runs that.
#
#     COUNTERSIGN_PASSWORD=gump ./client-soap.sh http://127.0.0.1:8080/soap bubba [wsdl]
#
# The WSDL shows what its reader may call, so it is fetched as the user. curl gets the
# password through a pipe: arguments can be read by every user of the machine.

set -euo pipefail

url=${1:-${COUNTERSIGN_URL:-}}
user=${2:-${COUNTERSIGN_USER:-}}
form=${3:-wsdl}
password=${COUNTERSIGN_PASSWORD:-}
source=$(cd "$(dirname "$0")" && pwd)/client-soap.c

die() {
  printf 'client-soap.sh: %s\n' "$1" >&2
  exit 1
}

if [ "$form" != wsdl ] || [ -z "$url" ] || [ -z "$user" ] || [ -z "$password" ]; then
  echo 'usage: COUNTERSIGN_PASSWORD=… client-soap.sh URL USER [wsdl]' >&2
  exit 2
fi
for program in curl wsdl2h soapcpp2 cc; do
  command -v "$program" >/dev/null || { printf 'client-soap.sh: %s is missing\n' "$program" >&2 && exit 2; }
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# In curl's settings a backslash and a quote are written with a backslash.
quoted() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

curl --silent --show-error --fail --max-time 30 --output service.wsdl \
  --config <(printf 'user = "%s:%s"\n' "$(quoted "$user")" "$(quoted "$password")") \
  "$url?wsdl=literal" || die "no WSDL at $url?wsdl=literal"
# Whom the server does not know sees what everybody may call.
grep -q addressbook_boaddressbook_write service.wsdl || die "the WSDL does not show $user an address book to write to"

# -c: C, not C++. -d: values of any type as document nodes.
wsdl2h -c -d -o service.h service.wsdl >wsdl2h.log 2>&1 || die "wsdl2h: $(tail -n 5 wsdl2h.log)"
# -C: only the client. -L: no library files. -x: no sample messages. -w: no WSDL.
soapcpp2 -c -C -L -x -w service.h >soapcpp2.log 2>&1 || die "soapcpp2: $(tail -n 5 soapcpp2.log)"
cc -Wall -Wextra -I. -o client-soap "$source" soapC.c soapClient.c -lgsoap
./client-soap "$url" "$user"
