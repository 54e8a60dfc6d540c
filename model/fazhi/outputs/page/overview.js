/* Reports side by side: a table, and what they have in common as plots. */

const COLUMNS = [
  ["title", "报告", "Report"], ["issuer", "机关", "Issuer"], ["province", "省份", "Province"],
  ["year", "年度", "Year"], ["chars", "字数", "Characters"], ["laws", "法规", "Laws"],
  ["counts", "数量", "Counts"], ["rates", "比率", "Rates"], ["unknown", "未收录", "Laws in no list"],
  ["checks", "核查", "Checks"], ["hits", "命中", "Hits of the search"],
];
const WORDED = ["title", "issuer", "province"]; // columns of words, the others are of numbers
const table = { rows: [], sort: null, down: false, only: null };

function buildOverview() {
  const { reports, laws, unknown, units, rates, norms } = overview;
  const years = reports.map((report) => report.year).filter(Boolean);
  const span = [...new Set([Math.min(...years), Math.max(...years)])].join("–");
  const sum = (name) => reports.reduce((total, report) => total + report[name], 0);
  const tile = (key, more, look) => {
    const [, name, title] = COLUMNS.find(([column]) => column === key);
    return make("li", { title, class: sum(key) > 0 && look }, make("b", {}, number(sum(key))),
      make("span", {}, name), more && make("small", {}, more));
  };
  const title = (law) => law.title;
  $("overview").append(
    make("header", {}, make("h1", {}, "概览"),
      make("p", {}, years.length > 0 && `${span} 年 · `, `${number(reports.length)} 份报告`)),
    make("ul", { class: "tiles" }, tile("chars"), tile("laws", `${number(norms)} 部`), tile("counts"),
      tile("rates"), tile("unknown", "", "doubt"), tile("checks", "", "doubt")),
    reportTable(reports),
    make("div", { class: "plots" },
      plot("引用最多的法规", "Laws most cited", "law", "报告数", laws, bars((law) => law.reports.length, title)),
      plot("未收录的名称", "Names in no list of norms", "check", "次数", unknown, bars((law) => law.times, title)),
      plot("比率", "Rates, a dot each", "rate", "每点一处", rates, strips),
      ...units.map(({ unit, indicators }) => plot(`数量：${unit || "无单位"}`, "Sums by indicator", "count",
        "各报告合计", indicators, bars((one) => one.sum, (one) => one.what)))));
}

function reportTable(reports) {
  const head = make("tr", {}, ...COLUMNS.map(([key, name, title]) =>
    make("th", { scope: "col", "data-key": key }, make("button", { type: "button", title }, name))));
  table.rows = reports.map((report, place) => {
    const cells = COLUMNS.map(([key]) => {
      if (key === "title") return make("th", { scope: "row" }, make("a", { href: `#/${place}` }, nameOf(place)));
      const value = report[key];
      const look = ["unknown", "checks"].includes(key) && value ? "doubt" : false;
      return make("td", { class: look || (!WORDED.includes(key) && "figure") },
        key === "year" || typeof value !== "number" ? String(value ?? "") : number(value));
    });
    return { place, line: make("tr", {}, ...cells), report, hits: 0 };
  });
  head.addEventListener("click", (event) => {
    const cell = event.target.closest("th");
    if (cell) sortBy(cell);
  });
  const body = make("tbody", {}, ...table.rows.map((row) => row.line));
  return make("div", { class: "table" }, make("p", { class: "only", id: "only", hidden: true }),
    make("table", { id: "reports" }, make("thead", {}, head), body));
}

function sortBy(cell) {
  const { key } = cell.dataset;
  table.down = table.sort === key ? !table.down : !WORDED.includes(key);
  table.sort = key;
  for (const other of cell.parentNode.children) other.removeAttribute("aria-sort");
  cell.setAttribute("aria-sort", table.down ? "descending" : "ascending");
  const value = (row) => key === "title" ? nameOf(row.place) : key === "hits" ? row.hits : row.report[key];
  const compare = (one, other) => typeof one === "number" && typeof other === "number" ? one - other
    : String(one ?? "").localeCompare(String(other ?? ""), "zh-CN");
  table.rows.sort((one, other) => compare(value(one), value(other)) * (table.down ? -1 : 1));
  $("reports").tBodies[0].append(...table.rows.map((row) => row.line));
}

