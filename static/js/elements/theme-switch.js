/** Light or dark: <theme-switch><button hidden data-dark="Dark page" data-light="Light page"></button></theme-switch>. */

const YEAR = 60 * 60 * 24 * 365;

/** What to show and what to keep when someone asks for the other theme; following the system keeps nothing. */
export function other(shown, system) {
  const next = shown === "dark" ? "light" : "dark";
  return { next, cookie: next === system ? "theme=; max-age=0" : `theme=${next}; max-age=${YEAR}` };
}

const dark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
const system = () => (dark.matches ? "dark" : "light");
const shown = () => document.documentElement.dataset.theme ?? system();

if (globalThis.customElements) {
  customElements.define(
    "theme-switch",
    class extends HTMLElement {
      connectedCallback() {
        this.button = this.querySelector("button");
        this.button.hidden = false;
        this.button.addEventListener("click", () => this.turn());
        dark.addEventListener("change", () => this.label());
        this.label();
      }

      turn() {
        const { next, cookie } = other(shown(), system());
        // biome-ignore lint/suspicious/noDocumentCookie: the server reads it, so that no page flashes white first
        document.cookie = `${cookie}; path=/; samesite=lax`;
        document.documentElement.dataset.theme = next;
        this.label();
      }

      label() {
        this.button.textContent =
          shown() === "dark" ? this.button.dataset.light : this.button.dataset.dark;
      }
    },
  );
}
