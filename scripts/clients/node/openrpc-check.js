// Checks an OpenRPC document:
//
//     NODE_PATH=.build/node/node_modules node scripts/clients/node/openrpc-check.js DOCUMENT [CALLS]
//
// It must be valid for the OpenRPC meta-schema, in the eyes of Ajv and of OpenRPC's own
// library, and each schema in it must be strict JSON Schema draft 7 whose references
// lead somewhere. CALLS is a JSON file of calls that were made, an array of {method,
// params, result}: params, an array, and result must be what the document says.
//
// Prints what was checked; status 1 if it does not hold, with what is wrong on standard
// error.
"use strict";

const fs = require("node:fs");
const { Ajv } = require("ajv");
const addFormats = require("ajv-formats").default;
const { openrpcDocument: metaSchema } = require("@open-rpc/meta-schema");
const { jsonSchema: schemaSchema } = require("@json-schema-tools/meta-schema");
const { parseOpenRPCDocument } = require("@open-rpc/schema-utils-js");

const faults = [];
const fault = (where, what) => faults.push(`${where}: ${what}`);
const told = (errors) => errors.map((e) => `${e.instancePath || "/"} ${e.message}`).join("; ");

function againstMetaSchema(document) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  // Both are written in a dialect of draft 7 that only names itself.
  const { $schema: ofSchemas, ...schemas } = schemaSchema;
  const { $schema: ofDocuments, ...documents } = metaSchema;
  ajv.addSchema(schemas, "https://meta.json-schema.tools");
  const valid = ajv.compile(documents);
  if (!valid(document)) fault("meta-schema", told(valid.errors));
}

// schemasOf lists every schema of the document with its place, as a JSON pointer.
function schemasOf(document) {
  const list = Object.keys(document.components.schemas).map((name) => `/components/schemas/${name}`);
  document.methods.forEach((method, i) => {
    method.params.forEach((_, j) => list.push(`/methods/${i}/params/${j}/schema`));
    list.push(`/methods/${i}/result/schema`);
  });
  return list;
}

function strictCompiler(document) {
  const ajv = new Ajv({ strict: true, strictTypes: true, allowUnionTypes: false, validateSchema: true, allErrors: true });
  addFormats(ajv);
  // The document is no schema itself; it is there for the references into it.
  ajv.addSchema(document, "document", false, false);
  for (const word of ["openrpc", "info", "servers", "methods", "components"]) ajv.addKeyword(word);
  return (pointer) => ajv.compile({ $ref: `document#${pointer}` });
}

function schemas(document, compile) {
  const plain = new Ajv({ strict: true });
  for (const pointer of schemasOf(document)) {
    const schema = pointer.slice(1).split("/").reduce((at, key) => at[key], document);
    if (!plain.validateSchema(schema)) fault(pointer, told(plain.errors));
    try {
      compile(pointer);
    } catch (e) {
      fault(pointer, e.message);
    }
  }
}

function names(document) {
  const seen = new Set();
  for (const { name, params } of document.methods) {
    if (seen.has(name)) fault(name, "there twice");
    seen.add(name);
    if (new Set(params.map((p) => p.name)).size !== params.length) fault(name, "two parameters of one name");
    const optional = params.findIndex((p) => !p.required);
    if (optional >= 0 && params.findLastIndex((p) => p.required) > optional) {
      fault(name, "a required parameter behind an optional one");
    }
  }
  for (const { name, errors } of document.methods) {
    for (const { $ref } of errors) {
      if (!document.components.errors[$ref.replace("#/components/errors/", "")]) fault(name, `${$ref} leads nowhere`);
    }
  }
}

function calls(document, compile, list) {
  const holds = (pointer, value, what) => {
    const valid = compile(pointer);
    if (!valid(value)) fault(what, `${told(valid.errors)}: ${JSON.stringify(value)}`);
  };
  for (const { method, params, result } of list) {
    const i = document.methods.findIndex((m) => m.name === method);
    if (i < 0) {
      fault(method, "was called, and is not in the document");
      continue;
    }
    const declared = document.methods[i].params;
    if (params.length > declared.length || declared.slice(params.length).some((p) => p.required)) {
      fault(method, `was called with ${params.length} arguments`);
      continue;
    }
    params.forEach((value, j) => holds(`/methods/${i}/params/${j}/schema`, value, `argument ${j + 1} of ${method}`));
    holds(`/methods/${i}/result/schema`, result, `result of ${method}`);
  }
}

async function main([documentFile, callsFile]) {
  const document = JSON.parse(fs.readFileSync(documentFile, "utf8"));
  const made = callsFile ? JSON.parse(fs.readFileSync(callsFile, "utf8")) : [];
  againstMetaSchema(document);
  if (faults.length === 0) {
    await parseOpenRPCDocument(documentFile).catch((e) => fault("schema-utils-js", e.message));
    const compile = strictCompiler(document);
    names(document);
    schemas(document, compile);
    calls(document, compile, made);
  }
  if (faults.length > 0) {
    console.error(faults.join("\n"));
    process.exit(1);
  }
  console.log(`${document.methods.length} methods, ${schemasOf(document).length} schemas, ${made.length} calls ok`);
}

main(process.argv.slice(2));
