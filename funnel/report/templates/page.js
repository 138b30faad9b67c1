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
// The planner: scales the plan of the build to what is typed. planner.py says by which rules.
const STEPS = ["lead", "prospect", "opportunity"];
const NODES = ["awareness", "lead", "prospect", "opportunity", "win"];
const share = (part, whole) => (whole > 0 ? Math.min(1, part / whole) : 0);

// What the typed inputs make of a plan of the marts.
function calculate(plan, typed) {
  const price = typed.price / (plan.new_target_amount / plan.needed_wins);
  const rate = {};
  for (const step of STEPS) rate[step] = plan.rates[step] ? typed.rates[step] / plan.rates[step] : 1;
  const { rates, open } = plan;
  // Of the open funnel's opportunities and wins, those that still have to pass earlier steps.
  const opportunitiesToCome = share(open.prospect * rates.prospect, open.opportunity);
  const winsToCome = share(open.opportunity * rates.opportunity, open.win);
  const openOf = {
    awareness: 1,
    lead: 1,
    prospect: rate.lead,
    opportunity: rate.prospect * (1 + opportunitiesToCome * (rate.lead - 1)),
  };
  openOf.win = rate.opportunity * (1 + winsToCome * (openOf.opportunity - 1));
  // A bypass comes in at a prospect or at an opportunity.
  const { bypass } = plan;
  const bypassOf = { awareness: 1, lead: 1, prospect: 1 };
  bypassOf.opportunity =
    1 + share(bypass.prospect * rates.prospect, bypass.opportunity) * (rate.prospect - 1);
  bypassOf.win = rate.opportunity * bypassOf.opportunity;
  const chain = { awareness: 1, lead: 1, prospect: rate.lead };
  chain.opportunity = chain.prospect * rate.prospect;
  chain.win = chain.opportunity * rate.opportunity;
  let sooner = 0;
  for (const step of STEPS) sooner += (plan.waits[step] - typed.waits[step]) * plan.gains[step];
  const fromNew =
    plan.today_amount - plan.won_amount - plan.expected_open_amount - plan.expected_bypass_amount;
  const perLeadBefore =
    plan.weekly_leads > 0 ? plan.needed_amount / plan.weekly_leads : fromNew / plan.today_leads;
  const timing = plan.needed_amount > 0 ? Math.max(0, 1 + sooner / plan.needed_amount) : 1;
  const perLead = perLeadBefore * price * chain.win * timing;
  const fromOpen = plan.expected_open_amount * price * openOf.win;
  const fromBypass = plan.expected_bypass_amount * price * bypassOf.win;
  const needed = Math.max(0, typed.target - plan.won_amount - fromOpen - fromBypass);
  const leads = needed / perLead;
  const without = plan.won_amount + fromOpen + fromBypass;
  const expected = without + plan.today_leads * perLead;
  return {
    needed, leads, perLead, fromOpen, fromBypass, expected,
    chance: chanceOf(plan, typed.target, expected),
    wins: (plan.needed_wins * (typed.target / plan.new_target_amount)) / price,
    reachable: without + typed.most * perLead,
    weeks: plan.weeks.map(({ week, nodes }) => ({
      week,
      volumes: NODES.map((node) => {
        const [planned, ofOpen, ofBypass] = nodes[node] || [0, 0, 0];
        const more = plan.weekly_leads > 0 ? leads / plan.weekly_leads : 0;
        return (
          ofOpen * openOf[node] + ofBypass * bypassOf[node] +
          (planned - ofOpen - ofBypass) * more * chain[node]
        );
      }),
    })),
  };
}

// The chance of the build at its own inputs; elsewhere it moves with the distance from the target,
// measured in the spread that the build expects.
function chanceOf(plan, target, expected) {
  const spread = (plan.high_80_today_amount - plan.today_amount) / 1.2816;
  if (plan.today_hit_probability === null || !(spread > 0) || !(expected > 0)) return null;
  const known = Math.min(Math.max(plan.today_hit_probability, 1e-9), 1 - 1e-9);
  const before = (plan.today_amount - plan.new_target_amount) / spread;
  const now = (expected - target) / ((spread * expected) / plan.today_amount);
  return probability(quantile(known) + now - before);
}

