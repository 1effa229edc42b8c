/** A row of buttons as one stop for the Tab key; the arrows go from one to the next. */
export function nextStop(key, at, count, rightToLeft) {
  const forward = rightToLeft ? "ArrowLeft" : "ArrowRight";
  const back = rightToLeft ? "ArrowRight" : "ArrowLeft";
  const stops = {
    [forward]: (at + 1) % count,
    [back]: (at - 1 + count) % count,
    Home: 0,
    End: count - 1,
  };
  return stops[key] ?? null;
}

export class Toolbar {
  /** `run` takes the name of a command, from the button's `data-command`. */
  constructor(element, run) {
    this.buttons = [...element.querySelectorAll("button[data-command]")];
    this.#stopAt(this.buttons[0]);
    // The text keeps the focus, and a phone its keyboard.
    element.addEventListener("mousedown", (event) => event.preventDefault());
    element.addEventListener("click", ({ target }) => {
      const button = target.closest("button[data-command]");
      if (!button) return;
      this.#stopAt(button);
      if (button.getAttribute("aria-disabled") !== "true") run(button.dataset.command);
    });
    element.addEventListener("keydown", (event) => {
      const rightToLeft = getComputedStyle(element).direction === "rtl";
      const at = this.buttons.indexOf(document.activeElement);
      const next = nextStop(event.key, at, this.buttons.length, rightToLeft);
      if (at < 0 || next === null) return;
      event.preventDefault();
      this.#stopAt(this.buttons[next]);
      this.buttons[next].focus();
    });
  }

  #stopAt(button) {
    for (const other of this.buttons) other.tabIndex = other === button ? 0 : -1;
  }

  /** `pressed` and `possible` by command; what is not named stays as it is. */
  show(pressed, possible) {
    for (const button of this.buttons) {
      const { command } = button.dataset;
      if (command in pressed) button.setAttribute("aria-pressed", String(pressed[command]));
      if (command in possible) button.setAttribute("aria-disabled", String(!possible[command]));
    }
  }
}
