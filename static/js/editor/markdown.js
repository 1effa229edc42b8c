/** Markdown that looks like what it means while it is written: the language, its looks, and the direction of each line. */
import {
  Decoration,
  Direction,
  defineLanguageFacet,
  EditorView,
  indentUnit,
  Language,
  languageDataProp,
  Prec,
  parser,
  syntaxHighlighting,
  syntaxTree,
  tagHighlighter,
  tags,
  ViewPlugin,
} from "../../dist/editor.js";
import { direction } from "./direction.js";

const data = defineLanguageFacet();

/** What the reader's page shows and nothing more: HTML is text there. */
export const language = new Language(
  data,
  parser.configure({
    remove: ["HTMLBlock", "HTMLTag", "IndentedCode", "SetextHeading"],
    props: [languageDataProp.add({ Document: data })],
  }),
  [],
  "markdown",
);

const looks = tagHighlighter([
  { tag: tags.strong, class: "md-strong" },
  { tag: tags.emphasis, class: "md-em" },
  { tag: tags.link, class: "md-link" },
  { tag: tags.url, class: "md-url" },
  { tag: tags.monospace, class: "md-code" },
  { tag: [tags.processingInstruction, tags.contentSeparator], class: "md-mark" },
]);

const DEEPEST = 4;
const HEADING = /^ATXHeading([1-6])$/;
const leftToRight = Decoration.mark({ attributes: { dir: "ltr" }, bidiIsolate: Direction.LTR });
const bullet = Decoration.mark({ class: "md-bullet" });
const lines = new Map();

/** One decoration for each combination there is. */
function line(classes, dir) {
  const key = `${dir} ${classes}`;
  if (!lines.has(key)) {
    const attributes = { ...(classes && { class: classes }), ...(dir && { dir }) };
    lines.set(key, Decoration.line({ attributes }));
  }
  return lines.get(key);
}

/** For the lines from `from` to `to`: their classes by line start, and where a sign stands out at the side. */
export function shapes(state, from, to) {
  const classes = new Map();
  const signs = [];
  const isolated = [];
  const add = (node, name) => {
    const end = Math.min(node.to, to);
    for (let at = state.doc.lineAt(Math.max(node.from, from)); ; at = state.doc.lineAt(at.to + 1)) {
      classes.set(at.from, [...(classes.get(at.from) ?? []), name]);
      if (at.to >= end || at.to + 1 > state.doc.length) break;
    }
  };
  let depth = 0;
  syntaxTree(state).iterate({
    from,
    to,
    enter(node) {
      const [, level] = HEADING.exec(node.name) ?? [];
      if (level) add(node, `md-h${level}`);
      else if (node.name === "Blockquote") add(node, "md-quote");
      else if (node.name === "FencedCode") add(node, "md-code");
      else if (node.name === "ListItem") {
        depth++;
        add(node, `md-item-${Math.min(depth, DEEPEST)}`);
      } else if (node.name === "ListMark" && node.to <= to && node.from >= from) {
        const { from: start, text } = state.doc.lineAt(node.from);
        const quote = /^(?:\s{0,3}>\s?)*/.exec(text)[0].length;
        const after = /\s/.test(text[node.to - start] ?? "") ? 1 : 0;
        signs.push({ from: start + quote, to: node.to + after });
      } else if (node.name === "URL" || node.name === "InlineCode")
        isolated.push({ from: node.from, to: node.to });
    },
    leave(node) {
      if (node.name === "ListItem") depth--;
    },
  });
  return { classes, signs, isolated };
}

function draw(view) {
  const blocks = [];
  const isolates = [];
  for (const { from, to } of view.visibleRanges) {
    const { classes, signs, isolated } = shapes(view.state, from, to);
    let dir = null;
    for (let at = from; at <= to; ) {
      const { from: start, to: end, text } = view.state.doc.lineAt(at);
      dir = direction(text, dir);
      // An item in an item has the class of both; the inner one counts, and comes last.
      const names = (classes.get(start) ?? []).filter(
        (name, i, all) =>
          !name.startsWith("md-item") ||
          i === all.findLastIndex((other) => other.startsWith("md-item")),
      );
      if (names.length || dir) blocks.push(line(names.join(" "), dir).range(start));
      const sign = signs.find((one) => one.from >= start && one.to <= end);
      if (sign) blocks.push(bullet.range(sign.from, sign.to));
      at = end + 1;
    }
    for (const { from, to } of isolated) isolates.push(leftToRight.range(from, to));
  }
  return { blocks: Decoration.set(blocks, true), isolates: Decoration.set(isolates, true) };
}

const drawn = ViewPlugin.define(
  (view) => ({
    ...draw(view),
    update({ docChanged, viewportChanged, startState, state, view }) {
      if (docChanged || viewportChanged || syntaxTree(startState) !== syntaxTree(state))
        Object.assign(this, draw(view));
    },
  }),
  {
    decorations: ({ blocks }) => blocks,
    provide: (plugin) => {
      const isolates = (view) => view.plugin(plugin)?.isolates ?? Decoration.none;
      return [
        EditorView.bidiIsolatedRanges.of(isolates),
        Prec.lowest(EditorView.decorations.of(isolates)),
      ];
    },
  },
);

export const markdown = [
  language,
  syntaxHighlighting(looks),
  drawn,
  EditorView.perLineTextDirection.of(true),
  indentUnit.of("    "),
];
