"""Samples: intact files of each format, to be damaged."""

from __future__ import annotations

import io

import docx

TEXT = """\
石桥镇人民政府2024年度法治政府建设情况报告
石桥镇深入学习贯彻习近平法治思想，认真落实《法治政府建设实施纲要（2021－2025年）》，现将情况报告如下：
一、2024年主要举措和成效
（一）抓学习，法治意识稳步提升
组织专题学习12次，覆盖干部400余人次；围绕《中华人民共和国民法典》等开展宣讲31场，发放资料约1.2万份。
（二）抓执法，行政行为更加规范
办理行政处罚案件56件，罚没款3.6万元；评查案卷40卷，合格率为97.5%，同比上升2.1个百分点。
二、存在的问题
个别干部运用法治方式解决问题的能力还不强，村级法律顾问作用发挥不够充分。
三、下一步工作打算
修订《石桥镇重大行政决策程序规定》，年内实现法律顾问全覆盖，群众满意度力争达到98%以上。
石桥镇人民政府
2025年1月15日"""
_PAGE = """\
<!DOCTYPE html><html><head><meta charset="{charset}"><title>{title}_石桥镇人民政府</title>
<style>p {{ text-indent: 2em }}</style><script>var page = "<p>1</p>";</script></head><body>
<div id="nav"><a href="/">首页</a> &gt; <a href="/zwgk">政务公开</a> &gt; 年度报告</div>
<div class="info">索引号：SQ-2025-003　发布日期：2025-01-15　浏览次数：108</div>
<div class="article" style="font-size:16px"><h1>{title}</h1>
{paragraphs}
<table border="1"><tr><th>指标</th><th colspan="2">数量</th></tr>
<tr><td>行政复议</td><td>9件</td><td>办结率100%</td></tr></table>
<ol start="3"><li>开展普法宣传<b>20</b>余场&nbsp;<br>受众2000人次</li>
<li>调解纠纷81件</li></ol></div>
<div class="share"><a href="#">打印</a><a href="#">关闭</a></div>
<div id="footer">版权所有：石桥镇人民政府 <a href="/">网站地图</a></div></body></html>
"""


def page(charset: str) -> bytes:
    """A saved page of a government site, with what stands around the article."""
    title, *lines = TEXT.split("\n")
    paragraphs = "\n".join(f"<p><span>　　{line}</span></p>" for line in lines)
    return _PAGE.format(charset=charset, title=title, paragraphs=paragraphs).encode(charset)


def word() -> bytes:
    """A Word file with styles, automatic numbers, a table, a head and a foot."""
    document = docx.Document()
    title, *lines = TEXT.split("\n")
    document.add_heading(title, 0)
    for line in lines:
        paragraph = document.add_paragraph(style="Heading 1" if line[1] == "、" else None)
        paragraph.add_run(line[:9]).bold = True
        paragraph.add_run(line[9:])
    for line in ("开展普法宣传20余场", "调解纠纷81件"):
        document.add_paragraph(line, style="List Number")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(table.row_cells(1), ("行政复议", "9件", "100%"), strict=True):
        cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2)).text = "数量"
    document.sections[0].header.paragraphs[0].text = "石桥镇"
    document.sections[0].footer.paragraphs[0].text = "第1页"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
