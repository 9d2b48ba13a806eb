# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small IMAP4rev1 server over the simulated mailboxes: enough to list and read, and to mark.

Source: RFC 3501. One folder (INBOX); messages are never deleted, so EXPUNGE removes nothing.
"""

from __future__ import annotations

import asyncio
import binascii
import hmac
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.header import Header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses

from demo.pec.mailboxes import FLAG_LETTERS, Kept, Mailbox, Mailboxes, NoSuchMailboxError

CAPABILITIES = b"IMAP4rev1 AUTH=PLAIN LITERAL+ UIDPLUS UNSELECT"
LONGEST_LINE = 64 * 1024
LARGEST_LITERAL = 1024 * 1024
IDLE_SECONDS = 30 * 60
FLAGS = " ".join(FLAG_LETTERS).encode()

Token = bytes | list["Token"]


class ImapError(Exception):
    """The command is answered NO or BAD, with these words."""

    def __init__(self, words: str, *, kind: str = "NO") -> None:
        super().__init__(words)
        self.kind = kind


@dataclass
class Session:
    """One client. `mailbox` is known after LOGIN, `selected` after SELECT."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    mailboxes: Mailboxes
    password: str
    mailbox: Mailbox | None = None
    selected: bool = False
    readonly: bool = False
    seen: list[Kept] = field(default_factory=list)
    open: bool = True

    async def serve(self) -> None:
        """Answer commands until the client leaves."""
        self._say(b"* OK [CAPABILITY %b] PEC SIMULATA" % CAPABILITIES)
        while self.open:
            await self.writer.drain()
            line = await asyncio.wait_for(self._command(), IDLE_SECONDS)
            if line is None:
                return
            await self._answer(line)
        await self.writer.drain()

    async def _answer(self, line: bytes) -> None:
        tag, _, rest = line.partition(b" ")
        name, _, arguments = rest.partition(b" ")
        word = name.decode("ascii", "replace").upper()
        by_uid = word == "UID"
        if by_uid:
            name, _, arguments = arguments.partition(b" ")
            word = name.decode("ascii", "replace").upper()
        try:
            command = getattr(self, f"_do_{word.lower()}", None)
            if command is None or not tag:
                raise ImapError("comando non disponibile nella casella simulata", kind="BAD")
            tokens = list(_tokens(arguments))
            done = command(tokens, by_uid)
            if asyncio.iscoroutine(done):
                done = await done
            self._say(b"%b OK %b %b" % (tag, done or b"", word.encode()))
        except ImapError as error:
            self._say(b"%b %b %b" % (tag, error.kind.encode(), str(error).encode()))
        except (ValueError, IndexError, TypeError):
            self._say(b"%b BAD argomenti non compresi" % tag)

    async def _command(self) -> bytes | None:
        """Return one command, its literals read and put in line as quoted strings."""
        whole = b""
        while True:
            line = await self.reader.readline()
            if not line or len(whole) > LARGEST_LITERAL:
                return None
            line = line.rstrip(b"\r\n")
            found = re.search(rb"\{(\d+)(\+?)\}$", line)
            if not found:
                return whole + line
            size = int(found.group(1))
            if size > LARGEST_LITERAL:
                return None
            if not found.group(2):
                self._say(b"+ continua")
                await self.writer.drain()
            literal = await self.reader.readexactly(size)
            whole += line[: found.start()] + _quoted(literal)

    def _say(self, line: bytes) -> None:
        self.writer.write(line + b"\r\n")

    # ------------------------------------------------------------ anybody

    def _do_capability(self, _: Sequence[Token], __: bool) -> None:
        self._say(b"* CAPABILITY " + CAPABILITIES)

    def _do_noop(self, _: Sequence[Token], __: bool) -> None:
        if self.selected:
            self._refresh()

    _do_check = _do_noop

    def _do_logout(self, _: Sequence[Token], __: bool) -> None:
        self._say(b"* BYE arrivederci")
        self.open = False

    def _do_login(self, tokens: Sequence[Token], _: bool) -> None:
        self._enter(_text(tokens[0]), _text(tokens[1]))

    async def _do_authenticate(self, tokens: Sequence[Token], _: bool) -> None:
        if _text(tokens[0]).upper() != "PLAIN":
            raise ImapError("solo PLAIN")
        self._say(b"+ ")
        await self.writer.drain()
        try:
            answer = b64decode((await self.reader.readline()).strip(), validate=True)
        except binascii.Error:
            raise ImapError("base64 non valido", kind="BAD") from None
        fields = answer.decode().split("\x00")
        if len(fields) != 3:
            raise ImapError("PLAIN non compreso", kind="BAD")
        self._enter(fields[1], fields[2])

    def _enter(self, user: str, password: str) -> None:
        if not hmac.compare_digest(password.encode(), self.password.encode()):
            raise ImapError("[AUTHENTICATIONFAILED] utente o password non corretti")
        try:
            self.mailbox = self.mailboxes.of(user)
        except NoSuchMailboxError:
            raise ImapError("[AUTHENTICATIONFAILED] utente o password non corretti") from None

    # ------------------------------------------------------------ after LOGIN

    def _box(self) -> Mailbox:
        if self.mailbox is None:
            raise ImapError("prima LOGIN", kind="BAD")
        return self.mailbox

    def _do_list(self, tokens: Sequence[Token], _: bool) -> None:
        self._box()
        if _text(tokens[1]):
            self._say(b'* LIST (\\HasNoChildren) "/" INBOX')
        else:
            self._say(b'* LIST (\\Noselect) "/" ""')

    def _do_lsub(self, _: Sequence[Token], __: bool) -> None:
        self._box()
        self._say(b'* LSUB () "/" INBOX')

    def _do_subscribe(self, _: Sequence[Token], __: bool) -> None:
        self._box()

    def _do_status(self, tokens: Sequence[Token], _: bool) -> None:
        box = self._box()
        self._inbox_only(tokens[0])
        messages = box.messages()
        known = {
            "MESSAGES": len(messages),
            "RECENT": 0,
            "UIDNEXT": box.uidnext,
            "UIDVALIDITY": box.uidvalidity,
            "UNSEEN": sum("S" not in kept.letters for kept in messages),
        }
        asked = [_text(token).upper() for token in _list(tokens[1])]
        answer = " ".join(f"{name} {known[name]}" for name in asked if name in known)
        self._say(f"* STATUS INBOX ({answer})".encode())

    def _do_select(self, tokens: Sequence[Token], _: bool) -> bytes:
        return self._select(tokens, readonly=False)

    def _do_examine(self, tokens: Sequence[Token], _: bool) -> bytes:
        return self._select(tokens, readonly=True)

    def _select(self, tokens: Sequence[Token], *, readonly: bool) -> bytes:
        box = self._box()
        self._inbox_only(tokens[0])
        self.seen, self.selected, self.readonly = box.messages(), True, readonly
        self._say(b"* FLAGS (%b)" % FLAGS)
        self._say(b"* %d EXISTS" % len(self.seen))
        self._say(b"* 0 RECENT")
        self._say(b"* OK [PERMANENTFLAGS (%b)] solo questi" % (b"" if readonly else FLAGS))
        self._say(b"* OK [UIDVALIDITY %d] numeri" % box.uidvalidity)
        self._say(b"* OK [UIDNEXT %d] il prossimo" % box.uidnext)
        return b"[READ-ONLY]" if readonly else b"[READ-WRITE]"

    def _inbox_only(self, name: Token) -> None:
        if _text(name).upper() != "INBOX":
            raise ImapError("[NONEXISTENT] esiste solo INBOX")

    # ------------------------------------------------------------ after SELECT

    def _refresh(self) -> None:
        before, self.seen = len(self.seen), self._box().messages()
        if len(self.seen) != before:
            self._say(b"* %d EXISTS" % len(self.seen))

    def _messages(self) -> list[Kept]:
        if not self.selected:
            raise ImapError("prima SELECT", kind="BAD")
        return self.seen

    def _do_close(self, _: Sequence[Token], __: bool) -> None:
        self.selected = False

    _do_unselect = _do_close

    def _do_expunge(self, _: Sequence[Token], __: bool) -> None:
        self._messages()

    def _do_search(self, tokens: Sequence[Token], by_uid: bool) -> None:
        self._messages()
        self._refresh()
        criteria = list(tokens)
        if criteria and criteria[0] == b"CHARSET":
            criteria = criteria[2:]
        accepts = _criteria(criteria, self.seen)
        found = [
            kept.uid if by_uid else number
            for number, kept in enumerate(self.seen, start=1)
            if all(accept(number, kept) for accept in accepts)
        ]
        self._say(" ".join(["* SEARCH", *map(str, found)]).encode())

    def _do_fetch(self, tokens: Sequence[Token], by_uid: bool) -> None:
        asked = _items(tokens[1])
        if by_uid and "UID" not in asked:
            asked = ["UID", *asked]
        for number, kept in self._chosen(_text(tokens[0]), by_uid):
            reads = any(
                item in {"RFC822", "RFC822.TEXT"} or item.startswith("BODY[") for item in asked
            )
            shown = self._mark_read(number, kept) if reads and not self.readonly else kept
            answer = b" ".join(_fetched(item, shown) for item in asked)
            self._say(b"* %d FETCH (%b)" % (number, answer))

    def _mark_read(self, number: int, kept: Kept) -> Kept:
        if "S" not in kept.letters:
            self._box().set_flags(kept.uid, {*kept.flags, "\\Seen"})
            self.seen = self._box().messages()
        return self.seen[number - 1]

    def _do_store(self, tokens: Sequence[Token], by_uid: bool) -> None:
        if self.readonly:
            raise ImapError("[READ-ONLY] casella aperta in sola lettura")
        how = _text(tokens[1]).upper()
        given = {_text(token).capitalize() for token in _list(tokens[2])}
        given = {"\\" + flag.strip("\\").capitalize() for flag in given}
        for number, kept in self._chosen(_text(tokens[0]), by_uid):
            present = set(kept.flags)
            wanted = {"+": present | given, "-": present - given}.get(how[0], given)
            self._box().set_flags(kept.uid, wanted)
            self.seen = self._box().messages()
            if not how.endswith(".SILENT"):
                now = self.seen[number - 1]
                uid = b" UID %d" % now.uid if by_uid else b""
                self._say(
                    b"* %d FETCH (FLAGS (%b)%b)" % (number, " ".join(now.flags).encode(), uid)
                )

    def _chosen(self, numbers: str, by_uid: bool) -> Iterator[tuple[int, Kept]]:
        messages = self._messages()
        last = (messages[-1].uid if by_uid else len(messages)) if messages else 0
        wanted = _ranges(numbers, last)
        for number, kept in list(enumerate(messages, start=1)):
            if any(low <= (kept.uid if by_uid else number) <= high for low, high in wanted):
                yield number, kept


