/** On every page that finds nobody signed in: nothing unsent stays in this tab, and others see for themselves at once. */
import { PREFIX } from "./kept.js";

for (const key of Object.keys(sessionStorage)) {
  if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}
new BroadcastChannel("flamingo").postMessage({ signedOut: true });
