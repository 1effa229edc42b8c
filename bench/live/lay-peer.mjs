// Writes a trace, read as JSON from standard input, into the peer's database: `node lay-peer.mjs DATABASE DRAFT`.
import { readFileSync } from "node:fs";
import { SQLite } from "@hocuspocus/extension-sqlite";
import * as Y from "yjs";

const [database, draft] = process.argv.slice(2);
const doc = new Y.Doc();
const words = doc.getText("text");
for (const [at, length, insert] of JSON.parse(readFileSync(0))) {
  if (length) words.delete(at, length);
  if (insert) words.insert(at, insert);
}
const store = new SQLite({ database });
await store.onConfigure({});
await store.configuration.store({ documentName: draft, state: Y.encodeStateAsUpdate(doc) });
process.stdout.write(`${words.length}\n`);
