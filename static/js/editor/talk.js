/** What is said about the words: marked in the text, listed beside it, and sent without leaving the page. */
import { ChangeSet, Decoration, EditorView, StateEffect, StateField } from "../../dist/editor.js";

const AGAIN = 400; // several hints in a row are one look

/** Where a range of an older text is after changes to it; null once its words are gone. As the server has it. */
export function follow({ from, to, ...rest }, changes) {
  const [start, end] = [changes.mapPos(from, 1), changes.mapPos(to, -1)];
  return start < end ? { ...rest, from: start, to: end } : null;
}

const setMarks = StateEffect.define();

/** The ranges in the text; they move with it until the server says anew where they are. */
export const marks = StateField.define({
  create: () => Decoration.none,
  update(set, { changes, effects }) {
    const moved = set.map(changes);
    return effects.reduce((last, effect) => (effect.is(setMarks) ? effect.value : last), moved);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const decorations = (ranges) =>
  Decoration.set(
    ranges.map(({ id, from, to }) =>
      Decoration.mark({ class: "remark", attributes: { "data-remark": id } }).range(from, to),
    ),
    true,
  );

export class Talk {
  #wait = 0;
  #heard = 0;
  #busy = false;

  /** `live` gives the live draft, or null where there is none any more. */
  constructor(element, view, live) {
    Object.assign(this, { element, view, live });
    element.addEventListener("submit", (event) => this.#submit(event));
    element.addEventListener("toggle", (event) => this.#opened(event.target), true);
    element.addEventListener("click", (event) => this.#goToWords(event));
    view.contentDOM.addEventListener("click", ({ target }) => {
      const mark = target.closest("[data-remark]");
      if (mark) this.#thread(mark.dataset.remark)?.scrollIntoView({ block: "nearest" });
    });
  }

  #thread(id) {
    return this.element.querySelector(`#comment-${CSS.escape(id)}`);
  }

  /** Opens the form for the words that are selected. */
  begin() {
    const fold = this.element.querySelector(".say");
    if (!fold) return false;
    if (fold.open) this.#quote(fold);
    fold.open = true;
    fold.querySelector("[name=text]").focus();
    return true;
  }

  #opened(fold) {
    if (fold.matches?.(".say") && fold.open) this.#quote(fold);
  }

  #quote(fold) {
    const { from, to, empty } = this.view.state.selection.main;
    if (empty) return;
    const { quote, near } = fold.querySelector("form").elements;
    quote.value = this.view.state.sliceDoc(from, to);
    const { a, h } = this.live().text.selection();
    near.value = Math.min(a, h);
  }

  #goToWords(event) {
    const link = event.target.closest("a[data-words]");
    if (!link) return;
    event.preventDefault();
    const id = link.closest(".thread").id.replace("comment-", "");
    this.view.state.field(marks).between(0, this.view.state.doc.length, (from, to, { spec }) => {
      if (spec.attributes["data-remark"] !== id) return;
      this.view.dispatch({
        selection: { anchor: from, head: to },
        effects: EditorView.scrollIntoView(from, { y: "center" }),
      });
      this.view.focus();
      return false;
    });
  }

  /** Called after everything that comes over the line: reads anew what was said, and marks it once the text is there. */
  look() {
    const session = this.live()?.session;
    if (!session) return;
    if (session.noted !== this.#heard) {
      this.#heard = session.noted;
      clearTimeout(this.#wait);
      this.#wait = setTimeout(() => this.#read(), AGAIN);
    }
    if (!this.marked) this.mark();
  }

  /** Marks the words of every thread that is listed, as they stand on this page now. */
  mark() {
    const { session, text } = this.live();
    const list = this.element.querySelector("[data-version]");
    const since = session.since(Number(list.dataset.version));
    if (!since) {
      // Older than we remember: ask again. Newer than what we have: it will come.
      if (Number(list.dataset.version) < session.version) session.noted++;
      return;
    }
    this.marked = true;
    const changes = since.map((c) => ChangeSet.fromJSON(c));
    const toPage = text.toPage();
    const ranges = [...list.querySelectorAll("[data-start]")]
      .map(({ id, dataset }) => ({
        id: id.replace("comment-", ""),
        from: Number(dataset.start),
        to: Number(dataset.end),
      }))
      .map((range) => changes.reduce((at, change) => at && follow(at, change), range))
      .filter(Boolean)
      .map(({ id, from, to }) => ({ id, from: toPage(from), to: toPage(to) }))
      .filter(({ from, to }) => from < to && to <= this.view.state.doc.length);
    // Not now: we may be in the middle of an update of the view.
    queueMicrotask(() => this.view.dispatch({ effects: setMarks.of(decorations(ranges)) }));
  }

  async #read() {
    try {
      await this.#show(await fetch(this.element.dataset.url, { headers: { "X-Part": "1" } }));
    } catch {
      // It is read again with the next hint, or when the line comes back.
    }
  }

  async #submit(event) {
    const form = event.target;
    event.preventDefault();
    if (this.#busy) return;
    this.#busy = true;
    const said = new FormData(form, event.submitter);
    try {
      const reply = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(said),
        headers: { "X-Part": "1" },
      });
      if (!(await this.#show(reply, reply.ok ? form : null))) form.submit();
    } catch {
      this.element.querySelector("[data-part=talk-offline]").hidden = false;
    } finally {
      this.#busy = false;
    }
  }

  /** Puts what came in place of what is shown, but for what is being written; `sent` is the form that is done with. */
  async #show(reply, sent = null) {
    const html = await reply.text();
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(".talk");
    if (!fresh) return false;
    const old = this.element.querySelector(".talk");
    const here = document.activeElement;
    const fields = old.querySelectorAll("textarea[id], input[id]:not([type=hidden])");
    const kept = [...fields].filter(
      (field) => field.form !== sent && (field.value || field.checked || field === here),
    );
    const open = [...old.querySelectorAll("details[open]")]
      .filter((fold) => !(sent && fold.contains(sent)))
      .map((fold) => fold.id);
    const key = old.querySelector(".say [name=client_key]")?.value;
    old.replaceWith(fresh);
    for (const fold of fresh.querySelectorAll("details")) {
      if (open.includes(fold.id)) fold.open = true;
    }
    const say = fresh.querySelector(".say");
    if (say?.open && sent === null && key) say.querySelector("[name=client_key]").value = key;
    for (const field of kept) {
      const place = fresh.querySelector(`#${CSS.escape(field.id)}`);
      if (place) Object.assign(place, { value: field.value, checked: field.checked });
      if (field === here) {
        place?.focus({ preventScroll: true });
        place?.setSelectionRange?.(here.selectionStart, here.selectionEnd);
      }
    }
    this.element.querySelector("[data-part=talk-offline]").hidden = true;
    this.marked = false;
    if (this.live()) this.mark();
    return true;
  }
}
