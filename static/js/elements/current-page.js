/** On phones the navigation of a workshop is longer than the screen: show the page one is on. */
document
  .querySelector(".workshop-nav [aria-current]")
  ?.scrollIntoView({ block: "nearest", inline: "center" });
