"""A certificate for loopback, and the authority that clients trust it by."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: the authority to trust, and the server's chain and key."""

    ca_file: Path
    cert_file: Path
    key_file: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert_file, self.key_file)
        return context

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.ca_file))


def make_certificates(directory: Path) -> Certificates:
    """Make the files in `directory`, or find those made before, so that a trust once given lasts."""
    certificates = Certificates(directory / "ca.pem", directory / "server.pem", directory / "server-key.pem")
    files = (certificates.ca_file, certificates.cert_file, certificates.key_file)
    if not all(file.exists() for file in files):
        directory.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA()
        server = authority.issue_cert("localhost", "127.0.0.1", "::1")
        authority.cert_pem.write_to_path(str(certificates.ca_file))
        certificates.cert_file.write_bytes(b"".join(pem.bytes() for pem in server.cert_chain_pems))
        certificates.key_file.touch(mode=0o600)
        server.private_key_pem.write_to_path(str(certificates.key_file))
    return certificates
