"use strict";
// Content of reports goes into the page by textContent and append alone, never as HTML.

// Words of the facts, as people in China say them; a word that is not here is shown as it is.
const ROLES = { __proto__: null,
  measures: "举措成效", problems: "问题不足", leadership: "负责人履职", plan: "下步计划", other: "其他" };
const GROUPS = { check: "核查", law: "法规", count: "数量", rate: "比率" };
const SAID = { title: "标题", issuer: "机关", year: "年度", number: "文号", addressee: "主送", signed: "落款",
  signed_on: "日期" };
const TIERS = { __proto__: null, national: "国家", province: "省", city: "市", county: "县", township: "乡镇" };
const ISSUERS = { __proto__: null, government: "政府", party: "党委", department: "部门", zone: "园区" };
const NORMS = { __proto__: null, constitution: "宪法", law: "法律", "administrative regulation": "行政法规",
  "local regulation": "地方性法规", rule: "规章", "judicial interpretation": "司法解释",
  "party regulation": "党内法规" };
const APPROX = { __proto__: null, about: ["≈", "约"], over: ["≥", "至少"], under: ["≤", "至多"] };
const FINDINGS = { __proto__: null, rate: "比率对不上", sum: "各项与总数对不上", law: "名录中没有这部法规",
  year: "年份前后不一" };
const SORTS = { law: "laws", count: "counts", rate: "rates" };
const MOST_HITS = 1000;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const $ = (id) => document.getElementById(id);

const make = (tag, ...rest) => fill(document.createElement(tag), ...rest);
const draw = (tag, ...rest) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), ...rest);

function fill(node, attributes = {}, ...children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== false && child !== ""));
  return node;
}

/** A number as it is, long ones in 万 and 亿. */
function number(value) {
  const [scale, unit] = value >= 1e8 ? [1e8, "亿"] : value >= 1e5 ? [1e4, "万"] : [1, ""];
  return (value / scale).toLocaleString("zh-CN", { maximumFractionDigits: 8 }) + unit;
}
const percent = (value) => value.toLocaleString("zh-CN", { style: "percent", maximumFractionDigits: 2 });
const roleName = (role) => role.split("+").map((one) => ROLES[one] ?? one).join("、");
const read = (element) => JSON.parse(element.querySelector("script").textContent);

const overview = read($("overview"));
const articles = [...document.querySelectorAll(".report")];
const views = new Map(); // of reports that were shown, by place
const state = { view: null, fact: null, query: null, hit: -1, role: "", score: 0, doubts: false,
  labels: new Set(["section", "law", "count", "rate"]) }; // query: an expression, null where nothing is asked

const nameOf = (place) => overview.reports[place].title || overview.reports[place].id || `报告 ${place + 1}`;

/* One report: its text, and its facts as items with offsets into that text. */

function load(place) {
  if (views.has(place)) return views.get(place);
  const article = articles[place];
  const pane = article.querySelector(".text");
  const text = pane.textContent;
  const facts = read(article);
  const view = { place, article, pane, text, facts, at: inUnits(text) };
  Object.assign(view, { items: [], checks: [], sections: [], marks: new Map() });
  for (const mark of pane.querySelectorAll("[data-fact]")) {
    const { fact } = mark.dataset;
    view.marks.set(fact, [...(view.marks.get(fact) ?? []), mark]);
  }
  const evidence = facts.checks.flatMap((check) => check.evidence);
  view.doubts = facts.checks.length;
  for (const [sort, many] of Object.entries(SORTS)) {
    facts[many].forEach((fact, index) => {
      const named = evidence.some((one) => one.start < fact.end && fact.start < one.end);
      const flagged = named || fact.known === false;
      view.doubts += flagged && !named;
      const words = [fact.text, fact.title, fact.indicator?.text, fact.unit].filter(Boolean).join(" ");
      view.items.push({ name: sort[0] + index, sort, fact, flagged, words });
    });
  }
  view.items.sort((one, other) => one.fact.start - other.fact.start);
  view.checks = facts.checks.map((check, index) => {
    const said = inChinese(check.message);
    const pieces = check.evidence.map((one) =>
      view.items.filter(({ fact }) => one.start < fact.end && fact.start < one.end));
    const words = [said, ...check.evidence.map((one) => one.text)].join(" ");
    return { name: `k${index}`, check, said, pieces, words };
  });
  const walk = (section) => { view.sections.push(section); section.children.forEach(walk); };
  facts.sections.forEach(walk);
  views.set(place, view);
  return view;
}

