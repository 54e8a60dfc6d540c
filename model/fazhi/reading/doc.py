"""Reading old Word files and WPS files (.doc, .wps): LibreOffice makes a .docx of them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from fazhi.documents import Document
from fazhi.errors import ReadError
from fazhi.limits import DEFAULT_LIMITS, Limits
from fazhi.reading.docx import read_docx

_HTML = (b"<html", b"<!doc", b"<?xml")  # web servers send pages under the name of a document, too
_ZIP = b"PK\x03\x04"
# No macro runs, and nothing is fetched that a document refers to.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop>
</item>
</oor:items>
"""


def read_doc(raw: bytes, name: str, suffix: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document in an old Word or WPS file, with the places of the .docx made of it.

    Needs ``soffice``. Raises ReadError without it, and when it makes nothing of the file. What is a
    .docx or a web page under another name is read as such.
    """
    if raw.startswith(_ZIP):
        return read_docx(raw, name, limits)
    if raw[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML):
        from fazhi.reading.html import read_html

        return read_html(raw, name, None, limits)
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise ReadError(
            f"{name}: reading {suffix} needs LibreOffice (soffice), which is not installed; "
            "install it, or save the report as .docx"
        )
    with TemporaryDirectory(prefix="fazhi-") as folder:
        return read_docx(_converted(office, raw, name, suffix, Path(folder), limits), name, limits)


def _converted(
    office: str, raw: bytes, name: str, suffix: str, folder: Path, limits: Limits
) -> bytes:
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    source = folder / f"report{suffix}"
    source.write_bytes(raw)
    command = [office, f"-env:UserInstallation={profile.parent.as_uri()}", "--headless"]
    command += ["--norestore", "--nolockcheck", "--convert-to", "docx:MS Word 2007 XML"]
    process = subprocess.Popen(
        [*command, "--outdir", str(folder), str(source)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout=limits.seconds)
    except subprocess.TimeoutExpired as error:
        raise limits.exceeded(name, "seconds", "seconds in LibreOffice") from error
    finally:
        _end(process)
    made = folder / "report.docx"
    if not made.is_file():
        raise ReadError(
            f"{name}: LibreOffice can't read it; open it in Word or WPS and save it as .docx"
        )
    return made.read_bytes()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End LibreOffice with what it started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