/** Only reports where the search has a hit, and those of the bar that was chosen. */
function searchOverview() {
  const { query } = state;
  let left = 0;
  for (const row of table.rows) {
    row.text ??= articles[row.place].querySelector(".text").textContent;
    row.hits = query ? (row.text.match(query) ?? []).length : 0;
    const named = `${nameOf(row.place)} ${row.report.issuer ?? ""}`;
    const found = !query || row.hits > 0 || named.search(query) >= 0;
    row.line.hidden = !found || (table.only !== null && !table.only.has(row.place));
    row.line.lastChild.textContent = query ? number(row.hits) : "";
    left += !row.line.hidden;
  }
  $("reports").classList.toggle("searched", query !== null);
  $("hits").textContent = query ? `${left} 份` : "";
}

function showOverview() {
  state.view = null;
  $("desk").hidden = true;
  $("overview").hidden = false;
  $("choice").value = "";
  document.title = "概览 · 法治政府建设年度报告";
  searchOverview();
}

function plot(name, title, look, unit, rows, content) {
  return rows.length > 0 && make("section", { class: `plot ${look}`, title },
    make("h2", {}, name, make("small", {}, unit)), content(rows));
}

/** A list of rows with a bar each; a click leaves only the reports it stands for in the table. */
const bars = (value, name) => (rows) => {
  const most = Math.max(...rows.map(value)) || 1;
  return make("ol", { class: "bars" }, ...rows.map((row) => {
    const width = Math.max(0.5, (value(row) / most) * 100);
    const title = `${row.reports.length} reports, ${row.times} times`;
    const button = make("button", { type: "button", "aria-pressed": "false", title },
      make("span", { class: "name" }, name(row)), make("span", { class: "value" }, number(value(row))),
      draw("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
        draw("rect", { class: "whole", width: 100, height: 6 }),
        draw("rect", { class: row.known === false && "unknown", width, height: 6 })));
    button.onclick = () => narrow(button, name(row), row.reports);
    return make("li", {}, button);
  }));
};

function narrow(button, name, places) {
  const on = button.getAttribute("aria-pressed") !== "true";
  for (const other of document.querySelectorAll(".bars button")) other.setAttribute("aria-pressed", false);
  button.setAttribute("aria-pressed", on);
  table.only = on ? new Set(places) : null;
  const clear = make("button", { type: "button", title: "Show all reports" }, "显示全部");
  clear.onclick = () => narrow(button, name, places);
  $("only").hidden = !on;
  $("only").replaceChildren(`有“${name}”的 ${places.length} 份报告`, clear);
  searchOverview();
}

/** A line for each rate, with a dot for each time it is told, those of about one value piled up.

    Most rates are near 100%: the few that are far below stand, hollow, at the left end. */
function strips(rates) {
  const values = rates.flatMap(({ points }) => points.map(([, , value]) => value));
  values.sort((one, other) => one - other);
  const low = Math.min(0.9, Math.floor(values[Math.floor(values.length / 8)] * 10) / 10);
  const x = (value) => 6 + ((Math.max(value, low) - low) / (1 - low)) * 312;
  const list = make("ol", { class: "strips" });
  for (const { what, points } of rates) {
    const piles = Map.groupBy(points, ([, , value]) => Math.round(x(value) / 6));
    const highest = Math.max(...[...piles.values()].map((pile) => pile.length));
    const rise = Math.min(7, 40 / highest);
    const base = 9 + (highest - 1) * rise;
    const dots = [...piles].flatMap(([slot, pile]) => pile.map(([place, index, value], height) => {
      const told = `${what} ${percent(value)} · ${nameOf(place)}`;
      return draw("a", { href: `#/${place}/r${index}`, "aria-label": told }, draw("title", {}, told),
        draw("circle", { class: value < low && "below", cx: slot * 6, cy: base - height * rise, r: 4 }));
    }));
    list.append(make("li", {}, make("span", { class: "name" }, what, make("small", {}, `${points.length} 处`)),
      draw("svg", { viewBox: `0 0 324 ${base + 7}`, role: "group", "aria-label": what },
        draw("line", { x1: 2, x2: 322, y1: base, y2: base }), ...dots)));
  }
  const ends = [low ? `≤ ${percent(low)}` : "0%", percent((1 + low) / 2), "100%"];
  list.append(make("li", { class: "name" }, ...ends.map((end) => make("small", {}, end))));
  return list;
}
