// The planner. calculate() does with the flows of plan_flows what the models of a scenario do with
// them: a rate multiplies what still has to pass it, a wait moves it, a price multiplies its worth.
const NODES = ["awareness", "lead", "prospect", "opportunity", "win"];
const STEPS = ["lead", "prospect", "opportunity"];
const INFLOWS = {
  new_leads: "lead", first_lead: "lead", open_lead: "lead",
  open_prospect: "prospect", bypass_prospect: "prospect",
  open_opportunity: "opportunity", bypass_opportunity: "opportunity",
};
const PLURALS = {
  awareness: "people who hear of us", lead: "leads", opportunity: "opportunities", win: "wins",
};
// The t quantile of an 80% interval from twenty samples, as in the models.
const REACH_80 = 1.3277;
const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

// Volumes by week, later by some weeks; a part of a week moves into the next one.
function moved(volumes, weeks) {
  if (!weeks) return volumes;
  const found = volumes.map(() => 0);
  volumes.forEach((volume, week) => {
    const arrival = Math.max(week + weeks, 0), first = Math.floor(arrival), later = arrival - first;
    if (first < found.length) found[first] += volume * (1 - later);
    if (first + 1 < found.length) found[first + 1] += volume * later;
  });
  return found;
}

// What an inflow brings to a node under other rates and waits.
function changed(volumes, inflow, node, effects) {
  if (node === "awareness") return volumes;
  let rate = 1, weeks = 0;
  for (const step of NODES.slice(NODES.indexOf(INFLOWS[inflow]), NODES.indexOf(node))) {
    rate *= Math.max(effects.rates[step], 1e-6);
    weeks += effects.days[step] / 7;
  }
  return moved(volumes, weeks).map((volume) => volume * rate);
}

// What the inflows bring to the months with a target: revenue and wins, and revenue of all weeks.
function revenueOf(plan, effects) {
  const found = {};
  for (const [inflow, nodes] of Object.entries(plan.flows)) {
    const inTarget = (volumes) =>
      total(changed(volumes || [], inflow, "win", effects).map((v, week) => (v * plan.days[week]) / 7));
    const squares = (plan.luck[inflow] || []).map((deviation) => deviation ** 2);
    found[inflow] = {
      revenue: inTarget(plan.worth[inflow]) * effects.price, wins: inTarget(nodes.win),
      luck: inTarget(squares) * effects.price ** 2,
    };
  }
  const of = (inflow) => found[inflow] || { revenue: 0, wins: 0, luck: 0 };
  const sum = (start, part) =>
    total(Object.keys(found).filter((name) => name.startsWith(start)).map((name) => found[name][part]));
  return {
    open: sum("open", "revenue"), bypass: sum("bypass", "revenue"), lead: of("new_leads").revenue,
    otherWins: sum("open", "wins") + sum("bypass", "wins"), leadWins: of("new_leads").wins,
    luck: sum("open", "luck") + sum("bypass", "luck") + plan.recent_weekly_leads * of("new_leads").luck,
  };
}

// The change that typed inputs make, beside the inputs of the build.
function effectsOf(plan, typed) {
  const rates = {}, days = {};
  for (const step of STEPS) {
    rates[step] = plan.rates[step] ? typed.rates[step] / plan.rates[step] : 1;
    days[step] = typed.waits[step] - plan.waits[step];
  }
  return { rates, days, price: typed.price / priceOf(plan) };
}
const UNCHANGED = {
  rates: { lead: 1, prospect: 1, opportunity: 1 }, days: { lead: 0, prospect: 0, opportunity: 0 }, price: 1,
};

// The average amount of the wins that are planned.
const priceOf = (plan) =>
  (plan.expected_open_amount + plan.expected_bypass_amount + plan.needed_amount) / plan.needed_wins;

// The marts round to cents: their own sums, times what changes.
const scaled = (amount, now, before) => (before > 0 ? (amount * now) / before : now);

