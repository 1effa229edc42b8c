// Everything from other hands that the live editor needs, in one file: static/dist/editor.js.
// Name here what static/js imports, and nothing more: what is not named is left out of the bundle.
export {
  collab,
  getClientID,
  getSyncedVersion,
  rebaseUpdates,
  receiveUpdates,
  sendableUpdates,
} from "@codemirror/collab";
export {
  defaultKeymap,
  history,
  historyKeymap,
  indentLess,
  indentMore,
  insertNewline,
  insertNewlineAndIndent,
  redo,
  redoDepth,
  undo,
  undoDepth,
} from "@codemirror/commands";
export {
  defineLanguageFacet,
  ensureSyntaxTree,
  HighlightStyle,
  Language,
  LanguageSupport,
  languageDataProp,
  syntaxHighlighting,
  syntaxTree,
  syntaxTreeAvailable,
} from "@codemirror/language";
export {
  Annotation,
  ChangeDesc,
  ChangeSet,
  Compartment,
  EditorSelection,
  EditorState,
  Facet,
  findClusterBreak,
  MapMode,
  Prec,
  RangeSet,
  RangeSetBuilder,
  SelectionRange,
  StateEffect,
  StateField,
  Text,
  Transaction,
} from "@codemirror/state";
export {
  Decoration,
  drawSelection,
  EditorView,
  hoverTooltip,
  keymap,
  placeholder,
  runScopeHandlers,
  showTooltip,
  tooltips,
  ViewPlugin,
  ViewUpdate,
  WidgetType,
} from "@codemirror/view";
export { NodeProp, Tree, TreeFragment } from "@lezer/common";
export { classHighlighter, highlightTree, styleTags, Tag, tags } from "@lezer/highlight";
export { parser } from "@lezer/markdown";
