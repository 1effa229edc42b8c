/** Shows the page's passkey buttons where passkeys can be used, and says so when using one failed: <passkey-help>. */

/** Browsers keep passkeys for named hosts only, not for bare IP addresses. */
export function knowsPasskeys(browser) {
  return "PublicKeyCredential" in browser && !/^(\[|[\d.]+$)/.test(browser.location.hostname);
}

class PasskeyHelp extends HTMLElement {
  connectedCallback() {
    const known = knowsPasskeys(window);
    for (const button of document.querySelectorAll("[data-passkey]")) {
      button.hidden = !known;
    }
    const unknown = this.querySelector("[data-unknown]");
    if (unknown) {
      unknown.hidden = known;
    }
    document.addEventListener("allauth.error", (event) => {
      event.preventDefault(); // or else it also goes to the console
      this.querySelector("[data-failed]").hidden = false;
    });
  }
}

customElements.define("passkey-help", PasskeyHelp);
