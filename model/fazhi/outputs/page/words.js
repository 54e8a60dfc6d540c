/* What checks and reasons say, in Chinese: the sentences of consistency.py, arithmetic.py and numbers.py.

   One that is not here is shown as it is. */

const listed = (names) => names.split(" or ").join("、");
const SENTENCES = [
  [/^(at least |at most )?(\S+)% of (\S+) is (\S+), but (\S+) are named$/, (_, bound, rate, whole, part, named) =>
    `${whole} 的${{ "at least ": "至少 ", "at most ": "至多 " }[bound] ?? " "}${rate}% 应为 ${part}，文中为 ${named}`],
  [/^(\S+) to (\S+) is a change of (\S+)%, not (\S+)%$/, "由 $1 到 $2，变化幅度为 $3%，文中为 $4%"],
  [/^(\S+)% is more than all\b.*$/, "这一比率不应超过 100%，文中为 $1%"],
  [/^(\S+) is more than the (\S+) that it is part of$/, "其中一项 $1 大于总数 $2"],
  [/^the parts (.+) make (\S+), more than the (\S+) that they are part of$/, "各项 $1 合计 $2，大于总数 $3"],
  [/^the parts (.+) make (\S+), but the whole is (\S+)$/, "各项 $1 合计 $2，总数却是 $3"],
  [/^(.+) is not in the list of norms, though it lists all statutes/, "“$1”不在名录中，而名录收有全部国家法律"],
  [/^(.+) is not in the list of norms, which lacks local and departmental ones/,
    "“$1”不在名录中；名录未收全地方和部门的规定"],
  [/; it may be (.+), and (\d+) more$/, (_, names, more) => `；可能是${listed(names)}，另有 ${more} 部`],
  [/; it may be (.+)$/, (_, names) => `；可能是${listed(names)}`],
  [/^the report is on (\d+), but it is signed in (\d+)$/, "报告年度是 $1 年，落款却是 $2 年"],
  [/^the report is on (\d+), but its opening (?:reports|is) on (\d+)$/, "报告年度是 $1 年，开头写的却是 $2 年"],
  [/^the report is on (\d+), but it plans for (\d+)$/, "报告年度是 $1 年，计划的却是 $2 年"],
  [/^the report is on (\d+), but a part is on the work of (\d+)$/, "报告年度是 $1 年，有一部分写的却是 $2 年的工作"],
  [/^over (\d+) characters$/, "超过 $1 个字"],
  [/^over (\d+) digits$/, "超过 $1 位数"],
];
const REASONS = { __proto__: null,
  empty: "没有内容", "not a number": "不是数", "no number at the start": "开头不是数", "a negative number": "负数",
  "a space between digits": "数字之间有空格", "digits side by side": "数字连写", "digits with no place": "数位不明",
  "a place with no digit before it": "数位前没有数字", "zero as a word": "写成文字的零",
  "not a range of two ends": "不是两端的范围", "a range that does not rise": "范围没有由小到大",
  "a range with two units": "范围两端单位不同", "a range with an unclear place": "范围的数位不明",
  "both over and under": "既说以上又说以下", "not a unit": "不是单位", "half of an unknown unit": "“半”后的单位不明",
  "a rate, not a count": "是比率，不是数量", "no rate at the start": "开头不是比率",
  "a number with no sign": "数后没有比率的标记", "not a sign of a rate": "不是比率的标记",
  "not a number of tenths": "不是几成", "not a fraction": "不是分数", "a fraction above one": "分数大于一" };

const inChinese = (english) => REASONS[english]
  ?? SENTENCES.reduce((said, [pattern, words]) => said.replace(pattern, words), english);
