"""The desk's own certificate: used beyond this machine unless another is named, and shown to telephones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evidence.service.tls import fingerprint, names_in, tls_files
from evidence.web.server import Place


def with_own_certificate(place: Place, root: Path) -> Place:
    """The place with the certificate of `evidence service tls` and the names its certificate is good for.

    Args:
        root: the workspace.
    """
    files = tls_files(root)
    ours = files.certificate.is_file() and place.certificate is None and place.key is None
    if ours and not place.loopback and not place.proxy:
        place = replace(place, certificate=files.certificate, key=files.key)
    return replace(place, certified=names_in(place.certificate)) if place.certificate is not None else place


@require_safe  # type: ignore[untyped-decorator]
def trust(request: Any) -> Any:
    """How the root gets onto a telephone, with pictures; open to all, for it is needed before signing in."""
    files = tls_files(request.desk.workspace.root)
    there = files.root.is_file()
    context = {
        "there": there,
        "fingerprint": fingerprint(files.root) if there else "",
        "secure": request.is_secure(),
    }
    return render(request, "site/trust.html", context)


@require_safe  # type: ignore[untyped-decorator]
def root_certificate(request: Any) -> Any:
    """The root's certificate as telephones install it (DER)."""
    files = tls_files(request.desk.workspace.root)
    try:
        made = x509.load_pem_x509_certificate(files.root.read_bytes())
    except OSError as error:
        raise Http404 from error
    response = HttpResponse(made.public_bytes(Encoding.DER), content_type="application/x-x509-ca-cert")
    response.headers["Content-Disposition"] = 'attachment; filename="desk-root.crt"'
    return response
