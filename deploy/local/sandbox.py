# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a process of the service may touch on this machine, enforced by the kernel.

All processes of one installation share an account, so file modes cannot keep the database
owner's password, or the server's data folder, from the web process. Landlock can: below the
home a process reaches only what it is given; elsewhere it reads what programs need, and writes
nowhere. As root it also loses every capability but that of entering closed folders, which the
socket of a server running under another account needs.

Run as a program: `python -m deploy.local.sandbox HOME r:READABLE... w:WRITABLE... -- COMMAND...`.
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAPBSET_DROP = 24
_LAST_CAPABILITY = 63
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522

# include/uapi/linux/landlock.h
_WRITE_FILE, _READ_FILE = 1 << 1, 1 << 2
_CHANGE_FOLDER = sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_OF_A_FILE = _READ_FILE | _WRITE_FILE | _TRUNCATE
_EVERYTHING = _OF_A_FILE | _CHANGE_FOLDER | _REFER

_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc", "/opt", "/nix", "/proc")
_SYSTEM_TOO = ("/sys", "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = [("handled_access_fs", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


class _CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _CapabilityData(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


def is_available() -> bool:
    """Whether this kernel enforces the rules that we need (Landlock, third version or later)."""
    return _abi() >= 3


def confine(
    *, home: Path, system: Iterable[Path], readable: Iterable[Path], writable: Iterable[Path]
) -> None:
    """Confine this process, and all it will start, for ever.

    It may read `system` outside of `home`, and `readable`; it may read and change `writable`;
    for the rest the files of `home` are closed, and nothing elsewhere can be changed. Only what
    exists now can be given. Raises `OSError`.
    """
    ruleset = _checked(
        _libc.syscall(
            _CREATE_RULESET,
            ctypes.byref(_Ruleset(_EVERYTHING)),
            ctypes.sizeof(_Ruleset),
            0,
        )
    )
    closed = home.resolve()
    for path in system:
        for allowed in _around(path.resolve(), closed):
            _allow(ruleset, allowed, _READ_FILE)
    for path in readable:
        _allow(ruleset, path, _READ_FILE)
    for path in map(Path, _DEVICES):
        _allow(ruleset, path, _OF_A_FILE)
    for path in [Path("/dev/shm"), *writable]:
        _allow(ruleset, path, _EVERYTHING)
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(_libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def drop_capabilities() -> None:
    """Give up, as root, every capability but CAP_DAC_OVERRIDE, for ever."""
    for capability in range(_LAST_CAPABILITY + 1):
        if capability != _CAP_DAC_OVERRIDE:
            _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    kept = 1 << _CAP_DAC_OVERRIDE
    data = (_CapabilityData * 2)(_CapabilityData(kept, kept, 0), _CapabilityData(0, 0, 0))
    header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
    _checked(_libc.capset(ctypes.byref(header), ctypes.byref(data)))


def _around(path: Path, closed: Path) -> Iterable[Path]:
    """Return what covers `path` without `closed`: a rule for a folder holds for all below it."""
    if path == closed or closed in path.parents:
        return []
    if path not in closed.parents:
        return [path]
    return [part for entry in path.iterdir() for part in _around(entry, closed)]


def _allow(ruleset: int, path: Path, access: int) -> None:
    """Let `access` through below `path`, if it exists and we may name it."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            access &= _OF_A_FILE
        rule = _Beneath(access, handle)
        _checked(_libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(handle)


def _abi() -> int:
    return int(_libc.syscall(_CREATE_RULESET, None, 0, _VERSION))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def main(arguments: list[str]) -> None:
    """Become COMMAND, confined."""
    split = arguments.index("--")
    home, *given = arguments[:split]
    command = arguments[split + 1 :]
    checkout = Path(__file__).resolve().parents[2]
    if is_available():
        own = (checkout, Path(sys.prefix), Path(sys.base_prefix))
        confine(
            home=Path(home),
            system=[*map(Path, (*_SYSTEM, *_SYSTEM_TOO)), *own],
            readable=[Path(one[2:]) for one in given if one.startswith("r:")],
            writable=[Path(one[2:]) for one in given if one.startswith("w:")],
        )
    if os.geteuid() == 0:
        drop_capabilities()
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
