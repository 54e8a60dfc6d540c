/* One report's outline, at the left, and its facts, at the right. */

function outlineOf(view) {
  const list = make("ol");
  view.sections.forEach((section, index) => {
    const inside = view.items.filter(({ fact }) => section.start <= fact.start && fact.start < section.end);
    const flagged = inside.some((item) => item.flagged);
    list.append(make("li", { class: `level-${Math.min(section.level, 4)}` },
      make("button", { type: "button", "data-fact": `s${index}`, title: `${section.role}, level ${section.level}` },
        make("span", { class: "name" }, section.number && make("i", {}, section.number), section.title),
        make("span", { class: flagged ? "tally flagged" : "tally", "aria-label": `${inside.length} 条事实` },
          inside.length ? String(inside.length) : ""),
        section.level === 1 && make("span", { class: "role" }, roleName(section.role)))));
  });
  return view.sections.length ? [make("h2", {}, "目录"), list] : [make("p", { class: "none" }, "没有标题。")];
}

function groupsOf(view) {
  const said = saidOf(view.facts.report);
  const group = (sort, rows) => rows.length
    ? make("section", { class: `group ${sort}`, "data-sort": sort },
      make("h2", {}, GROUPS[sort], " ", make("span", { class: "tally" })), make("ul", {}, ...rows))
    : "";
  const rows = (sort) => view.items.filter((item) => item.sort === sort).map((item) => row(view, item));
  const groups = Object.keys(SORTS).map((sort) => group(sort, rows(sort)));
  return [said, group("check", view.checks.map(checkRow)), ...groups];
}

function saidOf(report) {
  const list = make("dl");
  for (const [name, word] of Object.entries(SAID)) {
    const value = report[name];
    if (value == null) continue;
    const content = typeof value !== "object" ? String(value)
      : make("button", { type: "button", "data-fact": name }, flat(value.text));
    const about = name === "issuer" && [report.province, TIERS[report.tier], ISSUERS[report.kind]];
    list.append(make("div", {}, make("dt", {}, word),
      make("dd", {}, content, about && make("small", {}, about.filter(Boolean).join(" · ")))));
  }
  return list.children.length ? make("section", { class: "group said" }, make("h2", {}, "报告信息"), list) : "";
}

const flat = (text) => text.replace(/\s*[\r\n]\s*/g, "").replace(/\s+/g, " ").trim();

function row(view, item) {
  const { fact, sort, name, flagged } = item;
  const parts = { law: lawParts, count: amountParts, rate: amountParts }[sort](view, fact, sort);
  const path = fact.path.length > 0 && make("span", { class: "path" }, fact.path.join(" › "));
  const score = fact.score != null && make("span", { class: "sure" }, `置信度 ${fact.score.toFixed(3)}`);
  return make("li", { "data-item": name },
    make("button", { type: "button", class: `fact ${sort}${flagged ? " flagged" : ""}`, "data-fact": name },
      ...parts, make("span", { class: "more" }, path, score)));
}

function lawParts(view, law) {
  const place = law.level === "national" ? "" : law.level;
  const about = [NORMS[law.kind], place, law.date].filter(Boolean).join(" · ");
  const written = flat(law.text);
  return [
    make("span", { class: "name" }, law.title,
      law.known === false && make("em", { title: "In no list of norms" }, "未收录")),
    about && make("span", { class: "meta" }, about),
    law.candidates.length > 0 && make("span", { class: "meta" }, `或为：${law.candidates.join("、")}`),
    written !== law.title && make("span", { class: "more" }, `原文作“${written}”`),
  ];
}

function amountParts(view, fact, sort) {
  const points = fact.kind === "points";
  const show = sort === "count" ? number : points ? (value) => number(Number((value * 100).toFixed(6))) : percent;
  const unit = points ? "个百分点" : fact.unit;
  const [sign, said] = APPROX[fact.approx] ?? [];
  const ends = [fact.value, fact.upper].filter((end) => end != null);
  return [
    make("span", { class: "figure" }, sign && make("i", { title: fact.approx, "aria-label": said }, sign),
      make("b", {}, ends.map(show).join("–") || "？"), unit && make("small", {}, unit)),
    make("span", { class: "about" },
      fact.indicator?.text || make("span", { class: "around" }, ...around(view, fact)),
      fact.kind === "share" && fact.value != null && share(fact.value)),
    fact.reason && make("span", { class: "meta" }, `未能读出：${inChinese(fact.reason)}`),
  ];
}

function share(value) {
  const part = Math.max(0, Math.min(value, 1)) * 100;
  return draw("svg", { class: "share", viewBox: "0 0 100 3", preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("rect", { class: "whole", width: 100, height: 3 }), draw("rect", { width: part, height: 3 }));
}

/** The words beside a fact, up to the next mark. */
function around(view, fact) {
  const start = view.at(fact.start), end = view.at(fact.end);
  const before = /[^，。；：、！？\s]*$/.exec(view.text.slice(Math.max(0, start - 12), start))[0];
  const after = /^[^，。；：、！？\s]*/.exec(view.text.slice(end, end + 10))[0];
  return [before, make("u", {}, flat(fact.text)), after];
}

function checkRow({ name, check, said }) {
  return make("li", { "data-item": name, class: "check" },
    make("p", {}, make("b", {}, FINDINGS[check.kind] ?? check.kind),
      make("small", { lang: said === check.message && "en" }, said)),
    make("div", {}, ...check.evidence.map((one, index) =>
      make("button", { type: "button", class: "evidence", "data-fact": name, "data-piece": index },
        `“${flat(one.text)}”`))));
}
