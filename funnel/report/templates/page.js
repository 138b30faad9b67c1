// Shows the table of the options that are chosen.
for (const block of document.querySelectorAll(".switched")) {
  const chosen = () =>
    [...block.querySelectorAll("[data-place]")]
      .sort((one, other) => one.dataset.place - other.dataset.place)
      .map((part) => (part.querySelector("input:checked") || part.querySelector("select")).value)
      .join("|");
  const show = () => {
    const keys = chosen();
    for (const panel of block.querySelectorAll(".panel")) panel.hidden = panel.dataset.keys !== keys;
  };
  block.addEventListener("change", show);
  show();
}
