/**
 * The page where a scenario is written, together: takes the place of the form that templates/scenarios/draft.html draws,
 * from whose text and version it begins. Without it the form works as it is.
 */
import {
  Compartment,
  defaultKeymap,
  EditorState,
  EditorView,
  history,
  historyKeymap,
  keymap,
  placeholder,
  redo,
  redoDepth,
  Transaction,
  undo,
  undoDepth,
} from "../../dist/editor.js";
import { LiveDraft } from "../live/draft.js";
import { together } from "../live/text.js";
import { active, continueBlock, deleteMarker, toggleBlock, toggleMark } from "./commands.js";
import { cursors, lookAgain } from "./cursors.js";
import { markdown } from "./markdown.js";
import { countWords, current, headings, showOutline } from "./outline.js";
import { showPeople } from "./people.js";
import { StatusLine } from "./status.js";
import { marks, Talk } from "./talk.js";
import { Toolbar } from "./toolbar.js";

const OUTLINE_AFTER = 250;
const AFTER_COMPOSING = 100;

const command =
  (act, ...args) =>
  (view) => {
    const change = view.state.readOnly ? null : act(view.state, ...args);
    if (change) view.dispatch(change);
    return Boolean(change);
  };

const COMMANDS = {
  heading: command(toggleBlock, "heading"),
  bullets: command(toggleBlock, "bullets"),
  numbers: command(toggleBlock, "numbers"),
  quote: command(toggleBlock, "quote"),
  strong: command(toggleMark, "strong"),
  emphasis: command(toggleMark, "emphasis"),
  undo,
  redo,
};

const KEYS = [
  { key: "Mod-b", run: COMMANDS.strong, preventDefault: true },
  { key: "Mod-i", run: COMMANDS.emphasis, preventDefault: true },
  { key: "Enter", run: command(continueBlock) },
  { key: "Backspace", run: command(deleteMarker) },
  // It is saved as it is written; the browser need not offer to save the page.
  { key: "Mod-s", run: () => true, preventDefault: true },
];

class FlamingoDraft extends HTMLElement {
  #outlining = 0;
  #news = -1;
  #leaving = null;
  #going = false;
  #writable = new Compartment();

