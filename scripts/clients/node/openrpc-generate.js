// Makes a client from an OpenRPC document and builds a program on it:
//
//     NODE_PATH=.build/node/node_modules node scripts/clients/node/openrpc-generate.js DOCUMENT FOLDER PROGRAM.ts
//
// The client is what @open-rpc/generator writes for TypeScript. The compiler checks it
// and the program, which imports it as "./index", so a type of the document that is no
// TypeScript fails here. FOLDER is made. Prints the path of the program that Node can run.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { spawnSync } = require("node:child_process");
const generate = require("@open-rpc/generator").default;

// Words that are no names of parameters in TypeScript.
const reserved = new Set(`break case catch class const continue debugger default delete do else enum export extends
  false finally for function if import in instanceof new null return super switch this throw true try typeof var void
  while with`.split(/\s+/));

// repair does what the generator's template leaves out: method names with dots have to be
// quoted (its issue 619), and arguments go by position, so their names may be changed.
function repair(source) {
  return source
    .replace(/^( {2}public )([A-Za-z]\w*(?:\.[A-Za-z]\w*)+):/gm, '$1"$2":')
    .replace(/^(export type \w+ = \()(.*)(\) => Promise<.*)$/gm, (_, head, params, tail) =>
      head + params.replace(/(^|, )(\w+)(\??: )/g, (all, comma, name, colon) =>
        reserved.has(name) ? `${comma}${name}_${colon}` : all) + tail);
}

async function main([document, folder, program]) {
  await generate({
    openrpcDocument: document,
    outDir: folder,
    components: [{ type: "client", language: "typescript", name: "countersign-client" }],
  });
  const made = path.join(folder, "client", "typescript");
  const index = path.join(made, "src", "index.ts");
  fs.writeFileSync(index, repair(fs.readFileSync(index, "utf8")));
  fs.copyFileSync(program, path.join(made, "src", path.basename(program)));
  // The compiler looks for modules above the sources only.
  fs.symlinkSync(path.resolve(process.env.NODE_PATH), path.join(made, "node_modules"));
  const compiler = require.resolve("typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [compiler, "--skipLibCheck", "-p", made], { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(1);
  console.log(path.join(made, "build", path.basename(program, ".ts") + ".js"));
}

main(process.argv.slice(2)).catch((e) => {
  console.error(e);
  process.exit(1);
});
