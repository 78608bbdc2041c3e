#!/usr/bin/env python3
"""Countersign from Python, with nothing but the standard library.

    COUNTERSIGN_PASSWORD=gump ./client.py http://127.0.0.1:8080/RPC2 bubba [plain|phpgroupware|egroupware]

Logs in, lists the methods, writes, reads, searches and deletes a contact, logs
out, and shows that the session is refused afterwards. One line per step; any
unexpected answer ends the program with a sentence and status 1.
"""

import base64
import os
import sys
import xmlrpc.client

GIVEN = 'Zoë <& "Q">'
FAMILY = "Ångström-Python"
LOGIN_REQUIRED = -32001  # fault code of the plain dialect


class Unexpected(Exception):
    """An answer that this program did not expect."""


def connect(url, session=None):
    """A proxy for url; with a session every call carries its pair as HTTP Basic.

    The pair goes into a header and not into the URL, because xmlrpc.client
    shows the URL in the text of its errors.
    """
    headers = []
    if session:
        pair = f"{session['sessionid']}:{session['kp3']}".encode("ascii")
        headers.append(("Authorization", "Basic " + base64.b64encode(pair).decode("ascii")))
    return xmlrpc.client.ServerProxy(url, headers=headers)


def items(value):
    """The elements of a list. The phpgroupware dialect sends lists as structs 0, 1, 2…"""
    if isinstance(value, dict):
        return [value[str(i)] for i in range(len(value))]
    return list(value)


def refused(call, dialect):
    """Whether call is refused in the way of this dialect."""
    try:
        answer = call()
    except xmlrpc.client.Fault as fault:
        return dialect == "plain" and fault.faultCode == LOGIN_REQUIRED
    except xmlrpc.client.ProtocolError as error:
        return dialect == "egroupware" and error.errcode == 401
    return dialect == "phpgroupware" and answer == "UNAUTHORIZED"


def expect(condition, sentence):
    if not condition:
        raise Unexpected(sentence)


def run(url, user, password, dialect):
    session = connect(url).system.login({"username": user, "password": password})
    expect("GOAWAY" not in session, "login refused")
    expect("sessionid" in session and "kp3" in session, "login gave no session")
    print("login ok")

    server = connect(url, session)
    addressbook = server.addressbook.boaddressbook

    methods = items(server.system.listMethods())
    expect("system.login" in methods, "listMethods does not name system.login")
    print("listMethods ok", len(methods))

    contact = addressbook.write({"n_given": GIVEN, "n_family": FAMILY, "access": "private"})
    expect(contact not in ("", "0", 0, "UNAUTHORIZED"), f"write gave no id but {contact!r}")
    print("write ok", contact)

    record = addressbook.read(contact)
    expect(record["n_given"] == GIVEN and record["n_family"] == FAMILY,
           f"read gave another name: {record['n_given']!r} {record['n_family']!r}")
    print("read ok")

    found = items(addressbook.search({"query": FAMILY, "fields": ["n_given", "n_family"]}))
    expect(any(str(r["id"]) == str(contact) and r["n_given"] == GIVEN for r in found),
           "search did not find the new contact")
    print("search ok", len(found))

    expect(addressbook.delete(contact) in (True, "1"), "delete did not answer true")
    print("delete ok")

    goodbye = server.system.logout({"sessionid": session["sessionid"], "kp3": session["kp3"]})
    expect(goodbye == (True if dialect == "plain" else {"GOODBYE": "XOXO"}), f"logout answered {goodbye!r}")
    print("logout ok")

    expect(refused(lambda: addressbook.read(contact), dialect), "the ended session was not refused")
    print("refused ok")


def main(argv):
    url = argv[1] if len(argv) > 1 else os.environ.get("COUNTERSIGN_URL")
    user = argv[2] if len(argv) > 2 else os.environ.get("COUNTERSIGN_USER")
    dialect = argv[3] if len(argv) > 3 else os.environ.get("COUNTERSIGN_DIALECT", "plain")
    password = os.environ.get("COUNTERSIGN_PASSWORD")
    if not (url and user and password) or dialect not in ("plain", "phpgroupware", "egroupware"):
        print("usage: COUNTERSIGN_PASSWORD=… client.py URL USER [plain|phpgroupware|egroupware]", file=sys.stderr)
        return 2
    try:
        run(url, user, password, dialect)
    except Unexpected as error:
        print(f"client.py: {error}", file=sys.stderr)
        return 1
    except xmlrpc.client.Fault as error:
        print(f"client.py: fault {error.faultCode}: {error.faultString}", file=sys.stderr)
        return 1
    except (xmlrpc.client.ProtocolError, OSError, KeyError, TypeError) as error:
        print(f"client.py: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