async def serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    *,
    mailboxes: Mailboxes,
    password: str,
) -> None:
    """Serve one connection to its end."""
    try:
        await Session(reader, writer, mailboxes, password).serve()
    except (ConnectionError, asyncio.IncompleteReadError, TimeoutError, ValueError):
        pass
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


# ---------------------------------------------------------------- the language


def _tokens(line: bytes) -> Iterator[Token]:
    """Split arguments into atoms, quoted strings and lists; a section such as BODY[...] is one."""
    position = 0
    while position < len(line):
        token, position = _token(line, position)
        if token is not None:
            yield token


def _token(line: bytes, start: int) -> tuple[Token | None, int]:
    mark = line[start : start + 1]
    if mark == b" ":
        return None, start + 1
    if mark == b'"':
        return _string(line, start + 1)
    if mark == b"(":
        end = _closing(line, start)
        return list(_tokens(line[start + 1 : end])), end + 1
    found = re.compile(rb'[^ ()"\[]*(?:\[[^\]]*\])?(?:<[0-9.]+>)?').match(line, start)
    end = found.end() if found else start
    if end == start:
        raise ValueError("not a token")
    return line[start:end], end


def _string(line: bytes, start: int) -> tuple[bytes, int]:
    found = re.compile(rb'((?:[^"\\]|\\.)*)"', re.DOTALL).match(line, start)
    if not found:
        raise ValueError("unfinished string")
    return re.sub(rb"\\(.)", rb"\1", found.group(1), flags=re.DOTALL), found.end()


