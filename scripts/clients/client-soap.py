#!/usr/bin/env python3
"""Countersign over SOAP from Python, with zeep, from the WSDL.

    COUNTERSIGN_PASSWORD=gump ./client-soap.py http://127.0.0.1:8080/soap bubba [wsdl]

Shows what a refused login looks like, logs in, lists the methods, calls once with the
session in a header block, writes, reads, searches and deletes a contact, logs out, and
shows that the session is refused afterwards. One line per step; any unexpected answer
ends the program with a sentence and status 1.
"""

import os
import sys

try:
    import requests
    import zeep
    from zeep import xsd
except ImportError:
    print("client-soap.py: zeep is missing (Debian: python3-zeep)", file=sys.stderr)
    sys.exit(2)

GIVEN = 'Zoë <& "Q">'
FAMILY = "Ångström-zeep"
LOGIN_REQUIRED = -32001  # codes in the detail of a fault
LOGIN_REFUSED = -32002


class Unexpected(Exception):
    """An answer that this program did not expect."""


def expect(condition, sentence):
    if not condition:
        raise Unexpected(sentence)


def connect(url, pair=None):
    """A client made from the WSDL. With a pair, every request carries it as HTTP Basic.

    The request for the WSDL too: it shows what its reader may call.
    """
    session = requests.Session()
    session.auth = pair
    return zeep.Client(url + "?wsdl", transport=zeep.Transport(session=session, timeout=30, operation_timeout=30))


def fault_code(call, **arguments):
    """The number in the detail of the fault that a call ends with, or None."""
    try:
        call(**arguments)
    except zeep.exceptions.Fault as fault:
        return int(fault.detail.findtext("code"))
    return None


def text(value):
    """A value where the WSDL allows any type: zeep has to be told which it is."""
    return xsd.AnyObject(xsd.String(), value)


def members(apache_map):
    """A Map as a dictionary."""
    return {item["key"]: item["value"] for item in apache_map["item"]}


def header_block(session):
    """A block for the SOAP header with the session in it. The WSDL does not declare it."""
    fields = [xsd.Element(name, xsd.String()) for name in ("sessionid", "kp3")]
    block = xsd.Element("{urn:countersign}credentials", xsd.ComplexType(xsd.Sequence(fields)))
    return block(sessionid=session.sessionid, kp3=session.kp3)


def run(url, user, password):
    anonymous = connect(url)
    login = anonymous.service.system_login
    expect(fault_code(login, login={"username": user, "password": "not " + password}) == LOGIN_REFUSED,
           "a wrong password was not refused")
    print("login refused ok")

    session = login(login={"username": user, "password": password})
    expect(session.sessionid and session.kp3, "login gave no session")
    client = connect(url, (session.sessionid, session.kp3))
    service = client.service
    print("login ok")

    methods = service.system_listMethods()
    expect("system.login" in methods, "listMethods does not name system.login")
    print("listMethods ok", len(methods))

    known = anonymous.service.system_methodExist(
        name="addressbook.boaddressbook.read", _soapheaders=[header_block(session)])
    expect(known is True, "the session in a header block is not known")
    print("header ok")

    Map = client.get_type("{http://xml.apache.org/xml-soap}Map")
    entry = Map([{"key": key, "value": text(value)} for key, value in
                 (("n_given", GIVEN), ("n_family", FAMILY), ("access", "private"))])
    contact = service.addressbook_boaddressbook_write(entry=entry)
    expect(int(contact) > 0, f"write gave no id but {contact!r}")
    print("write ok", contact)

    # A result that is one list comes as the list.
    record = members({"item": service.addressbook_boaddressbook_read(id=text(contact))})
    expect((record["n_given"], record["n_family"]) == (GIVEN, FAMILY), f"read gave another name: {record!r}")
    print("read ok")

    found = [members(entry) for entry in service.addressbook_boaddressbook_search(search={"query": FAMILY})]
    expect([r["id"] for r in found if r["n_given"] == GIVEN] == [contact], "search did not find the new contact")
    print("search ok", len(found))

    expect(service.addressbook_boaddressbook_delete(id=text(contact)) is True, "delete did not answer true")
    print("delete ok")

    expect(service.system_logout() is True, "logout did not answer true")
    print("logout ok")

    expect(fault_code(service.addressbook_boaddressbook_read, id=text(contact)) == LOGIN_REQUIRED,
           "the ended session was not refused")
    print("refused ok")


def main(argv):
    url = argv[1] if len(argv) > 1 else os.environ.get("COUNTERSIGN_URL")
    user = argv[2] if len(argv) > 2 else os.environ.get("COUNTERSIGN_USER")
    form = argv[3] if len(argv) > 3 else os.environ.get("COUNTERSIGN_DIALECT", "wsdl")
    password = os.environ.get("COUNTERSIGN_PASSWORD")
    if not (url and user and password) or form != "wsdl":
        print("usage: COUNTERSIGN_PASSWORD=… client-soap.py URL USER [wsdl]", file=sys.stderr)
        return 2
    try:
        run(url, user, password)
    except Unexpected as error:
        print(f"client-soap.py: {error}", file=sys.stderr)
        return 1
    except (zeep.exceptions.Error, requests.RequestException, AttributeError, KeyError, TypeError, ValueError) as error:
        print(f"client-soap.py: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
