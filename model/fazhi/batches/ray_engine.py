"""Batches on a cluster: Ray Data hands parts of the listing to actors that read, tag and write.

Each part is a batch of the local engine; its tables are taken over when it is done, so that what
is killed is done again and nothing stands there twice or by half. (``ray.data.read_binary_files``
would end the whole batch at the first file that can't be opened, and hold archives in memory.)
"""

from __future__ import annotations

import json
import logging
import math
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fazhi.batches.parts import Ids, Part, PartedOutput, Piece, cut
from fazhi.batches.running import Outcome, described, run
from fazhi.batches.sources import Failure, Source
from fazhi.batches.workers import Settings, Workers
from fazhi.errors import FazhiError, MissingExtraError
from fazhi.limits import Limits
from fazhi.outputs.tables import TABLES
from fazhi.tagging.cores import available_cores

_MOST_REPORTS = 200  # of a part: minutes of work that a killed process loses
_PARTS_PER_ACTOR = 4
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""The environment in which Ray sends nothing anywhere, and says little."""


class PartTagger:
    """An actor: it tags parts and writes their tables to ``out``.

    The tagger is in a child of it, so that a file that crashes it fails alone. ``about`` are the
    settings as the batch was begun with; a machine that has another model or fazhi is refused.
    """

    def __init__(self, settings: Settings, out: str, about: Mapping[str, Any]) -> None:
        self._settings = settings
        self._output = PartedOutput(out)
        self._about = about
        self._workers = Workers(1, settings)

    def close(self) -> None:
        """End the child; it ends with the process of the actor, too."""
        self._workers.close()

    def __call__(self, rows: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """For each part, as JSON: what it came to, or the ``error`` that nothing can be done for.

        The process of an actor that raises is begun anew for ever, so it doesn't.
        """
        return {"outcome": [json.dumps(self._tried(Part.from_json(row))) for row in rows["part"]]}

    def _tried(self, part: Part) -> dict[str, Any]:
        try:
            return self._tag(part)
        except (FazhiError, OSError) as error:
            return {"error": str(error)}

    def _tag(self, part: Part) -> dict[str, Any]:
        if not {**self._about, **described(self._settings)} == self._about:
            raise FazhiError(
                "a machine of the cluster has another model or fazhi; install the same everywhere"
            )
        with TemporaryDirectory(prefix="fazhi-") as folder:
            path = Path(folder)
            found = part.find(path, self._settings.limits)
            made = run(found, path / "t.parquet", self._workers.predict, self._settings)
            outcome = asdict(made)
            tables = {table: path / f"t-{table}.parquet" for table in TABLES}
            self._output.finish(part, tables, outcome)
        return outcome


class RayBatch:
    """What ``begin`` gives: parts to do on a cluster, and those that are done.

    ``reports`` is how many there are in all, failures among them.
    """

    def __init__(
        self, output: PartedOutput, parts: Sequence[Part], actors: int, tagger: Sequence[Any]
    ) -> None:
        self.reports = sum(map(len, parts))
        self._output = output
        self._parts = parts
        self._actors = actors
        self._tagger = tagger

    def run(self, done: Callable[[], object] = lambda: None) -> Outcome:
        """Do the parts that are not done. ``done`` is called for every report that has its result.

        Raises FazhiError when the cluster gives up; the same batch goes on where it stopped.
        """
        finished = self._output.finished()
        left = [part for part in self._parts if part.name not in finished]
        outcome = Outcome()
        for result in finished.values():
            outcome.before += _add(result, outcome, done)
        for result in self._results(left):
            if "error" in result:
                raise FazhiError(result["error"])
            _add(result, outcome, done)
        self._output.tidy()
        return outcome

    def _results(self, parts: Sequence[Part]) -> Iterator[dict[str, Any]]:
        if not parts:
            return
        import ray

        settings = self._tagger[0]
        rows = ray.data.from_items(
            [{"part": part.to_json()} for part in parts], override_num_blocks=len(parts)
        )
        outcomes = rows.map_batches(
            PartTagger,
            fn_constructor_args=self._tagger,
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(
                size=min(self._actors, len(parts)), max_tasks_in_flight_per_actor=1
            ),
            num_cpus=settings.threads,
            num_gpus=1 if settings.device == "cuda" else None,
        )
        try:
            for row in outcomes.iter_rows():
                yield json.loads(row["outcome"])
        except ray.exceptions.RayError as error:
            raise FazhiError(
                f"the cluster gave up ({type(error).__name__}: {str(error).splitlines()[-1]}); "
                "the same command goes on where it stopped"
            ) from error


@contextmanager
def begin(
    inputs: Sequence[str],
    out: str,
    settings: Settings,
    *,
    address: str | None = None,
    actors: int | None = None,
) -> Iterator[RayBatch]:
    """A batch on the cluster at ``address``, or on one of this machine alone; or on with it.

    Inputs and the folder ``out`` are paths that every machine has, or URIs. What was listed when
    the batch was begun stays as it is; files that are new come after it. Each actor takes
    ``settings.threads`` CPUs (1 if None), and a GPU for ``cuda``; there are as many as have room.
    Raises FazhiError when settings or model are not those that the batch was begun with, and when
    the cluster can't be reached or has no room; MissingExtraError without ray.
    """
    # A machine of the cluster has no GPU for an actor that does not ask for one.
    device = "cuda" if settings.device == "cuda" else "cpu"
    settings = replace(settings, device=device, threads=settings.threads or 1)
    about = {**described(settings), "inputs": list(inputs)}
    with _connected(address, (actors or 1) * (settings.threads or 1)):
        size = actors or _room(settings)
        try:
            output = PartedOutput(out)
            output.begin(about)
            known = output.listing()
            parts = cut(
                inputs,
                known,
                lambda pieces: _ids_in(pieces, settings.limits),
                lambda reports: reports_per_part(reports, size),
            )
            if len(parts) > len(known):
                output.note_listing(parts)
            yield RayBatch(output, parts, size, (settings, out, about))
        except OSError as error:
            raise FazhiError(f"{out}: can't be written ({error})") from error


def reports_per_part(reports: int, actors: int) -> int:
    """How many reports a part has: so few that no actor idles for long at the end."""
    return min(_MOST_REPORTS, max(1, math.ceil(reports / (_PARTS_PER_ACTOR * actors))))


def _add(result: Mapping[str, Any], outcome: Outcome, done: Callable[[], object]) -> int:
    """Count what a part came to; how many reports and failures that is."""
    failures = [Failure(**failure) for failure in result["failures"]]
    outcome.tagged += result["tagged"]
    outcome.failures += failures
    outcome.damaged |= result["damaged"]
    number = int(result["tagged"]) + len(failures)
    for _ in range(number):
        done()
    return number


def _ids_in(pieces: Sequence[Piece], limits: Limits) -> Iterable[Ids]:
    """The ids in archives and .jsonl, which the cluster looks into."""
    import ray

    look = ray.remote(num_cpus=1)(_ids)
    ids: list[Ids] = ray.get([look.remote(piece, limits) for piece in pieces])
    return ids


def _ids(piece: Piece, limits: Limits) -> Ids:
    with TemporaryDirectory(prefix="fazhi-") as folder:
        found = piece.find_all(Path(folder), limits)
        return [one.id if isinstance(one, Source) else None for one in found]


def _room(settings: Settings) -> int:
    """How many actors the machines of the cluster have room for."""
    import ray

    room = 0
    for node in ray.nodes():
        has = node["Resources"] if node["Alive"] else {}
        fit = int(has.get("CPU", 0)) // (settings.threads or 1)
        room += min(fit, int(has.get("GPU", 0))) if settings.device == "cuda" else fit
    if not room:
        gpu = " and a GPU" if settings.device == "cuda" else ""
        raise FazhiError(
            f"no machine of the cluster has {settings.threads} CPUs{gpu}; give --jobs if it grows "
            "on demand"
        )
    return room


@contextmanager
def _connected(address: str | None, cores: int) -> Iterator[None]:
    """Ray, quiet and without telemetry: the cluster there, or one of this machine alone."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    own = {"num_cpus": max(cores, available_cores()), "include_dashboard": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Ray's own
        try:
            import ray
            import ray.data
        except ImportError as error:
            raise MissingExtraError(
                f"--engine ray needs {error.name}: pip install 'fazhi[ray]'"
            ) from error
        try:
            ray.init(
                address,
                log_to_driver=False,
                logging_level=logging.CRITICAL,
                **(own if address == "local" else {}),
            )
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise FazhiError(f"{address}: no Ray cluster answers there ({error})") from error
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        ray.data.DataContext.get_current().enable_progress_bars = False
        try:
            yield
        finally:
            ray.shutdown()
