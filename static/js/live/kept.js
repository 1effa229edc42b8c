/**
 * What was written and not saved, over a reload: in this tab's own storage, which goes with the tab. Another seat in the
 * same tab finds nothing, and takes what the one before left with it.
 */
export const PREFIX = "flamingo.unsent.";
const ANSWER_WITHIN = 150; // of another tab

export class Kept {
  #base = null; // the version of the text that was kept along

  constructor(storage, draft, seat) {
    this.storage = storage;
    this.key = `${PREFIX}${seat}.${draft}`;
    for (const key of Object.keys(storage)) {
      if (key.startsWith(PREFIX) && !key.startsWith(`${PREFIX}${seat}.`)) storage.removeItem(key);
    }
  }

  /** The record; with `base`, the text it stands on, if that was kept along. */
  read() {
    try {
      const record = JSON.parse(this.storage.getItem(this.key));
      const base = JSON.parse(this.storage.getItem(`${this.key}.text`));
      if (record && base && base.version === record.version) record.base = base.text;
      return record;
    } catch {
      return null;
    }
  }

  /**
   * Null forgets. A full storage is no reason to stop, the text itself is still on the page; but then it says false.
   * `text` gives what the edits stand on: kept where it may take long until they are sent.
   */
  write(record, text = null) {
    try {
      if (!record) {
        this.storage.removeItem(this.key);
        this.storage.removeItem(`${this.key}.text`);
        this.#base = null;
        return true;
      }
      const { base: _, ...rest } = record;
      this.storage.setItem(this.key, JSON.stringify(rest));
      if (text && record.version !== this.#base) {
        const { version } = record;
        this.storage.setItem(`${this.key}.text`, JSON.stringify({ version, text: text() }));
        this.#base = version;
      }
      return true;
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error;
      return false;
    }
  }
}

/** All tabs of this browser, so that a copy of a tab leaves the unsent edits to the one they are from. */
export class Tabs {
  #channel = new BroadcastChannel("flamingo");

  /** `clients` are those this page sends for; `signedOut` is called when a page finds nobody signed in. */
  constructor({ clients = () => [], signedOut = () => {} } = {}) {
    this.#channel.addEventListener("message", ({ data }) => {
      if (data.wanted && clients().includes(data.wanted))
        this.#channel.postMessage({ here: data.wanted });
      if (data.signedOut) signedOut();
    });
  }

  /** Whether another tab sends what was kept under this client. */
  elsewhere(client) {
    return new Promise((resolve) => {
      this.#channel.addEventListener("message", ({ data }) => {
        if (data.here === client) resolve(true);
      });
      this.#channel.postMessage({ wanted: client });
      setTimeout(resolve, ANSWER_WITHIN, false);
    });
  }
}
