/** Who is here, and where they are in the server's text. */
import { ChangeSet } from "../../dist/editor.js";

const moved = (at, changes, assoc) =>
  at === null ? null : changes.mapPos(Math.min(at, changes.length), assoc);

export class Peers {
  #all = new Map();
  /** Counts what happened, so that others see whether something did. */
  news = 0;

  /** In the order in which they came. */
  get list() {
    return [...this.#all.values()];
  }

  begin(peers) {
    this.#all.clear();
    this.change(peers, []);
  }

  change(came, gone) {
    for (const id of gone) this.#all.delete(id);
    for (const peer of came) this.#all.set(peer.id, { ...peer, moves: 0 });
    this.news++;
  }

  /** `at`: [id, anchor, head] each. */
  move(at) {
    for (const [id, a, h] of at) {
      const peer = this.#all.get(id);
      if (peer) Object.assign(peer, { a, h, moves: peer.moves + 1 });
    }
    this.news++;
  }

  /** Moves everybody with the text: one's own words push one's cursor on, those of others do not. */
  follow(edits) {
    if (!edits.length || !this.#all.size) return;
    const steps = edits.map(({ seat, c }) => ({ seat, changes: ChangeSet.fromJSON(c) }));
    const authors = new Set(steps.map(({ seat }) => seat));
    const whole = [{ changes: steps.map(({ changes }) => changes).reduce((a, b) => a.compose(b)) }];
    for (const peer of this.#all.values()) {
      for (const { seat, changes } of authors.has(peer.id) ? steps : whole) {
        const assoc = seat === peer.id ? 1 : -1;
        Object.assign(peer, { a: moved(peer.a, changes, assoc), h: moved(peer.h, changes, assoc) });
      }
    }
  }
}
