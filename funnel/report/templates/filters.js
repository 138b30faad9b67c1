// The filters: each table that has a cube is filled again from its sums by market, segment and
// period. filters.py says what is in a cube.
const filterForm = document.getElementById("filters");
const NOTHING = "–";

// Amounts as in the rest of the page: 1.53M, 417k, 980.
function shortAmount(value) {
  for (const [size, letter] of [[1e9, "bn"], [1e6, "M"], [1e3, "k"]]) {
    const large = Math.abs(value) / size;
    if (large >= 0.9995) {
      const digits = large >= 100 ? 0 : large >= 10 ? 1 : 2;
      return minus(value) + formats({ maximumFractionDigits: digits }).format(large) + letter;
    }
  }
  return minus(Math.round(value)) + whole(Math.abs(value));
}
const minus = (value) => (value < 0 ? "−" : "");
const FORMS = {
  count: whole,
  amount: shortAmount,
  signed: (value) => (Math.round(value) ? (value > 0 ? "+" : "−") + shortAmount(Math.abs(value)) : "0"),
  percent,
  tenths: (value) => formats({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value),
};

// The sums of a cube by key, of the rows that are chosen; without a period, of the last 12 months.
function sumsOf(cube, chosen) {
  const depth = cube.dimensions.length;
  const wanted = cube.dimensions.map((dimension) => {
    const choice = chosen[dimension] || "all";
    const name = choice === "all" && dimension === "period" ? cube.usual : choice;
    return name === "all" ? null : cube.names.indexOf(name);
  });
  const sums = new Map();
  for (const row of cube.rows) {
    if (wanted.some((place, number) => place !== null && row[number] !== place)) continue;
    const key = cube.names[row[depth]];
    const found = sums.get(key) || Object.fromEntries(cube.columns.map((column) => [column, 0]));
    cube.columns.forEach((column, number) => {
      const value = row[depth + 1 + number];
      found[column] = column.startsWith("largest_") ? Math.max(found[column], value) : found[column] + value;
    });
    sums.set(key, found);
  }
  return sums;
}

// "won/entered" is a share, "-churn" is taken away, "won" is a sum.
function valueOf(sums, formula) {
  if (formula.startsWith("-")) return -valueOf(sums, formula.slice(1));
  const [part, among] = formula.split("/");
  if (!among) return (sums && sums[part]) || 0;
  return sums && sums[among] ? sums[part] / sums[among] : null;
}

function fillCell(cell, sums, texts) {
  const shown = cell.querySelector("span:not(.bar)");
  if (!("before" in cell.dataset)) {
    const bar = cell.querySelector(".bar");
    cell.dataset.before = shown.textContent;
    if (bar) bar.dataset.before = bar.style.width;
    cell.dataset.shade = cell.style.getPropertyValue("--shade");
  }
  if (cell.dataset.text) {
    const place = Number(cell.dataset.text);
    shown.textContent = (place >= 0 && texts && texts[3 + place]) || NOTHING;
    return null;
  }
  if (cell.dataset.form === "of") {
    const [part, among] = cell.dataset.sum.split("/").map((formula) => valueOf(sums, formula));
    shown.textContent = among ? `${whole(part)} of ${whole(among)}` : NOTHING;
    return null;
  }
  const value = valueOf(sums, cell.dataset.sum);
  shown.textContent = value === null ? NOTHING : FORMS[cell.dataset.form || "count"](value);
  if (cell.dataset.shade) cell.style.setProperty("--shade", value || 0);
  return value;
}

function fillTable(table, sums, texts) {
  const bars = new Map();
  for (const row of table.querySelectorAll("tr[data-key]")) {
    for (const cell of row.querySelectorAll("[data-sum], [data-text]")) {
      const value = fillCell(cell, sums.get(row.dataset.key), texts.get(row.dataset.key));
      const bar = cell.querySelector(".bar");
      if (bar) bars.set(bar, [value || 0, cell.dataset.form === "percent" ? "share" : cell.cellIndex]);
    }
  }
  for (const [bar, [value, column]] of bars) {
    const among = [...bars.values()].filter(([, other]) => other === column).map(([other]) => other);
    const most = column === "share" ? 1 : Math.max(...among);
    bar.style.width = most > 0 ? `${(Math.max(value, 0) / most) * 100}%` : "0";
  }
}

function restore(card) {
  for (const cell of card.querySelectorAll("[data-before]")) {
    if (cell.matches(".bar")) cell.style.width = cell.dataset.before;
    else {
      cell.querySelector("span:not(.bar)").textContent = cell.dataset.before;
      if (cell.dataset.shade) cell.style.setProperty("--shade", cell.dataset.shade);
    }
  }
}

if (filterForm) {
  const selects = [...filterForm.querySelectorAll("select")];
  const cards = [...document.querySelectorAll(".meeting .card")];
  const cubes = new Map();
  const cubeOf = (card) => {
    if (!cubes.has(card)) cubes.set(card, JSON.parse(card.querySelector(".cube").textContent));
    return cubes.get(card);
  };

  function filter() {
    const chosen = Object.fromEntries(selects.map((select) => [select.name, select.value]));
    const active = selects.filter((select) => select.value !== "all");
    for (const select of selects) select.toggleAttribute("data-on", select.value !== "all");
    filterForm.querySelector("button").hidden = !active.length;
    for (const card of cards) show(card, chosen, active);
  }

  function show(card, chosen, active) {
    const cube = card.dataset.cube && active.length ? cubeOf(card) : null;
    const knows = (card.dataset.cube || card.dataset.follows || "").split(" ").filter(
      (name) => name !== "period" || (cube ? cube.names.includes(chosen.period) : offers(card, chosen.period)));
    const applied = active.filter((select) => knows.includes(select.name));
    const missing = active.filter((select) => !knows.includes(select.name));
    const own = Object.fromEntries(knows.map((name) => [name, chosen[name]]));
    const name = (select) => select.selectedOptions[0].textContent;
    const note = card.querySelector(".filtered");
    const parts = [];
    if (applied.length) parts.push(`Table: ${applied.map(name).join(", ")}.`);
    if (applied.length && card.dataset.cube) parts.push("The title is of the whole company.");
    if (missing.length) parts.push(`Not split by ${missing.map((select) => select.name.replace("funnel", "market")).join(", ")}.`);
    note.textContent = parts.join(" ");
    note.hidden = !active.length;
    if (card.dataset.cube) {
      // The chart is of the whole company: the numbers take its place.
      const figure = card.querySelector("figure"), details = card.querySelector("details");
      if (figure) figure.hidden = applied.length > 0;
      if (details && applied.length) details.open = true;
      if (!applied.length) return restore(card);
      const sums = sumsOf(cube, own);
      const texts = new Map(cube.texts
        .filter(([funnel, segment]) => funnel === (own.funnel || "all") && segment === (own.segment || "all"))
        .map((text) => [text[2], text]));
      for (const table of card.querySelectorAll("table")) fillTable(table, sums, texts);
    }
    // Its own switches stay as they are while no filter is on or was.
    if (card.dataset.follows && (applied.length || "filtered" in card.dataset)) follow(card, chosen);
    card.toggleAttribute("data-filtered", applied.length > 0);
  }

  // Whether a card with switches of its own has a table of the period.
  function offers(card, period) {
    return period === "all" || Boolean(card.querySelector(`[data-place="0"] [value="${period}"]`));
  }

  // The card has a table for each choice, and switches of its own.
  function follow(card, chosen) {
    const places = card.dataset.follows.includes("period") ? { period: 0, funnel: 1 } : {};
    for (const [name, place] of Object.entries(places)) {
      const part = card.querySelector(`[data-place="${place}"]`);
      const first = part && part.querySelector("input, option").value;
      const choice = chosen[name] === "all" ? first : chosen[name];
      if (!choice) continue;
      const radio = part && part.querySelector(`input[value="${choice}"]`);
      const select = part && part.querySelector("select");
      if (radio) radio.checked = true;
      else if (select && [...select.options].some((option) => option.value === choice)) select.value = choice;
    }
    const switched = card.querySelector(".switched");
    if (switched) switched.dispatchEvent(new Event("change"));
    for (const table of card.querySelectorAll("table:has([data-market])")) {
      let left = 0;
      for (const row of table.querySelectorAll("[data-market]")) {
        const fits = !chosen.funnel || chosen.funnel === "all" || row.dataset.market === chosen.funnel;
        row.hidden = !fits || (left += 1) > row.dataset.first;
      }
    }
  }

  filterForm.hidden = false;
  filterForm.addEventListener("change", filter);
  filterForm.addEventListener("reset", () => setTimeout(filter));
  filterForm.addEventListener("submit", (event) => event.preventDefault());
}