def _closing(line: bytes, start: int) -> int:
    depth, quoted = 0, False
    for position in range(start, len(line)):
        mark = line[position : position + 1]
        if mark == b'"' and line[position - 1 : position] != b"\\":
            quoted = not quoted
        if not quoted:
            depth += {b"(": 1, b")": -1}.get(mark, 0)
        if depth == 0:
            return position
    raise ValueError("unfinished list")


def _quoted(literal: bytes) -> bytes:
    return b'"' + literal.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _text(token: Token) -> str:
    if isinstance(token, list):
        raise ValueError("a list where a word was due")
    return token.decode("utf-8", "replace")


def _list(token: Token) -> list[Token]:
    return token if isinstance(token, list) else [token]


def _ranges(numbers: str, last: int) -> list[tuple[int, int]]:
    """Read a sequence set; `*` is the last message, and ends may come in either order."""
    found = []
    for part in numbers.split(","):
        ends = [last if end == "*" else int(end) for end in part.split(":")]
        found.append((min(ends), max(ends)))
    return found


Accept = Callable[[int, Kept], bool]


def _criteria(tokens: list[Token], messages: list[Kept]) -> list[Accept]:
    accepts: list[Accept] = []
    rest = list(tokens)
    while rest:
        accepts.append(_criterion(rest, messages))
    return accepts


