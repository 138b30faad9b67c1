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
// Numbers and days in the locale of the page.
const LOCALE = document.documentElement.dataset.locale;
const formats = (options) => new Intl.NumberFormat(LOCALE, options);
const [wholes, tenths, percents] = [
  formats({ maximumFractionDigits: 0 }),
  formats({ minimumFractionDigits: 1, maximumFractionDigits: 1 }),
  formats({ style: "percent", maximumFractionDigits: 0 }),
];
const whole = (value) => wholes.format(Math.round(value) + 0);
const tenth = (value) => tenths.format(value);
const percent = (value) => percents.format(value);
const dayOf = (text, options) =>
  new Date(`${text}T00:00:00Z`).toLocaleDateString(LOCALE, { timeZone: "UTC", ...options });
const shortDay = (text) => dayOf(text, { day: "numeric", month: "short" });
const longDay = (text) => dayOf(text, { day: "numeric", month: "short", year: "numeric" });
// The files of the cards are compressed: where the browser can, they are handed out as they were.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[download$='.csv.gz']");
  if (!link || !window.DecompressionStream) return;
  event.preventDefault();
  const packed = Uint8Array.from(atob(link.href.split(",")[1]), (character) => character.charCodeAt(0));
  const opened = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = await new Response(opened).arrayBuffer();
  const file = document.createElement("a");
  file.href = URL.createObjectURL(new Blob([bytes], { type: "text/csv;charset=utf-8" }));
  file.download = link.download.replace(/\.gz$/, "");
  file.click();
  setTimeout(() => URL.revokeObjectURL(file.href), 60000);
});
