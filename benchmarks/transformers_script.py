"""The smallest script that prints what the model finds, by transformers alone.

    python benchmarks/transformers_script.py model/fazhi/weights report.txt

Its pipeline joins B- and I- tags, and takes those of one-character spans and of ends (S-, E-) for
others; so they are named as it knows them. Pieces are as long as those the model was trained on.
Weights and arithmetic stay as they are.
"""

import sys
from pathlib import Path

from transformers import pipeline

_NAMES = {"S": "B", "E": "I"}


def open_pipeline(folder, batch_size=1):
    """A pipeline that cuts long texts into pieces which overlap, and groups tags to entities."""
    tagger = pipeline(
        "token-classification",
        model=str(folder),
        stride=32,
        aggregation_strategy="simple",
        batch_size=batch_size,
        device="cpu",
    )
    tags = tagger.model.config.id2label
    for index, tag in tags.items():
        tags[index] = _NAMES.get(tag[0], tag[0]) + tag[1:]
    return tagger


if __name__ == "__main__":
    model, report = sys.argv[1:]
    for entity in open_pipeline(model)(Path(report).read_text(encoding="utf-8")):
        print(entity["start"], entity["end"], entity["entity_group"], entity["word"])
