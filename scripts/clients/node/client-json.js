#!/usr/bin/env node
// Countersign over JSON-RPC from Node, with jayson.
//
//     COUNTERSIGN_PASSWORD=gump node client-json.js http://127.0.0.1:8080/rpc bubba [plain]
//     COUNTERSIGN_PASSWORD=gump node client-json.js http://127.0.0.1:8080/jsonrpc.cgi bubba bugzilla
//
// plain is JSON-RPC 2.0 with the session as HTTP Basic; bugzilla is JSON-RPC 1.0 with a
// token among the arguments. Logs in, makes calls, logs out, and shows that the session is
// refused afterwards. One line per step; any unexpected answer ends the program with a
// sentence and status 1. jayson is found beside this file or through NODE_PATH.
"use strict";

const jayson = require("jayson/promise");

const GIVEN = 'Zoë <& "Q">';
const FAMILY = "Ångström-Node";
const BOOK = "addressbook.boaddressbook";
const LOGIN_REQUIRED = -32001; // error code of the plain dialect
const STALE_TOKEN = 32000; // error code of Bugzilla's

function expect(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

// connect gives a client; with a session every call carries its pair as HTTP Basic.
function connect(url, version, session) {
  const { hostname, port, pathname, protocol } = new URL(url);
  const options = { hostname, port, path: pathname, version };
  if (session) options.auth = `${session.sessionid}:${session.kp3}`;
  return protocol === "https:" ? jayson.Client.https(options) : jayson.Client.http(options);
}

// call gives the result of a call; it throws at an error.
async function call(client, method, params) {
  const answer = await client.request(method, params);
  if (answer.error) throw new Error(`${method}: error ${answer.error.code}: ${answer.error.message}`);
  return answer.result;
}

// refused tells whether a call is refused with this error code.
async function refused(code, client, method, params) {
  const answer = await client.request(method, params);
  return answer.error !== null && answer.error !== undefined && answer.error.code === code;
}

async function plain(url, user, password) {
  const session = await call(connect(url, 2), "system.login", { username: user, password });
  expect(session.sessionid && session.kp3, "login gave no session");
  console.log("login ok");

  const server = connect(url, 2, session);
  const methods = await call(server, "system.listMethods", []);
  expect(methods.includes("system.login"), "listMethods does not name system.login");
  console.log("listMethods ok", methods.length);

  const contact = await call(server, `${BOOK}.write`, [{ n_given: GIVEN, n_family: FAMILY, access: "private" }]);
  expect(/^[1-9][0-9]*$/.test(contact), `write gave no id but ${contact}`);
  console.log("write ok", contact);

  const record = await call(server, `${BOOK}.read`, [contact]);
  expect(record.n_given === GIVEN && record.n_family === FAMILY, `read gave another name: ${record.n_given}`);
  console.log("read ok");

  const found = await call(server, `${BOOK}.search`, [{ query: FAMILY }]);
  expect(found.some((r) => r.id === contact && r.n_given === GIVEN), "search did not find the new contact");
  console.log("search ok", found.length);

  // Two calls and a notification, which gets no answer, in one request.
  const batch = [
    server.request(`${BOOK}.read`, [contact], "first", false),
    server.request("system.session", [], null, false),
    server.request("system.session", [], 2, false),
  ];
  const answers = await server.request(batch);
  expect(answers.length === 2, `the batch gave ${answers.length} answers`);
  const byID = new Map(answers.map((a) => [a.id, a.result]));
  expect(byID.get("first").n_given === GIVEN && byID.get(2).user === user, "the batch gave other results");
  console.log("batch ok");

  expect((await server.request("system.session", [], null)) === undefined, "a notification was answered");
  console.log("notification ok");

  expect((await call(server, `${BOOK}.delete`, [contact])) === true, "delete did not answer true");
  console.log("delete ok");

  expect((await call(server, "system.logout", [])) === true, "logout did not answer true");
  console.log("logout ok");

  expect(await refused(LOGIN_REQUIRED, server, `${BOOK}.read`, [contact]), "the ended session was not refused");
  console.log("refused ok");
}

async function bugzilla(url, user, password) {
  const server = connect(url, 1);
  const { version } = await call(server, "Bugzilla.version", [{}]);
  expect(/^[0-9]+\.[0-9]+/.test(version), `version is ${version}`);
  console.log("version ok", version);

  const { id, token } = await call(server, "User.login", [{ login: user, password }]);
  expect(id && token, "login gave no token");
  console.log("login ok");

  const get = ["User.get", [{ ids: [id], Bugzilla_token: token }]];
  const { users } = await call(server, ...get);
  expect(users.length === 1 && users[0].name === user, "User.get gave somebody else");
  console.log("user ok", users[0].real_name);

  const valid = await call(server, "User.valid_login", [{ login: user, Bugzilla_token: token }]);
  expect(valid === true, "valid_login did not answer true");
  console.log("valid_login ok");

  expect((await call(server, "User.logout", [{ Bugzilla_token: token }])) === null, "logout did not answer null");
  console.log("logout ok");

  expect(await refused(STALE_TOKEN, server, ...get), "the ended session was not refused");
  console.log("refused ok");
}

const dialects = { plain, bugzilla };
const [
  url = process.env.COUNTERSIGN_URL,
  user = process.env.COUNTERSIGN_USER,
  dialect = process.env.COUNTERSIGN_DIALECT || "plain",
] = process.argv.slice(2);
const password = process.env.COUNTERSIGN_PASSWORD;
if (!url || !user || !password || !Object.hasOwn(dialects, dialect)) {
  console.error("usage: COUNTERSIGN_PASSWORD=… node client-json.js URL USER [plain|bugzilla]");
  process.exitCode = 2;
} else {
  dialects[dialect](url, user, password).catch((error) => {
    console.error(`client-json.js: ${error.message}`);
    process.exitCode = 1;
  });
}