def _criterion(rest: list[Token], messages: list[Kept]) -> Accept:
    """Take one search key from `rest`. Source: RFC 3501, 6.4.4."""
    token = rest.pop(0)
    if isinstance(token, list):
        inner = _criteria(token, messages)
        return lambda number, kept: all(accept(number, kept) for accept in inner)
    key = _text(token).upper()
    flags = {"SEEN": "S", "ANSWERED": "R", "FLAGGED": "F", "DRAFT": "D"}
    if key in {"ALL", "UNDELETED", "OLD"}:
        return lambda number, kept: True
    if key in {"DELETED", "NEW", "RECENT"}:
        return lambda number, kept: False
    if key in flags:
        return lambda number, kept: flags[key] in kept.letters
    if key.startswith("UN") and key[2:] in flags:
        return lambda number, kept: flags[key[2:]] not in kept.letters
    if key == "NOT":
        negated = _criterion(rest, messages)
        return lambda number, kept: not negated(number, kept)
    if key == "OR":
        one, other = _criterion(rest, messages), _criterion(rest, messages)
        return lambda number, kept: one(number, kept) or other(number, kept)
    if key in {"FROM", "TO", "SUBJECT", "HEADER"}:
        name = _text(rest.pop(0)) if key == "HEADER" else key
        words = _text(rest.pop(0)).lower()
        return lambda number, kept: words in str(_head(kept).get(name, "")).lower()
    if key in {"SINCE", "BEFORE", "ON"}:
        day = datetime.strptime(_text(rest.pop(0)), "%d-%b-%Y").date()
        return lambda number, kept: _compare(key, _arrived(kept).date(), day)
    last = messages[-1].uid if messages else 0
    if key == "UID":
        uids = _ranges(_text(rest.pop(0)), last)
        return lambda number, kept: any(low <= kept.uid <= high for low, high in uids)
    numbers = _ranges(key, len(messages))
    return lambda number, kept: any(low <= number <= high for low, high in numbers)


def _compare(key: str, day: object, other: object) -> bool:
    return {
        "SINCE": str(day) >= str(other),
        "BEFORE": str(day) < str(other),
        "ON": str(day) == str(other),
    }[key]


# ---------------------------------------------------------------- what FETCH gives

MACROS = {
    "ALL": ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"],
    "FAST": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
    "FULL": ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"],
}


def _items(token: Token) -> list[str]:
    asked = [_text(item).upper() for item in _list(token)]
    return MACROS.get(asked[0], asked)


def _fetched(item: str, kept: Kept) -> bytes:
    section = re.fullmatch(r"BODY(?:\.PEEK)?\[(.*)\](?:<(\d+)\.(\d+)>)?", item)
    if section:
        content = _section(section.group(1), kept)
        name = f"BODY[{section.group(1)}]"
        if section.group(2) is not None:
            start, size = int(section.group(2)), int(section.group(3))
            content, name = content[start : start + size], f"{name}<{start}>"
        return _literal(name, content)
    match item:
        case "UID":
            return b"UID %d" % kept.uid
        case "FLAGS":
            return b"FLAGS (%b)" % " ".join(kept.flags).encode()
        case "RFC822.SIZE":
            return b"RFC822.SIZE %d" % kept.size
        case "INTERNALDATE":
            return f'INTERNALDATE "{_arrived(kept):%d-%b-%Y %H:%M:%S +0000}"'.encode()
        case "RFC822":
            return _literal("RFC822", kept.content)
        case "RFC822.HEADER":
            return _literal("RFC822.HEADER", _section("HEADER", kept))
        case "RFC822.TEXT":
            return _literal("RFC822.TEXT", _section("TEXT", kept))
        case "ENVELOPE":
            return b"ENVELOPE " + _envelope(_head(kept))
        case "BODY" | "BODYSTRUCTURE":
            return item.encode() + b" " + _structure(_parse(kept.content))
    raise ValueError(item)


