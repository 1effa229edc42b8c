// Everything from other hands that the live editor needs, in one file: static/dist/editor.js.
// Name here what static/js and tests/js import, and nothing more: what is not named is left out of the bundle.
export { collab, receiveUpdates, sendableUpdates } from "@codemirror/collab";
export {
  defaultKeymap,
  history,
  historyKeymap,
  redo,
  redoDepth,
  undo,
  undoDepth,
} from "@codemirror/commands";
export {
  defineLanguageFacet,
  ensureSyntaxTree,
  indentUnit,
  Language,
  languageDataProp,
  syntaxHighlighting,
  syntaxTree,
} from "@codemirror/language";
export {
  ChangeSet,
  Compartment,
  EditorSelection,
  EditorState,
  Prec,
  StateEffect,
  StateField,
  Text,
  Transaction,
} from "@codemirror/state";
export {
  Decoration,
  Direction,
  EditorView,
  keymap,
  layer,
  placeholder,
  RectangleMarker,
  ViewPlugin,
} from "@codemirror/view";
export { tagHighlighter, tags } from "@lezer/highlight";
export { parser } from "@lezer/markdown";
