"""Augmentation with what a web page says around a report: navigation, metadata, buttons."""

from __future__ import annotations

import random
from datetime import date, timedelta

from fazhi.reports import Report
from fazhi_training.augmentation_edits import Edit, apply
from fazhi_training.augmentation_names import invented_place

_PATHS = ("首页", "网站首页", "本站首页", "主站")
_COLUMNS = (
    *(
        "政务公开",
        "信息公开",
        "法治政府建设",
        "法治政府建设年度报告",
        "公示公告",
        "工作动态",
        "部门动态",
    ),
    *(
        "法定主动公开内容",
        "规划总结",
        "工作总结",
        "重点领域",
        "镇街信息",
        "专题专栏",
        "通知公告",
        "年度报告",
    ),
)
_ARROWS = (" > ", ">", " >> ", ">>", " / ", " » ", "-", " › ")
_TOOLS = (
    *(
        "无障碍阅读",
        "长者模式",
        "关怀版",
        "简体",
        "繁体",
        "EN",
        "登录",
        "注册",
        "手机版",
        "智能问答",
    ),
    *(
        "设为首页",
        "加入收藏",
        "网站地图",
        "联系我们",
        "语音播报",
        "移动客户端",
        "政务微博",
        "站内搜索",
    ),
)
_SEARCH = ("请输入关键字", "请输入您要搜索的内容 搜索", "热门搜索：", "搜索", "高级检索")
_SITE_DAYS = (
    "今天是{0}年{1}月{2}日 星期{3}",
    "{0}年{1}月{2}日 星期{3}",
    "今天是：{0}-{1}-{2} 星期{3}",
)
_DATES = ("{0}-{1:02}-{2:02}", "{0}年{1}月{2}日", "{0}/{1}/{2}", "{0}-{1:02}-{2:02} {3:02}:{4:02}")
_LABELS = (
    *("来源", "信息来源", "文章来源", "发布机构", "发布单位", "作者", "责任编辑", "供稿"),
    *("发布时间", "发布日期", "更新时间", "成文日期", "生成日期", "公开日期"),
    *("浏览次数", "点击率", "访问次数", "阅读量", "点击数", "浏览量", "阅读次数"),
    *(
        "字号",
        "字体",
        "索引号",
        "主题分类",
        "文号",
        "公开方式",
        "公开范围",
        "信息名称",
        "关键词",
        "有效性",
    ),
)
_WORDS = {
    "字": ("大 中 小", "[大 中 小]", "【大 中 小】", "A+ A-"),
    "主": ("政务公开", "综合政务", "司法、法治", "其他"),
    "文": ("无", "暂无", ""),
    "公": ("主动公开", "面向社会", "社会公开"),
    "关": ("法治政府，报告", "依法行政", ""),
    "有": ("有效", "现行有效"),
    "责": ("管理员", "admin", "信息员", ""),
    "作": ("佚名", "办公室", "本站", ""),
    "信": ("法治政府建设报告", "年度工作报告"),
}
_OFFICES = (
    "人民政府",
    "人民政府办公室",
    "司法局",
    "党政办公室",
    "综合办公室",
    "融媒体中心",
    "政府网",
)
_BUTTONS = (
    *("打印本页", "打印", "关闭窗口", "关闭", "收藏", "分享", "返回顶部", "纠错", "下载", "返回"),
    *(
        "扫一扫在手机打开当前页",
        "用微信扫描二维码分享至好友",
        "分享到：",
        "分享到：微信 微博 QQ空间",
    ),
    *(
        "语音朗读：播放 暂停",
        "下载word",
        "我要纠错",
        "【打印正文】",
        "[ 关闭 ]",
        "听全文",
        "在浏览器中打开",
    ),
)
_NEIGHBOURS = (
    *("没有了", "暂无", "无", "关于调整值班电话的公告", "年度部门预算公开", "政务公开年度报告"),
    *("领导班子分工", "招聘工作人员公示", "春节放假通知", "便民服务事项一览", "惠民政策解读"),
)
_FEET = (
    *(
        "版权所有：{place}{office}",
        "主办：{place}{office}",
        "主办单位：{place}{office}",
        "承办：信息中心",
    ),
    *(
        "备案号：{region}ICP备{serial}号",
        "{region}公网安备 {serial}号",
        "网站标识码：{serial}",
        "技术支持",
    ),
    *(
        "联系电话：0{phone}",
        "地址：{place}人民路{door}号",
        "网站地图 | 关于我们 | 法律声明",
        "您是第{serial}位访问者",
    ),
    *("相关链接", "相关阅读", "友情链接：政府部门网站", "阅读原文", "END", "— 完 —", "附件下载："),
)
_REGIONS = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔滇陕甘青宁新"


def web(report: Report, rng: random.Random) -> Report:
    """Navigation, metadata and buttons before the report, after it or both; they hold no spans."""
    writer = _Page(report, rng)
    gap = rng.choice(("\n", "\n", "\n\n"))
    where = rng.choice(("before", "after", "both", "both"))
    edits = []
    if where != "after" and not report.text.lstrip().startswith(("首页", "|", "今天是", "无障碍")):
        edits.append(Edit(0, 0, gap.join(writer.head()) + gap))
    if where != "before":
        tail = "" if report.text.endswith("\n") else gap
        edits.append(Edit(len(report.text), len(report.text), tail + gap.join(writer.foot())))
    return apply(report, edits)


