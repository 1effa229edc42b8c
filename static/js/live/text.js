/**
 * The shared text as this page has it: what the server confirmed, and on top of it what was written here and still waits.
 * It sits on @codemirror/collab and needs an editor state only, no page and no socket.
 */
import { ChangeSet, collab, receiveUpdates, sendableUpdates, Text } from "../../dist/editor.js";

const ME = "me";
const OTHERS = "others";
// Three bytes a unit at most keeps an edit, and FRAME a push, below the 64 kB that the server takes.
const EDIT = 8000;
const FRAME = 48_000;
const PUSH = 100;

/** The extension that a state needs to be shared. */
export const together = () => collab({ clientID: ME });

const compose = (updates) => updates.map(({ changes }) => changes).reduce((a, b) => a.compose(b));
const bytes = (value) => new TextEncoder().encode(JSON.stringify(value)).length;
const same = (ours, theirs) => JSON.stringify(ours) === JSON.stringify(theirs);
const strokes = (updates) => updates.reduce((sum, { origin }) => sum + (origin?.strokes ?? 1), 0);
const high = (unit) => unit >= 0xd800 && unit < 0xdc00;

/** One change as several that follow each other, none inserting more than `limit`. */
export function pieces(changes, limit = EDIT) {
  const done = [];
  let specs = [];
  let room = limit;
  let length = changes.length;
  const finish = () => {
    if (specs.length) done.push(ChangeSet.of(specs, length));
    length = done.at(-1)?.newLength ?? length;
    specs = [];
    room = limit;
  };
  const add = (from, to, insert) => {
    const shift = length - changes.length;
    specs.push({ from: from + shift, to: to + shift, insert });
    room -= insert.length + 16;
  };
  changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
    let from = fromA;
    let rest = inserted;
    if (rest.length > room) finish();
    while (rest.length > limit) {
      // A piece has to be text by itself: never end it between the halves of a surrogate pair.
      const end = high(rest.sliceString(limit - 1, limit).charCodeAt(0)) ? limit - 1 : limit;
      add(from, toA, rest.slice(0, end));
      finish();
      from = toA;
      rest = rest.slice(end);
    }
    add(from, toA, rest);
  });
  finish();
  return done;
}

/** One piece of text for another, as little of it as can be. */
function exchange(text, next, at) {
  const most = Math.min(text.length, next.length);
  let start = 0;
  while (start < most && text[start] === next[start]) start++;
  if (start && high(text.charCodeAt(start - 1))) start--;
  let end = 0;
  while (end < most - start && text.at(-1 - end) === next.at(-1 - end)) end++;
  if (end && high(text.charCodeAt(text.length - end - 1))) end--;
  const insert = Text.of(next.slice(start, next.length - end).split("\n"));
  return { from: at + start, to: at + text.length - end, insert };
}

/** Pairs of places at which both lists have a line that each has once, the longest row of them that goes on in both. */
function common(lines, others) {
  const seen = (list) => {
    const places = new Map();
    list.forEach((line, at) => {
      places.set(line, places.has(line) ? -1 : at);
    });
    return places;
  };
  const there = seen(others);
  const ends = []; // of rows of each length, the one that ends earliest in the others
  for (const [line, at] of seen(lines)) {
    const other = there.get(line) ?? -1;
    if (at < 0 || other < 0) continue;
    let length = ends.length;
    while (length && ends[length - 1].other > other) length--;
    ends[length] = { at, other, before: ends[length - 1] };
  }
  const row = [];
  for (let pair = ends.at(-1); pair; pair = pair.before) row.unshift(pair);
  return row;
}

/** The change that makes `next` of `text`. Lines that stayed stay, so that what others do to them finds them. */
export function difference(text, next) {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const others = next.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const specs = [];
  let [at, line, other] = [0, 0, 0];
  for (const pair of [...common(lines, others), { at: lines.length, other: others.length }]) {
    const old = lines.slice(line, pair.at).join("");
    specs.push(exchange(old, others.slice(other, pair.other).join(""), at));
    at += old.length + (lines[pair.at]?.length ?? 0);
    [line, other] = [pair.at + 1, pair.other + 1];
  }
  return ChangeSet.of(specs, text.length);
}

/** The passages that changes put in. */
export function passages(changes) {
  const found = [];
  changes.iterChanges((_fromA, _toA, _fromB, _toB, inserted) => found.push(inserted.toString()));
  return found.filter((passage) => passage.trim());
}

export const words = (edits) => edits.flatMap((c) => passages(ChangeSet.fromJSON(c)));

/** Edits kept over a reload, moved over what was stored since; those among them that were stored themselves go. */
export function rebase(kept, stored) {
  let waiting = kept.map((c) => ChangeSet.fromJSON(c));
  for (const { own, c } of stored) {
    let over = ChangeSet.fromJSON(c);
    if (own) waiting = waiting.slice(1);
    else {
      waiting = waiting.map((changes) => {
        const moved = changes.map(over);
        over = over.map(changes, true);
        return moved;
      });
    }
  }
  return waiting;
}

/** Edits kept along with the text they stand on, moved to the text as it is now. The first `own` are in it. */
export function bring({ base, edits }, own, text) {
  const written = edits
    .slice(0, own)
    .reduce((doc, c) => ChangeSet.fromJSON(c).apply(doc), Text.of(base.split("\n")));
  const since = difference(written.toString(), text).toJSON();
  return rebase(edits.slice(own), [{ own: false, c: since }]);
}

