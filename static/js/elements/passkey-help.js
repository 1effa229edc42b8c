/** Shows the page's passkey buttons where the browser knows passkeys, and says so when using one failed: <passkey-help>. */
export class PasskeyHelp extends HTMLElement {
  connectedCallback() {
    for (const button of document.querySelectorAll("[data-passkey]")) {
      button.hidden = !("PublicKeyCredential" in window);
    }
    const failed = this.querySelector("[data-failed]");
    document.addEventListener("allauth.error", (event) => {
      event.preventDefault(); // or else it also goes to the console
      failed.hidden = false;
    });
  }
}
customElements.define("passkey-help", PasskeyHelp);
