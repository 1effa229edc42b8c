/**
 * Going through the queue by key: wrap it, or one decision, in <moderation-keys>.
 * J and K move: in a list (.entry) the focus, before one contribution to the next or previous (rel="next", "prev").
 * P presses the button that publishes; R goes to the reason, and once there is one, returns.
 */
import { isOurs, letterOf, neighbour } from "./response-keys.js";

/** What a key asks for on a page with these parts; null where it asks for nothing. */
export function asked(key, { next, previous, publish, sendBack, reason }) {
  switch (key) {
    case "j":
      return next ?? null;
    case "k":
      return previous ?? null;
    case "p":
      return publish ?? null;
    case "r":
      return sendBack && reason && !reason.value ? reason : (sendBack ?? null);
    default:
      return null;
  }
}

if (globalThis.customElements) {
  customElements.define(
    "moderation-keys",
    class extends HTMLElement {
      connectedCallback() {
        this.pressed = (event) => this.onKey(event);
        document.addEventListener("keydown", this.pressed);
        for (const help of this.querySelectorAll(".keys-help"))
          help.hidden = !matchMedia("(hover: hover)").matches;
      }

      disconnectedCallback() {
        document.removeEventListener("keydown", this.pressed);
      }

      onKey(event) {
        if (!isOurs(event)) return;
        const key = letterOf(event);
        const entries = [...this.querySelectorAll(".entry h2 a")];
        if (entries.length && (key === "j" || key === "k")) {
          const here = entries.indexOf(document.activeElement);
          (here < 0 ? entries[0] : neighbour(entries, entries[here], key)).focus();
          event.preventDefault();
          return;
        }
        const found = asked(key, {
          next: this.querySelector("a[rel=next]"),
          previous: this.querySelector("a[rel=prev]"),
          publish: this.querySelector("button[value=publish], button[value=keep]"),
          sendBack: this.querySelector("button[value=return]"),
          reason: this.querySelector("select[name=reason]"),
        });
        if (!found) return;
        event.preventDefault();
        if (found.matches("select")) found.focus();
        else found.click();
      }
    },
  );
}