/** Offsets in characters to offsets in UTF-16 units, which the browser counts in. */
function inUnits(text) {
  if (!/[\ud800-\udfff]/.test(text)) return (offset) => offset;
  const starts = [];
  let unit = 0;
  for (const character of text) { starts.push(unit); unit += character.length; }
  return (offset) => starts[offset] ?? text.length;
}

/** A range over UTF-16 units [start, end) of a report's text. */
function rangeOf(view, start, end) {
  if (!view.nodes) {
    view.nodes = [];
    const walker = document.createTreeWalker(view.pane, NodeFilter.SHOW_TEXT);
    for (let at = 0; walker.nextNode(); at += walker.currentNode.length) {
      view.nodes.push([at, walker.currentNode]);
    }
  }
  const within = (unit) => Math.max(0, Math.min(unit, view.text.length));
  const find = (unit) => {
    let low = 0, high = view.nodes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (view.nodes[middle][0] <= unit) low = middle; else high = middle - 1;
    }
    return view.nodes[low];
  };
  const range = new Range();
  const [from, first] = find(start);
  const [upTo, last] = find(end - 1);
  range.setStart(first, within(start) - from);
  range.setEnd(last, within(end) - upTo);
  return range;
}

function paint(name, ranges) {
  if (!globalThis.CSS?.highlights) return;
  CSS.highlights.set(name, new Highlight(...ranges));
}

/* Showing and choosing. */

function show(place) {
  const view = load(place);
  if (state.view === view) return;
  state.view = view;
  state.fact = null;
  articles.forEach((article) => { article.hidden = article !== view.article; });
  $("overview").hidden = true;
  $("desk").hidden = false;
  $("outline").replaceChildren(...outlineOf(view));
  $("groups").replaceChildren(...groupsOf(view));
  const roles = new Set(view.items.map(({ fact }) => fact.role).filter(Boolean));
  if (!roles.has(state.role)) state.role = "";
  $("role").replaceChildren(make("option", { value: "" }, "全部部分"),
    ...[...roles].map((role) => make("option", { value: role, selected: role === state.role }, roleName(role))));
  for (const chip of document.querySelectorAll("[data-label]")) {
    const sort = chip.dataset.label;
    chip.querySelector("b").textContent = (sort === "section" ? view.sections : view.facts[SORTS[sort]]).length;
  }
  $("doubts").querySelector("b").textContent = view.doubts;
  $("choice").value = place;
  document.title = nameOf(place);
  for (const scroller of [$("sheet"), $("facts"), $("outline")]) scroller.scrollTop = 0;
  paint("indicator", []);
  apply();
  follow();
}

/** Bring a fact before the eyes: its row, its place in the text, and what it is about. */
function choose(name, piece = 0) {
  const { view } = state;
  const marks = view.marks.get(name) ?? [];
  for (const old of document.querySelectorAll("[aria-current], .on")) {
    old.removeAttribute("aria-current");
    old.classList.remove("on", "flash");
  }
  state.fact = name;
  const check = view.checks.find((one) => one.name === name)?.check;
  const target = check ? marksOf(view, marks, check.evidence[piece]) : marks;
  for (const mark of marks) mark.classList.add("on");
  for (const mark of target) {
    mark.classList.add("flash");
    mark.addEventListener("animationend", () => mark.classList.remove("flash"), { once: true });
  }
  const rows = document.querySelectorAll(`.desk > :not(.sheet) [data-fact="${name}"]`);
  const current = rows[piece] ?? rows[0];
  current?.setAttribute("aria-current", "true");
  current?.closest("li, div")?.scrollIntoView({ block: "nearest" });
  const block = /^s\d/.test(name) ? "start" : "center"; // a part is read from its heading on
  target[0]?.scrollIntoView({ block, behavior: calm.matches ? "auto" : "smooth" });
  const indicator = view.items.find((item) => item.name === name)?.fact.indicator;
  paint("indicator", [indicator?.verb, indicator?.noun].filter(Boolean)
    .map((part) => rangeOf(view, view.at(part.start), view.at(part.end))));
  history.replaceState(null, "", `#/${view.place}/${name}`);
  return current;
}

