# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The three things that spid-sp-test asks of the program xmlsec1, done by the library below it.

    --sign --privkey-pem KEY[,CERT] --id-attr:ID NAME --output OUT [--lax-key-search] FILE
    --verify --insecure --id-attr:ID NAME FILE                  key: the certificate in KeyInfo
    --verify --insecure --id-attr:ID NAME --pubkey-pem KEY FILE

The program is a thin command line over libxmlsec1, and the locked wheel `xmlsec` holds the same
library: so a machine without the program signs and verifies for the tool with true cryptography.
Anything else that is asked ends with an error. It shares no code with the service.

The tool starts the program hundreds of times. So what it starts is a few lines that hand their
arguments to the tests' process, where the library is loaded once.
"""

from __future__ import annotations

import base64
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import xmlsec
from lxml import etree
from xmlsec import constants

FLAGS = ("--insecure", "--lax-key-search")
"""The key is the one given, or shown: nobody asks who vouches for it, nor under which name."""

SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"


@contextmanager
def standing_in(folder: Path) -> Iterator[Path]:
    """Yield a program `xmlsec1` below `folder`, which works until the end of the block."""
    program = folder / "xmlsec1"
    # The path of a socket has a hundred characters at most: that of a test may be longer.
    with TemporaryDirectory() as short, Server(f"{short}/door", Caller) as server:
        told = PROGRAM.format(door=f"{short}/door")
        program.write_text(f"#!{sys.executable} -IS\n{told}")
        program.chmod(0o755)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield program
        finally:
            server.shutdown()


PROGRAM = """
import socket, sys
with socket.socket(socket.AF_UNIX) as door:
    door.connect({door!r})
    door.sendall("\\0".join(sys.argv[1:]).encode())
    door.shutdown(socket.SHUT_WR)
    told = door.makefile().read()
sys.stderr.write(told)
sys.exit(0 if told.startswith("OK") else 1)
"""


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


class Caller(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        arguments = self.rfile.read().decode().split("\0")
        try:
            done(arguments)
        except (Refused, OSError, ValueError, etree.XMLSyntaxError, xmlsec.Error) as fault:
            self.wfile.write(f"Error: {fault}\n".encode())
        else:
            self.wfile.write(b"OK\n")


class Refused(Exception):
    """What is asked is not one of the three things, or the message has no signature."""


def done(arguments: list[str]) -> None:
    """Do what `arguments` ask. Raises what the library raises, or `Refused`."""
    if arguments == ["--version"]:
        return
    verb, options, file = _read(arguments)
    root = etree.parse(file).getroot()
    context = xmlsec.SignatureContext()
    for node in root.iter(_name(options["--id-attr:ID"])):
        if node.get("ID"):
            context.register_id(node, "ID")
    signature = next(root.iter(f"{SIGNATURE}Signature"), None)
    if signature is None:
        raise Refused("no Signature node")
    if verb == "--sign":
        context.key = _private_key(options["--privkey-pem"])
        context.sign(signature)
        Path(options["--output"]).write_bytes(etree.tostring(root.getroottree()))
    else:
        context.key = _public_key(options.get("--pubkey-pem", ""), signature)
        context.verify(signature)


def _read(arguments: list[str]) -> tuple[str, dict[str, str], str]:
    """Return the verb, its options and the file. Raises `Refused` for what is not known."""
    verb, *rest = arguments
    file = rest.pop()
    rest = [one for one in rest if one not in FLAGS]
    options = dict(zip(rest[::2], rest[1::2], strict=True))
    known = {"--sign": {"--privkey-pem", "--output"}, "--verify": {"--pubkey-pem"}}
    if verb not in known or not options.keys() <= known[verb] | {"--id-attr:ID"}:
        raise Refused(f"not one of the operations of this stand-in: {arguments}")
    return verb, options, file


def _name(spelled: str) -> str:
    """Turn `urn:…:metadata:EntityDescriptor` into the name of an element."""
    namespace, _, name = spelled.rpartition(":")
    return f"{{{namespace}}}{name}"


def _private_key(paths: str) -> xmlsec.Key:
    key_path, _, certificate_path = paths.partition(",")
    key = xmlsec.Key.from_file(key_path, constants.KeyDataFormatPem)
    if certificate_path:
        key.load_cert_from_file(certificate_path, constants.KeyDataFormatPem)
    return key


def _public_key(path: str, signature: etree._Element) -> xmlsec.Key:
    if path:
        return xmlsec.Key.from_file(path, constants.KeyDataFormatPem)
    shown = next(signature.iter(f"{SIGNATURE}X509Certificate"), None)
    if shown is None:
        raise Refused("no certificate in KeyInfo")
    der = base64.b64decode("".join((shown.text or "").split()))
    return xmlsec.Key.from_memory(der, constants.KeyDataFormatCertDer)
