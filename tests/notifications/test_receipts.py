# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Only a receipt that a provider signed moves a message, once, and towards what it proves."""

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from demo.pec import PROVIDER_ADDRESS
from demo.pec.certify import ProviderKey
from iam.notifications import events as room
from iam.notifications.models import Receipt
from iam.notifications.types import Message, MessageState, Outcome, RecipientState
from tests.notifications.post import (
    ALTRO_ENTE,
    AT,
    ENTE,
    KIND,
    Inbox,
    certified,
    events,
    jobs,
    run_jobs,
    sent,
    state,
)

pytestmark = pytest.mark.django_db

TOLD = ("notifications.message.delivered", "notifications.message.failed")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Outcome, MessageState]]:
    """What a room above is told of its messages."""
    monkeypatch.setattr(room, "_on_outcome", {})
    heard: list[tuple[Outcome, MessageState]] = []

    def delivered(message: Message, /, *, at: datetime) -> None:
        heard.append((Outcome.DELIVERED, message.state))

    def failed(message: Message, /, *, at: datetime) -> None:
        heard.append((Outcome.FAILED, message.state))

    room.on_delivery(KIND)(delivered)
    room.on_failure(KIND)(failed)
    return heard


@pytest.fixture(scope="session")
def stranger() -> ProviderKey:
    """A key that nobody trusts, in the provider's own name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Gestore PEC SIMULATO")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT - timedelta(days=400))
        .not_valid_after(AT + timedelta(days=4000))
        .add_extension(
            x509.SubjectAlternativeName([x509.RFC822Name(PROVIDER_ADDRESS)]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return ProviderKey(key, certificate)


@pytest.mark.norma("DM 2-11-2005", "regole tecniche", "ricevute e avvisi: i sette tipi")
@pytest.mark.parametrize(
    ("certifies", "detail", "fault", "becomes", "recipient"),
    [
        ("accettazione", "", "nessuno", MessageState.ACCETTATO, RecipientState.IN_ATTESA),
        (
            "non-accettazione",
            "",
            "altro",
            MessageState.NON_ACCETTATO,
            RecipientState.NON_CONSEGNATO,
        ),
        ("presa-in-carico", "", "nessuno", MessageState.INVIATO, RecipientState.IN_ATTESA),
        ("avvenuta-consegna", "", "nessuno", MessageState.CONSEGNATO, RecipientState.CONSEGNATO),
        (
            "errore-consegna",
            "5.1.1 - indirizzo non valido",
            "no-dest",
            MessageState.NON_CONSEGNATO,
            RecipientState.NON_CONSEGNATO,
        ),
        (
            "preavviso-errore-consegna",
            "4.4.1 - non consegnato entro 12 ore",
            "altro",
            MessageState.INVIATO,
            RecipientState.IN_ATTESA,
        ),
        (
            "preavviso-errore-consegna",
            "5.4.1 - non consegnato entro 24 ore",
            "altro",
            MessageState.NON_CONSEGNATO,
            RecipientState.NON_CONSEGNATO,
        ),
        (
            "rilevazione-virus",
            "5.7.1 - virus",
            "virus",
            MessageState.NON_CONSEGNATO,
            RecipientState.NON_CONSEGNATO,
        ),
    ],
)
def test_each_type_of_receipt_moves_the_message_where_it_should(
    provider_key: ProviderKey,
    certifies: str,
    detail: str,
    fault: str,
    becomes: MessageState,
    recipient: RecipientState,
) -> None:
    message = sent()
    about_one = certifies not in {"accettazione", "non-accettazione", "presa-in-carico"}

    Inbox().take(
        certified(
            message,
            certifies,
            key=provider_key,
            delivered_to=ENTE if about_one else "",
            detail=detail,
            fault=fault,
        )
    )

    assert state(message).state is becomes
    assert [to.state for to in state(message).recipients] == [recipient]
    (kept,) = state(message).receipts
    assert (kept.kind, kept.verdict) == (certifies, "valida")
    assert kept.at == AT


def test_the_delivery_bears_the_providers_instant_and_the_room_hears_of_it(
    provider_key: ProviderKey, told: list[tuple[Outcome, MessageState]]
) -> None:
    message = sent()

    Inbox().take(certified(message, "avvenuta-consegna", key=provider_key, delivered_to=ENTE))
    run_jobs()

    assert state(message).settled_at == AT
    assert told == [(Outcome.DELIVERED, MessageState.CONSEGNATO)]


def test_a_domain_rewritten_by_a_provider_does_not_lose_the_receipt(
    provider_key: ProviderKey,
) -> None:
    message = sent()

    Inbox().take(
        certified(message, "accettazione", key=provider_key, domain="altro.gestore.example")
    )

    assert state(message).state is MessageState.ACCETTATO


def test_a_replayed_receipt_changes_nothing(
    provider_key: ProviderKey, told: list[tuple[Outcome, MessageState]]
) -> None:
    message, inbox = sent(), Inbox()
    delivery = certified(message, "avvenuta-consegna", key=provider_key, delivered_to=ENTE)
    inbox.take(delivery)
    run_jobs()
    before = (state(message), events(*TOLD), told[:])

    inbox.take(delivery)
    inbox.take(delivery.replace(b"X-Ricevuta:", b"X-Altro: 1\r\nX-Ricevuta:", 1))
    inbox.take(certified(message, "avvenuta-consegna", key=provider_key, delivered_to=ENTE))

    assert (state(message), events(*TOLD), told) == before
    assert events().count("notifications.incoming.repeated") == 3


def test_both_warnings_of_missed_delivery_count_though_they_look_the_same(
    provider_key: ProviderKey,
) -> None:
    message, inbox = sent(), Inbox()
    for detail in ("4.4.1 - 12 ore", "5.4.1 - 24 ore"):
        inbox.take(
            certified(
                message,
                "preavviso-errore-consegna",
                key=provider_key,
                delivered_to=ENTE,
                detail=detail,
                fault="altro",
            )
        )

    assert state(message).state is MessageState.NON_CONSEGNATO
    assert [receipt.applied for receipt in state(message).receipts].count(True) == 1


def test_a_receipt_without_signature_is_kept_and_changes_nothing(
    provider_key: ProviderKey,
) -> None:
    message = sent()
    signed = certified(message, "avvenuta-consegna", key=provider_key, delivered_to=ENTE)
    entity = signed.partition(b"\r\n\r\n")[2].partition(b"\r\n")[2]
    unsigned = b"X-Ricevuta: avvenuta-consegna\r\nFrom: posta-certificata@pec.simulata.example\r\n"
    unsigned += entity.partition(b"\r\n--=_firma")[0]

    Inbox().take(unsigned)

    assert state(message).state is MessageState.INVIATO
    (kept,) = state(message).receipts
    assert (kept.verdict, kept.applied) == ("assente", False)
    assert kept.files
    assert events()[-1] == "notifications.receipt.kept"
    assert not [name for _, name, _ in jobs() if name == "notifications.react_to_outcome"]


def test_a_receipt_altered_after_the_signature_changes_nothing(
    provider_key: ProviderKey,
) -> None:
    message = sent()
    raw = certified(message, "presa-in-carico", key=provider_key, delivered_to=ENTE)
    genuine = certified(message, "avvenuta-consegna", key=provider_key, delivered_to=ENTE)
    part = genuine.partition(b'name="daticert.xml"\r\n')[2].partition(b"\r\n--=_corpo")[0]
    old = raw.partition(b'name="daticert.xml"\r\n')[2].partition(b"\r\n--=_corpo")[0]

    Inbox().take(raw.replace(old, part))

    assert state(message).state is MessageState.INVIATO
    assert Receipt.objects.get().verdict == "non-valida"


def test_a_receipt_signed_by_a_stranger_changes_nothing_and_does_not_stop_the_true_one(
    provider_key: ProviderKey, stranger: ProviderKey
) -> None:
    message, inbox = sent(), Inbox()

    inbox.take(certified(message, "avvenuta-consegna", key=stranger, delivered_to=ENTE))
    assert state(message).state is MessageState.INVIATO
    assert Receipt.objects.get().verdict == "non-valida"

    inbox.take(certified(message, "avvenuta-consegna", key=provider_key, delivered_to=ENTE))
    assert state(message).state is MessageState.CONSEGNATO


def test_a_signed_receipt_about_somebody_elses_message_changes_nothing(
    provider_key: ProviderKey,
) -> None:
    message = sent()
    from demo.pec.certify import Facts, receipt
    from iam.notifications.pec.letter import reference_of

    facts = Facts(
        certifies="avvenuta-consegna",
        sender="altri@pec.example",
        recipients=((ENTE, True),),
        subject="",
        at=AT,
        identificativo="opec-altri",
        msgid=f"{reference_of(message)}@pec.example",
        delivered_to=ENTE,
    )

    Inbox().take(receipt(facts, key=provider_key))

    assert state(message).state is MessageState.INVIATO


def test_of_two_recipients_each_has_its_own_proof(
    provider_key: ProviderKey, told: list[tuple[Outcome, MessageState]]
) -> None:
    both = (ENTE, ALTRO_ENTE)
    message, inbox = sent(both), Inbox()
    inbox.take(certified(message, "accettazione", key=provider_key, to=both))

    inbox.take(
        certified(message, "avvenuta-consegna", key=provider_key, to=both, delivered_to=ENTE)
    )
    run_jobs()
    assert state(message).state is MessageState.ACCETTATO
    assert [to.state for to in state(message).recipients] == ["consegnato", "in-attesa"]
    assert told == []

    inbox.take(
        certified(message, "avvenuta-consegna", key=provider_key, to=both, delivered_to=ALTRO_ENTE)
    )
    run_jobs()
    assert state(message).state is MessageState.CONSEGNATO
    assert told == [(Outcome.DELIVERED, MessageState.CONSEGNATO)]


def test_one_failure_of_two_is_told_at_once(
    provider_key: ProviderKey, told: list[tuple[Outcome, MessageState]]
) -> None:
    both = (ENTE, ALTRO_ENTE)
    message, inbox = sent(both), Inbox()

    inbox.take(
        certified(
            message,
            "errore-consegna",
            key=provider_key,
            to=both,
            delivered_to=ALTRO_ENTE,
            detail="5.1.1",
            fault="no-dest",
        )
    )
    inbox.take(
        certified(message, "avvenuta-consegna", key=provider_key, to=both, delivered_to=ENTE)
    )
    run_jobs()

    assert state(message).state is MessageState.NON_CONSEGNATO
    assert told == [(Outcome.FAILED, MessageState.NON_CONSEGNATO)]


def test_a_recipient_outside_pec_is_never_waited_for(provider_key: ProviderKey) -> None:
    both = (ENTE, "ufficio@posta.example")
    message, inbox = sent(both), Inbox()

    inbox.take(certified(message, "accettazione", key=provider_key, to=both, external=both[1:]))
    inbox.take(
        certified(message, "avvenuta-consegna", key=provider_key, to=both, delivered_to=ENTE)
    )

    assert state(message).state is MessageState.CONSEGNATO
    assert [to.state for to in state(message).recipients] == ["consegnato", "esterno"]


def test_receipts_in_the_wrong_order_end_in_the_same_place(provider_key: ProviderKey) -> None:
    message, inbox = sent(), Inbox()

    inbox.take(certified(message, "avvenuta-consegna", key=provider_key, delivered_to=ENTE))
    inbox.take(certified(message, "accettazione", key=provider_key))
    inbox.take(
        certified(
            message,
            "preavviso-errore-consegna",
            key=provider_key,
            delivered_to=ENTE,
            detail="5.4.1",
            fault="altro",
        )
    )

    assert state(message).state is MessageState.CONSEGNATO
    assert state(message).accepted_at == AT


def test_a_late_delivery_corrects_a_failure(
    provider_key: ProviderKey, told: list[tuple[Outcome, MessageState]]
) -> None:
    message, inbox = sent(), Inbox()
    inbox.take(
        certified(
            message,
            "preavviso-errore-consegna",
            key=provider_key,
            delivered_to=ENTE,
            detail="5.4.1",
            fault="altro",
        )
    )
    inbox.take(certified(message, "avvenuta-consegna", key=provider_key, delivered_to=ENTE))
    run_jobs()

    assert state(message).state is MessageState.CONSEGNATO
    assert [outcome for outcome, _ in told] == [Outcome.FAILED, Outcome.DELIVERED]
