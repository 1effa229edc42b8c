/** Who is here, in words: oneself first, then the others as they came. */
export function showPeople(list, peers, you, words) {
  const sorted = [...peers].sort((a, b) => Number(b.id === you) - Number(a.id === you));
  const items = sorted.map(({ id, name, colour, role }) => {
    const item = document.createElement("li");
    const seat = document.createElement("span");
    seat.className = `seat hue-${colour}`;
    const pseudonym = document.createElement("bdi");
    pseudonym.textContent = name;
    seat.append(pseudonym);
    item.append(seat);
    const said = [id === you && words.you, words[role]].filter(Boolean).join(", ");
    if (said) {
      const about = document.createElement("span");
      about.className = "byline";
      about.textContent = said;
      item.append(" ", about);
    }
    return item;
  });
  list.replaceChildren(...items);
}
