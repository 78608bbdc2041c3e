// The conversation of the other client programs, in a client that was generated from the
// OpenRPC document:
//
//     node openrpc-client.js URL USER [CALLS]
//
// The password comes from COUNTERSIGN_PASSWORD. CALLS is a file to write the calls that
// succeeded to, an array of {method, params, result}.
import { writeFileSync } from "fs";
import { Client, HTTPTransport, RequestManager } from "@open-rpc/client-js";
import { ContentDescriptorObject, MethodObject } from "@open-rpc/meta-schema";
import Countersign from "./index";

const [url, user, record] = process.argv.slice(2);
const password = process.env.COUNTERSIGN_PASSWORD || "";
const given = 'Zoë <& "Q">';
const calls: { method: string; params: unknown[]; result: unknown }[] = [];

// connect gives the client a connection with these headers: its own has none.
function connect(client: Countersign, headers: Record<string, string>): void {
  const rpc = new Client(new RequestManager([new HTTPTransport(url, { headers })]));
  const request = rpc.request.bind(rpc);
  rpc.request = async (call, timeout) => {
    const result = await request(call, timeout);
    calls.push({ method: call.method, params: call.params as unknown[], result });
    return result;
  };
  client.rpc = rpc;
}

function expect(holds: boolean, step: string, got: unknown): void {
  if (!holds) throw new Error(`${step}: ${JSON.stringify(got)}`);
  console.log(`${step} ok`);
}

async function refusal(call: Promise<unknown>): Promise<{ code?: number }> {
  return call.then(() => ({}), (e) => e);
}

async function main(): Promise<void> {
  const { protocol, hostname, port, pathname } = new URL(url);
  const type = protocol === "https:" ? "https" : "http";
  const client = new Countersign({ transport: { type, host: hostname, port: Number(port), path: pathname } });
  connect(client, {});

  const wrong = await refusal(client["system.login"]({ username: user, password: password + "?" }));
  expect(wrong.code === -32002, "login refused", wrong);
  const session = await client["system.login"]({ username: user, password });
  expect(/^[0-9a-f]{32}$/.test(`${session.sessionid}`) && session.user === user, "login", session.user);
  const pair = Buffer.from(`${session.sessionid}:${session.kp3}`).toString("base64");
  connect(client, { Authorization: `Basic ${pair}` });

  const names = await client["system.listMethods"]();
  const known = Countersign.openrpcDocument.methods.map((m) => (m as MethodObject).name);
  expect(known.every((name) => names.includes(name)), "listMethods", names);
  const document = await client["rpc.discover"]();
  const more = document.methods.map((m: { name: string }) => m.name);
  expect(names.every((name) => more.includes(name)) && more.length === names.length, "discover", more);
  const me = await client["system.session"]();
  expect(me.user === user && me.kind === "user", "session", me);

  // Whatever needs no argument and changes nothing: for the record of calls.
  const anything = client as unknown as Record<string, () => Promise<unknown>>;
  const simple = (Countersign.openrpcDocument.methods as MethodObject[]).filter(({ params, description }) =>
    `${description}`.includes("It changes nothing.") && params.every((p) => !(p as ContentDescriptorObject).required));
  for (const { name } of simple) await anything[name]();
  expect(simple.length > 8, "simple methods", simple.length);

  const id = await client["addressbook.boaddressbook.write"]({ n_given: given, n_family: "Gö" });
  expect(id !== "", "write", id);
  const entry = await client["addressbook.boaddressbook.read"](id);
  expect(entry.n_given === given, "read", entry);
  const found = await client["addressbook.boaddressbook.search"]({ query: "Gö" });
  expect(found.length === 1 && found[0].id === id, "search", found);
  const gone = await client["addressbook.boaddressbook.delete"]({ id });
  expect(gone === true, "delete", gone);
  const misfit = await refusal(client["addressbook.boaddressbook.search"]({ limit: "many" } as never));
  expect(Array.isArray(misfit), "misfit", misfit); // found by the client, with the schemas of the document

  expect((await client["system.logout"]()) === true, "logout", false);
  const refused = await refusal(client["addressbook.boaddressbook.read"](id));
  expect(refused.code === -32001, "refused", refused);
  if (record) writeFileSync(record, JSON.stringify(calls));
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
