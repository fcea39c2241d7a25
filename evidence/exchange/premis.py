"""PREMIS 3.0 of a submission: every file with its digest, and the journal lines that tell of it."""

from __future__ import annotations

from lxml import etree
from lxml.builder import ElementMaker

from evidence import __version__
from evidence.exchange.mets import stamp
from evidence.exchange.submission import Submission, SubmittedEvent, SubmittedFile

PREMIS = "http://www.loc.gov/premis/v3"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_P = ElementMaker(namespace=PREMIS, nsmap={None: PREMIS, "xsi": _XSI})

_TYPES = {
    "arrival.taken/1": "ingestion",
    "arrival.judged/1": "validation",
    "arrival.scanned/1": "virus check",
    "arrival.decided/1": "appraisal",
    "mark.decided/1": "appraisal",
    "form.issued/1": "creation",
    "package.built/1": "information package creation",
    "receipt.received/1": "transfer",
    "archive.audited/1": "fixity check",
}
"""Journal kind -> term of the PREMIS vocabulary of event types; others keep the journal's own name."""


def premis_of(submission: Submission) -> bytes:
    """The PREMIS file of a representation."""
    root = _P.premis({"version": "3.0"})
    root.extend(_object(submission, file) for file in submission.files)
    root.extend(_event(submission, event) for event in submission.events)
    root.append(_software())
    root.extend(_organisation(name) for name in dict.fromkeys((submission.agency, submission.regulator)))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _identified(kind: str, value: str, name: str) -> etree._Element:
    return _P(f"{name}Identifier", _P(f"{name}IdentifierType", kind), _P(f"{name}IdentifierValue", value))


def _object(submission: Submission, file: SubmittedFile) -> etree._Element:
    made = _P.object({f"{{{_XSI}}}type": "file"}, _identified("path", f"data/{file.path}", "object"))
    if file.arrival:
        made.append(_identified("arrival", file.arrival, "object"))
    made.append(
        _P.objectCharacteristics(
            _P.fixity(_P.messageDigestAlgorithm("SHA-256"), _P.messageDigest(file.sha256)),
            _P.size(str(file.bytes)),
            _P.format(_P.formatDesignation(_P.formatName(file.media_type))),
        )
    )
    made.append(_P.originalName(file.path.name))
    for package in file.packages:
        made.append(
            _P.relationship(
                _P.relationshipType("structural"),
                _P.relationshipSubType("is included in"),
                _P.relatedObjectIdentifier(
                    _P.relatedObjectIdentifierType("signed weekly package"),
                    _P.relatedObjectIdentifierValue(package),
                ),
            )
        )
    return made


def _event(submission: Submission, event: SubmittedEvent) -> etree._Element:
    made = _P.event(
        _identified("journal line", f"{submission.contract}/{event.seq}", "event"),
        _P.eventType(_TYPES.get(event.kind, event.kind)),
        _P.eventDateTime(stamp(event.at)),
        _P.eventDetailInformation(_P.eventDetail(f"{event.kind} {event.digest}")),
        _P.linkingAgentIdentifier(
            _P.linkingAgentIdentifierType("name"), _P.linkingAgentIdentifierValue(submission.agency)
        ),
    )
    known = {file.sha256: file for file in reversed(submission.files)}
    for digest in event.about:
        if digest in known:
            made.append(
                _P.linkingObjectIdentifier(
                    _P.linkingObjectIdentifierType("path"),
                    _P.linkingObjectIdentifierValue(f"data/{known[digest].path}"),
                )
            )
    return made


def _software() -> etree._Element:
    return _P.agent(
        _identified("name", "evidence", "agent"),
        _P.agentName("evidence"),
        _P.agentType("software"),
        _P.agentVersion(__version__),
    )


def _organisation(name: str) -> etree._Element:
    return _P.agent(_identified("name", name, "agent"), _P.agentName(name), _P.agentType("organization"))
