#!/usr/bin/env node
// Countersign over SOAP from Node, with soap, from the WSDL.
//
//     COUNTERSIGN_PASSWORD=gump node client-soap.js http://127.0.0.1:8080/soap bubba [wsdl]
//
// Shows what a refused login looks like, logs in, lists the methods, calls once with the
// session in a header block, writes, reads, searches and deletes a contact, logs out, and
// shows that the session is refused afterwards. One line per step; any unexpected answer
// ends the program with a sentence and status 1. soap is found beside this file or through
// NODE_PATH.
"use strict";

const soap = require("soap");

const GIVEN = 'Zoë <& "Q">';
const FAMILY = "Ångström-SOAP-Node";
const SERVICE = "urn:countersign"; // namespace of the service's header block
// Codes in the detail of a fault.
const LOGIN_REQUIRED = -32001;
const LOGIN_REFUSED = -32002;

function expect(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

// connect makes a client from the WSDL. With a session every request carries it as HTTP
// Basic, the one for the WSDL too: that shows what its reader may call, so it must not come
// from the library's cache.
async function connect(url, session) {
  const options = { disableCache: true };
  const security = session && new soap.BasicAuthSecurity(session.sessionid, session.kp3);
  if (security) {
    options.wsdl_headers = {};
    security.addHeaders(options.wsdl_headers);
  }
  const client = await soap.createClientAsync(`${url}?wsdl`, options);
  if (security) client.setSecurity(security);
  return client;
}

// call gives the result of a call; it throws at a fault.
async function call(client, method, args = {}) {
  const [answer] = await client[`${method.replaceAll(".", "_")}Async`](args);
  return answer.return;
}

// faultCode gives the number in the detail of the fault that a call ends with, or null.
async function faultCode(...args) {
  try {
    await call(...args);
  } catch (error) {
    const fault = error.root && error.root.Envelope.Body.Fault;
    if (!fault) throw error;
    return Number(fault.detail.code.$value);
  }
  return null;
}

// The library leaves values of any type as elements with attributes, and Maps as lists of
// items. simple and members undo that, map does it.
const simple = (value) => (value !== null && typeof value === "object" && "$value" in value ? value.$value : value);
const members = ({ item }) => Object.fromEntries(item.map(({ key, value }) => [key, simple(value)]));
const map = (object) => ({ item: Object.entries(object).map(([key, value]) => ({ key, value })) });

async function run(url, user, password) {
  const anonymous = await connect(url);
  const wrong = { login: { username: user, password: `not ${password}` } };
  expect((await faultCode(anonymous, "system.login", wrong)) === LOGIN_REFUSED, "a wrong password was not refused");
  console.log("login refused ok");

  const session = await call(anonymous, "system.login", { login: { username: user, password } });
  expect(session.sessionid && session.kp3, "login gave no session");
  const client = await connect(url, session);
  console.log("login ok");

  const { item: methods } = await call(client, "system.listMethods");
  expect(methods.includes("system.login"), "listMethods does not name system.login");
  console.log("listMethods ok", methods.length);

  const { sessionid, kp3 } = session;
  anonymous.addSoapHeader({ credentials: { sessionid, kp3 } }, "", "c", SERVICE);
  const known = await call(anonymous, "system.methodExist", { name: "addressbook.boaddressbook.read" });
  expect(known === true, "the session in a header block is not known");
  console.log("header ok");

  const book = "addressbook.boaddressbook";
  const id = await call(client, `${book}.write`, { entry: map({ n_given: GIVEN, n_family: FAMILY, access: "private" }) });
  expect(/^[1-9][0-9]*$/.test(id), `write gave no id but ${id}`);
  console.log("write ok", id);

  const record = members(await call(client, `${book}.read`, { id }));
  expect(record.n_given === GIVEN && record.n_family === FAMILY, `read gave another name: ${record.n_given}`);
  console.log("read ok");

  const { item: found } = await call(client, `${book}.search`, { search: { query: FAMILY } });
  const hits = found.map(members).filter((r) => r.id === id && r.n_given === GIVEN);
  expect(hits.length === 1, "search did not find the new contact");
  console.log("search ok", found.length);

  expect((await call(client, `${book}.delete`, { id })) === true, "delete did not answer true");
  console.log("delete ok");

  expect((await call(client, "system.logout")) === true, "logout did not answer true");
  console.log("logout ok");

  expect((await faultCode(client, `${book}.read`, { id })) === LOGIN_REQUIRED, "the ended session was not refused");
  console.log("refused ok");
}

const [
  url = process.env.COUNTERSIGN_URL,
  user = process.env.COUNTERSIGN_USER,
  form = process.env.COUNTERSIGN_DIALECT || "wsdl",
] = process.argv.slice(2);
const password = process.env.COUNTERSIGN_PASSWORD;
if (!url || !user || !password || form !== "wsdl") {
  console.error("usage: COUNTERSIGN_PASSWORD=… node client-soap.js URL USER [wsdl]");
  process.exitCode = 2;
} else {
  run(url, user, password).catch((error) => {
    console.error(`client-soap.js: ${error.message}`);
    process.exitCode = 1;
  });
}
