"""Encrypted connections: servers that ask callers for a certificate, and channels that show one."""

from collections.abc import Sequence
from pathlib import Path

import grpc

from service_kit.grpc_targets import target_of
from service_kit.settings import ClientTlsSettings, GrpcSettings


def server_credentials(settings: GrpcSettings) -> grpc.ServerCredentials | None:
    """Return what a server encrypts with; None where it is not to.

    With a client authority nobody gets a connection without a certificate it has signed. The files are read
    again for every connection, so that certificates can be renewed under a running server.

    Raises
    ------
    OSError
        Where a file cannot be read.
    """
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    certificate, key, authority = settings.tls_certificate, settings.tls_key, settings.tls_client_ca

    def present() -> grpc.ServerCertificateConfiguration:
        return grpc.ssl_server_certificate_configuration(
            [(key.read_bytes(), certificate.read_bytes())],
            root_certificates=authority.read_bytes() if authority is not None else None,
        )

    return grpc.dynamic_ssl_server_credentials(
        present(), present, require_client_authentication=authority is not None
    )


def open_channel(address: str, settings: ClientTlsSettings) -> grpc.Channel:
    """Return a channel to ``host:port``, encrypted where an authority to trust is given.

    Of several addresses, divided by commas, each takes its turn.

    Raises
    ------
    OSError
        Where a file cannot be read, or a name in a list is not known.
    ValueError
        For one of a list that is no ``host:port``.
    """
    target, options = target_of(address)
    credentials = _channel_credentials(settings)
    if credentials is None:
        return grpc.insecure_channel(target, options)
    return grpc.secure_channel(target, credentials, options)


def open_aio_channel(
    address: str,
    settings: ClientTlsSettings,
    *,
    interceptors: Sequence[grpc.aio.ClientInterceptor] = (),
    further_options: Sequence[tuple[str, str | int]] = (),
) -> grpc.aio.Channel:
    """Return the same for ``grpc.aio``; make it inside the event loop that uses it."""
    target, options = target_of(address)
    options = [*options, *further_options]
    credentials = _channel_credentials(settings)
    if credentials is None:
        return grpc.aio.insecure_channel(target, options, interceptors=interceptors)
    return grpc.aio.secure_channel(target, credentials, options, interceptors=interceptors)


def _channel_credentials(settings: ClientTlsSettings) -> grpc.ChannelCredentials | None:
    if settings.ca is None:
        return None
    return grpc.ssl_channel_credentials(
        settings.ca.read_bytes(),
        private_key=_content(settings.key),
        certificate_chain=_content(settings.certificate),
    )


def _content(path: Path | None) -> bytes | None:
    return path.read_bytes() if path is not None else None
