"""Servers of other tools on loopback, each from an environment of its own, and their APIs."""

from __future__ import annotations

import io
import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT

START_SECONDS = 300  # both make a database first
CALL_SECONDS = 60
NAME, PASSWORD = "annotator@example.org", secrets.token_hex(12)


def find_python(tool: str) -> Path:
    """The Python of a tool's environment, which ``make clients`` makes."""
    folder = ROOT / f".venv-{tool}"
    if not (folder / "installed").exists():
        pytest.skip(f"{folder} is not made; make clients")
    return folder / "bin" / "python"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(
    words: Sequence[str | Path], port: int, folder: Path, cwd: Path, **environment: str
) -> Iterator[None]:
    """A server that answers on ``port``; ended with its children. Its log is in ``folder``."""
    log = folder / "server.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            list(map(str, words)),
            cwd=cwd,
            env=own_environment(folder, environment),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + START_SECONDS
        while not answers(port):
            if process.poll() is not None or time.monotonic() > end:
                said = log.read_text("utf-8", "replace")[-3000:]
                raise AssertionError(f"the server does not run ({process.returncode}):\n{said}")
            time.sleep(0.5)
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def own_environment(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Nothing of ours: a home of its own, and what the server is told."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(folder), **more}


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


class Client:
    """Calls of an API on loopback."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.token = ""
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, path: str, body: object = None, kind: str = "application/json") -> bytes:
        """What the server answers: to a POST if there is a body, else to a GET."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        headers = {"Content-Type": kind}
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        request = urllib.request.Request(self.address + path, data, headers)
        try:
            with self._opener.open(request, timeout=CALL_SECONDS) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            said = error.read()[:1000].decode("utf-8", "replace")
            raise AssertionError(f"{path}: {error.code} {said}") from None

    def ask(self, path: str, body: object = None) -> Any:
        return json.loads(self.call(path, body))


class LabelStudio(Client):
    """A Label Studio and its one user."""

    @classmethod
    @contextmanager
    def start(cls, folder: Path) -> Iterator[LabelStudio]:
        """Start one that keeps its data in ``folder`` and calls nobody."""
        client = cls(port := free_port())
        client.token = secrets.token_hex(20)
        program = find_python("label-studio").with_name("label-studio")
        place = ("--no-browser", "--internal-host", "127.0.0.1", "--port", str(port))
        user = ("--username", NAME, "--password", PASSWORD, "--user-token", client.token)
        words = (program, "start", *place, "--data-dir", folder, *user)
        quiet = {"COLLECT_ANALYTICS": "0", "LATEST_VERSION_CHECK": "0", "DEBUG": "0"}
        silent = {"SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "", "CONVERTER_DOWNLOAD_RESOURCES": "0"}
        with running(
            [*words, "--enable-legacy-api-token"], port, folder, folder, **quiet, **silent
        ):
            yield client

    def make_project(self, title: str, config: str) -> int:
        told = {"title": title, "label_config": config, "show_collab_predictions": True}
        return int(self.ask("/api/projects", told)["id"])

    def load(self, project: int, tasks: Path) -> None:
        found = json.loads(tasks.read_text("utf-8"))
        done = self.ask(f"/api/projects/{project}/import", found)
        assert done["task_count"] == len(found)

    def tasks(self, project: int) -> list[dict[str, Any]]:
        return list(self.ask(f"/api/tasks?project={project}&fields=all&page_size=100")["tasks"])

    def submit(self, task: int, results: Sequence[object]) -> None:
        """Annotate a task, as its editor does."""
        self.ask(f"/api/tasks/{task}/annotations/", {"result": results})

    def export(self, project: int, path: Path) -> None:
        """All tasks as a person exports them: as JSON."""
        every = "exportType=JSON&download_all_tasks=true"
        path.write_bytes(self.call(f"/api/projects/{project}/export?{every}"))


class Doccano(Client):
    """A doccano and its one user."""

    @classmethod
    @contextmanager
    def start(cls, folder: Path) -> Iterator[Doccano]:
        """Start one that keeps its data in ``folder``."""
        python = find_python("doccano")
        backend = next(python.parents[1].glob("lib/python*/site-packages/backend"))
        told = {
            "DATABASE_URL": f"sqlite:///{folder / 'doccano.sqlite3'}",
            "MEDIA_ROOT": str(folder),
            "DJANGO_SETTINGS_MODULE": "doccano_settings",
            "PYTHONPATH": str(Path(__file__).parent),
            "SECRET_KEY": secrets.token_hex(20),
            "STANDALONE": "True",
        }
        prepared = (
            "import sys; sys.path.insert(0, '.'); import django; django.setup()\n"
            "from django.core.management import call_command as call\n"
            "call('migrate', verbosity=0); call('create_roles')\n"
            f"user = dict(username='fazhi', password='{PASSWORD}', email='{NAME}')\n"
            "call('create_admin', '--noinput', **user)"
        )
        made = subprocess.run(
            [python, "-c", prepared],
            cwd=backend,
            env=own_environment(folder, told),
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
        )
        assert made.returncode == 0, made.stderr[-3000:]
        client = cls(port := free_port())
        place = ("--bind", f"127.0.0.1:{port}", "--timeout", str(CALL_SECONDS))
        words = (python, "-m", "gunicorn", *place, "config.wsgi")
        with running(words, port, folder, backend, **told):
            user = {"username": "fazhi", "password": PASSWORD}
            client.token = client.ask("/v1/auth/login/", user)["key"]
            yield client

    def make_project(self, title: str, labels: Sequence[str]) -> int:
        kind = {"project_type": "SequenceLabeling", "resourcetype": "SequenceLabelingProject"}
        told = {"name": title, "description": title, **kind}
        project = int(self.ask("/v1/projects", told)["id"])
        for key, label in enumerate(labels, start=1):
            colours = {"background_color": "#209cee", "text_color": "#ffffff"}
            span_type = {"text": label, "suffix_key": str(key), **colours}
            self.ask(f"/v1/projects/{project}/span-types", span_type)
        return project

    def load(self, project: int, lines: Path) -> None:
        edge = secrets.token_hex(10)
        head = 'Content-Disposition: form-data; name="filepond"; filename="reports.jsonl"'
        parts = (f"--{edge}", head, "Content-Type: text/plain", "", "")
        form = "\r\n".join(parts).encode() + lines.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        sent = self.call("/v1/fp/process/", form, f"multipart/form-data; boundary={edge}").decode()
        columns = {"column_data": "text", "column_label": "label", "encoding": "utf_8"}
        what = {"uploadIds": [sent], "format": "JSONL", "task": "SequenceLabeling", **columns}
        task = self.ask(f"/v1/projects/{project}/upload", what)["task_id"]
        assert self.ask(f"/v1/tasks/status/{task}")["result"] == {"error": []}

    def export(self, project: int, path: Path) -> None:
        """All examples as a person exports them: as JSONL, in an archive."""
        what = {"format": "JSONL", "exportApproved": False}
        task = self.ask(f"/v1/projects/{project}/download", what)["task_id"]
        archive = self.call(f"/v1/projects/{project}/download?taskId={task}")
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            (name,) = packed.namelist()
            path.write_bytes(packed.read(name))
