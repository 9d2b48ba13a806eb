# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prepare the virtual environment, with nothing but the Python that is there.

    python3 deploy/bootstrap.py runtime     what the service needs to run
    python3 deploy/bootstrap.py dev         that, and what its tests and checks need
    python3 deploy/bootstrap.py spid        the conformance tool of SPID, in a place of its own
    python3 deploy/bootstrap.py browser     a Chromium for the tests, if none is there

Only the standard library is imported here. A mark below .venv holds the digest of what was
installed, so that a second run costs one comparison.
"""

import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import venv
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

OLDEST = (3, 11)
CHECKOUT = Path(__file__).resolve().parent.parent
ENVIRONMENT = CHECKOUT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
UV = ENVIRONMENT / "bin" / "uv"
UV_LOCK = CHECKOUT / "requirements-uv.txt"
TOOL = CHECKOUT / ".cache" / "spid-sp-test"
TOOL_LOCK = CHECKOUT / "requirements-spid.txt"
LOCKS = {
    "runtime": CHECKOUT / "requirements.txt",
    "dev": CHECKOUT / "requirements-dev.txt",
}


def main(wanted: str) -> None:
    """Do what `wanted` says; end with a sentence if it cannot be done."""
    if sys.version_info < OLDEST:
        sys.exit(
            f"Serve Python 3.11 o successivo; questo è {sys.version.split()[0]}. "
            "Installane uno e indicalo così: make run PYTHON=/percorso/python3.11"
        )
    try:
        if wanted == "browser":
            find_browser()
        elif wanted == "spid":
            install_tool()
        else:
            install(wanted)
    except subprocess.CalledProcessError as error:
        sys.exit(
            f"«{Path(error.cmd[0]).name}» non è riuscito (codice {error.returncode}): "
            "il motivo è scritto qui sopra. Se manca la rete, riprova quando c'è."
        )


def install(wanted: str) -> None:
    """Install the lock `wanted`, unless its mark says it is done."""
    digest = hashlib.sha256(
        LOCKS[wanted].read_bytes() + UV_LOCK.read_bytes() + sys.version.encode()
    ).hexdigest()
    mark = ENVIRONMENT / f"{wanted}.installed"
    if mark.exists() and mark.read_text() == digest and PYTHON.exists():
        return
    if not UV.exists() or not _works():
        step("Ambiente Python", make_environment)
    step("Librerie", lambda: install_lock(wanted))
    mark.write_text(digest)


def make_environment() -> None:
    """Make the virtual environment and put uv in it; with pip if the quick way is closed."""
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    try:
        venv.create(ENVIRONMENT, symlinks=True)
        fetch_uv()
    except (OSError, LookupError):
        venv.create(ENVIRONMENT, symlinks=True, clear=True, with_pip=True)
        subprocess.run(
            [PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", UV_LOCK],
            check=True,
        )


def install_lock(wanted: str) -> None:
    command = (UV, "pip", "install", "--quiet", "--python", PYTHON, "--compile-bytecode")
    subprocess.run(
        [*map(str, (*command, "--require-hashes", "-r", LOCKS[wanted])), *_trust()],
        check=True,
        cwd=CHECKOUT,
    )


def install_tool() -> None:
    """Install the conformance tool of SPID, whose pins are old, apart from everything else."""
    digest = hashlib.sha256(TOOL_LOCK.read_bytes() + sys.version.encode()).hexdigest()
    mark = TOOL / "installed"
    if mark.exists() and mark.read_text() == digest:
        return
    step("Strumento di conformità SPID", _install_tool)
    mark.write_text(digest)


def _install_tool() -> None:
    shutil.rmtree(TOOL, ignore_errors=True)
    venv.create(TOOL, symlinks=True)
    command = (UV, "pip", "install", "--quiet", "--python", TOOL / "bin" / "python")
    subprocess.run(
        [*map(str, (*command, "--require-hashes", "-r", TOOL_LOCK)), *_trust()],
        check=True,
        cwd=CHECKOUT,
    )


def _trust() -> list[str]:
    """Have uv trust whom the system trusts: the network may have a gate of its own."""
    return ["--system-certs"] if ssl.get_default_verify_paths().cafile else []


def fetch_uv() -> None:
    """Download uv from the package index, compare it with the lock, and unpack its program.

    Twenty times as fast as pip, which Debian keeps in another package than Python.
    Raises `OSError` or `LookupError` where the index cannot be read this way.
    """
    lock = UV_LOCK.read_text(encoding="utf-8")
    version = re.search(r"^uv==(\S+)", lock, re.MULTILINE)
    machine = os.uname().machine
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/uv/"
    with urllib.request.urlopen(index, timeout=60) as answer:
        page = answer.read().decode()
    name = (
        rf"uv-{re.escape(version[1] if version else '')}-py3-none-manylinux[^\"#]*_{machine}\.whl"
    )
    found = re.search(rf'href="([^"#]*{name})', page)
    if found is None:
        raise LookupError(name)
    with urllib.request.urlopen(urllib.parse.urljoin(index, found[1]), timeout=600) as answer:
        wheel = answer.read()
    if f"sha256:{hashlib.sha256(wheel).hexdigest()}" not in lock:
        sys.exit("Il file scaricato per «uv» non è quello atteso: l'installazione si ferma qui.")
    with zipfile.ZipFile(BytesIO(wheel)) as unpacked:
        inside = next(one for one in unpacked.namelist() if one.endswith("/scripts/uv"))
        UV.write_bytes(unpacked.read(inside))
    UV.chmod(0o755)


def find_browser() -> None:
    """Have a Chromium: the one there is, else Debian's if we are root, else Playwright's own."""
    if os.environ.get("CHROMIUM_PATH") or shutil.which("chromium"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        step("Chromium", install_chromium_with_apt)
        return
    step(
        "Chromium",
        lambda: subprocess.run([PYTHON, "-m", "playwright", "install", "chromium"], check=True),
    )


def install_chromium_with_apt() -> None:
    quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    packages = ["chromium", "fonts-liberation"]
    subprocess.run([*quiet, "update"], check=True, env=variables)
    subprocess.run(
        [*quiet, "install", "-y", "--no-install-recommends", *packages],
        check=True,
        env=variables,
        stdout=subprocess.DEVNULL,
    )


def step(name: str, work: Callable[[], object]) -> None:
    """Say what is being done, and how long it took."""
    print(f"  {name} …", end="", flush=True)
    began = time.monotonic()
    work()
    print(f" {time.monotonic() - began:.1f} s", flush=True)


def _works() -> bool:
    """Whether the environment's Python runs, and is the version of the one that asks."""
    try:
        asked = subprocess.run(
            [PYTHON, "-c", "import sys; print(sys.version)"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return False
    return asked.stdout.strip() == sys.version


if __name__ == "__main__":
    main(sys.argv[1])
