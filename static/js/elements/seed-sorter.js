/**
 * Sort seeds into clusters by dragging or by keys: <seed-sorter> around sections with data-cluster whose list items hold
 * a form.sort. J and K go from seed to seed, [ and ] move the one with the focus to the cluster before or after.
 * Without us the form's own select does it.
 */
import { isOurs, letterOf } from "./response-keys.js";

/** The place after a step, held within the list. */
export function step(place, by, length) {
  return Math.min(Math.max(place + by, 0), length - 1);
}

if (globalThis.customElements) {
  customElements.define(
    "seed-sorter",
    class extends HTMLElement {
      connectedCallback() {
        for (const seed of this.seeds) seed.draggable = true;
        for (const help of this.querySelectorAll(".sort-help"))
          help.hidden = !this.seeds.length || !matchMedia("(hover: hover)").matches;
        for (const name of ["dragstart", "dragover", "drop", "keydown"])
          this.addEventListener(name, this);
      }

      get seeds() {
        return [...this.querySelectorAll("li:has(form.sort)")];
      }

      get sections() {
        return [...this.querySelectorAll("[data-cluster]")];
      }

      handleEvent(event) {
        if (event.type === "dragstart") this.dragged = event.target.closest("li");
        else if (event.type === "dragover" && this.dragged) event.preventDefault();
        else if (event.type === "drop") this.drop(event);
        else if (event.type === "keydown") this.onKey(event);
      }

      drop(event) {
        event.preventDefault();
        const section = event.target.closest("[data-cluster]");
        if (section && this.dragged) this.move(this.dragged, section);
        this.dragged = null;
      }

      onKey(event) {
        if (!isOurs(event)) return;
        const { seeds, sections } = this;
        const seed = event.target.closest("li:has(form.sort)");
        const key = letterOf(event);
        if (key === "j" || key === "k") {
          const to = seed ? step(seeds.indexOf(seed), key === "j" ? 1 : -1, seeds.length) : 0;
          seeds[to]?.focus();
        } else if (seed && (key === "[" || key === "]")) {
          const here = sections.indexOf(seed.closest("[data-cluster]"));
          this.move(seed, sections[step(here, key === "]" ? 1 : -1, sections.length)]);
        } else return;
        event.preventDefault();
      }

      async move(seed, section) {
        if (section.contains(seed)) return;
        const form = seed.querySelector("form.sort");
        const answer = new FormData(form);
        answer.set("cluster", section.dataset.cluster);
        answer.set("new_cluster", "");
        const said = this.querySelector('[role="status"]');
        try {
          const reply = await fetch(form.action, {
            method: "POST",
            body: new URLSearchParams(answer),
          });
          if (!reply.ok) throw new Error(reply.statusText);
          form.elements.cluster.value = section.dataset.cluster;
          section.querySelector("ul").append(seed);
          seed.focus();
          said.textContent = section.querySelector("h2").textContent;
        } catch {
          said.className = "notice warning";
          said.textContent = this.dataset.refused;
        }
      }
    },
  );
}
