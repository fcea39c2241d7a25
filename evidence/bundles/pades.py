"""PAdES signatures (ETSI EN 319 142-1) with the level that was really reached."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO

from asn1crypto import cms, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, TimestampDSSContentSettings
from pyhanko.stamp import BaseStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from evidence.bundles.revocation import Revocation, gather, validation_context
from evidence.bundles.signers import SigningKey
from evidence.bundles.timestamp import Authority
from evidence.bundles.unusable_key import KeyUnusableError
from evidence.language import _

# Offline on purpose: the lists come from the settings, so this warning would tell nobody anything.
logging.getLogger("pyhanko.sign.signers.pdf_signer").setLevel(logging.ERROR)
_CMS_OVERHEAD = 4096
_CHUNK = 1 << 20
_FIELD = "EvidenceSignature"


class Level(StrEnum):
    """Baseline levels of PAdES, weakest first."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"


_ORDER = tuple(Level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the visible signature stands: page (0-based), box in points from the page's lower left."""

    page: int
    box: tuple[int, int, int, int]
    style: BaseStampStyle


@dataclass(kw_only=True)
class PdfSigning:
    """One key, one authority, one set of revocation data, for many PDFs."""

    key: SigningKey
    authority: Authority | None = None
    revocation: Revocation = field(default_factory=Revocation)
    authority_chain: tuple[x509.Certificate, ...] = ()
    """Issuers of the authority's certificate, root last."""
    fetch: bool = False
    """Ask for revocation data over the network before the first long-term signature."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _reserve: int = 0

    def reachable(self, wanted: Level) -> Level:
        """The level that authority and revocation data allow, at most the wanted one."""
        if self.authority is None:
            return Level.B_B
        if wanted in (Level.B_LT, Level.B_LTA) and not self._has_revocation():
            return Level.B_T
        return min(wanted, Level.B_LTA, key=_ORDER.index)

    def sign(
        self,
        source: IO[bytes],
        target: IO[bytes] | None,
        *,
        wanted: Level,
        reason: str = "",
        place: Place | None = None,
    ) -> Level:
        """Certify a PDF so that nothing may change after it (DocMDP 1) and write it out.

        Args:
            source: the unsigned revision; kept byte for byte at the start of the target.
            target: readable and writable; None appends to the source itself.
            wanted: the highest level to try.
            reason: shown by PDF readers.
            place: the visible appearance; none is invisible.

        Returns:
            The level reached.

        Raises:
            TimestampError: the authority failed.
            KeyUnusableError: the key refused.
        """
        level = self.reachable(wanted)
        signer = signers.PdfSigner(
            self._metadata(level, reason),
            self.key.signer,
            timestamper=None if level is Level.B_B else self.authority,
            stamp_style=place.style if place else None,
            new_field_spec=fields.SigFieldSpec(_FIELD, on_page=place.page, box=place.box)
            if place
            else fields.SigFieldSpec(_FIELD),
        )
        source.seek(0)
        try:
            signer.sign_pdf(
                IncrementalPdfFileWriter(source),
                bytes_reserved=self._bytes_reserved(),
                in_place=target is None,
                output=target,
                chunk_size=_CHUNK,
            )
        except (SigningError, PathError, ValidationError) as error:
            raise KeyUnusableError(
                _("签名没有成功（{level}）：{why}").format(level=level.value, why=error),
                where=self.key.name,
                remedy=_(
                    "请检查证书链、吊销列表和时间戳机构的证书；也可在 [signer] 把 list_level 调低后再试。"
                ),
            ) from error
        return level

    def _metadata(self, level: Level, reason: str) -> signers.PdfSignatureMetadata:
        """What pyHanko is told of a signature of this level that permits no change after it."""
        long_term = level in (Level.B_LT, Level.B_LTA)
        return signers.PdfSignatureMetadata(
            field_name=_FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            reason=reason or None,
            name=self.key.name,
            embed_validation_info=long_term,
            use_pades_lta=level is Level.B_LTA,
            timestamp_field_name="EvidenceArchiveTimestamp",
            validation_context=self._context() if long_term else None,
            signer_key_usage={"digital_signature"},
            # the archive time stamp is the last word: its own validation data goes in before it
            dss_settings=DSSContentSettings(
                include_vri=False,
                next_ts_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
            ),
        )

    def sign_file(self, path: Path, *, wanted: Level, reason: str = "") -> Level:
        """`sign` in place: the unsigned revision stays as it is, the signature is appended."""
        with path.open("r+b") as file:
            return self.sign(file, None, wanted=wanted, reason=reason)

    def sign_bytes(
        self, source: bytes, *, wanted: Level, reason: str = "", place: Place | None = None
    ) -> tuple[bytes, Level]:
        """`sign` for small files held in memory."""
        target = io.BytesIO()
        level = self.sign(io.BytesIO(source), target, wanted=wanted, reason=reason, place=place)
        return target.getvalue(), level

    def sign_detached(self, data: bytes) -> bytes:
        """CMS over some bytes (RFC 5652, CAdES attributes), time-stamped when there is an authority."""
        signed = asyncio.run(
            self.key.signer.async_sign_general_data(
                data, "sha256", detached=True, use_cades=True, timestamper=self.authority
            )
        )
        encoded: bytes = signed.dump()
        return encoded

    def refresh(self) -> None:
        """Ask the network for revocation data if the settings say so, once: answers must not change half-way.

        Raises:
            KeyUnusableError: a certificate is revoked.
            TimestampError: the authority failed.
        """
        if not self.fetch:
            return
        self.fetch = False
        self._answer()
        chains = [chain for chain in (self.key.chain, self.stamping_chain()) if chain]
        self.revocation = gather(
            (self.key.certificate, *self.stamping_chain()[:1]),
            roots=[chain[-1] for chain in chains],
            others=[each for chain in chains for each in chain],
            known=self.revocation,
        )

    def stamping_chain(self) -> tuple[x509.Certificate, ...]:
        """The authority's certificate and its issuers, once it has answered."""
        if self.authority is None:
            return ()
        leaves = [
            each for each in self.authority.certificates.values() if each.extended_key_usage_value is not None
        ]
        return (*leaves, *self.authority_chain)

    def own_anchors(self) -> list[bytes]:
        """Where the signer's and the authority's chains end, DER; the certificate itself without a chain."""
        chains = ((self.key.certificate, *self.key.chain), self.stamping_chain())
        return list(dict.fromkeys(chain[-1].dump() for chain in chains if chain))

    def revocation_is_fresh(self, *, asking: bool = True) -> bool:
        """Whether revocation data in force cover every certificate that is at hand.

        Args:
            asking: whether authority and network may be asked for what is not at hand.
        """
        if asking:
            self._answer()
            self.refresh()
        every = (self.key.certificate, *self.key.chain, *(self.stamping_chain() if asking else ()))
        return self.revocation.covers(every, self.clock())

    def _has_revocation(self) -> bool:
        return bool(self.key.chain and self.authority_chain) and self.revocation_is_fresh()

    def _answer(self) -> cms.ContentInfo | None:
        """One answer of the authority: its size and certificates; pyHanko keeps it."""
        if self.authority is None:
            return None
        return asyncio.run(self.authority.async_dummy_response("sha256"))

    def _context(self) -> ValidationContext:
        stamping = self.stamping_chain()
        roots = [chain[-1] for chain in (self.key.chain, stamping) if chain]
        others = [*self.key.chain, *stamping]
        return validation_context(roots, others, self.revocation)

    def _bytes_reserved(self) -> int:
        """Room for the CMS in the file, fixed so that no trial signature is needed; hex digits."""
        if not self._reserve:
            token = self._answer()
            certificates = sum(len(each.dump()) for each in (self.key.certificate, *self.key.chain))
            stamped = 0 if token is None else len(token.dump()) + 512
            self._reserve = 2 * (_CMS_OVERHEAD + certificates + stamped)
        return self._reserve