  async connectedCallback() {
    const { draft, seat, may, why, title } = this.dataset;
    const kept = await LiveDraft.kept(draft, seat);
    this.words = Object.fromEntries(
      [...this.querySelector("template").content.children].map((one) => [
        one.dataset.word,
        one.textContent.trim(),
      ]),
    );
    const form = this.querySelector("form.paper");
    this.view = new EditorView({
      state: EditorState.create({
        doc: form.elements.text.defaultValue,
        extensions: this.#extensions(title),
      }),
      parent: this.#part("text"),
    });
    this.live = new LiveDraft({
      url: this.dataset.socket,
      kept,
      seat: Number(seat),
      may,
      why,
      version: Number(form.elements.version.value),
      state: () => this.view.state,
      apply: (steps) => this.view.update(steps),
      changed: () => this.#changed(),
      composing: () => {
        const { composing, state } = this.view;
        return composing ? state.doc.lineAt(state.selection.main.head) : null;
      },
      leave: () => {
        this.hidden = true;
        this.#going = true;
        location.reload();
      },
    });
    // The editor takes the words over a moment later.
    const composed = () => setTimeout(() => this.live?.release(), AFTER_COMPOSING);
    this.view.contentDOM.addEventListener("compositionend", composed);
    form.hidden = true;
    this.querySelector(".outline").open = matchMedia("(min-width: 60rem)").matches;
    for (const part of this.querySelectorAll("[data-live]")) part.hidden = false;
    this.status = new StatusLine(this.#part("status"), this.#part("spoken"), this.words);
    this.toolbar = new Toolbar(this.#part("toolbar"), (name) => {
      if (name === "comment") return this.talk.begin();
      COMMANDS[name](this.view);
      this.view.focus();
    });
    this.#part("dismiss").addEventListener("click", () => {
      this.live.session.lost.length = 0;
      this.#changed();
    });
    this.addEventListener("click", (event) => this.#leaveOnceSaved(event));
    addEventListener("beforeunload", (event) => {
      if (this.live?.text.waiting && !this.#going) event.preventDefault();
    });
    const talk = this.#part("talk");
    if (talk) this.talk = new Talk(talk, this.view, () => this.live);
    this.#outline();
    this.live.start();
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  #extensions(title) {
    return [
      together(),
      history(),
      markdown,
      keymap.of([
        { key: "Mod-Alt-m", run: () => this.talk?.begin() ?? false, preventDefault: true },
      ]),
      keymap.of([...KEYS, ...historyKeymap, ...defaultKeymap]),
      // Only this one: a text is as long here as on the server.
      EditorState.lineSeparator.of("\n"),
      EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, "\n").replace(/\0/g, "")),
      EditorView.lineWrapping,
      EditorView.cspNonce.of(this.nonce),
      EditorView.contentAttributes.of({
        "aria-label": title,
        spellcheck: "true",
        autocorrect: "on",
        autocapitalize: "sentences",
      }),
      EditorView.scrollMargins.of(() => ({ top: this.#part("bar").offsetHeight + 8, bottom: 24 })),
      placeholder(this.words.placeholder),
      cursors(() => this.#others()),
      marks,
      this.#writable.of(this.#mode(false)),
      EditorView.updateListener.of((update) => this.#updated(update)),
    ];
  }

  #mode(writable) {
    return [EditorState.readOnly.of(!writable), EditorView.editable.of(writable)];
  }

  #updated({ docChanged, selectionSet, transactions, state }) {
    if (!this.live) return;
    const ours = transactions.some(
      (step) => step.docChanged && !step.annotation(Transaction.remote),
    );
    if (ours) this.live.typed();
    else if (selectionSet && !docChanged) this.live.looked();
    if (docChanged || selectionSet) {
      this.toolbar.show(active(state), { undo: undoDepth(state) > 0, redo: redoDepth(state) > 0 });
      clearTimeout(this.#outlining);
      // Long texts may wait a little longer for it.
      this.#outlining = setTimeout(() => this.#outline(), OUTLINE_AFTER + state.doc.length / 500);
    }
  }

  /** After everything that came over the line or was written. */
  #changed() {
    const { session, text } = this.live;
    if (session.hopeless && navigator.onLine) return this.#giveWay();
    const { status } = session;
    this.status.show(status);
    if (this.#leaving && !text.waiting) location.assign(this.#leaving);
    if (status.state === "unsaved") this.#leaving = null;
    this.#showLost(status.state === "unsaved" ? text.unsaved() : "");
    if (session.writable === this.view.state.readOnly) {
      // Not now: we may be in the middle of an update of the view.
      queueMicrotask(() =>
        this.view.dispatch({ effects: this.#writable.reconfigure(this.#mode(session.writable)) }),
      );
      this.#part("toolbar").hidden = !session.writable;
    }
    this.talk?.look();
    const here = ["offline", "ended"].includes(status.state) ? -1 : session.peers.news;
    if (here !== this.#news) {
      this.#news = here;
      this.#part("here").hidden = here < 0;
      showPeople(
        this.#part("people"),
        here < 0 ? [] : session.peers.list,
        session.you?.id,
        this.words,
      );
      queueMicrotask(() => this.view.dispatch({ effects: lookAgain.of(null) }));
    }
  }

  /** No line is to be had: back to the form, with what was written meanwhile. */
  #giveWay() {
    const form = this.querySelector("form.paper");
    this.live.stop();
    this.live = null;
    form.elements.text.value = this.view.state.doc.toString();
    form.hidden = false;
    this.#part("no-line").hidden = false;
    for (const part of this.querySelectorAll("[data-live]")) part.hidden = true;
    queueMicrotask(() => this.view.destroy());
  }

  #others() {
    if (!this.live || this.#news < 0) return [];
    const { session, text } = this.live;
    const place = text.toPage();
    return session.peers.list
      .filter(({ id, h }) => id !== session.you?.id && h !== null)
      .map((peer) => ({
        ...peer,
        anchor: place(peer.a),
        head: place(peer.h),
        mark: peer.role === "participant" ? "" : (this.words[peer.role] ?? ""),
      }));
  }

  #showLost(unsaved) {
    const passages = [...this.live.session.lost, unsaved].filter(Boolean);
    this.#part("lost").hidden = !passages.length;
    this.#part("lost-words").textContent = passages.join("\n\n");
    this.#part("dismiss").hidden = Boolean(unsaved);
  }

  #outline() {
    const { state } = this.view;
    const all = headings(state);
    showOutline(
      this.#part("headings"),
      all,
      current(all, state.selection.main.head),
      (position) => {
        this.view.dispatch({
          selection: { anchor: position },
          effects: EditorView.scrollIntoView(position, {
            y: "start",
            yMargin: this.#part("bar").offsetHeight + 8,
          }),
        });
        this.view.focus();
      },
    );
    this.#part("no-headings").hidden = all.length > 0;
    const count = new Intl.NumberFormat(document.documentElement.lang).format(
      countWords(state.doc.toString()),
    );
    this.#part("count").textContent = this.words.count.replace("{n}", count);
  }

  /** Links marked so lead on only when nothing waits: they do something with the text as it is saved. */
  #leaveOnceSaved(event) {
    const link = event.target.closest("a[data-once-saved]");
    if (!link || !this.live?.text.waiting || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#leaving = link.href;
  }
}

customElements.define("flamingo-draft", FlamingoDraft);