// What the typed inputs make of a plan of the marts.
function calculate(plan, typed, budget) {
  const effects = effectsOf(plan, typed);
  const before = revenueOf(plan, UNCHANGED), now = revenueOf(plan, effects);
  const fromNew =
    plan.current_pace_amount - plan.won_amount - plan.expected_open_amount - plan.expected_bypass_amount;
  const perLeadBefore =
    plan.weekly_leads > 0 ? plan.needed_amount / plan.weekly_leads : fromNew / plan.recent_weekly_leads;
  const perLead = scaled(perLeadBefore, now.lead, before.lead);
  const fromOpen = scaled(plan.expected_open_amount, now.open, before.open);
  const fromBypass = scaled(plan.expected_bypass_amount, now.bypass, before.bypass);
  const without = plan.won_amount + fromOpen + fromBypass;
  const needed = Math.max(0, typed.target - without);
  const leads = needed / perLead;
  const expected = without + plan.recent_weekly_leads * perLead;
  const paid = leadsOf(plan, typed.budget, budget);
  const most = Math.min(typed.most, paid);
  // Luck is what it is for each inflow; the build's error of estimates keeps its share of what is
  // expected beyond the won.
  const error = Math.max(deviationOf(plan) ** 2 - before.luck, 0);
  const growth = (expected - plan.won_amount) / (plan.current_pace_amount - plan.won_amount);
  const deviation = Math.sqrt(now.luck + error * growth ** 2);
  const wins = now.otherWins + leads * now.leadWins;
  const winsBefore = before.otherWins + plan.weekly_leads * before.leadWins;
  return {
    needed, leads, perLead, fromOpen, fromBypass, expected, most, paid,
    low: Math.max(0, expected - REACH_80 * deviation), high: expected + REACH_80 * deviation,
    chance: deviation > 0 ? probability((expected - typed.target) / deviation) : null,
    wins: scaled(plan.needed_wins, wins, winsBefore),
    reachable: without + most * perLead,
    spend: spendOf(plan, leads, budget),
    last: lastWeek(plan, effects),
    weeks: weeksOf(plan, effects, leads),
    levers: leversOf(plan, effects, leads),
  };
}

const deviationOf = (plan) => (plan.high_80_current_pace_amount - plan.current_pace_amount) / REACH_80;

// The standard normal distribution, by the formula of the models.
function probability(z) {
  if (Math.abs(z) > 8) return z > 0 ? 1 : 0;
  return 1 / (1 + Math.exp(-1.5976 * z - 0.070566 * z ** 3));
}

