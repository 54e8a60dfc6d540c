"""The options and arguments that several commands share."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Devices(str, Enum):
    """Where a model runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class Engines(str, Enum):
    """What runs a batch."""

    LOCAL = "local"
    RAY = "ray"


class Precisions(str, Enum):
    """What a model computes with on a CPU."""

    FP32 = "fp32"
    INT8 = "int8"


Precision = Annotated[
    Precisions | None, typer.Option(help="On a CPU; what the model is shipped for if not given.")
]


Device = Annotated[Devices, typer.Option(help="auto takes a GPU if there is one.")]


MinScore = Annotated[
    float, typer.Option(min=0, max=1, help="Leave out what is less sure to be right than this.")
]


Model = Annotated[
    Path | None, typer.Option(help="Model folder; the one that ships with fazhi if not given.")
]


Encoding = Annotated[
    str | None, typer.Option(help="Of texts and pages, where it is not found out: gb18030, big5 …")
]


LimitChanges = Annotated[
    list[str] | None,
    typer.Option("--limit", help="Allow more, or less, of a file: chars=5000000; repeat for each."),
]


ModelFolder = Annotated[Path, typer.Argument(help="Model folder, or shipped-model.")]


Annotations = Annotated[
    list[Path], typer.Argument(help="Annotated reports: files, folders; CoNLL files, too.")
]
