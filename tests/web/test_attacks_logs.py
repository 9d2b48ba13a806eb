# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""A curious administrator of the machine reads the logs."""

from __future__ import annotations

import logging

import pytest
import structlog
from django.test import Client

from config.logs import CleanFormatter
from demo.personas import ANNA, LUCA
from tests import world
from tests.web.entering import browser_of

TOKEN = "Zk3-u7Yb_tokenDelLinkDiControfirma"
PLAIN = "%(message)s"


def written(caplog: pytest.LogCaptureFixture) -> str:
    """Return the lines as the console handler of the settings writes them."""
    handlers = [h for h in logging.getLogger().handlers if isinstance(h.formatter, CleanFormatter)]
    assert handlers, "the service's own handler is not in use"
    formatter = handlers[0].formatter
    assert formatter is not None
    return "\n".join(formatter.format(record) for record in caplog.records)


@pytest.mark.django_db
def test_the_link_of_a_countersignature_is_not_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    world.build()
    browser = browser_of(ANNA)

    assert browser.get(f"/controfirma/{TOKEN}/").status_code >= 400
    assert browser.get(f"/controfirma/{TOKEN}/atto/").status_code >= 400

    assert TOKEN in caplog.text  # what the libraries say
    assert TOKEN not in written(caplog)
    assert "/controfirma/[…]/" in written(caplog)


@pytest.mark.django_db
@pytest.mark.parametrize("code", [LUCA.codice_fiscale, LUCA.codice_fiscale.lower()])
def test_a_codice_fiscale_in_an_address_is_not_in_the_log(
    caplog: pytest.LogCaptureFixture, code: str
) -> None:
    assert Client().get(f"/{code}/").status_code == 404
    logging.getLogger("psycopg").warning("DETAIL: Failing row contains (%s, x).", code)

    assert code in caplog.text
    assert code not in written(caplog)


def test_a_codice_fiscale_with_letters_for_digits_is_recognised_too() -> None:
    record = logging.makeLogRecord({"msg": "letto RSSMRAULALMHRLMF"})

    assert CleanFormatter(PLAIN).format(record) == "letto [codice fiscale]"


def test_the_lines_of_structlog_are_cleaned_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("prova").error("oauth.unrecorded", path=f"/x/{LUCA.codice_fiscale}/")

    told = capsys.readouterr()
    assert "oauth.unrecorded" in told.out + told.err
    assert LUCA.codice_fiscale not in told.out + told.err


@pytest.mark.parametrize(
    "line", ["GET /oauth/token code=abc.def&x=1", "refused access_token=eyJhbGciOi.J9"]
)
def test_codes_and_tokens_are_not_written(line: str) -> None:
    told = CleanFormatter(PLAIN).format(logging.makeLogRecord({"msg": line}))

    assert "abc.def" not in told
    assert "eyJ" not in told
