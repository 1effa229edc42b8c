/** Copies what `for` names: <copy-text for="code"><button hidden data-done="Copied">Copy</button></copy-text>. */
class CopyText extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      const source = document.getElementById(this.getAttribute("for"));
      await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
      button.textContent = button.dataset.done;
    });
  }
}

customElements.define("copy-text", CopyText);
