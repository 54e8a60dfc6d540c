"""Recipes: everything a training run depends on, in one YAML file with a schema."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from fazhi.errors import FazhiError
from fazhi.tagging.labels import LABELS
from fazhi.tagging.tagger import model_folder
from fazhi.tagging.windows import WindowSettings
from fazhi_training import augmentation

SHIPPED_ENCODER = Path(__file__).parent / "encoder_weights"


Loaded = TypeVar("Loaded", bound="_Schema")


class _Schema(BaseModel):
    """Unknown keys are errors, and a loaded recipe does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def load(cls: type[Loaded], path: Path, **changes: Any) -> Loaded:
        """Read a YAML file; raises FazhiError with every fault, each with its key.

        ``changes`` take the place of its fields; those of a part are a mapping.
        """
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise FazhiError(f"{path}: can't be read ({error.strerror})") from error
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
            raise FazhiError(f"{path}: not YAML ({error})") from error
        if not isinstance(content, dict):
            raise FazhiError(f"{path}: a recipe is a mapping of keys to values")
        for name, value in changes.items():
            part = content.get(name)
            both = isinstance(part, dict) and isinstance(value, dict)
            content[name] = part | value if both else value
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            faults = [
                f"{path}: {'.'.join(map(str, fault['loc'])) or 'recipe'}: {fault['msg']}"
                + (_keys(cls, fault["loc"]) if fault["type"] == "extra_forbidden" else "")
                for fault in error.errors()
            ]
            raise FazhiError("\n".join(faults)) from error


def _keys(schema: type[BaseModel], place: tuple[int | str, ...]) -> str:
    """The keys that the part of a recipe has in which an unknown one stands."""
    for name in place[:-1]:
        inner = schema.model_fields[str(name)].annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            schema = inner
    return f" (keys are: {', '.join(schema.model_fields)})"


class Windows(_Schema):
    """How text is cut, in training and in use."""

    window_chars: int = Field(254, ge=16, le=510)
    overlap_chars: int = Field(32, ge=0)

    @model_validator(mode="after")
    def _overlap_fits(self) -> Windows:
        self.settings()
        return self

    def settings(self) -> WindowSettings:
        """What ``cut`` takes; raises ValueError where the overlap does not fit."""
        return WindowSettings(self.window_chars, self.overlap_chars)


class Fitting(_Schema):
    """The optimisation. A pass is one run over the train reports, augmented anew each time.

    ``patience`` counts evaluations on dev without a better F1 before training stops; without it
    all passes are made. ``precision`` bf16 and fp16 are for a GPU.
    """

    passes: float = Field(4, gt=0)  # 1.5: the second pass takes half of the reports
    batch_windows: int = Field(8, ge=1)
    learning_rate: float = Field(3e-4, gt=0, lt=1)
    head_learning_rate: float = Field(1e-3, gt=0, lt=1)
    layer_decay: float = Field(0.9, gt=0, le=1)
    warmup_share: float = Field(0.1, ge=0, lt=1)
    dropout: float = Field(0.1, ge=0, lt=1)
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    seed: int = Field(0, ge=0)
    evaluations_per_pass: float = Field(1.0, gt=0)  # 0.5: after every second pass
    patience: int | None = Field(None, ge=1)


class Augmentation(_Schema):
    """``share`` of a pass's train reports are altered, each by the steps with their chances."""

    share: float = Field(0.0, ge=0, le=1)
    steps: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _steps_exist(self) -> Augmentation:
        faults = augmentation.faults(self.steps)
        if bool(self.share) != bool(self.steps):
            faults.append("share and steps go together: one is given and the other is nothing")
        if faults:
            raise ValueError("; ".join(faults))
        return self


class Own(_Schema):
    """Annotated reports of your own, that a model is trained on with those of ``train``.

    A pass takes all of them that are not held out, and so many of ``train`` that ``share`` of its
    characters are of your own. ``held_share`` of the reports are held out: they choose the
    checkpoint, and what was gained is measured on them.
    """

    annotations: tuple[Path, ...] = Field(min_length=1)
    share: float = Field(0.5, gt=0, le=1)
    held_share: float = Field(0.2, gt=0, lt=1)


class Recipe(_Schema):
    """A training run.

    ``encoder`` is a hub name, a local folder, or one in the package: ``shipped`` for the encoder,
    ``shipped-model`` for the tagger, which goes on learning from where it is. Paths are taken from
    the folder the command is run in. ``train`` and ``dev`` may be nothing where ``own`` has
    reports. The best weights on dev are the ones that are saved.
    """

    encoder: str = "shipped"
    labels: tuple[str, ...] = LABELS
    train: tuple[Path, ...]
    dev: tuple[Path, ...]
    own: Own | None = None
    out: Path
    windows: Windows = Windows.model_validate({})
    augmentation: Augmentation = Augmentation.model_validate({})
    fitting: Fitting = Fitting.model_validate({})

    @field_validator("labels")
    @classmethod
    def _sorted(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(labels))  # so that the tags of a model do not hang on their order

    @model_validator(mode="after")
    def _consistent(self) -> Recipe:
        faults = []
        if len(set(self.labels)) != len(self.labels) or not self.labels:
            faults.append("labels must be some, and different")
        if any(not re.fullmatch(r"[\w.]+", label) for label in self.labels):
            faults.append("a label is made of letters, digits, . and _")
        if set(self.train) & set(self.dev):
            faults.append("train and dev share a path; dev must be held out")
        if self.own and set(self.own.annotations) & {*self.train, *self.dev}:
            faults.append("own.annotations are not those of train or dev")
        if not self.out.name:
            faults.append("out names the folder that the model is saved in")
        if not self.own and not (self.train and self.dev):
            faults.append("train and dev each need a path")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def encoder_path(self) -> str:
        """What ``from_pretrained`` is given: a folder of the package, or the name as it stands."""
        shipped = {"shipped": SHIPPED_ENCODER, "shipped-model": model_folder(None)}
        return str(shipped.get(self.encoder, self.encoder))


class EncoderRecipe(_Schema):
    """A pre-training run: ``sources`` are files or folders of text with how often each is seen.

    ``work`` keeps the state that a stopped run goes on from; ``tokens`` counts those seen over all
    stretches.
    """

    start: Path
    out: Path
    work: Path
    sources: dict[Path, Annotated[int, Field(ge=1)]]
    tokens: int = Field(ge=1)
    sequence_tokens: int = Field(192, ge=16, le=512)
    batch: int = Field(24, ge=1)
    learning_rate: float = Field(5e-4, gt=0, lt=1)
    warmup_share: float = Field(0.02, ge=0, lt=1)
    decay_share: float = Field(0.3, gt=0, le=1)
    weight_decay: float = Field(0.01, ge=0)
    masked_share: float = Field(0.15, gt=0, lt=1)
    held_out_sequences: int = Field(96, ge=1)
    checkpoint_s: float = Field(300, gt=0)
    seed: int = Field(0, ge=0)
