"""The words of the sentences of a report that hold an amount, each with a letter for its kind.

The text is laid flat: spans masked, white space and the breaks of wrapped lines left out. A
sentence of it is cut into the words of the tables below, the longest that fits, and what lies
between them is noun, or a verb and its noun.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from fazhi.reports import Span

LINE_CHARS = 16  # a shorter line is a heading or a cell, not one that was wrapped

# Words by the letter of their kind. Letters without words here: K COUNT, R RATE, T the title of a
# cell, n noun, l long noun, a noun that may act (行政机关), j joiner (、), o 的 or 等, s stop (，).
_WORDS = {
    # Support verbs, whose object may be an activity: 开展 案卷评查 5次.
    "S": """开展 举办 举行 召开 进行 实施 参加 参与 承办 主办 接受 完成 部署 听取 列席 做好 推行
        旁听 观摩 安排 组织""",
    # Verbs that have somebody do something: 邀请 律师 讲解 宪法 2次.
    "P": """邀请 选派 指导 督促 引导 推动 带动 帮助 协助 联合 会同 配合 动员 支持 促进 协调 委托
        责令 要求 协同 牵头 抽调 召集 发动 坚持 争取 推进 发挥 深入 走进 主持""",
    # Verbs whose object is counted: 发放 资料 200份.
    "V": """担任 细化 参考 换发 推送 适用 划转 进入 推广 抽取 注销 制止 反馈 印制 刊发 调离 形成
        支付 归集 偿还 查封 办理 受理 办结 审结 办复 答复 回复 发放 派发 分发 印发 下发 制发 核发
        化解 成功化解 调处 调解成功 成功调解 成功 达成 查处 查办 查获 查扣 拆除 拆解 提出 提供
        提请 取消 废止 宣布失效 失效 修订 制定 出台 起草 审定 审议 审议通过 公布 发布 聘请 选聘 聘
        配备 配齐 配发 配置 选配 培养 培育 新增 增设 新建 建成 建立 组建 成立 设立 设置 开设 新设
        设 打造 修缮 关停 取缔 淘汰 清退 清运 清偿 恢复 复耕 复垦 补植 移送 交办 承接 收回 追回
        追缴 挽回 兑现 拨付 减轻 没收 收缴 暂扣 罚没 罚款 立案 结案 破获 起诉 判刑 出具 出动 发出
        发现 下达 签订 签署 接待 收到 收集 征集 征求 编印 撰写 制作 播放 悬挂 张贴 发表 惠及 覆盖
        涉及 参训 参学 轮训 办件 接件 代办 解答 解决 纠正 纠错 撤销 维持 终止 确认违法 采纳 梳理
        保留 拥有 持有 设有 建有 有 下辖 辖 下设 进驻 入驻 走访 约谈 劝返 劝导 转移 资助 投入 筹措
        购置 购买 储备 更换 安装 更新 优化 分解 列出 明确 取得 获得 停产整顿 停业 避免 节水 败诉
        胜诉 出庭应诉 出庭 授课 宣讲 巡讲 述法 学法 讲 讲授 观看 发生 巡河 警告 纳入 列入 帮教
        批准 新收 开通 开办 上报 突破 报道 落实 受益 减负 赋权 脱贫 接访 追讨 讨回 新购 不予处罚
        立案处罚 规范 实行 选举 履行 选择 上线 完善 安放 暂停 加装 节省 作出 考取 组成 列为 注册
        申领 入住 收案 刑事拘留 调解和解 退养 确定 派出 对标 介入 满足 给予 设卡 办公 行使 列明
        核对 新办 延续 下沉 开放 启用 装设 建起 延伸 复工 督导 责令整改 责令改正 授予 加强 强化
        健全 深化 追究 查摆 问责 处分 栽植 种植 救治 招募 加固 受案 批捕 封存 拍卖 归档 参会 出席
        任命 选调 拦截 止付 汇编 撤并 裁撤 授权 开庭 竣工 开工 出警 接警 处警 下派 包案 结对 走村
        回应 配套 追偿 减征 退税 免征 缓缴 奖励 改善 祭扫 评为 入选""",
    # Verbs that also name an activity or qualify a noun: 调解 纠纷 3起, 开展 调解, 调解 协议.
    "E": """评查 抽检 抽查 抽评 巡演 通报 下放 展播 采购 演出 表彰 慰问 调解 培训 检查 排查 巡查
        审查 审核 宣传 学习 研究 研讨 演练 辅导 督察 督查 整改 应诉 处置 处罚 监测 测评 调研 整治
        治理 清理 排摸 摸排 咨询 巡逻 讨论 审计 调查 座谈 会商 研判 讲解 救援 回访 述职 交流 复查
        普查 备案 备案审查 复核 审批 帮扶 征询 改造 持证 编制 修改 督办 使用 调度 巡航 增收 处理
        免罚 报备 公开 减免 互评 转办 公示 检测 验收 分析 评审 义诊 接种 仲裁 核销 赔偿 贷款 融资
        试点 监控 总结 采集 评定 评选""",
    # The same, but read as verbs only at the head of a clause or after somebody who acts.
    "W": """监督 管理 监管 服务 教育 保护 建设 登记 投资 补偿 征收 救助 安置 创作 流转 展示 考核
        评估 设计""",
    # Verbs of change, whose subject is counted: 材料 由 5份 精简 到 3份.
    "C": """压减 减少 增加 下降 上升 提高 提升 增长 压缩 精简 缩短 降低 扩大 回落 缩减 上涨 扩充
        调整 合并 递增 攀升 增至 减至 降至 升至 整合 降到 减到 升到 增到 提至 缩至 压至 延长 缩小
        拓展""",
    # Words that qualify a noun or a verb: 集中 学习, 按时 办结率.
    "m": """集中 集体 联合 专项 专题 现场 上门 按时 按期 及时 网上 线上 线下 随机 入户 依法 主动
        提前 人均 户均 平均 带头 实地 统一 免费 常态化 限期 巡回 就地 平稳 亲自 依申请 共同 分头""",
    # Words around a predicate that are no part of it: 累计 发放.
    "d": """全年 年内 年初 年末 年底 年底前 年度 今年以来 一年来 今年 去年 上年 同期 目前 当前
        截至 截止 当年 近年来 期间 共 共计 总共 一共 累计 合计 总计 先后 陆续 分别 均 已 已经 了
        还 也 再 又 且 仅 就 只 都 全部 全面 同时 同步 同比 环比 年均 日均 月均 高达 达到 为 是
        均为 均达 均达到 保持在 控制在 稳定在 维持在 保持 约为 另有 另外 力争 确保 实现 做到 预计
        计划 拟 到 至 后 能够 重新 继续 进一步 不断 持续 切实 认真 积极 一批 首批 次均 从严 从快
        其余 余下 当场 轮流 逐件 逐项 逐一 逐案 大多 没有 不等 不予 严格 当天 到岗 到位""",
    # Words that open an adverbial: 对 企业 检查.
    "x": """对 将 为 向 给 在 由 从 以 把 被 使 按 比 较 依据 依照 按照 根据 围绕 结合 利用 通过
        针对 对照 依托 随着 因 作为 聚焦 面向 借助""",
    # Nouns that hold one of the words above.
    "n": """人民调解组织 调解组织 人民调解委员会 调解员 调解室 培训班 研讨会 推进会 协调会 调度会
        联席会议 座谈会 听证会 现场会 讲座 执法检查 执法监督 行政处罚 行政审批 许可事项 审批事项
        代办事项 赋权事项 政府采购 优化营商环境 依申请公开 政府信息公开 公共 共享 共建 有关 所有
        国有 有效 有序 有限 有力 有道 对象 面对 面对面 应对 从业 从事 在编 在册 在岗 在校 在职
        在建 存在 和解 以上 以下 以内 以来 可以 予以 所以 以至 甚至 至今 冬至 自由 理由 被诉
        被申请 为民 为企 成为 行为 人为 较大 较高 比例 比重 比对 评比 占比 占道 占地 占用 就业
        成就 到期 各级 后续 设施 设备 建设项目 街道 辖区 通过率 完成率 及格率 出庭率 到位率 标的额
        总投资 收入 报告会 招聘会 罚没款 注册资本 规范性 规范化 在线 原因 即办件 转办件 转办事项
        植被 持证执法人员 市场监管 罚款金额 利用率 办公会 办公室 宣讲团 宣讲队 派出法庭 派出所
        社会组织 党组织 基层组织 对外 下沉事项 讲堂 讲师""",
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
# The kinds that are verbs wherever they stand, those that may be verbs, and those that are nouns.
VERBS, ACTS, NOUNS = "SPVC", "SPVCEW", "nla"


def _any(words: Iterable[str]) -> str:
    """An alternation of the words, the longest first, those with one first character together."""
    rest = defaultdict(list)
    for word in sorted(words, key=len, reverse=True):
        rest[word[0]].append(word[1:])
    return "|".join(f"{first}(?:{'|'.join(tails)})" for first, tails in rest.items())


# Characters that stand for those of a span, two sorts so that spans that touch stay apart.
MASKS = {"COUNT": "\ue000\ue001", "RATE": "\ue002\ue003", "LAW": "\ue004\ue005", "SECTION": "。。"}
_AMOUNT = "[\ue000-\ue003]"
_HAS = re.compile(_AMOUNT)
_TOKEN = re.compile(rf"""(?x)
    (?P<K> \ue000+ | \ue001+ ) | (?P<R> \ue002+ | \ue003+ )
  | (?P<d> [0-9]+ (?: 年? [—–-] [0-9]+ )? (?: 年度? | 月份? | 日 ) (?: 以来 | 底 )? # 2030年
      | 每 (?: 半 | 两 | [0-9]+ )? 个?
        (?: 学期 | 年度? | 季度? | [月周日天期次批名村人户站] )?                    # 每季度
      | 全 (?: [县市区镇乡省局旗州院] | 街道 | 系统 ) (?! [场面部国] )              # 全县
      | [我本] (?: [局镇县市区省乡委厅级] | 街道 ) | 各 (?!级) [村地类种项]?        # 我局
      | 新 (?= 制定 | 登记 | 上线 | 发展 | 认定 | 出台 | 引进 | [聘招发] ) | 现 (?=有)
      | [达近约超逾] (?={_AMOUNT}) | (?<={_AMOUNT}) [可需不未经须] )                # 达 97%
  | (?P<n> [\ue004\ue005]+ | 《[^》]{{1,80}}》                                      # 《宪法》
      | “[^”\ue000-\ue003]{{1,40}}” | "[^"，,\ue000-\ue003]{{1,20}}"                # “八五”
      | [（(] [^（）(),，。；：:;\ue000-\ue003]{{1,6}} [)）]                        # 村（居）
      | (?: 参[与加学会训] | 受[益惠] | 受教育 )
        (?: 群众 | 人[员数口] | 干部 | 对象 | 企业 | 农户 | 学生 ) )                # 受益群众
  | (?P<s> 其中 | [，,：:（）()—…+“”"‘’《》•·] )
  | (?P<V> 通过 (?={_AMOUNT}) | (?<=[各再所]) 建                                    # 各 建
      | 占 (?!比) (?= [^，。、]{{0,12}} [\ue002\ue003] )
      | 上 (?= [一-鿿]{{0,5}} 课 ) )  # 上 法治课
  | (?P<x> 经 (?= [调复审修论研] ) )                                                # 经 调解
  | (?P<C> [减降增升高低] (?= [为了出]? {_AMOUNT} ) )                               # 高 1.9
  | (?P<j> 、 | 或者? | 并 (?![非购网]) | 以及 | 及其 | 及 (?![时格]) | 和 (?![谐平解])
      | 与 (?!会) )
  | (?P<o> 的 | 等 (?![级次待]) (?: 领域 | 方面 )? )
  | (?P<word> (?= [{"".join({word[0] for word in _KINDS})}] ) (?: {_any(_KINDS)} ) )
""")
_SPACE = re.compile(r"\s+(?:- ?[0-9]{1,3} ?-\s+)?")  # with the number of a page
_END = re.compile(r"[。；;！!？?|\n]+|(?<![0-9])\.|\.(?![0-9])")
# A cell with a tab after it, on this line and on the next; not a mark: 1.
_ROW = re.compile(rf"(?:\w|{_AMOUNT})\t")
_ROW_AHEAD = re.compile(rf"[^\n]{{0,80}}?{_ROW.pattern}")
_TITLE = re.compile(".*[：:]|其中|", re.DOTALL)  # before the title of a cell: 其中：
_CELL = re.compile(rf"{_AMOUNT}+\s*(?:\n|$)")
# What makes a noun of the verb before it: 办结 率; of one that also names an activity: 宣传 资料.
_MADE_NOUN = re.compile("[率量额者栏类]|员(?!工)|权(?![力限])")
_QUALIFIED = re.compile(
    "[率量额者栏类品片班组队站所点室窗台证]|员(?!工)|权(?![力限])|会(?!议)|单(?!位)|[手画]?册|资料|材料|标语"
    "|展板|活动|行动|工作|人员|组织|机构|委员|中心|平台|意见|建议|通知|[文告决建]书|决定|制度|机制|清单|标准"
    "|能手|对象|体系|力量|任务|项目"
)
_ENDINGS = (
    # Of a noun that may act: 镇人民政府.
    """局 所 站 队 会 办 组 室 院 部 委 府 科 处 镇 乡 县 区 市 省 村 厅 长 员 们 者 场 部门 机关
    顾问 律师 干部 街道 中心 单位 机构 组织 领导 书记 企业 群众 主任 民警 负责人 窗口 大厅 平台
    班子 会议""",
    # Of one that is acted upon, before its verb: 行政复议案件 受理 12件.
    """案 案件 纠纷 申请 事项 隐患 问题 线索 投诉 举报 提案 建议 文件 合同 工单 案卷 矛盾 信访 诉求
    业务 许可 复议 诉讼 违法 行为""",
    # Of an office that cases go to: 移送 司法机关 3件.
    "机关 部门 法院 检察院 公安 司法 纪委 监委",
)
_AGENTS, TOPICS, OFFICES = (tuple(words.split()) for words in _ENDINGS)
# After these a verb that stands in no table may begin: 企业 追讨 欠款.
_ACTORS = re.compile("企业|[人成]员|部门|平台|单位|群众|干部|律师|人大")
_PAIR = re.compile(
    "[办受审答发印颁核补化解调处查获扣封拆提取废修订制出起聘选招培录增创改停关淘清退运恢移送转接划追缴挽兑拨支垫减"
    "免返没收罚破侦抓打捣签征汇归报推编撰写拍刊播放展悬张贴刷惠覆辐吸引参排消纠撤维驳采梳保拥进入走约劝抢疏投筹购"
    "储更换优细列评命荣认注吊销堵避节腾盘抽巡适纳捐帮反担勘绘铺栽种造赔救募扩续迁搭架树竖冻结传整扫拦形裁授竣"
    "完回祭护遣苫埋挖浇饲偿粘]"
    "[理结复发出印颁成处获查扣封除供取止订定布聘拔任录增建立造改修停闭缔汰退运清收种送交接转回缴付现拨免还押款获动达签到集"
    "求报推写制摄登播放映演挂贴及盖引训考赛决正销驳纳总留进驻约阻离移助散入购储换新化确名得毁堵避活课看通广护告用投赠"
    "馈实准批好办号破受平平验置填栽设迁建抚恤停扩固展控缩拆遣产耕垦补盖复毕](?!面积|金额|人口)"
)

Place = tuple[int, int]  # characters [start, end) of the flat text


class Word(NamedTuple):
    """Characters ``[start, end)`` of the flat text, and the letter of their kind, as tabled."""

    kind: str
    start: int
    end: int


class Sentence:
    """The words of a sentence, with their texts and the string of the letters of their kinds."""

    def __init__(self, flat: str, words: Sequence[Word]) -> None:
        self.flat, self.words = flat, words
        self.kinds = "".join(word.kind for word in words)
        self.texts = [flat[word.start : word.end] for word in words]

    def past(self, kinds: str, start: int, stop: int) -> int:
        """The index after the last word of some kinds in words[start:stop], ``start`` if none."""
        return start + 1 + max(map(self.kinds[start:stop].rfind, kinds))

    def governs(self, k: int, stop: int) -> bool:
        """Whether a verb has an object after it, before the word ``stop``."""
        return self.kinds[k + 1 : stop].lstrip("d").startswith(("n", "l", "a"))

    def noun(self, start: int, stop: int, bare: bool = False) -> Place | None:
        """The noun phrase of words[start:stop]; without verb (``bare``), after any adverbial."""
        stop = start + len(self.kinds[start:stop].rstrip("dojxm" if bare else "dojx"))
        start = stop - len(self.kinds[start:stop].lstrip("doj"))
        return self.place(self.past("odx" if bare else "o", start, stop), stop)

    def place(self, start: int, stop: int) -> Place | None:
        """Where words[start:stop] stand, without 中 at their end."""
        if start >= stop:
            return None
        a, b = self.words[start].start, self.words[stop - 1].end
        while b > a and self.flat[b - 1] in "中内里":
            b -= 1
        return (a, b) if a < b else None


def flatten_text(text: str, spans: Sequence[Span]) -> tuple[str, list[int]]:
    """The text with its spans masked and without white space, and the place of each character.

    A line break stays where a paragraph or a cell ends, and not where a line is wrapped.
    """
    pieces: list[str] = []
    at = 0
    for n, span in enumerate(sorted(spans, key=lambda span: span.start)):
        marked = span.label == "LAW" and text[span.start - 1 : span.start] in ("《", "〈", "<")
        if span.label in MASKS and not marked and at <= span.start < span.end <= len(text):
            pieces += text[at : span.start], MASKS[span.label][n % 2] * (span.end - span.start)
            at = span.end
    masked = "".join([*pieces, text[at:]])
    pieces, places = [], list[int]()
    at = line = 0
    for gap in _SPACE.finditer(masked):
        pieces.append(masked[at : gap.start()])
        places.extend(range(at, gap.start()))
        if _ends(masked, gap, line):
            pieces.append("\n")
            places.append(gap.start())
        at = gap.end()
        line = at if "\n" in gap[0] else line
    places.extend(range(at, len(masked)))
    return "".join([*pieces, masked[at:]]), places


def _ends(text: str, gap: re.Match[str], line: int) -> bool:
    """Whether a paragraph or a cell ends at white space, on a line that starts at ``line``."""
    start, end = gap.span()
    indent = gap[0][gap[0].rfind("\n") + 1 :]
    if len(indent) > 1 or indent == "\t":
        return True
    if "\n" in gap[0] and (_ROW.search(text, line, start) or _ROW_AHEAD.match(text, end)):
        return True
    wrapped = gap[0] == "\n" and _HAS.match(text, end) and not _CELL.match(text, end)
    if wrapped or "\n" not in gap[0]:
        return False
    short = start - line < LINE_CHARS and not re.search("[，,、]", text[line:start])
    return short or text[start - 1 : start] in ("。", "；", "！", "？", "：", ":", ";")


def cut_sentences(flat: str) -> Iterator[list[Word]]:
    """The sentences that hold an amount, as words; one alone in its cell comes after its title."""
    start, title = 0, None
    for end, after in [*(mark.span() for mark in _END.finditer(flat)), (len(flat), len(flat))]:
        words = _cut(flat, start, end) if _HAS.search(flat, start, end) else []
        if words:
            title = title if len(words) == 1 else None
            yield [title, *words] if title else words
        elif start < end:
            first = _TITLE.match(flat, start, end)
            cell = first and flat[end : end + 1] in ("\n", "|") and first.end() < end
            title = Word("T", first.end(), end) if first and cell else None
        start = after


def _cut(flat: str, start: int, end: int) -> list[Word]:
    """The words of a sentence in order, with nothing left out between them."""
    pieces: list[Word] = []
    for token in _TOKEN.finditer(flat, start, end):
        if start < token.start():
            _fill(pieces, flat, start, token.start())
        kind = token.lastgroup or ""
        pieces.append(Word(_KINDS[token[0]] if kind == "word" else kind, *token.span()))
        start = token.end()
    if start < end:
        _fill(pieces, flat, start, end)
    for n, (kind, start, end) in enumerate(pieces):
        if kind == "n":
            long = "l" if end - start > 3 or flat[start] in "无未不" else "n"
            pieces[n] = Word("a" if flat.endswith(_AGENTS, start, end) else long, start, end)
        elif kind in ACTS and [word.kind for word in pieces[n + 1 : n + 2]] == ["n"]:
            made = (_MADE_NOUN if kind in VERBS else _QUALIFIED).match(flat, end)
            pieces[n] = Word("n" if made else kind, start, end)
    return pieces


def _fill(words: list[Word], flat: str, start: int, end: int) -> None:
    """Add what stands in no table: a noun, with a verb where one may stand, and what follows it."""
    before = words[-1].kind if words else "s"
    heads = [start] if before in "sdmjP" or flat[start - 1] in "》\ue004\ue005" else []
    for at in [*heads, *(actor.end() for actor in _ACTORS.finditer(flat, start, end))]:
        if pair := _PAIR.match(flat, at, end):
            cuts = [("n", start, at), ("V", *pair.span()), ("n", pair.end(), end)]
            words += [Word(*cut) for cut in cuts if cut[1] < cut[2]]
            return
    words.append(Word("n", start, end))
