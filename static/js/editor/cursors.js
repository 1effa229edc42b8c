/** Where the others are: a line with a name at each one's cursor, and what they selected. Drawn beside the text, not in it. */
import {
  EditorSelection,
  layer,
  RectangleMarker,
  StateEffect,
  ViewPlugin,
} from "../../dist/editor.js";

/** To be dispatched when somebody moved, came or left. */
export const lookAgain = StateEffect.define();

class Caret {
  constructor({ left, top, height }, { name, colour, moves, mark }, late) {
    Object.assign(this, { left, top, height, name, colour, moves, mark, late });
  }

  eq(other) {
    return ["left", "top", "height", "name", "colour", "moves", "mark", "late"].every(
      (key) => this[key] === other[key],
    );
  }

  draw() {
    const caret = document.createElement("div");
    this.#place(caret);
    caret.append(this.#label());
    return caret;
  }

  update(caret, before) {
    this.#place(caret);
    // A new label begins its time on the screen anew.
    if (before.moves !== this.moves || before.name !== this.name)
      caret.replaceChildren(this.#label());
    return true;
  }

  #label() {
    const label = document.createElement("bdi");
    label.textContent = this.mark ? `${this.name} · ${this.mark}` : this.name;
    return label;
  }

  #place(caret) {
    caret.className = `remote-caret hue-${this.colour}${this.late ? " late" : ""}`;
    caret.style.left = `${this.left}px`;
    caret.style.top = `${this.top}px`;
    caret.style.height = `${this.height}px`;
  }
}

/** Lines that come into view are of another height than was guessed, and that moves all below them. */
const follow = ViewPlugin.define((view) => {
  const watch = new ResizeObserver(() => view.dispatch({ effects: lookAgain.of(null) }));
  watch.observe(view.contentDOM);
  return { destroy: () => watch.disconnect() };
});

/** `others` gives who is here besides us, with `anchor` and `head` on this page. */
export function cursors(others) {
  const placed = (view) =>
    others()
      .filter(({ head }) => head !== null)
      .map((peer) => ({
        ...peer,
        head: Math.min(peer.head, view.state.doc.length),
        anchor: Math.min(peer.anchor, view.state.doc.length),
      }));
  const update = ({ docChanged, viewportChanged, transactions }) =>
    docChanged ||
    viewportChanged ||
    transactions.some(({ effects }) => effects.some((effect) => effect.is(lookAgain)));
  return [
    follow,
    layer({
      above: true,
      class: "remote-carets",
      update,
      markers: (view) =>
        placed(view).flatMap((peer) =>
          RectangleMarker.forRange(view, "", EditorSelection.cursor(peer.head)).map(
            (place) => new Caret(place, peer, place.left > view.contentDOM.clientWidth / 2),
          ),
        ),
    }),
    layer({
      above: false,
      class: "remote-selections",
      update,
      markers: (view) =>
        placed(view)
          .filter(({ anchor, head }) => anchor !== head)
          .flatMap(({ anchor, head, colour }) =>
            RectangleMarker.forRange(
              view,
              `remote-selection hue-${colour}`,
              EditorSelection.range(anchor, head),
            ),
          ),
    }),
  ];
}
