/** One key answers: wrap a list of assumptions in <response-keys>; each .response button names its key in data-key. */

/** Whether a key press is meant for us: no modifier, and not someone writing. */
export function isAnswer(event) {
  const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
  return !writing && !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1;
}

/** The item that has the focus, or else the first one not yet above the fold. */
export function current(items, active) {
  const middle = window.innerHeight / 3;
  return (
    items.find((item) => item.contains(active)) ??
    items.find((item) => item.getBoundingClientRect().bottom > middle)
  );
}

if (globalThis.customElements) {
  customElements.define(
    "response-keys",
    class extends HTMLElement {
      connectedCallback() {
        this.listener = (event) => this.answer(event);
        document.addEventListener("keydown", this.listener);
      }

      disconnectedCallback() {
        document.removeEventListener("keydown", this.listener);
      }

      answer(event) {
        if (!isAnswer(event)) return;
        const item = current([...this.querySelectorAll(".assumption")], document.activeElement);
        const button = item?.querySelector(
          `.response[data-key="${CSS.escape(event.key.toLowerCase())}"]`,
        );
        if (!button) return;
        event.preventDefault();
        button.click();
      }
    },
  );
}
