"""Certificates for services that call each other: an authority of one's own, and what it signs."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from service_kit.identity.local_issuer import write_private

_BACKDATED = timedelta(minutes=5)
"""Clocks of two machines differ."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """Signs certificates of servers and clients with a key of its own."""

    def __init__(self, own: Certificate) -> None:
        self.own = own
        self._certificate = x509.load_pem_x509_certificate(own.certificate)
        key = serialization.load_pem_private_key(own.key, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the authority's key is none of an elliptic curve")
        self._key = key

    @classmethod
    def make(cls, name: str, lifetime: timedelta) -> Self:
        """Make an authority that trusts itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        certificate = (
            _builder(subject, subject, key.public_key(), lifetime)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(_pem(certificate, key))

    def server(self, hosts: Sequence[str], lifetime: timedelta) -> Certificate:
        """Sign a certificate for a server that is reached under these names and addresses, at least one."""
        names = x509.SubjectAlternativeName([_host(host) for host in hosts])
        return self._signed(hosts[0], ExtendedKeyUsageOID.SERVER_AUTH, lifetime, names)

    def client(self, name: str, lifetime: timedelta) -> Certificate:
        """Sign a certificate for a service that calls others."""
        return self._signed(name, ExtendedKeyUsageOID.CLIENT_AUTH, lifetime, None)

    def _signed(
        self,
        name: str,
        usage: x509.ObjectIdentifier,
        lifetime: timedelta,
        names: x509.SubjectAlternativeName | None,
    ) -> Certificate:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            _builder(_name(name), self._certificate.subject, key.public_key(), lifetime)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        )
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        return _pem(builder.sign(self._key, hashes.SHA256()), key)


def write_certificates(folder: Path, hosts: Sequence[str], lifetime: timedelta) -> list[Path]:
    """Write an authority, a server's and a client's certificate, with their keys, to a folder.

    The authority that is there already signs again; what else is there is replaced.

    Returns
    -------
    The files, ``ca.pem``, ``server.pem``, ``server-key.pem``, ``client.pem``, ``client-key.pem``.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority_files = (folder / "ca.pem", folder / "ca-key.pem")
    if all(path.exists() for path in authority_files):
        authority = Authority(Certificate(*(path.read_bytes() for path in authority_files)))
    else:
        authority = Authority.make("Landlinie local authority", 10 * lifetime)
        _replace(authority_files, authority.own)
    files = [authority_files[0]]
    for name, made in (
        ("server", authority.server(hosts, lifetime)),
        ("client", authority.client("landlinie", lifetime)),
    ):
        paths = (folder / f"{name}.pem", folder / f"{name}-key.pem")
        _replace(paths, made)
        files += paths
    return files


def _replace(paths: tuple[Path, Path], made: Certificate) -> None:
    for path, content in zip(paths, (made.certificate, made.key), strict=True):
        path.unlink(missing_ok=True)
        write_private(path, content)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    begin = min(now, now + lifetime) - _BACKDATED
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(now + lifetime)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Certificate:
    return Certificate(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
