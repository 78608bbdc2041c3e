#!/usr/bin/env python3
"""Countersign over JSON-RPC from Python, with jsonrpclib-pelix.

    COUNTERSIGN_PASSWORD=gump ./client-json.py http://127.0.0.1:8080/rpc bubba [plain]
    COUNTERSIGN_PASSWORD=gump ./client-json.py http://127.0.0.1:8080/jsonrpc.cgi bubba bugzilla

plain is JSON-RPC 2.0 with the session as HTTP Basic; bugzilla is JSON-RPC 1.0 with a
token among the arguments. Logs in, makes calls, logs out, and shows that the session
is refused afterwards. One line per step; any unexpected answer ends the program with a
sentence and status 1.
"""

import base64
import os
import sys

try:
    import jsonrpclib
except ImportError:
    print("client-json.py: jsonrpclib is missing (Debian: python3-jsonrpclib-pelix)", file=sys.stderr)
    sys.exit(2)

GIVEN = 'Zoë <& "Q">'
FAMILY = "Ångström-JSON"
LOGIN_REQUIRED = -32001  # error code of the plain dialect
STALE_TOKEN = 32000      # error code of Bugzilla's


class Unexpected(Exception):
    """An answer that this program did not expect."""


def expect(condition, sentence):
    if not condition:
        raise Unexpected(sentence)


def refused(call, code):
    """Whether call is refused with this error code."""
    try:
        call()
    except jsonrpclib.ProtocolError as error:
        return isinstance(error.args[0], tuple) and error.args[0][0] == code
    return False


def plain(url, user, password):
    session = jsonrpclib.ServerProxy(url).system.login(username=user, password=password)
    expect("sessionid" in session and "kp3" in session, "login gave no session")
    print("login ok")

    pair = f"{session['sessionid']}:{session['kp3']}".encode("ascii")
    headers = {"Authorization": "Basic " + base64.b64encode(pair).decode("ascii")}
    server = jsonrpclib.ServerProxy(url, headers=headers)
    addressbook = server.addressbook.boaddressbook

    methods = server.system.listMethods()
    expect("system.login" in methods, "listMethods does not name system.login")
    print("listMethods ok", len(methods))

    contact = addressbook.write({"n_given": GIVEN, "n_family": FAMILY, "access": "private"})
    expect(contact not in ("", "0", 0), f"write gave no id but {contact!r}")
    print("write ok", contact)

    record = addressbook.read(contact)
    expect(record["n_given"] == GIVEN and record["n_family"] == FAMILY,
           f"read gave another name: {record['n_given']!r} {record['n_family']!r}")
    print("read ok")

    found = addressbook.search({"query": FAMILY, "fields": ["n_given", "n_family"]})
    expect(any(r["id"] == contact and r["n_given"] == GIVEN for r in found), "search did not find the new contact")
    print("search ok", len(found))

    # Three calls in one request, whose results come back in order.
    batch = jsonrpclib.MultiCall(server)
    batch.addressbook.boaddressbook.read(contact)
    batch.system.session()
    batch.addressbook.boaddressbook.search({"query": FAMILY})
    record, who, found = list(batch())
    expect(record["n_given"] == GIVEN and who["user"] == user and len(found) > 0, "the batch gave other results")
    print("batch ok")

    # A call without an id is done, and not answered.
    server._notify.system.listMethods()
    print("notification ok")

    expect(addressbook.delete(contact) is True, "delete did not answer true")
    print("delete ok")

    expect(server.system.logout() is True, "logout did not answer true")
    print("logout ok")

    expect(refused(lambda: addressbook.read(contact), LOGIN_REQUIRED), "the ended session was not refused")
    print("refused ok")


def bugzilla(url, user, password):
    server = jsonrpclib.ServerProxy(url, version=1.0)

    version = server.Bugzilla.version({})["version"]
    expect(version.split(".")[0].isdigit(), f"version is {version!r}")
    print("version ok", version)

    login = server.User.login({"login": user, "password": password})
    expect("id" in login and "token" in login, "login gave no token")
    print("login ok")

    # Bugzilla's own name for the argument; "token" will do as well.
    session = {"Bugzilla_token": login["token"]}
    users = server.User.get({"ids": [login["id"]], **session})["users"]
    expect(len(users) == 1 and users[0]["name"] == user, f"User.get gave {users!r}")
    print("user ok", users[0]["real_name"])

    expect(server.User.valid_login({"login": user, **session}) is True, "valid_login did not answer true")
    print("valid_login ok")

    expect(server.User.logout(session) is None, "logout did not answer null")
    print("logout ok")

    expect(refused(lambda: server.User.get({"ids": [login["id"]], **session}), STALE_TOKEN),
           "the ended session was not refused")
    print("refused ok")


DIALECTS = {"plain": plain, "bugzilla": bugzilla}


def main(argv):
    url = argv[1] if len(argv) > 1 else os.environ.get("COUNTERSIGN_URL")
    user = argv[2] if len(argv) > 2 else os.environ.get("COUNTERSIGN_USER")
    dialect = argv[3] if len(argv) > 3 else os.environ.get("COUNTERSIGN_DIALECT", "plain")
    password = os.environ.get("COUNTERSIGN_PASSWORD")
    if not (url and user and password) or dialect not in DIALECTS:
        print("usage: COUNTERSIGN_PASSWORD=… client-json.py URL USER [plain|bugzilla]", file=sys.stderr)
        return 2
    try:
        DIALECTS[dialect](url, user, password)
    except Unexpected as error:
        print(f"client-json.py: {error}", file=sys.stderr)
        return 1
    except (jsonrpclib.ProtocolError, OSError, KeyError, TypeError, ValueError) as error:
        print(f"client-json.py: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