class _Page:
    """What one invented site writes around its pages."""

    def __init__(self, report: Report, rng: random.Random) -> None:
        self._rng = rng
        kind = str(report.meta.get("kind") or "").split()
        tier = kind[-1][:3] if kind and kind[0] != "bureau" and "/" not in kind[-1] else "县"
        place = str(report.meta.get("place") or "") or invented_place(rng)
        self._place = place + tier
        year = int(report.meta.get("year") or rng.randint(2016, 2025))
        self._day = date(year, 12, 1) + timedelta(days=rng.randint(0, 800))

    def head(self) -> list[str]:
        """Lines before a report."""
        rng = self._rng
        parts = [
            rng.sample(
                (self._tools(), rng.choice(_SEARCH), self._site_day()), rng.choice((0, 1, 2))
            ),
            [self._path()] if rng.random() < 0.7 else [],
            self._metadata(),
            [self._buttons()] if rng.random() < 0.5 else [],
        ]
        if rng.random() < 0.1:
            parts.append(parts[2])
        return [line for part in parts for line in part] or [self._path()]

    def foot(self) -> list[str]:
        """Lines after a report."""
        rng = self._rng
        found = [self._buttons()] if rng.random() < 0.7 else []
        if rng.random() < 0.5:
            sign = rng.choice(("：", ": ", "："))
            for name in (("上一篇", "下一篇"), ("上一条", "下一条"))[rng.random() < 0.3]:
                found.append(f"{name}{sign}{rng.choice(_NEIGHBOURS)}")
        feet = rng.sample(_FEET, rng.randint(0, 4))
        found += [self._filled(foot) for foot in feet]
        return found or [self._buttons()]

    def _filled(self, template: str) -> str:
        rng = self._rng
        return template.format(
            place=self._place,
            office=rng.choice(_OFFICES),
            region=rng.choice(_REGIONS),
            serial=rng.randint(10_000_000, 99_999_999),
            phone=f"{rng.randint(310, 999)}-{rng.randint(2_000_000, 8_999_999)}",
            door=rng.randint(1, 300),
        )

    def _tools(self) -> str:
        rng = self._rng
        return rng.choice((" | ", "  ", "   ", " ")).join(rng.sample(_TOOLS, rng.randint(2, 5)))

    def _path(self) -> str:
        rng = self._rng
        arrow = rng.choice(_ARROWS)
        steps = [rng.choice(_PATHS), *rng.sample(_COLUMNS, rng.randint(1, 3))]
        steps += ["正文"] if rng.random() < 0.6 else []
        start = rng.choice(("", "您的位置：", "当前位置：", "您现在的位置: ", "您当前所在位置 :"))
        return start + arrow.join(steps)

    def _site_day(self) -> str:
        day = self._day + timedelta(days=self._rng.randint(0, 400))
        form = self._rng.choice(_SITE_DAYS)
        return form.format(day.year, day.month, day.day, "一二三四五六日"[day.weekday()])

    def _date(self) -> str:
        rng, day = self._rng, self._day
        form = rng.choice(_DATES)
        return form.format(day.year, day.month, day.day, rng.randint(8, 20), rng.randint(0, 59))

    def _value(self, label: str) -> str:
        rng = self._rng
        if label.endswith(("时间", "日期")):
            return self._date()
        if label.endswith(("次数", "率", "量", "数")):
            return str(rng.randint(1, 5000)) + rng.choice(("", "", "次"))
        if label == "索引号":
            code = rng.randint(10_000_000, 99_999_999)
            return rng.choice(
                (f"{code}/{self._day.year}-{rng.randint(1, 9999):05}", f"MB{code}-{code}")
            )
        if label[0] in _WORDS and "来源" not in label:
            return rng.choice(_WORDS[label[0]])
        return self._place + rng.choice(_OFFICES)

    def _metadata(self) -> list[str]:
        rng = self._rng
        labels = rng.sample(_LABELS, rng.randint(2, 6))
        filled = rng.choice((0.0, 0.8, 1.0, 1.0))
        rows = [(name, self._value(name) if rng.random() < filled else "") for name in labels]
        sign = rng.choice(("：", "：", ":", ": "))
        form = rng.choice(("line", "line", "lines", "bracket", "table", "bullet", "values"))
        if form == "lines":
            return [f"{name}{sign}{value}".rstrip() for name, value in rows]
        if form == "bracket":
            return [f"[ {name}{sign}{value} ]" for name, value in rows]
        if form == "table":
            cells = [f"| {name} | {value} |" for name, value in rows]
            return cells if rng.random() < 0.6 else ["".join(cells).replace("||", "|")]
        if form == "bullet":
            dot = rng.choice(("• ", "- ", "·"))
            pairs = [(f"{dot}{name}{sign}".rstrip(), value) for name, value in rows]
            return [line for pair in pairs for line in pair if line]
        if form == "values":
            return [value for _, value in rows if value]
        return [rng.choice(("  ", " ", "　", " | ")).join(f"{n}{sign}{v}" for n, v in rows)]

    def _buttons(self) -> str:
        rng = self._rng
        chosen = rng.sample(_BUTTONS, rng.randint(1, 3))
        if rng.random() < 0.3:
            return "".join(f"【{name.strip('【】[] ')}】" for name in chosen)
        return rng.choice((" ", "  ", " | ", "\n")).join(chosen)