function marksOf(view, marks, phrase) {
  if (!phrase) return marks;
  const range = rangeOf(view, view.at(phrase.start), view.at(phrase.end));
  return marks.filter((mark) => range.intersectsNode(mark));
}

function step(by) {
  const { view } = state;
  const shown = view.items.filter((item) => item.shown);
  if (!shown.length) return;
  const now = shown.findIndex((item) => item.name === state.fact);
  const next = now < 0 ? (by > 0 ? 0 : shown.length - 1) : (now + by + shown.length) % shown.length;
  choose(shown[next].name)?.focus({ preventScroll: true });
}

/* Filters and search. */

function apply() {
  const { view, labels, role, score, doubts } = state;
  const told = (words) => !state.query || words.search(state.query) >= 0;
  for (const item of view.items) {
    const { fact } = item;
    item.fits = labels.has(item.sort) && (!role || fact.role === role)
      && !(fact.score < score) && (!doubts || item.flagged);
    item.shown = item.fits && told(item.words);
    for (const mark of view.marks.get(item.name) ?? []) mark.classList.toggle("off", !item.fits);
  }
  const shown = new Map(view.items.map((item) => [item.name, item.shown]));
  for (const { name, pieces, words } of view.checks) {
    const fits = !pieces.length || pieces.some((items) => !items.length || items.some((item) => item.fits));
    shown.set(name, fits && told(words));
  }
  for (const one of $("groups").querySelectorAll("[data-item]")) one.hidden = !shown.get(one.dataset.item);
  for (const group of $("groups").querySelectorAll("[data-sort]")) {
    const rows = [...group.querySelectorAll("[data-item]")];
    const left = rows.filter((one) => !one.hidden).length;
    group.hidden = !left;
    group.querySelector(".tally").textContent = left === rows.length ? left : `${left} / ${rows.length}`;
  }
  const said = $("groups").querySelector(".said");
  if (said) said.hidden = doubts || Boolean(state.query);
  $("none").hidden = [...shown.values()].some(Boolean);
  view.pane.classList.toggle("plain", !labels.has("section"));
  search();
}

function search() {
  const { view, query } = state;
  const found = query ? [...view.text.matchAll(query)].slice(0, MOST_HITS) : [];
  view.hits = found.map((match) => rangeOf(view, match.index, match.index + match[0].length));
  state.hit = -1;
  paint("hit", view.hits);
  paint("hit-now", []);
  const more = found.length === MOST_HITS ? "+" : "";
  $("hits").textContent = query ? `${found.length}${more} 处${found.length ? " ↵" : ""}` : "";
}

function nextHit(by) {
  const { hits } = state.view;
  if (!hits.length) return;
  state.hit = state.hit < 0 && by < 0 ? hits.length - 1 : (state.hit + by + hits.length) % hits.length;
  const range = hits[state.hit];
  paint("hit-now", [range]);
  const box = range.getBoundingClientRect(), sheet = $("sheet").getBoundingClientRect();
  const scroller = $("sheet").scrollHeight > $("sheet").clientHeight ? $("sheet") : document.scrollingElement;
  const top = box.top - Math.max(sheet.top, 0) - Math.min(sheet.height, innerHeight) / 2;
  scroller.scrollBy({ top, behavior: calm.matches ? "auto" : "smooth" });
  $("hits").textContent = `${state.hit + 1} / ${hits.length}`;
}

/** The outline tells which part is being read. */
function follow() {
  const { view } = state;
  if (!view) return;
  const sheet = $("sheet").getBoundingClientRect();
  const chosen = view.pane.querySelector(".on")?.getBoundingClientRect();
  const inSight = chosen && chosen.top >= sheet.top && chosen.bottom <= sheet.bottom;
  const line = inSight ? chosen.top : sheet.top + sheet.height / 3;
  let here = null;
  for (const mark of view.pane.querySelectorAll("mark.section")) {
    if (mark.getBoundingClientRect().top > line) break;
    here = mark.dataset.fact;
  }
  for (const one of $("outline").querySelectorAll("button")) {
    const now = one.dataset.fact === here;
    if (now && !one.classList.contains("here")) one.scrollIntoView({ block: "nearest" });
    one.classList.toggle("here", now);
  }
}

/* Where we are: #/ is the overview, #/3 a report, #/3/c12 a fact in it. */

