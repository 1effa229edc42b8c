/** Repeatable chance, and texts that are hard on whoever counts their letters. */
const WORDS = [
  "a",
  "be",
  "\n",
  "\n\n",
  "سلام",
  "نهر",
  "مُدَّةٌ", // marks that combine
  "لا",
  "😀",
  "👩‍👧",
  "🇿🇦",
  "é",
  "e\u0301",
  "ḍ̇",
  "𝕏",
  " ",
  "–",
  "heron ",
  "\r\n",
  "\r",
  "\u2028",
  "‏",
];

/** Small and fast, and the same everywhere (mulberry32). */
export function dice(seed) {
  return (sides) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

export function words(roll, most) {
  let text = "";
  for (let n = roll(most + 1); n > 0; n--) text += WORDS[roll(WORDS.length)];
  return text;
}

/** This position, or the one before it where it would tear a character in two. */
export function whole(text, at) {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code < 0xe000 ? at - 1 : at;
}