// The standard normal distribution, by Simpson's rule, and its quantile, by halving.
function probability(z) {
  const parts = 200, width = Math.min(Math.abs(z), 8) / parts;
  let sum = 0;
  for (let i = 0; i <= parts; i++) {
    const weight = i === 0 || i === parts ? 1 : i % 2 ? 4 : 2;
    sum += weight * Math.exp(-((i * width) ** 2) / 2);
  }
  return 0.5 + (Math.sign(z) * sum * width) / 3 / Math.sqrt(2 * Math.PI);
}
function quantile(p) {
  let low = -8, high = 8;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (probability(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const planned = document.getElementById("plans");
if (planned) {
  const plans = JSON.parse(planned.textContent);
  const form = document.querySelector("#plan form");
  const field = (name) => form.elements.namedItem(name);
  const out = (name) => document.querySelector(`#plan [data-out=${name}]`);
  const whole = (value) => Math.round(value).toLocaleString("en");
  const tenth = (value) =>
    value.toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const current = () => plans[field("funnel").value];
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const shortDay = (text) => `${Number(text.slice(8))} ${MONTHS[text.slice(5, 7) - 1]}`;
  const day = (text) => `${shortDay(text)} ${text.slice(0, 4)}`;
  // What the marts have, in full: fields show it rounded, and it counts until somebody types.
  let exact = {};
  const set = (name, value, digits) => {
    field(name).value = String(Number(value.toFixed(digits)));
    exact[name] = [field(name).value, value];
  };
  const get = (name) =>
    exact[name] && exact[name][0] === field(name).value ? exact[name][1] : Number(field(name).value);

  function reset() {
    const plan = current();
    exact = {};
    set("target", plan.new_target_amount, 0);
    set("price", plan.new_target_amount / plan.needed_wins, 0);
    set("most", plan.max_leads ?? 0, 1);
    for (const step of STEPS) {
      set(`rate-${step}`, plan.rates[step] * 100, 1);
      set(`wait-${step}`, plan.waits[step], 1);
    }
    show();
  }

  function show() {
    const plan = current();
    const of = (prefix, size) =>
      Object.fromEntries(STEPS.map((step) => [step, get(`${prefix}-${step}`) / size]));
    const typed = {
      target: get("target"), price: get("price"), most: get("most"),
      rates: of("rate", 100), waits: of("wait", 1),
    };
    const found = calculate(plan, typed);
    const isPossible = Number.isFinite(found.leads);
    out("leads").textContent = isPossible ? tenth(found.leads) : "–";
    out("verdict").textContent = !isPossible
      ? "With these inputs no lead brings revenue."
      : found.needed === 0
        ? "The open funnel and bypasses are expected to be enough: no new leads are needed."
        : found.leads <= typed.most
          ? `Within reach: today ${tenth(plan.today_leads)} come per week, and at most ${tenth(typed.most)} can be worked.`
          : `Out of reach: at most ${tenth(typed.most)} leads per week can be worked. They bring ${whole(found.reachable)}, which is ${whole(typed.target - found.reachable)} short.`;
    out("equation").textContent =
      `(${whole(typed.target)} target − ${whole(plan.won_amount)} won − ${whole(found.fromOpen)} expected of the open funnel − ${whole(found.fromBypass)} expected of bypasses)` +
      ` ÷ ${whole(found.perLead)} for each lead per week = ${isPossible ? tenth(found.leads) : "–"} leads per week`;
    out("chance").textContent = found.chance === null ? "–" : `${Math.round(found.chance * 100)} %`;
    out("expected").textContent = whole(found.expected);
    out("wins").textContent = tenth(found.wins);
    out("bypasses").textContent =
      `${whole(found.fromBypass)} (in the build's plan between ${whole(plan.low_80_bypass_amount)} and ${whole(plan.high_80_bypass_amount)} with a probability of 80 %)`;
    out("last").textContent = plan.last_lead_week ? day(plan.last_lead_week) : "–";
    out("note").textContent =
      found.leads > 0 && plan.weekly_leads === 0
        ? "The weeks hold the open funnel alone: the build planned no new leads to scale."
        : "At the inputs of the build these are the numbers of plan_targets and plan_weeks. A rate changes the open funnel by an estimate of who still has to pass the step; a wait counts as plan_levers says for one day.";
    const sums = NODES.map((_, place) =>
      found.weeks.reduce((sum, { volumes }) => sum + volumes[place], 0),
    );
    const rows = found.weeks.map(({ week, volumes }) => [shortDay(week), volumes]);
    out("weeks").replaceChildren(
      ...[...rows, [`All ${rows.length} weeks`, sums]].map(([name, volumes]) => {
        const row = document.createElement("tr");
        const head = document.createElement("th");
        head.scope = "row";
        head.textContent = name;
        row.append(head);
        for (const volume of volumes) {
          const cell = document.createElement("td");
          cell.className = "n";
          cell.textContent = tenth(volume);
          row.append(cell);
        }
        return row;
      }),
    );
  }

  field("funnel").addEventListener("change", reset);
  form.addEventListener("input", (event) => event.target.name !== "funnel" && show());
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("button").addEventListener("click", reset);
  reset();
}
