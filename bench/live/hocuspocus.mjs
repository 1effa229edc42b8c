// The same person at an editor on Yjs, speaking Hocuspocus' protocol.
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import * as sync from "y-protocols/sync";
import * as Y from "yjs";
import { Line } from "./line.mjs";

const [SYNC, AWARENESS, AUTH, REPLY, PING, PONG] = [0, 1, 2, 4, 9, 10];
const ORIGIN = "server";

function message(draft, kind, write) {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, draft);
  encoding.writeVarUint(encoder, kind);
  write?.(encoder);
  return encoding.toUint8Array(encoder);
}

class Person {
  constructor({ url, draft, place, clock }) {
    Object.assign(this, { url, draft, place, clock });
    this.doc = new Y.Doc();
    this.words = this.doc.getText("text");
    this.awareness = new Awareness(this.doc);
    this.doc.on("update", (update, origin) => {
      if (origin === ORIGIN) return;
      this.#say(SYNC, (encoder) => sync.writeUpdate(encoder, update));
    });
  }

  #say(kind, write) {
    this.line.send(message(this.draft, kind, write));
  }

  open() {
    this.line = new Line(
      this.url,
      {},
      {
        opened: () => {
          this.#say(AUTH, (encoder) => {
            encoding.writeVarUint(encoder, 0);
            encoding.writeVarString(encoder, "token");
          });
          this.#say(SYNC, (encoder) => sync.writeSyncStep1(encoder, this.doc));
        },
        heard: (raw) => this.#heard(raw),
      },
    );
    return this.line.ready;
  }

  #heard(raw) {
    if (this.line.up && !this.watches) return;
    const decoder = decoding.createDecoder(raw);
    decoding.readVarString(decoder);
    const kind = decoding.readVarUint(decoder);
    if (kind === SYNC || kind === REPLY) this.#sync(decoder);
    else if (kind === AWARENESS) {
      applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), ORIGIN);
    } else if (kind === PING) this.#say(PONG);
  }

  #sync(decoder) {
    const step = decoding.readVarUint(decoder);
    if (step === sync.messageYjsSyncStep1) {
      this.#say(SYNC, (encoder) => sync.readSyncStep1(decoder, encoder, this.doc));
    } else {
      sync.readSyncStep2(decoder, this.doc, ORIGIN);
      if (step === sync.messageYjsSyncStep2 && !this.line.up) {
        this.cursor ??= this.#paragraphEnd();
        this.line.isReady();
      }
    }
  }

  #paragraphEnd() {
    const lines = this.words.toString().split("\n");
    const end = lines.slice(0, this.place + 1).join("\n").length;
    this.anchor = Y.createRelativePositionFromTypeIndex(this.words, end);
    return end;
  }

  get text() {
    return this.words.toString();
  }

  type() {
    const clock = Y.getState(this.doc.store, this.doc.clientID);
    this.clock.typed(`${this.doc.clientID}:${clock}`, [performance.now()]);
    this.words.insert(this.#index, "x");
    this.cursor++;
  }

  /** Others' words move the cursor in a whole replica only. */
  get #index() {
    if (!this.watches) return this.cursor;
    return Y.createAbsolutePositionFromRelativePosition(this.anchor, this.doc).index;
  }

  point() {
    this.back = !this.back;
    const index = Math.max(0, this.#index - (this.back ? 20 : 0));
    const place = Y.createRelativePositionFromTypeIndex(this.words, index);
    this.awareness.setLocalState({
      user: { name: `Heron ${this.place}`, color: "#30bced", colorLight: "#30bced33" },
      cursor: { anchor: place, head: place },
    });
    const update = encodeAwarenessUpdate(this.awareness, [this.doc.clientID]);
    this.#say(AWARENESS, (encoder) => encoding.writeVarUint8Array(encoder, update));
  }
}

/** One whole replica, as in a browser. */
export class Watcher extends Person {
  watches = true;

  constructor(options) {
    super(options);
    this.doc.on("afterTransaction", ({ origin, beforeState, afterState }) => {
      if (origin !== ORIGIN) return;
      for (const [client, clock] of afterState) {
        for (let at = beforeState.get(client) ?? 0; at < clock; at++) {
          this.clock.seen(`${client}:${at}`);
        }
      }
    });
  }
}

/** The same edits for less work: what others write in their own paragraphs changes nothing here, so it is not read. */
export class Typist extends Person {}

export async function join({ url, draft }) {
  const began = performance.now();
  const person = new Person({ url, draft, place: 0 });
  await person.open();
  const ms = performance.now() - began;
  const bytes = person.line.bytes;
  person.line.close();
  person.awareness.destroy();
  return { ms, bytes, length: person.words.length };
}

/** The text everybody begins with. */
export async function write({ url, draft, text }) {
  const person = new Person({ url, draft, place: 0 });
  await person.open();
  person.words.insert(0, text);
  await new Promise((resolve) => setTimeout(resolve, 300));
  person.line.close();
  person.awareness.destroy();
}