export class SharedText {
  /** `state` gives the editor's state, `apply` takes transactions that follow each other. */
  constructor({ state, apply }) {
    this.state = state;
    this.apply = apply;
    this.confirmed = state().doc;
  }

  get #updates() {
    return sendableUpdates(this.state());
  }

  get waiting() {
    return this.#updates.length;
  }

  /** How many changes those were to the one who wrote them. */
  get changes() {
    return Math.max(strokes(this.#updates), this.waiting && 1);
  }

  /** The first waiting edits, as many as fit one frame. */
  edits(most = PUSH) {
    const fitting = [];
    let room = FRAME;
    for (const { changes } of this.#updates) {
      const edit = changes.toJSON();
      room -= bytes(edit);
      if (fitting.length === Math.min(most, PUSH) || (room < 0 && fitting.length)) break;
      fitting.push(edit);
    }
    return fitting;
  }

  /** All waiting edits; for keeping them over a reload. */
  record() {
    return this.#updates.map(({ changes }) => changes.toJSON());
  }

  /** What was written here and is not saved. */
  unsaved() {
    return this.waiting ? passages(compose(this.#updates)).join("\n\n") : "";
  }

  /** Joins what was never sent into few edits. The first `sealed` were: the server may have them as they are. */
  regroup(sealed) {
    const updates = this.#updates;
    const fresh = updates.slice(sealed);
    if (!fresh.length) return;
    const made = strokes(fresh);
    const edits = pieces(compose(fresh)).map((changes, at) => {
      return { changes, effects: [], clientID: ME, origin: { strokes: at ? 0 : made } };
    });
    // In place, for collab offers no other way; what the list makes of the text stays the same.
    updates.splice(sealed, fresh.length, ...edits);
  }

  /**
   * Takes edits in the server's order; those marked `own` are ours coming back. Returns the passages of ours that
   * the server has otherwise than we wrote them (it is right, but nobody should lose a word).
   *
   * Moving a change over two others one by one, or over both at once, need not give the same text. The server goes
   * one by one, so while something waits here we do as well.
   */
  receive(edits) {
    const updates = edits.map(({ own, c }) => ({
      clientID: own ? ME : OTHERS,
      changes: ChangeSet.fromJSON(c),
    }));
    const lost = [];
    const steps = [];
    let state = this.state();
    let { confirmed } = this;
    const take = (...updates) => {
      steps.push(receiveUpdates(state, updates));
      state = steps.at(-1).state;
    };
    if (!this.waiting && updates.length) {
      take(...updates);
      confirmed = updates.reduce((doc, { changes }) => changes.apply(doc), confirmed);
      updates.length = 0;
    }
    for (const { clientID, changes } of updates) {
      const [ours] = clientID === ME ? sendableUpdates(state) : [];
      const next = changes.apply(confirmed);
      if (!ours || same(ours.changes, changes)) take({ clientID, changes });
      else {
        lost.push(...passages(ours.changes));
        const written = ours.changes.apply(confirmed).toString();
        take(ours, { clientID: OTHERS, changes: difference(written, next.toString()) });
      }
      confirmed = next;
    }
    this.#accept(steps, confirmed);
    return lost;
  }

  /** Takes the server's text as a whole. The first `own` waiting edits are in it, or given up; the others stay. */
  become(text, own) {
    const done = this.#updates.slice(0, own);
    const written = done.reduce((doc, { changes }) => changes.apply(doc), this.confirmed);
    const changes = difference(written.toString(), text);
    const step = receiveUpdates(this.state(), [...done, { clientID: OTHERS, changes }]);
    this.#accept([step], Text.of(text.split("\n")));
  }

  /** Gives up what waits, back to the confirmed text. Returns its passages. */
  forget() {
    if (!this.waiting) return [];
    const given = passages(compose(this.#updates));
    this.become(this.confirmed.toString(), this.waiting);
    return given;
  }

  #accept(steps, confirmed) {
    this.confirmed = confirmed;
    if (steps.length) this.apply(steps);
  }

  /** Puts changes that were kept over a reload back as waiting, in their order; nothing may wait yet. */
  insert(kept) {
    if (!kept.length) return;
    const changes = kept.reduce((a, b) => a.compose(b));
    this.apply([this.state().update({ changes, userEvent: "input.kept" })]);
    // Each for itself again, also one that came to nothing: the server counts them.
    const waiting = kept.map((one) => ({ changes: one, effects: [], clientID: ME }));
    this.#updates.splice(0, this.waiting, ...waiting);
  }

  /** Our selection, in the confirmed text's positions. */
  selection() {
    const { anchor, head } = this.state().selection.main;
    if (!this.waiting) return { a: anchor, h: head };
    const back = compose(this.#updates).invertedDesc;
    return { a: back.mapPos(anchor), h: back.mapPos(head) };
  }

  /** Tells where a position of the confirmed text lies on this page. */
  toPage() {
    const changes = this.waiting ? compose(this.#updates) : null;
    return (position) => {
      const known = Math.min(position, this.confirmed.length);
      return changes ? changes.mapPos(known, 1) : known;
    };
  }
}
