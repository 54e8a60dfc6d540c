"""Label Studio's JSON: tasks with annotations, or with predictions that have scores.

A span is a result of type ``labels``; its attributes are results with the same ``id``, from
controls that are asked for each region (Number, Choices, TextArea). Label Studio counts characters
(code points; old versions, UTF-16 units), a CR and an LF each as one; in ``value.text``, the
surface, it may have folded white space or escaped ``<&>``. The text alone decides, then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from fazhi.annotations.formats.files import parse_json, read_text, write_text
from fazhi.annotations.formats.losses import find_losses
from fazhi.annotations.formats.verification import Claim, Draft, Reading
from fazhi.facts.sections import ROLES
from fazhi.reports import Attribute, Report

# The fields of the labelling interface: attribute, control, the labels that have it (none: all),
# and what the control offers. Other attributes are numbers or texts, as their values are.
_CONTROLS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "level": ("Number", ("SECTION",), ()),
    "role": ("Choices", ("SECTION",), ROLES),  # two of them: measures+problems
    "name": ("TextArea", ("LAW",), ()),
    "known": ("Choices", ("LAW",), ("True", "False")),
    "value": ("Number", ("COUNT", "RATE"), ()),
    "upper": ("Number", ("COUNT", "RATE"), ()),
    "unit": ("TextArea", ("COUNT",), ()),
    "approx": ("Choices", ("COUNT", "RATE"), ("none", "about", "over", "under")),
    "reason": ("TextArea", ("COUNT", "RATE"), ()),
    "note": ("TextArea", (), ()),
}
# Without it, the page folds runs of spaces and trims lines.
_STYLE = ".htx-text, .lsf-richtext__container { white-space: pre-wrap; }"


def matches(path: Path) -> bool:
    """Whether it is JSON, and a task or a list of tasks."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"[", b"{"):
            return False
    tasks = _tasks(parse_json(path.read_text("utf-8", "replace")))
    return bool(tasks) and all(isinstance(task, dict) and "data" in task for task in tasks)


def _tasks(content: object) -> list[Any]:
    return content if isinstance(content, list) else [content]


def read(path: Path) -> Reading:
    """Read an export or an import. An annotation counts before predictions, the last of several."""
    draft = Draft()
    for number, task in enumerate(_tasks(parse_json(read_text(path))), start=1):
        where = f"{path}: task {number}"
        data = task.get("data") if isinstance(task, dict) else None
        text = _text(data) if isinstance(data, dict) else None
        if not isinstance(data, dict) or text is None:
            draft.problems.append(f"{where}: no data with a text")
            continue
        key = str(data.get("id", task.get("id", f"{path.stem}-{number}")))
        meta = task.get("meta")
        results = _results(task, where, draft.problems)
        if results is None:
            draft.problems.append(f"{where}: not annotated; left out")
            continue
        claims = _claims(results, where, draft.problems)
        draft.add(where, key, text, claims, meta if isinstance(meta, dict) else {})
    return draft.finish()


def _text(data: dict[str, Any]) -> str | None:
    """The text of a task: ``text``, or the only one that is there under another name."""
    texts = [value for key, value in data.items() if key != "id" and isinstance(value, str)]
    text = data.get("text", texts[0] if len(texts) == 1 else None)
    return text if isinstance(text, str) else None


def _results(task: dict[str, Any], where: str, problems: list[str]) -> list[dict[str, Any]] | None:
    """What was made of a task; None when nothing was, or it says no more than the ids of it."""
    for key in ("annotations", "completions", "predictions"):  # completions: before version 1
        found = task.get(key)
        listed = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        made = [one for one in listed if not one.get("was_cancelled")]
        if made:
            chosen = next((one for one in made if one.get("ground_truth")), made[-1])
            if len(made) > 1:
                problems.append(f"{where}: {len(made)} {key}; the others are left out")
            found = chosen.get("result")
            results = found if isinstance(found, list) else []
            predicted = {"score": chosen.get("score")} if key == "predictions" else {}
            # What a person took over from a prediction keeps its score, and is sure all the same.
            sure = {} if predicted else {"score": 1.0}
            return [{**predicted, **one, **sure} for one in results if isinstance(one, dict)]
    return None


def _claims(results: Iterable[dict[str, Any]], where: str, problems: list[str]) -> Iterator[Claim]:
    regions: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    attributes: dict[str, dict[str, Attribute]] = {}
    for result in results:
        region, type_, value = str(result.get("id")), result.get("type"), result.get("value")
        if type_ == "labels" and isinstance(value, dict):
            regions.setdefault(region, []).append((result, value))
            continue
        said = _attribute(type_, value) if isinstance(value, dict) else None
        if said is None:
            problems.append(f"{where}: a result of type {type_!r} is left out")
        else:
            attributes.setdefault(region, {})[str(result.get("from_name"))] = said
    for region in sorted(attributes.keys() - regions.keys()):
        names = ", ".join(attributes[region])
        problems.append(f"{where}: {names} of no region ({region}); left out")
    for region, found in regions.items():
        for result, value in found:
            score = result.get("score")
            labels = value.get("labels")
            for label in labels if isinstance(labels, list) and labels else [None]:
                yield Claim(
                    _whole(value.get("start")),
                    _whole(value.get("end")),
                    label,
                    value.get("text"),
                    float(score) if isinstance(score, int | float) else 1.0,
                    attributes.get(region, {}),
                )


def _whole(offset: object) -> object:
    """An offset; some versions write it as a text."""
    return int(offset) if isinstance(offset, str) and offset.isdecimal() else offset


def _attribute(type: object, value: dict[str, Any]) -> Attribute:
    """What a control says; None when it can't be an attribute."""
    said: object = value.get("text" if type == "textarea" else str(type))
    match type, said:
        case "number" | "rating", int() | float() as number:
            return number
        case "choices", [("True" | "False") as truth]:
            return truth == "True"
        case "choices", [*chosen] if chosen:
            return "+".join(map(str, chosen))
        case "textarea", [*lines] if lines:
            return "\n".join(map(str, lines))
        case "textarea", str() as line:
            return line
    return None


def write(reports: Sequence[Report], path: Path) -> list[str]:
    """Write a task for each report: annotated, or predicted if scores or its coverage say so."""
    tasks = []
    for report in reports:
        meta = report.to_annotation()["meta"]
        predicted = "coverage" in meta or any(span.score != 1 for span in report.spans)
        results = list(_format_results(report, predicted))
        made: dict[str, Any] = {"result": results}
        if predicted:
            scores = [span.score for span in report.spans]
            mean = sum(scores) / len(scores) if scores else 1.0
            version = str(meta.get("model", "fazhi"))
            made = {"model_version": version, "score": round(mean, 4), "result": results}
        task = {"data": {"id": report.id, "text": report.text}, "meta": meta}
        tasks.append({**task, "predictions" if predicted else "annotations": [made]})
    write_text(path, json.dumps(tasks, ensure_ascii=False, indent=1) + "\n")
    return find_losses(reports, read(path))


def _format_results(report: Report, predicted: bool) -> Iterator[dict[str, Any]]:
    for number, span in enumerate(report.spans):
        place = {"start": span.start, "end": span.end}
        region = {"id": f"span-{number}", "to_name": "text"}
        score = {"score": round(span.score, 4)} if predicted else {}
        value = {**place, "text": span.text, "labels": [span.label]}
        yield {**region, "from_name": "label", "type": "labels", "value": value, **score}
        for name, said in span.attributes.items():
            if said is not None:
                type_, key, given = _control(name, said)
                value = {**place, "text": span.text, key: given}
                yield {**region, "from_name": name, "type": type_, "value": value}


def _control(name: str, said: str | int | float) -> tuple[str, str, object]:
    """The type of a result, and the key and form of its value."""
    if isinstance(said, bool):
        return "choices", "choices", [str(said)]
    if not isinstance(said, str):
        return "number", "number", said
    _, _, offered = _CONTROLS.get(name, ("TextArea", (), ()))
    chosen = said.split("+")
    if offered and set(chosen) <= set(offered):
        return "choices", "choices", chosen
    return "textarea", "text", [said]


def label_studio_config(labels: Sequence[str]) -> str:
    """The XML of a labelling interface: the labels, and their attributes as fields of a region."""
    view = ElementTree.Element("View")
    ElementTree.SubElement(view, "Style").text = _STYLE
    choices = ElementTree.SubElement(view, "Labels", name="label", toName="text")
    for label in labels:
        ElementTree.SubElement(choices, "Label", value=label)
    ElementTree.SubElement(view, "Text", name="text", value="$text")
    for name, (tag, owners, offered) in _CONTROLS.items():
        having = [label for label in labels if label in (owners or labels)]
        if not having:
            continue
        shown = {"visibleWhen": "region-selected", "whenTagName": "label"}
        part = ElementTree.SubElement(view, "View", {**shown, "whenLabelValue": ",".join(having)})
        ElementTree.SubElement(part, "Header", value=name, size="5")
        said = {"name": name, "toName": "text", "perRegion": "true"}
        match tag:
            case "Number":
                said["step"] = "1" if name == "level" else "0.0001"
            case "TextArea":
                said |= {"maxSubmissions": "1", "editable": "true"}
            case "Choices":
                said |= {"choice": "multiple" if name == "role" else "single", "showInline": "true"}
        field = ElementTree.SubElement(part, tag, said)
        for offer in offered:
            ElementTree.SubElement(field, "Choice", value=offer)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"
