/** What the toolbar and the keys do. Each takes a state and gives what to change, or null when it has nothing to do. */
import { EditorSelection, syntaxTree } from "../../dist/editor.js";

// Four, for so many does the renderer ask of what belongs to a list.
const ITEM = /^(\s*)(?:([-*+])|(\d{1,9})([.)]))(\s+)/;
const QUOTE = /^(?:\s{0,3}>\s?)+/;
const BLOCKS = {
  heading: { has: /^#{1,6}\s+/, put: () => "## " },
  bullets: { has: /^[-*+]\s+/, put: () => "- " },
  numbers: { has: /^\d{1,9}[.)]\s+/, put: (number) => `${number}. ` },
};

function* around(state, position, side = 0) {
  for (let node = syntaxTree(state).resolveInner(position, side); node; node = node.parent)
    yield node;
}

const within = (state, position, name) =>
  [...around(state, position, -1), ...around(state, position, 1)].find(
    (node) => node.name === name,
  );

/** Which of the toolbar's buttons are pressed at the selection. */
export function active(state) {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  const body = line.text.replace(QUOTE, "").trimStart();
  return {
    heading: BLOCKS.heading.has.test(body),
    bullets: BLOCKS.bullets.has.test(body),
    numbers: BLOCKS.numbers.has.test(body),
    quote: QUOTE.test(line.text),
    strong: Boolean(within(state, head, "StrongEmphasis")),
    emphasis: Boolean(within(state, head, "Emphasis")),
  };
}

function selectedLines(state) {
  const { from, to } = state.selection.main;
  const lines = [];
  for (let at = from; at <= to; ) {
    const line = state.doc.lineAt(at);
    lines.push(line);
    at = line.to + 1;
  }
  // What ends at the very beginning of a line does not mean that line.
  return lines.length > 1 && lines.at(-1).from === to ? lines.slice(0, -1) : lines;
}

function withSelection(state, changes, userEvent) {
  const set = state.changes(changes);
  const { anchor, head } = state.selection.main;
  const selection = EditorSelection.range(set.mapPos(anchor, 1), set.mapPos(head, 1));
  return { changes: set, selection, userEvent, scrollIntoView: true };
}

/** Makes lines a heading, a list or a quotation, or plain again. */
export function toggleBlock(state, kind) {
  const lines = selectedLines(state);
  const written = lines.filter(({ text }) => text.trim());
  const meant = written.length ? written : lines;
  if (kind === "quote") {
    const all = meant.every(({ text }) => QUOTE.test(text));
    const changes = lines.map(({ from, text }) =>
      all ? { from, to: from + (QUOTE.exec(text)?.[0].length ?? 0) } : { from, insert: "> " },
    );
    return withSelection(state, changes, "input.quote");
  }
  const { has, put } = BLOCKS[kind];
  const places = meant.map(({ from, text }) => {
    const before = QUOTE.exec(text)?.[0] ?? "";
    const body = text.slice(before.length);
    const indent = /^\s*/.exec(body)[0];
    const sign = Object.values(BLOCKS)
      .map((block) => block.has.exec(body.slice(indent.length))?.[0] ?? "")
      .find(Boolean);
    const start = from + before.length + (kind === "heading" ? 0 : indent.length);
    const end = from + before.length + indent.length + (sign?.length ?? 0);
    return { start, end, is: has.test(sign ?? "") };
  });
  const all = places.every(({ is }) => is);
  const changes = places.map(({ start, end }, at) => ({
    from: start,
    to: end,
    insert: all ? "" : put(at + 1),
  }));
  return withSelection(state, changes, `input.${kind}`);
}

const SIGNS = { strong: ["StrongEmphasis", "**"], emphasis: ["Emphasis", "*"] };

/** Sets the selected words, or the word at the cursor, in bold or italics, or back. */
export function toggleMark(state, kind) {
  const [name, sign] = SIGNS[kind];
  const { from, to, empty } = state.selection.main;
  const node = within(state, from, name);
  if (node && node.to >= to) {
    const [first, last] = [node.firstChild, node.lastChild];
    // Whoever writes bold words and asks again means to go on without.
    if (empty && from === last.from) return { selection: { anchor: last.to } };
    return withSelection(
      state,
      [first, last].map(({ from, to }) => ({ from, to })),
      "delete.mark",
    );
  }
  if (empty) {
    const around = { from: from - sign.length, to: from + sign.length };
    if (state.sliceDoc(around.from, around.to) === sign + sign) {
      return { changes: around, userEvent: "delete.mark" };
    }
    const word = state.wordAt(from);
    if (word) return withSelection(state, wrapped(word, sign), "input.mark");
    const changes = { from, insert: sign + sign };
    return { changes, selection: { anchor: from + sign.length }, userEvent: "input.mark" };
  }
  const parts = selectedLines(state).flatMap((line) => passage(line, from, to));
  if (!parts.length) return null;
  const set = state.changes(parts.flatMap((part) => wrapped(part, sign)));
  const selection = EditorSelection.range(
    set.mapPos(parts[0].from, 1),
    set.mapPos(parts.at(-1).to, -1),
  );
  return { changes: set, selection, userEvent: "input.mark" };
}

const wrapped = ({ from, to }, sign) => [
  { from, insert: sign },
  { from: to, insert: sign },
];

/** The selected words of a line, without the signs at its beginning and the spaces around. */
function passage(line, from, to) {
  const start = /^\s*(?:>\s?)*(?:#{1,6}\s+|[-*+]\s+|\d+[.)]\s+)?/.exec(line.text)[0].length;
  const first = Math.max(from, line.from + start);
  const text = line.text.slice(first - line.from, Math.max(0, to - line.from));
  const words = text.trim();
  if (!words) return [];
  const begin = first + text.indexOf(words);
  return [{ from: begin, to: begin + words.length }];
}

function marker(state) {
  const { empty, head } = state.selection.main;
  if (!empty || within(state, head, "FencedCode")) return null;
  const line = state.doc.lineAt(head);
  const quote = QUOTE.exec(line.text)?.[0] ?? "";
  const item = ITEM.exec(line.text.slice(quote.length));
  const end = quote.length + (item?.[0].length ?? 0);
  return end && head - line.from >= end ? { line, quote, item, end } : null;
}

/** Enter goes on with a list or a quotation, and on an empty item ends it. */
export function continueBlock(state) {
  const found = marker(state);
  if (!found) return null;
  const { line, quote, item, end } = found;
  const { head } = state.selection.main;
  if (!line.text.slice(end).trim()) {
    const from = line.from + (item ? quote.length : 0);
    return { changes: { from, to: line.to }, selection: { anchor: from }, userEvent: "delete" };
  }
  const [, indent = "", bullet, number, dot, space = ""] = item ?? [];
  const next = bullet ?? (number ? `${Number(number) + 1}${dot}` : "");
  const insert = `\n${quote}${indent}${next}${space}`;
  const selection = { anchor: head + insert.length };
  return { changes: { from: head, insert }, selection, userEvent: "input", scrollIntoView: true };
}

/** Backspace right behind the sign of an item takes the whole sign. */
export function deleteMarker(state) {
  const found = marker(state);
  const { head } = state.selection.main;
  if (!found?.item || head !== found.line.from + found.end) return null;
  const from = found.line.from + found.quote.length;
  return { changes: { from, to: head }, userEvent: "delete.backward" };
}