def _section(section: str, kept: Kept) -> bytes:
    content = kept.content
    head, _, body = content.partition(b"\r\n\r\n")
    if section == "":
        return content
    if section == "HEADER":
        return head + b"\r\n\r\n"
    if section == "TEXT":
        return body
    fields = re.fullmatch(r"HEADER\.FIELDS(\.NOT)? \((.*)\)", section)
    if fields:
        names = set(fields.group(2).split())
        return _header_fields(head, names, inverted=bool(fields.group(1)))
    return _part(_parse(content), section)


def _header_fields(head: bytes, names: set[str], *, inverted: bool) -> bytes:
    lines = re.split(rb"\r\n(?![ \t])", head)
    kept = [
        line
        for line in lines
        if (line.partition(b":")[0].decode("ascii", "replace").upper() in names) is not inverted
    ]
    return b"".join(line + b"\r\n" for line in kept) + b"\r\n"


def _part(message: EmailMessage, section: str) -> bytes:
    """Return a numbered part, or its MIME heading. Source: RFC 3501, 6.4.5."""
    numbers, _, what = section.partition(".MIME")
    found = message
    for number in numbers.split("."):
        children = list(found.iter_parts()) if found.is_multipart() else [found]
        chosen = children[int(number) - 1]
        if not isinstance(chosen, EmailMessage):
            raise ValueError(section)
        found = chosen
    whole = found.as_bytes(policy=policy.SMTP)
    head, _, body = whole.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" if section.endswith(".MIME") or what else body


def _literal(name: str, content: bytes) -> bytes:
    return name.encode() + b" {%d}\r\n" % len(content) + content


def _envelope(head: EmailMessage) -> bytes:
    """Write the envelope structure. Source: RFC 3501, 7.4.2."""
    sender = head.get("From", "")
    fields = [
        _nstring(head.get("Date")),
        _nstring(head.get("Subject")),
        _addresses(sender),
        _addresses(head.get("Sender") or sender),
        _addresses(head.get("Reply-To") or sender),
        _addresses(head.get("To")),
        _addresses(head.get("Cc")),
        b"NIL",
        _nstring(head.get("In-Reply-To")),
        _nstring(head.get("Message-ID")),
    ]
    return b"(" + b" ".join(fields) + b")"


def _addresses(header: object) -> bytes:
    if not header:
        return b"NIL"
    written = []
    for name, address in getaddresses([str(header)]):
        local, _, domain = address.partition("@")
        parts = (_nstring(name or None), b"NIL", _nstring(local), _nstring(domain))
        written.append(b"(" + b" ".join(parts) + b")")
    return b"(" + b"".join(written) + b")"


def _structure(part: EmailMessage) -> bytes:
    """Write the body structure. Source: RFC 3501, 7.4.2."""
    kind, _, sort = part.get_content_type().upper().partition("/")
    if kind == "MULTIPART":
        children = [child for child in part.iter_parts() if isinstance(child, EmailMessage)]
        return b"(" + b"".join(map(_structure, children)) + b" " + _nstring(sort) + b")"
    name = part.get_filename()
    parameters = b'("NAME" ' + _nstring(name) + b")" if name else b'("CHARSET" "UTF-8")'
    body = part.as_bytes(policy=policy.SMTP).partition(b"\r\n\r\n")[2]
    fields = [
        _nstring(kind),
        _nstring(sort),
        parameters,
        b"NIL",
        b"NIL",
        _nstring(str(part.get("Content-Transfer-Encoding", "7BIT")).upper()),
        b"%d" % len(body),
    ]
    if kind == "MESSAGE" and sort == "RFC822":
        inner = part.get_payload(0)
        assert isinstance(inner, EmailMessage)
        fields += [_envelope(inner), _structure(inner)]
    if kind in {"TEXT", "MESSAGE"}:
        fields.append(b"%d" % body.count(b"\n"))
    return b"(" + b" ".join(fields) + b")"


def _nstring(value: object) -> bytes:
    if value is None:
        return b"NIL"
    text = " ".join(str(value).split())
    if not text.isascii():
        text = Header(text, "utf-8", maxlinelen=998).encode()
    return _quoted(text.encode("ascii"))


def _parse(content: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    return message


def _head(kept: Kept) -> EmailMessage:
    return _parse(kept.content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")


def _arrived(kept: Kept) -> datetime:
    return datetime.fromtimestamp(kept.where.stat().st_mtime, tz=UTC)
