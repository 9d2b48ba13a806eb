# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a log departs from what was signed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A place of the log that is wrong; `sentence` is for people."""

    code: str
    sentence: str
    leaf: int | None = None
    event: int | None = None
    batch: int | None = None


class Fault(Exception):
    """The first place where the log is not what was signed."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.sentence)
        self.place = place
