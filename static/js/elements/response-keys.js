/**
 * Answers without loading the page again, by tap or by key: wrap a list of assumptions in <response-keys>.
 * Each .response button names its key in data-key; J and K move. A letter answers only
 * for the item that has the focus: nobody answers by accident. What the server refuses, the page sends again
 * the plain way, so that the sentence it answers with is seen.
 */

/** Whether a key press is meant for us: no modifier, and not someone writing. */
export function isOurs(event) {
  const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
  return !writing && !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1;
}

/** The Latin letter of a key press; on a keyboard with other letters, the one that is printed there as well. */
export function letterOf(event) {
  const key = event.key.toLowerCase();
  return /^[a-z]$/.test(key) ? key : (/^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase() ?? key);
}

/** The item that has the focus, or else the first one not yet above the fold. */
export function current(items, active) {
  const middle = window.innerHeight / 3;
  return (
    items.find((item) => item.contains(active)) ??
    items.find((item) => item.getBoundingClientRect().bottom > middle)
  );
}

/** The neighbour of an item: the one after it for "j", before it for "k"; at the ends, itself. */
export function neighbour(items, item, key) {
  const place = items.indexOf(item) + (key === "j" ? 1 : -1);
  return items[Math.min(Math.max(place, 0), items.length - 1)];
}

if (globalThis.customElements) {
  customElements.define(
    "response-keys",
    class extends HTMLElement {
      connectedCallback() {
        this.pressed = (event) => this.onKey(event);
        document.addEventListener("keydown", this.pressed);
        this.addEventListener("submit", this);
        for (const help of this.querySelectorAll(".keys-help"))
          help.hidden = !matchMedia("(hover: hover)").matches;
      }

      disconnectedCallback() {
        document.removeEventListener("keydown", this.pressed);
      }

      get items() {
        return [...this.querySelectorAll(".assumption")];
      }

      onKey(event) {
        if (!isOurs(event)) return;
        const key = letterOf(event);
        const item = current(this.items, document.activeElement);
        const focused = item?.contains(document.activeElement);
        if (item && (key === "j" || key === "k")) {
          this.goTo(focused ? neighbour(this.items, item, key) : item);
          event.preventDefault();
        } else if (focused) {
          item.querySelector(`.response[data-key="${CSS.escape(key)}"]`)?.click();
        }
      }

      goTo(item) {
        item.focus({ preventScroll: true });
        item.scrollIntoView({ block: "nearest" });
      }

      /** A form of ours is sent. */
      async handleEvent(event) {
        const form = event.target;
        if (!form.matches(".responses") || !event.submitter) return;
        event.preventDefault();
        if (form.ariaBusy === "true") return;
        form.ariaBusy = "true";
        const { name, value } = event.submitter;
        const answer = new FormData(form);
        answer.set(name, value);
        try {
          const reply = await fetch(form.action, {
            method: "POST",
            body: new URLSearchParams(answer),
            headers: { "X-Part": "1" },
          });
          if (reply.ok && reply.headers.get("X-Part")) this.show(form, value, await reply.text());
          else this.sendPlainly(form, name, value);
        } catch {
          this.say(this.dataset.offline);
        } finally {
          form.ariaBusy = "false";
        }
      }

      show(form, value, html) {
        const old = form.closest(".assumption");
        const part = new DOMParser().parseFromString(html, "text/html");
        const fresh = part.querySelector(".assumption");
        const onButton = document.activeElement?.closest(".response");
        const onItem = document.activeElement === old;
        old.replaceWith(fresh);
        if (onButton) fresh.querySelector(`.response[value="${CSS.escape(value)}"]`)?.focus();
        else if (onItem) fresh.focus({ preventScroll: true });
        this.say(part.querySelector(".waiting-count")?.textContent.trim());
      }

      sendPlainly(form, name, value) {
        const input = Object.assign(document.createElement("input"), {
          type: "hidden",
          name,
          value,
        });
        form.append(input);
        form.submit();
      }

      say(words) {
        const place = this.querySelector(".waiting-count");
        if (place) place.textContent = words;
      }
    },
  );
}
