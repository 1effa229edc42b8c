/** One sentence about what was written: saved, saving, offline, not saved. */
const CALM = 400; // not a flicker at every letter
const SPEAK = 1200;

/** The sentence, from the page's own words. */
export function sentence({ state, why, code, n }, words, language) {
  const because = why || words[`closed-${code}`] || "";
  const count = new Intl.NumberFormat(language).format(n);
  const said = state === "offline" && n ? words.waiting : words[state];
  return said.replace("{n}", count).replace("{why}", because).trim();
}

export class StatusLine {
  #state = null;
  #said = "";
  #calm = 0;
  #speak = 0;

  /** `shown` is what people see; `spoken` is a live region, told only what lasts and what matters. */
  constructor(shown, spoken, words) {
    Object.assign(this, { shown, spoken, words });
  }

  show(status) {
    const said = sentence(status, this.words, document.documentElement.lang);
    if (said === this.#said) return;
    this.#said = said;
    clearTimeout(this.#calm);
    const wait = status.state === "saved" && this.#state === "saving" ? CALM : 0;
    this.#calm = setTimeout(() => this.#write(status.state, said), wait);
  }

  #write(state, said) {
    if (state !== "saving" && !(state === "saved" && ["saving", "opening"].includes(this.#state))) {
      clearTimeout(this.#speak);
      this.#speak = setTimeout(() => {
        this.spoken.textContent = said;
      }, SPEAK);
    }
    this.#state = state;
    this.shown.dataset.state = state;
    this.shown.textContent = said;
  }
}