// The build's last useful week, moved by the days that waits change.
function lastWeek(plan, effects) {
  if (!plan.last_lead_week) return null;
  const days = total(STEPS.map((step) => effects.days[step]));
  const day = new Date(`${plan.last_lead_week}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - 7 * Math.round(days / 7));
  return day.toISOString().slice(0, 10);
}

// The weeks of the business: seven days from the cutoff lie in two of them.
function weeksOf(plan, effects, leads) {
  const gone = 7 - plan.plan_days[0], after = plan.days.findLastIndex((days) => days > 0) + 1;
  const volumes = Object.fromEntries(NODES.map((node) => [node, plan.weeks.map(() => 0)]));
  for (const [inflow, nodes] of Object.entries(plan.flows)) {
    if (inflow === "first_lead") continue;
    const times = inflow === "new_leads" ? leads : 1;
    for (const [node, flow] of Object.entries(nodes)) {
      changed(flow, inflow, node, effects).slice(0, after).forEach((volume, week) => {
        if (week < plan.weeks.length) volumes[node][week] += (times * volume * (7 - gone)) / 7;
        if (week + 1 < plan.weeks.length) volumes[node][week + 1] += (times * volume * gone) / 7;
      });
    }
  }
  return plan.weeks.map((week, place) => ({
    week, days: plan.plan_days[place], volumes: NODES.map((node) => volumes[node][place]),
  }));
}

// What one point of a rate, one day of a wait or one per cent of price adds at the planned leads:
// the build's figure, times what the inputs make of it.
function leversOf(plan, effects, leads) {
  const gain = ({ lever, node }, from, number) => {
    const other = { rates: { ...from.rates }, days: { ...from.days }, price: from.price };
    if (lever === "rate") other.rates[node] += 0.01 / plan.rates[node];
    if (lever === "wait") other.days[node] -= 1;
    if (lever === "price") other.price *= 1.01;
    const worth = ({ open, bypass, lead }) => open + bypass + number * lead;
    return worth(revenueOf(plan, other)) - worth(revenueOf(plan, from));
  };
  return plan.levers
    .map((lever) => ({
      ...lever,
      gained: scaled(lever.gained_amount, gain(lever, effects, leads), gain(lever, UNCHANGED, plan.weekly_leads)),
    }))
    .sort((one, other) => other.gained - one.gained);
}

// Ad spend per week of all markets, if this market has so many leads per week and the others have
// those of the build's plan: cost of a lead today x leads today x growth ^ (1 / elasticity).
function spendOf(plan, leads, budget) {
  return total(budget.map((channel) => {
    const own = channel.leads[plan.funnel] || 0;
    const growth = plan.recent_weekly_leads > 0 ? leads / plan.recent_weekly_leads : 1;
    const before = plan.recent_weekly_leads > 0 ? plan.weekly_leads / plan.recent_weekly_leads : 1;
    const wanted = Math.max(channel.planned + own * (growth - before), 0);
    return channel.today > 0 ? channel.cost * channel.today * (wanted / channel.today) ** (1 / channel.elasticity) : 0;
  }));
}

// The leads per week that a budget pays for, by halving; no limit where no ads bring this market's leads.
function leadsOf(plan, spend, budget) {
  if (!budget.some((channel) => channel.leads[plan.funnel] > 0) || Number.isNaN(spend)) return Infinity;
  if (spendOf(plan, 0, budget) > spend) return 0;
  let low = 0, high = Math.max(plan.weekly_leads, plan.recent_weekly_leads, 1);
  while (spendOf(plan, high, budget) < spend && high < 1e9) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (spendOf(plan, middle, budget) <= spend) low = middle;
    else high = middle;
  }
  return low;
}

const planned = document.getElementById("plans");
if (planned) {
  const { plans, budget, teams, prospects } = JSON.parse(planned.textContent);
  const plural = (node) => (node === "prospect" ? prospects : PLURALS[node]);
  const form = document.querySelector("#plan form");
  const field = (name) => form.elements.namedItem(name);
  const out = (name) => document.querySelector(`#plan [data-out=${name}]`);
  const current = () => plans[field("funnel").value];
  const made = (tag, text, className) => {
    const element = document.createElement(tag);
    element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  // What the marts have, in full: fields show it rounded, and it counts until somebody types.
  let exact = {};
  const set = (name, value, digits) => {
    if (!field(name)) return;
    field(name).value = value === null ? "" : String(Number(value.toFixed(digits)));
    exact[name] = [field(name).value, value];
  };
  const get = (name) => {
    if (!field(name)) return NaN;
    const typed = field(name).value;
    if (exact[name] && exact[name][0] === typed && exact[name][1] !== null) return exact[name][1];
    return typed === "" ? Infinity : Number(typed);
  };

  function reset() {
    const plan = current();
    exact = {};
    set("target", plan.new_target_amount, 0);
    set("price", priceOf(plan), 0);
    set("most", plan.max_leads ?? 0, 1);
    for (const [node, number] of Object.entries(plan.capacity)) set(`most-${node}`, number, 1);
    set("budget", spendOf(plan, plan.weekly_leads, budget), 0);
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
      target: get("target"), price: get("price"), most: get("most"), budget: get("budget"),
      rates: of("rate", 100), waits: of("wait", 1),
    };
    const most = { prospect: get("most-prospect"), opportunity: get("most-opportunity") };
    const found = calculate(plan, typed, budget);
    const isPossible = Number.isFinite(found.leads);
    out("leads").textContent = isPossible ? tenth(found.leads) : "–";
    out("verdict").textContent = isPossible
      ? verdict(plan, typed, found, crowded(found.weeks, most))
      : "With these inputs no lead brings revenue.";
    out("advice").textContent = plan.advice;
    out("safe").textContent = plan.safe;
    out("equation").textContent =
      `(${whole(typed.target)} target − ${whole(plan.won_amount)} won − ${whole(found.fromOpen)} expected of the open funnel − ${whole(found.fromBypass)} expected of people who skip qualification)` +
      ` ÷ ${whole(found.perLead)} for each lead per week = ${isPossible ? tenth(found.leads) : "–"} leads per week`;
    showParts(plan, typed, found);
    out("chance").textContent = found.chance === null ? "–" : percent(found.chance);
    out("expected").textContent = whole(found.expected);
    out("between").textContent = `${whole(found.low)} to ${whole(found.high)}`;
    out("wins").textContent = tenth(found.wins);
    out("bypasses").textContent = whole(found.fromBypass);
    if (out("spend")) out("spend").textContent = isPossible ? whole(found.spend) : "–";
    out("last").textContent = found.last ? longDay(found.last) : "–";
    out("levers").replaceChildren(...found.levers.slice(0, 3).map(leverItem));
    out("note").textContent =
      found.leads > 0 && plan.weekly_leads === 0
        ? "The build planned no new leads, so the people who must hear of you for them are not known."
        : "";
    showWeeks(found.weeks, most);
  }

  // The nodes with more than can be worked: in how many weeks, and first in which.
  const isOver = (most, node, volume, days) => most[node] !== undefined && 7 * volume > days * most[node];
  const crowded = (weeks, most) => NODES.flatMap((node, place) => {
    const over = weeks.filter(({ volumes, days }) => isOver(most, node, volumes[place], days));
    return over.length ? [{ node, count: over.length, first: over[0].week }] : [];
  });

  function verdict(plan, typed, found, over) {
    if (found.needed === 0)
      return "The open funnel and people who skip qualification are expected to be enough: no new leads are needed.";
    const today = `today ${tenth(plan.recent_weekly_leads)} come per week, and at most ${tenth(typed.most)} can be worked`;
    // A budget that is typed in whole units pays for a hair less than it should.
    if (found.leads <= found.most * (1 + 1e-9) || typed.target - found.reachable < 0.5)
      return over.some(({ count }) => count > found.weeks.length / 2)
        ? `Over capacity: so many leads can be worked (${today}), but not all that follows from them.`
        : `Within reach: ${today}.`;
    const limit = found.paid < typed.most
      ? `the budget pays for ${tenth(found.paid)} leads per week`
      : `at most ${tenth(typed.most)} leads per week can be worked`;
    return `Out of reach: ${limit}. They bring ${whole(found.reachable)}, which is ${whole(typed.target - found.reachable)} short.`;
  }

  // The target as a bar: what is won, what is expected, what new leads must bring.
  function showParts(plan, typed, found) {
    const today = Math.max(Math.min(plan.recent_weekly_leads * found.perLead, found.needed), 0);
    const parts = [
      ["won", "Won", plan.won_amount], ["open", "Open funnel", found.fromOpen],
      ["bypass", "Skip qualification", found.fromBypass], ["today", "Leads as today", today],
      ["more", "More leads", Math.max(found.needed - today, 0)],
    ].filter(([, , amount]) => amount >= 0.5);
    const size = total(parts.map(([, , amount]) => amount));
    const bar = made("div", "", "parts");
    const legend = made("ul", "", "parts-legend");
    for (const [kind, name, amount] of parts) {
      const piece = made("i", "", kind);
      piece.style.width = `${(amount / size) * 100}%`;
      bar.append(piece);
      const item = made("li", `${name} ${whole(amount)}`);
      item.prepend(made("i", "", `dot ${kind}`));
      legend.append(item);
    }
    bar.setAttribute("aria-hidden", "true");
    out("parts").replaceChildren(bar, legend);
  }

  const LEVERS = {
    rate: (node) => `one point more of ${plural(node)} that go on`,
    wait: (node) => `one day less of waiting as ${plural(node)}`,
    price: () => "one per cent more of the average amount",
  };
  function leverItem({ lever, node, gained, gained_amount, low_80_gained_amount, high_80_gained_amount }) {
    const text = `${LEVERS[lever](node)}: +${whole(gained)}`;
    const isBuild = Math.abs(gained - gained_amount) < 0.5;
    return made("li", text + (isBuild ? ` (80%: ${whole(low_80_gained_amount)} to ${whole(high_80_gained_amount)})` : ""));
  }

  function showWeeks(weeks, most) {
    const sums = NODES.map((_, place) => total(weeks.map(({ volumes }) => volumes[place])));
    const over = crowded(weeks, most);
    // Where every week has too much, the sentence says so, and colour would say no more.
    const marked = over.filter(({ count }) => count < weeks.length).map(({ node }) => node);
    const rows = weeks.map(({ week, days, volumes }) => {
      const row = made("tr", "");
      const head = made("th", shortDay(week));
      head.scope = "row";
      row.append(head, ...volumes.map((volume, place) => {
        const isMarked = marked.includes(NODES[place]) && isOver(most, NODES[place], volume, days);
        const cell = made("td", tenth(volume), isMarked ? "n over" : "n");
        if (isMarked) cell.append(made("span", " over capacity", "unseen"));
        return cell;
      }));
      return row;
    });
    const last = made("tr", "");
    const head = made("th", `All ${rows.length} weeks`);
    head.scope = "row";
    last.append(head, ...sums.map((sum) => made("td", tenth(sum), "n")));
    out("weeks").replaceChildren(...rows, last);
    const owed = teams.map(({ name, nodes }) =>
      `${name}: ${nodes.map((place) => `${whole(sums[place])} ${plural(NODES[place])}`).join(", ")}`);
    out("owed").textContent = `In ${rows.length} weeks. ${owed.join(". ")}.`;
    const texts = over.map(({ node, count, first }) =>
      `more than ${tenth(most[node])} ${plural(node)} per week ${count === weeks.length ? "in each of these weeks" : `in ${count} of these weeks, first in that of ${shortDay(first)}`}`);
    out("capacity").textContent = texts.length ? `More than can be worked: ${texts.join("; ")}.` : "";
  }

  field("funnel").addEventListener("change", reset);
  form.addEventListener("input", (event) => event.target.name !== "funnel" && show());
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("button").addEventListener("click", reset);
  reset();
}
