"""What is counted: the verb and the noun phrase that each COUNT and RATE quantifies, by its clause.

A sentence is cut into the words of the tables below, the longest that fits, and what lies between
them is read as noun. Each word has a letter for its kind, and the string of these letters left and
right of an amount tells its predicate and its noun.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from fazhi.facts import Indicator, Phrase
from fazhi.reports import Span

REACH = 60  # words on each side of an amount that are read
LINE_CHARS = 16  # a shorter line is a heading or a cell, not one that was wrapped

# Words by the letter of their kind. The letters without a table: K COUNT, R RATE, T the title of a
# cell, n noun, l long noun, a noun that acts (行政机关), j joiner (、), o 的 or 等, s stop (，).
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
        核对 新办 延续 下沉 开放 启用 装设 建起 延伸 复工 督导 责令整改 责令改正 授予 追究 查摆
        问责 处分 栽植 种植 救治 招募 加固 受案 批捕 封存 拍卖 归档 参会 出席 任命 选调 拦截 止付
        汇编 撤并 裁撤 授权 开庭 竣工 开工 出警 接警 处警 下派 包案 结对 走村 回应 配套 追偿 减征
        退税 免征 缓缴 奖励 改善 祭扫 评为 入选""",
    # Verbs that also name an activity or qualify a noun: 调解 纠纷 3起, 开展 调解, 调解 协议.
    "E": """评查 抽检 抽查 抽评 巡演 通报 下放 展播 采购 演出 表彰 慰问 调解 培训 检查 排查 巡查
        审查 审核 宣传 学习 研究 研讨 演练 辅导 督察 督查 整改 应诉 处置 处罚 监测 测评 调研 整治
        治理 清理 排摸 摸排 咨询 巡逻 讨论 审计 调查 座谈 会商 研判 讲解 救援 回访 述职 交流 复查
        普查 备案 复核 审批 帮扶 征询 改造 持证 编制 修改 督办 使用 调度 巡航 增收 处理 免罚 报备
        公开 减免 互评 转办 公示 检测 验收 分析 评审 义诊 接种 仲裁 核销 赔偿 贷款 融资 试点 监控
        总结 采集 评定 评选""",
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
        均为 均达 均达到 保持在 稳定在 维持在 保持 约为 另有 另外 力争 确保 实现 做到 预计 计划 拟
        到 至 后 能够 重新 继续 进一步 不断 切实 认真 积极 一批 首批 次均 从严 从快 其余 余下 当场
        轮流 逐件 逐项 逐一 逐案 大多 没有 不等 不予 严格 当天 到岗 到位""",
    # Words that open an adverbial: 对 企业 检查.
    "x": """对 将 为 向 给 在 由 从 以 把 被 使 按 比 较 依据 依照 按照 根据 围绕 结合 利用 通过
        针对 对照 依托 随着 因 作为 聚焦 面向 借助""",
    # Nouns that hold one of the words above.
    "n": """人民调解组织 调解组织 人民调解委员会 调解员 调解室 培训班 研讨会 推进会 调度会
        联席会议 座谈会 听证会 现场会 讲座 执法检查 执法监督 行政处罚 行政审批 许可事项 审批事项
        代办事项 赋权事项 政府采购 优化营商环境 依申请公开 政府信息公开 公共 共享 共建 有关 所有
        国有 有效 有序 有限 有力 有道 对象 面对 面对面 应对 从业 从事 在编 在册 在岗 在校 在职
        在建 存在 和解 以上 以下 以内 以来 可以 予以 所以 以至 甚至 至今 冬至 自由 理由 被诉
        被申请 为民 为农 为企 成为 行为 人为 较大 较高 比例 比重 比对 评比 占比 占道 占地 占用
        就业 成就 到期 各级 后续 设施 设备 建设项目 街道 辖区 标的 通过率 完成率 及格率 出庭率
        到位率 总投资 收入 报告会 招聘会 罚没款 规范性 规范化 在线 原因 即办件 转办件 转办事项
        植被 持证执法人员 市场监管 罚款金额 利用率 办公会 办公室 宣讲团 宣讲队 派出法庭 派出所
        社会组织 党组织 基层组织 对外 下沉事项 讲堂 讲师""",
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_VERBS, _ACTS, _NOUNS = "SPVC", "SPVCEW", "nla"


def _any(words: Iterable[str]) -> str:
    """An alternation of the words, the longest first, those with one first character together."""
    rest = defaultdict(list)
    for word in sorted(words, key=len, reverse=True):
        rest[word[0]].append(word[1:])
    return "|".join(f"{first}(?:{'|'.join(tails)})" for first, tails in rest.items())


# Characters that stand for those of a span, two sorts so that spans that touch stay apart.
_MASKS = {"COUNT": "\ue000\ue001", "RATE": "\ue002\ue003", "LAW": "\ue004\ue005", "SECTION": "。。"}
_AMOUNT = "[\ue000-\ue003]"
_HAS = re.compile(_AMOUNT)
_TOKEN = re.compile(rf"""(?x)
    (?P<K> \ue000+ | \ue001+ ) | (?P<R> \ue002+ | \ue003+ )
  | (?P<d> [0-9]+ (?: 年度? | 月份? | 日 ) (?: 以来 | 底 )?                                 # 2030年
      | 每 (?: 半 | 两 | [0-9]+ )? 个?
        (?: 学期 | 年度? | 季度? | [月周日天期次批名村人户站] )?                            # 每季度
      | 全 (?: [县市区镇乡省局旗州院] | 街道 | 系统 ) (?! [场面部国] )                      # 全县
      | [我本] (?: [局镇县市区省乡委厅级] | 街道 ) | 各 (?!级) [村地类种项]?                # 我局
      | 新 (?= 制定 | 登记 | 上线 | 发展 | 认定 | 出台 | 引进 | [聘招发] ) | 现 (?=有)      # 现 有
      | [达近约超逾] (?={_AMOUNT}) | (?<={_AMOUNT}) [可需不未经须] )                        # 达 97%
  | (?P<n> [\ue004\ue005]+ | 《[^》]{{1,80}}》                                              # 《宪法》
      | “[^”\ue000-\ue003]{{1,40}}” | "[^"，,\ue000-\ue003]{{1,20}}"                        # “八五”
      | [（(] [^（）(),，。；：:;\ue000-\ue003]{{1,6}} [)）]                                # 村（居）
      | (?: 参[与加学会训] | 受[益惠] | 受教育 )
        (?: 群众 | 人[员数口] | 干部 | 对象 | 企业 | 农户 | 学生 ) )                        # 受益群众
  | (?P<s> 其中 | [，,：:（）()—…+“”"‘’《》•·] )
  | (?P<V> 通过 (?={_AMOUNT}) | (?<=[各再所]) 建                                            # 各 建
      | 占 (?= [^，。、]{{0,12}} [\ue002\ue003] ) | 上 (?= [一-鿿]{{0,5}} 课 ) )            # 上 法治课
  | (?P<C> [减降增升高低] (?= [为了出]? {_AMOUNT} ) )                                       # 高 1.9
  | (?P<j> 、 | 或者? | 并 (?![非购网]) | 以及 | 及其 | 及 (?![时格]) | 和 (?![谐平解]) | 与 (?!会) )
  | (?P<o> 的 | 等 (?![级次待]) (?: 领域 | 方面 )? )
  | (?P<word> (?= [{"".join({word[0] for word in _KINDS})}] ) (?: {_any(_KINDS)} ) )
""")
_END = re.compile(r"[。；;！!？?|\n]+|(?<![0-9])\.|\.(?![0-9])")
_TITLE = re.compile(".*[：:]|其中|", re.DOTALL)  # before the title of a cell: 其中：
_CELL = re.compile(rf"{_AMOUNT}+\s*(?:\n|$)")
# What makes a noun of the verb before it: 办结 率; of one that may also name an activity: 宣传 资料.
_MADE_NOUN = re.compile("[率量额者栏类]|员(?!工)|权(?![力限])")
_QUALIFIED = re.compile(
    "[率量额者栏类品片班组队站所点室窗台证]|员(?!工)|权(?![力限])|会(?!议)|单(?!位)|[手画]?册|资料|材料|标语"
    "|展板|活动|行动|工作|人员|组织|机构|委员|中心|平台|意见|建议|通知|[文告决建]书|决定|制度|机制|清单|标准"
    "|能手|对象|体系|力量|任务|项目"
)
_AGENT = re.compile(
    "(?:[局所站队会办组室院部委府科处镇乡县区市省村厅长员们者场]|部门|机关|顾问|律师|干部|街道|社区|中心"
    "|单位|机构|组织|领导|书记|企业|群众|主任|民警|负责人|窗口|大厅|平台|班子|会议)$"
)
_PERSON = re.compile(
    ".*(?:干部|学生|职工|律师|民警|[员者]|群众|代表(?![队会])|企业|部门|社区|单位|农户)[)）]?"
)
_OFFICE = re.compile("(?:机关|部门|[法检]察?院|公安|司法|[纪监]委)$")  # 移送 司法机关 3件
_TOPIC = re.compile(  # 行政复议案件 受理 12件
    "(?:案件?|纠纷|申请|事项|隐患|问题|线索|投诉|举报|提案|建议|文件|合同|工单|案卷|矛盾|信访|诉求|业务|许可"
    "|复议|诉讼|违法|行为)$"
)
# After these a verb that stands in no table may begin: 企业 追讨 欠款.
_ACTORS = re.compile("企业|[人成]员|部门|平台|单位|群众|干部|律师|人大")
_PAIR = re.compile(
    "[办受审答发印颁核补化解调处查获扣封拆提取废修订制出起聘选招培录增创改停关淘清退运恢移送转接划追缴挽兑拨支垫减"
    "免返没收罚破侦抓打捣签征汇归报推编撰写拍刊播放展悬张贴刷惠覆辐吸引参排消纠撤维驳采梳保拥进入走约劝抢疏投筹购"
    "储更换优细列评命荣认注吊销堵避节腾盘抽巡适纳捐帮反担勘绘铺栽种造赔救募扩续迁搭架树竖冻结传整扫拦形裁授竣"
    "完回祭护遣苫埋挖浇饲偿]"
    "[理结复发出印颁成处获查扣封除供取止订定布聘拔任录增建立造改修停闭缔汰退运清收种送交接转回缴付现拨免还押款获动达签到集"
    "求报推写制摄登播放映演挂贴及盖引训考赛决正销驳纳总留进驻约阻离移助散入购储换新化确名得毁堵避活课看通广护告用投赠"
    "馈实准批好办号破受平平验置填栽设迁建抚恤停扩固展控缩拆遣产耕垦补盖复毕](?!面积|金额|人口)"
)
# The noun phrase after an amount, by the letters of its words, and after one that tells how often.
_PHRASE = re.compile(
    "m?(?:[EW](?=[nla]))?(?:[nla]|(?<=[nla])[EW](?![nla])|(?<=[nlaEW])j(?=[nlaE])|(?<=l)o(?=[nlaE]))*"
)
_OFTEN = re.compile(
    "(?:[nlam]|(?<!a)[EW]|[EW](?![nla])|(?<=m)V|(?<=[nlaEW])j(?=[nlaE])|(?<=l)o(?=[nlaE]))*"
)
_RELATIVE = re.compile("[^sKRoj]{1,8}o")  # 3家 拒绝 整改 的 企业
_LISTED = re.compile("[^sKRSPVCxT]*[KR]")  # 2个社区、 居民 300户
_NEXT = re.compile(f"[dm]*[{_ACTS}]")
_CLAUSE = re.compile("[^sKR]*")
_LATER = re.compile(f"[^s]{{0,{REACH}}}?[{_ACTS}]")
_CHANGE = re.compile(f"[nlaodx]{{0,{REACH}}}C")
_LEVEL = {"到", "至", "为", "达", "达到"}
_COMPARED = {"比", "较", "同比", "环比", "由", "从"}
_EACH = {"分别", "均", "均为", "均达", "均达到", "都"}
_NUMBER = re.compile(
    r"至少|不[少低超]?[于过足到]|[约近逾]|超过?|以[上下内]|左右|上下"
    r"|[\s0-9０-９.,，．〇零一二两三四五六七八九十百千万亿数几余多来至到~～—-]+"
)
_EVENTS = {"次", "场", "场次", "期", "轮", "批", "批次", "遍", "届"}
_LISTING = {"before", "after", "shared"}  # rules by which counts side by side share a verb
_CASES = {"件", "起", "宗", "条", "份"}
# Units after which no noun follows where one stands before: 投入资金8万元.
_MEASURED = {"", "人次", "元", "平方米", "平方公里", "亩", "公顷", "公里", "米", "吨", "公斤"}

# Rules, with the share of their findings that were right among samples of train.
_CONFIDENCE = dict.fromkeys(
    "before after subject shared same bare inherited topic frequency change noun cell "
    "rate share".split() + ["bare rate"],
    0.9,
)


class _Word(NamedTuple):
    """Characters ``[start, end)`` of the flat text, and the letter of their kind."""

    kind: str
    start: int
    end: int


_Place = tuple[int, int]


class _Found(NamedTuple):
    """What was found for an amount, by which rule; its noun takes up the words before ``upto``."""

    verb: _Place | None
    noun: _Place | None
    rule: str
    upto: int = 0


def find_indicators(text: str, spans: Sequence[Span]) -> dict[int, Indicator]:
    """What each COUNT and RATE of ``spans`` quantifies, by the offset where the amount starts.

    An amount with neither verb nor noun is left out. LAW spans are read as nouns; a SECTION ends
    the sentence before it. ``confidence`` is that of the rule, as measured on train.
    """
    flat, places = _flatten(text, spans)
    amounts = {span.start: span.text for span in spans if span.label in ("COUNT", "RATE")}

    def phrase(place: _Place | None) -> Phrase | None:
        if place is None:
            return None
        start, end = places[place[0]], places[place[1] - 1] + 1
        return Phrase(start, end, text[start:end])

    indicators: dict[int, Indicator] = {}
    for words in _sentences(flat):
        units = [_NUMBER.sub("", amounts.get(places[word.start], "")) for word in words]
        for i, found in _Sentence(flat, words, units).read():
            start, sure = places[words[i].start], _CONFIDENCE[found.rule]
            if start in amounts and (found.verb or found.noun):
                indicators[start] = Indicator(phrase(found.verb), phrase(found.noun), sure)
    return indicators


def _flatten(text: str, spans: Sequence[Span]) -> tuple[str, list[int]]:
    """The text with its spans masked and without white space, and the place of each character.

    A line break stays where a paragraph or a cell ends, and not where a line is wrapped.
    """
    pieces: list[str] = []
    at = 0
    for n, span in enumerate(sorted(spans, key=lambda span: span.start)):
        marked = span.label == "LAW" and text[span.start - 1 : span.start] in ("《", "〈", "<")
        if span.label in _MASKS and not marked and at <= span.start < span.end <= len(text):
            pieces += text[at : span.start], _MASKS[span.label][n % 2] * (span.end - span.start)
            at = span.end
    masked = "".join([*pieces, text[at:]])
    pieces, places = [], list[int]()
    at = line = 0
    for gap in re.finditer(r"\s+", masked):
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
    if gap[0] != "\n":
        return len(gap[0]) > 1 or gap[0] == "\t"
    if _HAS.match(text, end) and not _CELL.match(text, end):
        return False
    short = start - line < LINE_CHARS and not re.search("[，,、]", text[line:start])
    return short or text[start - 1 : start] in ("。", "；", "！", "？", "：", ":", ";")


def _sentences(flat: str) -> Iterator[list[_Word]]:
    """The sentences that hold an amount, as words; one alone in its cell comes after its title."""
    start, title = 0, None
    for end, after in [*(mark.span() for mark in _END.finditer(flat)), (len(flat), len(flat))]:
        words = list(_cut(flat, start, end)) if _HAS.search(flat, start, end) else []
        if words:
            title = title if len(words) == 1 else None
            yield [title, *words] if title else words
        elif start < end:
            first = _TITLE.match(flat, start, end)
            cell = first and flat[end : end + 1] in ("\n", "|") and first.end() < end
            title = _Word("T", first.end(), end) if first and cell else None
        start = after


def _cut(flat: str, start: int, end: int) -> Iterator[_Word]:
    """The words of a sentence in order, with nothing left out between them."""
    pieces: list[_Word] = []
    for token in _TOKEN.finditer(flat, start, end):
        _fill(pieces, flat, start, token.start())
        kind = token.lastgroup or ""
        pieces.append(_Word(_KINDS[token[0]] if kind == "word" else kind, *token.span()))
        start = token.end()
    _fill(pieces, flat, start, end)
    for word, after in zip_longest(pieces, pieces[1:]):
        kind = word.kind
        if kind in _ACTS and after and after.kind == "n":
            made = (_MADE_NOUN if kind in _VERBS else _QUALIFIED).match(flat, word.end)
            kind = "n" if made else kind
        elif kind == "n":
            long = "l" if word.end - word.start > 3 else "n"
            kind = "a" if _AGENT.search(flat, word.start, word.end) else long
        yield word._replace(kind=kind)


def _fill(words: list[_Word], flat: str, start: int, end: int) -> None:
    """Add what stands in no table: a noun, with a verb where one may stand, and what follows it."""
    before = words[-1].kind if words else "s"
    heads = [start] if before in "sdmjP" or flat[start - 1] in "》\ue004\ue005" else []
    for at in [*heads, *(actor.end() for actor in _ACTORS.finditer(flat, start, end))]:
        if pair := _PAIR.match(flat, at, end):
            cuts = [("n", start, at), ("V", *pair.span()), ("n", pair.end(), end)]
            words += [_Word(*cut) for cut in cuts if cut[1] < cut[2]]
            return
    if start < end:
        words.append(_Word("n", start, end))


def _until(pattern: re.Pattern[str], kinds: str, start: int) -> int:
    """Where the words end that a pattern takes from one on."""
    match = pattern.match(kinds, start, start + REACH)
    return match.end() if match else start


class _Sentence:
    """The words of a sentence, the units of its counts, and what was found, by index of word."""

    def __init__(self, flat: str, words: Sequence[_Word], units: Sequence[str]) -> None:
        self.flat, self.words, self.units = flat, words, units
        self.kinds = "".join(word.kind for word in words)
        self.texts = [flat[word.start : word.end] for word in words]
        self.found: dict[int, _Found] = {}
        self.latest = {"K": -1, "R": -1}  # the amount of each kind read before
        self.names: list[_Place] = []  # of the rates to come

    def read(self) -> Iterator[tuple[int, _Found]]:
        """What is found for each amount, in order."""
        for i, kind in enumerate(self.kinds):
            found: _Found | None = None
            if kind in "KR" and self.kinds[0] == "T":
                found = _Found(None, self.words[0][1:], "cell")
            elif kind in "KR":
                found = self._count(i) if kind == "K" else self._named(i, self._rate(i))
            if found:
                self.found[i] = found
                self.latest[kind] = i
                yield i, found

    def _left(self, i: int) -> tuple[int, int, _Found | None]:
        """Where the words before an amount start and stop, and the amount that they follow."""
        stop = i - 1 if i and self.texts[i - 1] in ("：", ":", "（", "(") else i  # 行政许可：12件
        start = max(self.kinds.rfind(kind, max(0, stop - REACH), stop) for kind in "sKR") + 1
        before = self.found.get(start - 1)
        return min(stop, max(start, before.upto if before else 0)), stop, before

    def _count(self, i: int) -> _Found | None:
        unit = self.units[i]
        start, stop, before = self._left(i)
        joined = before and self.kinds[start:stop][:1] in ("", "j")
        last = before if joined and self.latest["K"] > self.latest["R"] else None
        start = min(start + 1, stop) if last else start
        if changed := self._changed(i, start, stop):
            return changed
        noun, upto = self._right(i + 1, unit)
        tail = self.texts[stop - 1] if start < stop else ""
        if noun and tail == "等":  # 用房调整等 4项 决策
            stop = start + len(self.kinds[start : stop - 1].rstrip(_ACTS + _NOUNS + "j"))
        k = self._predicate(start, stop)
        if noun and tail == "的":  # 群众 反映 的 13个 问题
            acts = [m for m in range(start, stop) if self.kinds[m] in _ACTS]
            k = acts[0] if len(acts) > 1 and self.kinds[start] != "x" else None
        listed = last and (last.rule == "noun" or (unit in _EVENTS and last.rule in _LISTING))
        if listed and k == stop - 1 and self.kinds[k] in "EW":  # 举办 讲座 2场、业务培训 3期
            k = None
        mine = self._noun(start if k is None else k + 1, stop, bare=k is None)
        person = k is not None and mine and _PERSON.fullmatch(self.flat, *mine)
        if (mine and (person or unit in _MEASURED)) or unit in ("人", "人次"):
            noun = noun if self.texts[i + 1 : i + 2] == ["的"] else None
        if k is not None:
            verb = self.words[k][1:]
            if noun:
                return _Found(verb, noun, "after", upto)
            if mine and not (unit in _CASES and _OFFICE.search(self.flat, *mine)):
                return _Found(verb, mine, "before")
            if topic := self._topic(start, k):
                return _Found(verb, topic, "topic")
            old = None if unit in _EVENTS else self._inherited(i)
            return _Found(verb, old, "inherited" if old else "bare")
        if last and last.rule not in ("subject", "frequency", "noun"):
            if noun or mine:
                return _Found(last.verb, noun or mine, "shared", upto if noun else 0)
            return last._replace(rule="same", upto=0)
        if often := self._often(i):
            return often
        if noun:
            return _Found(self._act(_LATER, upto), noun, "subject", upto)
        if mine:
            return _Found(None, mine, "noun")
        old, act = self._inherited(i), self._act(_NEXT, i + 1)
        return _Found(act, old, "inherited") if old or act else None

    def _often(self, i: int) -> _Found | None:
        """A verb after how often: 先后 14次 组织 法治讲座"""
        act = _NEXT.match(self.kinds, i + 1) if self.units[i] in _EVENTS else None
        if act is None:
            return None
        k, end = act.end() - 1, _until(_CLAUSE, self.kinds, act.end())
        if self.kinds[k] not in _VERBS and not self._governs(k, end):
            return None
        k = (self._predicate(k, end) or k) if self.kinds[k] in "SP" else k
        noun, upto = self._right(k + 1, "次")
        return _Found(self.words[k][1:], noun, "frequency", upto)

    def _inherited(self, i: int) -> _Place | None:
        """The noun of the amount before in the sentence; for a count, of a count with its unit."""
        counts = self.kinds[i] == "K"
        before = self.latest["K"] if counts else max(self.latest.values())
        if before < 0 or (counts and self.units[before] != self.units[i]):
            return None
        return self.found[before].noun

    def _act(self, pattern: re.Pattern[str], j: int) -> _Place | None:
        act = pattern.match(self.kinds, j)
        return self.words[act.end() - 1][1:] if act else None

    def _governs(self, k: int, stop: int) -> bool:
        """Whether a verb has an object after it, before the word ``stop``."""
        return self.kinds[k + 1 : stop].lstrip("d").startswith(("n", "l", "a"))

    def _agent(self, k: int) -> bool:
        """Whether the words before k end with somebody who acts."""
        return self.kinds[max(0, k - REACH) : k].rstrip("md").endswith("a")

    def _predicate(self, start: int, stop: int) -> int | None:
        """The verb of words[start:stop] that governs what follows them."""
        best: int | None = None
        for k in range(start, stop):
            if self.kinds[k] in _ACTS and self._takes(best, k, start, stop):
                best = k
        return best

    def _takes(self, best: int | None, k: int, start: int, stop: int) -> bool:
        """Whether verb k, and not ``best`` before it, governs what follows words[start:stop]."""
        plain, before = self.kinds[k] in _VERBS, self.kinds[k - 1] if k > start else "s"
        last, governs = k + 1 == stop, self._governs(k, stop)
        if best is None:
            if not plain and last and "、" in self.texts[start:k]:  # 低保、危房改造 3项
                return False
            head = before in "sdmjo" or self._agent(k)
            return self.kinds[k] != "W" or last or (governs and head)
        over = self.kinds[best]
        if plain and last and (over == "S" or before == "j"):  # 开展 学法; 受理、办结
            return self._agent(k) or (before == "j" and best + 2 == k)
        if plain:  # not in what qualifies a noun: 制止 影响 观测 的 行为
            return k > self.kinds.rfind("o", start, stop) or k == best + 1 or over == "P"
        if over not in "SP" or before == "j":
            return governs and (before == "j" or (best + 1 == k and over == "E"))
        actor = self.kinds[k] == "E" and self._agent(k)  # 组织 干部 学习 宪法
        if over == "S":
            return actor and (governs or before == "m")
        return governs or actor or not self.kinds[best + 1 : k].strip("dm")  # 坚持 每月 排查

    def _noun(self, start: int, stop: int, bare: bool = False) -> _Place | None:
        """The noun phrase of words[start:stop]; without verb (``bare``), after any adverbial."""
        stop = start + len(self.kinds[start:stop].rstrip("dojxm" if bare else "dojx"))
        start = stop - len(self.kinds[start:stop].lstrip("doj"))
        start = max(start, *(self.kinds.rfind(kind, start, stop) + 1 for kind in ("odx" if bare else "oo")))
        return self._place(start, stop)

    def _place(self, start: int, stop: int) -> _Place | None:
        """Where words[start:stop] stand, without 中 at their end."""
        if start >= stop:
            return None
        a, b = self.words[start].start, self.words[stop - 1].end
        while b > a and self.flat[b - 1] in "中内里":
            b -= 1
        return (a, b) if a < b else None

    def _topic(self, start: int, verb: int) -> _Place | None:
        """A noun before its verb: 复议案件 受理 12件"""
        stop = start + len(self.kinds[start:verb].rstrip("m"))
        kinds = self.kinds[start:stop]
        opener = kinds.find("x")
        if re.search(f"[{_ACTS}]", kinds[kinds.rfind("o") + 1 :]):
            return None
        if opener >= 0 and self.texts[start + opener] not in ("对", "将", "把"):
            return None
        noun = self._noun(start, stop, bare=True)
        fits = self.texts[verb] in ("有", "发生") or (noun and _TOPIC.search(self.flat, *noun))
        return noun if fits else None

    def _right(self, j: int, unit: str) -> tuple[_Place | None, int]:
        """The noun phrase that follows an amount, and the index of the word after it."""
        j += self.texts[j : j + 1] == ["的"]
        pattern = _OFTEN if unit in _EVENTS else _PHRASE
        upto = _until(pattern, self.kinds, j)
        if upto == j and (relative := _RELATIVE.match(self.kinds, j)):
            j = relative.end()
            upto = _until(pattern, self.kinds, j)
        joiner = self.kinds.rfind("j", j, upto)
        if joiner > 0 and _LISTED.match(self.kinds, joiner, j + REACH):
            upto = self.kinds.find("j", j)
        noun = self._place(max(j, self.kinds.rfind("o", j, upto) + 1), upto)
        if noun and self.kinds[upto : upto + 1] in tuple(_ACTS + "mx"):  # 干部登台 讲法
            person = _PERSON.match(self.flat, *self.words[upto - 1][1:])
            noun = (noun[0], person.end()) if person else noun
        return noun, upto

    def _changed(self, i: int, start: int, stop: int) -> _Found | None:
        """What changed: 材料 由 5份 精简 到 3份, 投诉 同比 下降 2成"""
        tail = start + len(self.kinds[start:stop].rstrip("dx"))
        after, upto = self._right(i + 1, "") if self.kinds[i] == "K" else (None, 0)
        if self.kinds[start:tail].endswith("C"):
            verb = self.words[tail - 1][1:]
            if after:
                return _Found(verb, after, "after", upto)
            marks = (k for k in range(start, tail) if self.texts[k] in _COMPARED)
            noun = self._noun(start, next(marks, tail - 1), bare=True)
            before = self._left(i)[2]
            if not noun and before and before.rule == "change":
                noun = before.noun
            return _Found(verb, noun or self._inherited(i), "change")
        origin = [k for k in range(start, stop) if self.texts[k] in ("由", "从")]
        change = _CHANGE.match(self.kinds, i + 1)
        if origin and change:
            noun = after or self._noun(start, origin[-1], bare=True)
            return _Found(self.words[change.end() - 1][1:], noun, "change")
        return None

    def _rate(self, i: int) -> _Found:
        start, stop, before = self._left(i)
        texts = self.texts[start:stop]
        if found := self._changed(i, start, stop):
            verb = self.flat[slice(*found.verb)] if found.verb else ""
            level = verb[-1:] in ("至", "到") or texts[-1] in _LEVEL or {"由", "从"} & set(texts)
            return found._replace(verb=None) if level else found
        if "占" in texts:
            noun = self._noun(start, start + texts.index("占"), bare=True)
            return _Found(None, noun or self._inherited(i), "share")
        several = not _EACH.isdisjoint(texts)
        stop = start + len(self.kinds[start:stop].rstrip("dox"))
        edges = "doxPS" if several else "doxPSj"
        first = max(self.kinds.rfind(kind, start, stop) for kind in edges) + 1 or start
        first = max(first, start) + self.kinds[first:stop].startswith("j")
        if first < stop and self.kinds[stop - 1] in _ACTS:  # 成功化解 98%
            return _Found(self.words[stop - 1][1:], self._inherited(i), "bare rate")
        if first < stop:
            return _Found(None, (self.words[first].start, self.words[stop - 1].end), "rate")
        if self.texts[i + 1 : i + 2] in (["的"], ["为"], ["是"]):  # 九成 的 纠纷
            return _Found(None, self._right(i + 2, "")[0], "share")
        if before and self.latest["R"] > self.latest["K"]:
            return before
        return _Found(None, self._inherited(i), "share")

    def _named(self, i: int, found: _Found) -> _Found:
        """Its own name for each rate of those that 分别 shares out: 甲率和乙率 分别 为 95%和97%"""
        start, stop, _ = self._left(i)
        if "分别" in self.texts[start:stop] and found.noun:
            a, b = found.noun
            cuts = [word for word in self.words if word.kind == "j" and a <= word.start < b]
            ends = [*(cut.start for cut in cuts), b]
            self.names = list(zip([a, *(cut.end for cut in cuts)], ends, strict=True))
        elif self.kinds[start:stop] not in ("", "j"):
            self.names = []
        return found._replace(noun=self.names.pop(0)) if self.names else found
