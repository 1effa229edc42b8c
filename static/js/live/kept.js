/**
 * What was written and not saved, over a reload: in this tab's own storage, which goes with the tab. Another seat in the
 * same tab finds nothing, and takes what the one before left with it.
 */
const PREFIX = "flamingo.unsent.";

export class Kept {
  constructor(storage, draft, seat) {
    this.storage = storage;
    this.key = `${PREFIX}${seat}.${draft}`;
    for (const key of Object.keys(storage)) {
      if (key.startsWith(PREFIX) && !key.startsWith(`${PREFIX}${seat}.`)) storage.removeItem(key);
    }
  }

  read() {
    try {
      return JSON.parse(this.storage.getItem(this.key));
    } catch {
      return null;
    }
  }

  /** Null forgets. A full storage is no reason to stop: the text itself is still on the page. */
  write(record) {
    try {
      if (record) this.storage.setItem(this.key, JSON.stringify(record));
      else this.storage.removeItem(this.key);
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error;
    }
  }
}
