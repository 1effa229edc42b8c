// The server we compare with, as its documentation sets it up: Hocuspocus with its SQLite extension.
import { appendFileSync } from "node:fs";
import { Redis } from "@hocuspocus/extension-redis";
import { SQLite } from "@hocuspocus/extension-sqlite";
import { Server } from "@hocuspocus/server";

const { PORT, DATABASE, REDIS_PORT, STORES } = process.env;
const extensions = [new SQLite({ database: DATABASE })];
if (REDIS_PORT) extensions.push(new Redis({ host: "127.0.0.1", port: Number(REDIS_PORT) }));
const hooks = STORES
  ? {
      onChange: async () => {},
      // When the document as it was at the first time was on disk: at the second.
      onStoreDocument: async () => {
        globalThis.storing = Date.now();
      },
      afterStoreDocument: async () => {
        appendFileSync(STORES, `${globalThis.storing} ${Date.now()}\n`);
      },
    }
  : {};
await new Server({
  port: Number(PORT),
  address: "127.0.0.1",
  quiet: true,
  extensions,
  ...hooks,
}).listen();
