/** What a text is made of: its headings, and how many words. */
import { ensureSyntaxTree, syntaxTree } from "../../dist/editor.js";

const HEADING = /^(?:ATX|Setext)Heading([1-6])$/;

/** Every heading that has words: its level, its text without signs, and where it begins. */
export function headings(state) {
  const found = [];
  const tree = ensureSyntaxTree(state, state.doc.length, 20) ?? syntaxTree(state);
  tree.iterate({
    enter({ name, from, to }) {
      const [, level] = HEADING.exec(name) ?? [];
      if (!level) return name === "Document" || name === "Blockquote";
      const text = state.doc
        .sliceString(from, to)
        .replace(/^#+|#+\s*$|\n\s*[=-]+\s*$/g, "")
        .replace(/[*_`]/g, "")
        .trim();
      if (text) found.push({ level: Number(level), text, from });
      return false;
    },
  });
  return found;
}

/** The heading under which a position stands, by its number. */
export const current = (all, position) => all.findLastIndex(({ from }) => from <= position);

export const countWords = (text) => text.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’·-]*/gu)?.length ?? 0;

/** Fills a list with links; `go` takes a position. */
export function showOutline(list, all, here, go) {
  const items = all.map(({ level, text, from }, at) => {
    const link = document.createElement("a");
    link.href = `#heading-${at + 1}`;
    link.dataset.level = level;
    link.dir = "auto";
    link.textContent = text;
    if (at === here) link.setAttribute("aria-current", "true");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      go(from);
    });
    const item = document.createElement("li");
    item.append(link);
    return item;
  });
  list.replaceChildren(...items);
}