function route() {
  const [, place, name] = /^#\/(\d+)(?:\/([a-z]+\d*))?$/.exec(location.hash) ?? [];
  if (articles[place]) {
    show(Number(place));
    if (name) choose(name);
  } else if (articles.length > 1) {
    showOverview();
  } else if (articles.length) {
    show(0);
  }
}

const goTo = (place) => { location.hash = place == null ? "#/" : `#/${place}`; };

function toggleLabel(chip) {
  const sort = chip.dataset.label;
  if (!state.labels.delete(sort)) state.labels.add(sort);
  chip.setAttribute("aria-pressed", state.labels.has(sort));
  apply();
}

function clear() {
  $("query").value = "";
  typed("");
}

/** White space does not count: words broken over lines, and numbers with spaces, are found too. */
function typed(query) {
  const letters = [...query.replace(/\s+/g, "")].map((letter) => letter.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&"));
  state.query = letters.length ? new RegExp(letters.join("\\s*"), "giu") : null;
  if (state.view) apply(); else searchOverview();
}

function press(event) {
  const field = event.target.closest("input[type=search], select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  if (event.key === "Escape") {
    clear();
    event.target.blur();
  } else if (event.target === $("query") && event.key === "Enter" && state.view) {
    nextHit(event.shiftKey ? -1 : 1);
  } else if (field) {
    return;
  } else if (event.key === "/") {
    $("query").select();
  } else if (event.key === "?") {
    $("keys").showModal();
  } else if (event.key === "o" && articles.length > 1) {
    goTo(null);
  } else if (event.key === "[" || event.key === "]") {
    turn(event.key === "]" ? 1 : -1);
  } else if (state.view && (event.key === "j" || event.key === "k")) {
    step(event.key === "j" ? 1 : -1);
  } else if (state.view && /^[1-4]$/.test(event.key)) {
    toggleLabel(document.querySelectorAll("[data-label]")[event.key - 1]);
  } else {
    return;
  }
  event.preventDefault();
}

function turn(by) {
  const place = (state.view?.place ?? (by > 0 ? -1 : articles.length)) + by;
  if (articles[place]) goTo(place);
}

function start() {
  $("choice").append(...articles.map((_, place) => make("option", { value: place }, nameOf(place))));
  $("choice").prepend(make("option", { value: "", hidden: true }, "选择报告"));
  for (const id of ["home", "previous", "choice", "next"]) $(id).disabled = articles.length < 2;
  $("home").onclick = () => goTo(null);
  $("choice").onchange = (event) => goTo(event.target.value);
  $("previous").onclick = () => turn(-1);
  $("next").onclick = () => turn(1);
  $("query").oninput = (event) => typed(event.target.value);
  $("theme").onclick = () => {
    const { classList } = document.documentElement;
    const dark = getComputedStyle(document.documentElement).getPropertyValue("--dark").trim() === "1";
    classList.toggle("light", dark);
    classList.toggle("dark", !dark);
  };
  $("print").onclick = () => print();
  $("help").onclick = () => $("keys").showModal();
  for (const chip of document.querySelectorAll("[data-label]")) chip.onclick = () => toggleLabel(chip);
  $("role").onchange = (event) => { state.role = event.target.value; apply(); };
  $("score").oninput = ({ target }) => {
    state.score = Number(target.value);
    $("least").textContent = target.value;
    apply();
  };
  $("doubts").onclick = (event) => {
    state.doubts = !state.doubts;
    event.currentTarget.setAttribute("aria-pressed", state.doubts);
    apply();
  };
  $("desk").onclick = (event) => {
    const found = event.target.closest("[data-fact]");
    const selecting = !getSelection().isCollapsed && $("sheet").contains(event.target);
    if (found && !selecting) choose(found.dataset.fact, Number(found.dataset.piece ?? 0));
  };
  $("sheet").onscroll = () => requestAnimationFrame(follow);
  $("filters").onsubmit = (event) => event.preventDefault();
  document.onkeydown = press;
  document.oncopy = (event) => { // paragraphs as the report has them, not as the browser sets them
    const selection = getSelection();
    if (selection.isCollapsed || !$("sheet").contains(selection.anchorNode)) return;
    event.clipboardData.setData("text/plain", selection.getRangeAt(0).toString());
    event.preventDefault();
  };
  onhashchange = route;
  onbeforeprint = clear;
  buildOverview();
  route();
}

document.addEventListener("DOMContentLoaded", start);
