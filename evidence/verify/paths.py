"""Certificate paths as the path library builds them, made to fit anchors that are not roots.

A reader may pin an intermediate certificate, or one that signed. The library knows no revocation list by
such an anchor, and asks nothing about the anchor itself.
"""

from __future__ import annotations

from collections.abc import Collection

from asn1crypto import x509
from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.errors import PathBuildingError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.util import CancelableAsyncIterator


class AnchoredPath(ValidationPath):
    """A path whose trust anchor may issue revocation lists although another certificate issued it."""

    def truncate_to_issuer_and_append(self, cert: x509.Certificate) -> ValidationPath:
        """The path of a list's issuer: of the anchor itself, the anchor alone."""
        authority = self.trust_anchor.authority
        if isinstance(authority, AuthorityWithCert) and authority.certificate.dump() == cert.dump():
            return ValidationPath(self.trust_anchor, interm=[], leaf=None)
        path: ValidationPath = super().truncate_to_issuer_and_append(cert)
        return path


class PathsThrough(CancelableAsyncIterator[ValidationPath]):
    """Those of the paths found that pass through a certificate which the reader trusts.

    Where a path may end behind such a certificate (`anchors.ends_of`), what it ends at is no reason to trust.
    """

    def __init__(
        self, paths: CancelableAsyncIterator[ValidationPath], trusted: Collection[x509.Certificate]
    ) -> None:
        self._paths = paths
        self._trusted = {each.dump() for each in trusted}
        self._found = False

    def __aiter__(self) -> PathsThrough:
        return self

    async def __anext__(self) -> ValidationPath:
        try:
            path = await anext(self._paths)
            while not any(each.dump() in self._trusted for each in path.iter_certs(include_root=True)):
                path = await anext(self._paths)
        except StopAsyncIteration:
            if self._found:
                raise
            raise PathBuildingError("no path passes through a trusted certificate") from None
        self._found = True
        certificates = list(path.iter_certs(include_root=False))
        return AnchoredPath(path.trust_anchor, certificates[:-1], certificates[-1] if certificates else None)

    async def cancel(self) -> None:
        """Look for no more."""
        await self._paths.cancel()  # type: ignore[no-untyped-call]
