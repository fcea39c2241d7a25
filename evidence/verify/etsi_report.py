"""Each signature as a validation report of ETSI TS 119 102-2, for a second validator to compare.

Written with pyHanko's classes of the schema, which know its order and names. The report itself is not
signed: whoever needs that signs the PDF that carries it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from pyhanko.generated.etsi import ts_11910202 as vr
from pyhanko.generated.etsi.xades import DigestAlgAndValueType
from pyhanko.generated.w3c.xmldsig_core import DigestMethod, DigestValue, SignatureValue
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig
from xsdata.models.datatype import XmlDateTime

from evidence.verify.model import Report, SignatureRow
from evidence.verify.signature_facts import CertificateFacts, Proof, ProofOfExistence

_NAMESPACES = {
    None: "http://uri.etsi.org/19102/v1.2.1#",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "XAdES": "http://uri.etsi.org/01903/v1.3.2#",
}
_URN = "urn:etsi:019102"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def etsi_xml(reports: Sequence[Report]) -> bytes:
    """The XML, UTF-8, one `SignatureValidationReport` a signature; what has no signature gives one without.

    Args:
        reports: one, or those of a series.
    """
    known: dict[str, CertificateFacts] = {}
    told: list[vr.SignatureValidationReportType] = []
    for report in reports:
        within = f"{report.subject}/" if len(reports) > 1 else ""
        first = len(told) + 1
        told += [
            _signature(number, row, report, within, known)
            for number, row in enumerate(report.signatures, first)
        ]
        if not report.signatures:
            told.append(_nothing(report))
    document = vr.ValidationReport(
        signature_validation_report=tuple(told),
        signature_validation_objects=_objects(known.values()),
    )
    serializer = XmlSerializer(config=SerializerConfig(indent="  "))
    return serializer.render(document, ns_map=_NAMESPACES).encode() + b"\n"


def _nothing(report: Report) -> vr.SignatureValidationReportType:
    return vr.SignatureValidationReportType(
        signature_validation_status=_status("INDETERMINATE", "SIGNED_DATA_NOT_FOUND"),
        validation_time_info=_times(report.at, None),
        signers_document=_document(report),
    )


def _signature(
    number: int, row: SignatureRow, report: Report, within: str, known: dict[str, CertificateFacts]
) -> vr.SignatureValidationReportType:
    details = row.details
    for each in (*details.chain, *details.authority):
        known.setdefault(each.sha256, each)
    value = SignatureValue(value=details.value) if details.value else None
    signer = None
    if details.chain:
        signer = vr.SignerInformationType(
            signer_certificate=_refer(details.chain[0]), signer=row.signer, pseudonym=None
        )
    return vr.SignatureValidationReportType(
        signature_identifier=vr.SignatureIdentifierType(
            digest_alg_and_value=_digest(sha256(details.value).digest()) if details.value else None,
            signature_value=value,
            hash_only=False,
            doc_hash_only=False,
            daidentifier=within + (f"{row.file}#{row.field}" if row.field else row.file),
            id=f"S-{number}",
        ),
        validation_time_info=_times(report.at, details.proof),
        signers_document=_document(report),
        signature_attributes=_attributes(row),
        signer_information=signer,
        signature_validation_process=vr.SignatureValidationProcessType(
            signature_validation_process_id=f"{_URN}:validationprocess:LTA"
        ),
        signature_validation_status=_status(
            row.indication, row.sub_indication, _rested_on(number, row) if details.chain else None
        ),
    )


def _times(at: datetime, proof: ProofOfExistence | None) -> vr.ValidationTimeInfoType:
    best = ProofOfExistence(at=at, by=Proof.NOTHING) if proof is None else proof
    kind = "validation" if best.by is Proof.NOTHING else "provided"
    return vr.ValidationTimeInfoType(
        validation_time=_instant(at),
        best_signature_time=vr.POEType(poetime=_instant(best.at), type_of_proof=f"{_URN}:poetype:{kind}"),
    )


def _document(report: Report) -> vr.SignersDocumentType | None:
    """The file that was verified, which for a package is the whole bag."""
    noted = report.circumstances
    if noted is None or not noted.object.sha256:
        return None
    return vr.SignersDocumentType(digest_alg_and_value=_digest(bytes.fromhex(noted.object.sha256)))


def _attributes(row: SignatureRow) -> vr.SignatureAttributesType | None:
    if row.signed_at is None:
        return None
    return vr.SignatureAttributesType(
        signing_time=(vr.SASigningTimeType(time=_instant(row.signed_at), signed=True),)
    )


def _status(
    indication: str, sub: str, rested_on: vr.ValidationReportDataType | None = None
) -> vr.ValidationStatusType:
    return vr.ValidationStatusType(
        main_indication=f"{_URN}:mainindication:{indication.lower()}",
        sub_indication=(f"{_URN}:subindication:{sub}",) if sub else (),
        associated_validation_report_data=() if rested_on is None else (rested_on,),
    )


def _rested_on(number: int, row: SignatureRow) -> vr.ValidationReportDataType:
    """Chain, revocation and algorithm behind the verdict."""
    own, *issuers = row.details.chain
    anchor = issuers[-1] if issuers and issuers[-1].anchor else None
    between = issuers[:-1] if anchor is not None else issuers
    revoked = own.revocation.revoked_at if own.revocation is not None else None
    return vr.ValidationReportDataType(
        trust_anchor=None if anchor is None else _refer(anchor),
        certificate_chain=vr.CertificateChainType(
            signing_certificate=_refer(own),
            intermediate_certificate=tuple(map(_refer, between)),
            trust_anchor=None if anchor is None else _refer(anchor),
        ),
        related_validation_object=tuple(map(_refer, row.details.authority)),
        revocation_status_information=None
        if revoked is None
        else vr.RevocationStatusInformationType(
            validation_object_id=_refer(own), revocation_time=_instant(revoked)
        ),
        crypto_information=vr.CryptoInformationType(
            validation_object_id=vr.VOReferenceType(voreference=(f"S-{number}",)),
            algorithm=f"{row.details.signature_algorithm}, {row.details.digest_algorithm}",
            secure_algorithm=row.sub_indication != "CRYPTO_CONSTRAINTS_FAILURE",
        ),
    )


def _objects(certificates: Iterable[CertificateFacts]) -> vr.ValidationObjectListType | None:
    listed = tuple(
        vr.ValidationObjectType(
            id=_name(each),
            object_type=f"{_URN}:validationObject:certificate",
            validation_object_representation=vr.ValidationObjectRepresentationType(base64=each.der),
        )
        for each in certificates
    )
    return vr.ValidationObjectListType(validation_object=listed) if listed else None


def _refer(one: CertificateFacts) -> vr.VOReferenceType:
    return vr.VOReferenceType(voreference=(_name(one),))


def _name(one: CertificateFacts) -> str:
    return f"C-{one.sha256}"


def _digest(value: bytes) -> DigestAlgAndValueType:
    return DigestAlgAndValueType(
        digest_method=DigestMethod(algorithm=_SHA256), digest_value=DigestValue(value=value)
    )


def _instant(at: datetime) -> XmlDateTime:
    return XmlDateTime.from_datetime(at.astimezone(UTC).replace(microsecond=0))
