/** Which way a line runs: by its first letter, as `dir="auto"` has it, and a line without letters like the one before. */
const LETTER = /\p{L}/u;
const RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}]/u;

export function direction(text, before = null) {
  const [letter] = LETTER.exec(text) ?? [];
  if (!letter) return before;
  return RIGHT_TO_LEFT.test(letter) ? "rtl" : "ltr";
}
