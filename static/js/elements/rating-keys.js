/**
 * Rate by digits: <rating-keys> around a form whose questions are groups of radios. A digit chooses in the group that has
 * the focus (or else in the first without an answer) and moves on to the next group, after the last to the button.
 * 0 stands for 10.
 */

/** The value a key press stands for, or an empty string. */
export function numberOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-9]$/.test(event.key)) return "";
  return event.key === "0" ? "10" : event.key;
}

/** The group a digit is for: the one with the focus, or the first without an answer. */
export function groupFor(groups, active) {
  return (
    groups.find((group) => group.contains(active)) ??
    groups.find((group) => !group.querySelector("input:checked"))
  );
}

if (globalThis.customElements) {
  customElements.define(
    "rating-keys",
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
        const value = numberOf(event);
        const groups = [...this.querySelectorAll("fieldset")];
        const group = value ? groupFor(groups, document.activeElement) : undefined;
        const radio = group?.querySelector(`input[type="radio"][value="${value}"]`);
        if (!radio) return;
        event.preventDefault();
        radio.click();
        const next = groups[groups.indexOf(group) + 1];
        const inNext = next && (next.querySelector("input:checked") ?? next.querySelector("input"));
        (inNext ?? this.querySelector("button.primary")).focus();
      }
    },
  );
}
