"""METS of an E-ARK submission information package (CSIP and SIP 2.1; METS 1.12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree
from lxml.builder import ElementMaker

from evidence import __version__
from evidence.exchange.submission import Submission

METS = "http://www.loc.gov/METS/"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
SIP = "https://DILCIS.eu/XML/METS/SIPExtensionMETS"
XLINK = "http://www.w3.org/1999/xlink"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PROFILE = "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml"
_REPRESENTATIONS = "Representations"
_CONTENT = "evidence weekly packages (BagIt, RFC 8493)"
_M = ElementMaker(namespace=METS, nsmap={None: METS, "csip": CSIP, "sip": SIP, "xlink": XLINK, "xsi": _XSI})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One file as METS names it."""

    path: str
    """Relative to the METS file."""
    media_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """The metadata files of one METS."""

    descriptive: Listed | None
    preservation: Listed | None


def stamp(at: datetime) -> str:
    """`2022-04-01T09:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def mets_of(
    submission: Submission,
    *,
    object_id: str,
    described: Described,
    groups: Sequence[tuple[str, Sequence[Listed]]],
    representations: Sequence[Listed] = (),
) -> bytes:
    """A METS file, of the whole package or of one representation.

    Args:
        submission: what it is about.
        object_id: `OBJID`, unique within the archive.
        described: its metadata files.
        groups: (USE, files) of its file section.
        representations: METS files of its representations, for the structural map of the whole package.
    """
    created = stamp(submission.created)
    root = _M.mets(
        {
            "OBJID": object_id,
            "LABEL": submission.title,
            "TYPE": "Mixed",
            "PROFILE": _PROFILE,
            f"{{{CSIP}}}CONTENTINFORMATIONTYPE": "MIXED",
        },
        _header(submission, created),
    )
    metadata: dict[str, str] = {}
    if described.descriptive is not None:
        root.append(
            _M.dmdSec(
                {"ID": "dmd-1", "CREATED": created, "STATUS": "CURRENT"},
                _reference(described.descriptive, "DC", created),
            )
        )
        metadata["DMDID"] = "dmd-1"
    if described.preservation is not None:
        root.append(
            _M.amdSec(
                _M.digiprovMD(
                    {"ID": "premis-1", "CREATED": created, "STATUS": "CURRENT"},
                    _reference(described.preservation, "PREMIS", created),
                )
            )
        )
        metadata["ADMID"] = "premis-1"
    every = [*groups, *((f"{_REPRESENTATIONS}/{_folder(each)}", [each]) for each in representations)]
    root.append(_file_section(every, created))
    root.append(_structure(object_id, metadata, every))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _header(submission: Submission, created: str) -> etree._Element:
    return _M.metsHdr(
        {
            "CREATEDATE": created,
            "LASTMODDATE": created,
            "RECORDSTATUS": "NEW",
            f"{{{CSIP}}}OAISPACKAGETYPE": "SIP",
        },
        _M.agent(
            {"ROLE": "CREATOR", "TYPE": "OTHER", "OTHERTYPE": "SOFTWARE"},
            _M.name("evidence"),
            _M.note({f"{{{CSIP}}}NOTETYPE": "SOFTWARE VERSION"}, __version__),
        ),
        _M.agent({"ROLE": "ARCHIVIST", "TYPE": "ORGANIZATION"}, _M.name(submission.agency)),
        _M.agent({"ROLE": "PRESERVATION", "TYPE": "ORGANIZATION"}, _M.name(submission.regulator)),
    )


def _reference(file: Listed, kind: str, created: str) -> etree._Element:
    return _M.mdRef(
        {
            "LOCTYPE": "URL",
            f"{{{XLINK}}}type": "simple",
            f"{{{XLINK}}}href": file.path,
            "MDTYPE": kind,
            "MIMETYPE": file.media_type,
            "SIZE": str(file.bytes),
            "CREATED": created,
            "CHECKSUM": file.sha256,
            "CHECKSUMTYPE": "SHA-256",
        }
    )


def _file_section(groups: Sequence[tuple[str, Sequence[Listed]]], created: str) -> etree._Element:
    section = _M.fileSec({"ID": "files"})
    for number, (use, files) in enumerate(groups, 1):
        group = _M.fileGrp(
            {
                "ID": f"group-{number}",
                "USE": use,
                f"{{{CSIP}}}CONTENTINFORMATIONTYPE": "OTHER",
                f"{{{CSIP}}}OTHERCONTENTINFORMATIONTYPE": _CONTENT,
            }
        )
        for place, file in enumerate(files, 1):
            group.append(
                _M.file(
                    {
                        "ID": f"file-{number}-{place}",
                        "MIMETYPE": file.media_type,
                        "SIZE": str(file.bytes),
                        "CREATED": created,
                        "CHECKSUM": file.sha256,
                        "CHECKSUMTYPE": "SHA-256",
                    },
                    _M.FLocat(
                        {
                            "LOCTYPE": "URL",
                            f"{{{XLINK}}}type": "simple",
                            f"{{{XLINK}}}href": file.path,
                        }
                    ),
                )
            )
        section.append(group)
    return section


def _structure(
    object_id: str, metadata: dict[str, str], groups: Sequence[tuple[str, Sequence[Listed]]]
) -> etree._Element:
    whole = _M.div({"ID": "div-1", "LABEL": object_id})
    if metadata:
        whole.append(_M.div({"ID": "div-metadata", "LABEL": "Metadata", **metadata}))
    representations = _M.div({"ID": "div-representations", "LABEL": _REPRESENTATIONS})
    for number, (use, files) in enumerate(groups, 1):
        division = _M.div({"ID": f"div-group-{number}", "LABEL": use})
        if use.startswith(f"{_REPRESENTATIONS}/"):
            division.append(_pointer(files[0], f"group-{number}"))
            representations.insert(0, _M.fptr({"FILEID": f"group-{number}"}))  # METS has these before `div`
            representations.append(division)
        else:
            division.append(_M.fptr({"FILEID": f"group-{number}"}))
            whole.append(division)
    if len(representations):
        whole.append(representations)
    return _M.structMap({"ID": "structure", "TYPE": "PHYSICAL", "LABEL": "CSIP"}, whole)


def _pointer(file: Listed, group: str) -> etree._Element:
    return _M.mptr(
        {
            "LOCTYPE": "URL",
            f"{{{XLINK}}}type": "simple",
            f"{{{XLINK}}}href": file.path,
            f"{{{XLINK}}}title": group,
        }
    )


def _folder(file: Listed) -> str:
    return file.path.split("/")[1]
