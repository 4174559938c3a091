"""Headers that keep pages and answers where they belong."""

from gateway.http.answers import NOT_KEPT
from gateway.http.frame import Headers

_POLICY = "; ".join(
    (
        "default-src 'self'",
        # No script but our own files: what gets into a page by a name or a note cannot run.
        "script-src 'self'",
        # The map engine sets styles of its elements.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        # The map engine works in threads it makes of its own text.
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_TWO_YEARS_S = 63_072_000

HEADERS = Headers(
    always={
        "Cache-Control": NOT_KEPT,
        "Content-Security-Policy": _POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    },
    encrypted={"Strict-Transport-Security": f"max-age={_TWO_YEARS_S}"},
)
