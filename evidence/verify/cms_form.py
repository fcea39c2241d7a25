"""The exact form of `tagmanifest-sha256.txt.p7s`: nothing in it that no signature protects.

A CMS file has unsigned corners (version, algorithm lists, certificate bag, unsigned attributes)
where a changed byte need not break the signature. The package prescribes their only form, so that
any change of the file shows.
"""

from __future__ import annotations

from asn1crypto import cms, core

from evidence.verify.cms import token_values

_RSA = {"sha256": "sha256_rsa", "sha384": "sha384_rsa", "sha512": "sha512_rsa"}
_ECDSA = {"sha256": "sha256_ecdsa", "sha384": "sha384_ecdsa", "sha512": "sha512_ecdsa"}
_ABSENT_OR_NULL = (b"", b"\x05\x00")


def form_problem(data: bytes, signed: cms.SignedData, known: frozenset[bytes]) -> str:
    """What is irregular about a package signature; empty when nothing is.

    Args:
        data: the whole DER file.
        signed: the same, parsed.
        known: DER of every certificate in the package's `certificates/`, which the signature covers.
    """
    if not is_der(data):
        return "不是严格的 DER 编码"
    signer = signed["signer_infos"][0]
    problem = _signed_data_problem(signed, known)
    if problem:
        return problem
    names = [attribute["type"].native for attribute in signer["signed_attrs"] or ()]
    if not {"content_type", "message_digest", "signing_certificate_v2"} <= set(names):
        return "缺少 CAdES 规定的签名属性"
    attributes = signer["unsigned_attrs"]
    if attributes is not core.VOID:
        if len(attributes) > 1 or (len(attributes) and len(attributes[0]["values"]) != 1):
            return "未签名属性不止一个时间戳"
        if len(attributes) and attributes[0]["type"].native != "signature_time_stamp_token":
            return "带有时间戳以外的未签名属性"
    for token in token_values(signer):
        problem = _signed_data_problem(token, known)
        if problem:
            return f"时间戳{problem}"
        if token["signer_infos"][0]["unsigned_attrs"] is not core.VOID and len(
            token["signer_infos"][0]["unsigned_attrs"]
        ):
            return "时间戳带有未签名属性"
    return ""


def _signed_data_problem(signed: cms.SignedData, known: frozenset[bytes]) -> str:
    if len(signed["signer_infos"]) != 1:
        return "签名人不止一个"
    signer = signed["signer_infos"][0]
    data = signed["encap_content_info"]["content_type"].native == "data"
    by_issuer = signer["sid"].name == "issuer_and_serial_number"
    # RFC 5652, 5.1 and 5.3: version numbers follow from the content
    if signer["version"].native != ("v1" if by_issuer else "v3"):
        return "签名人信息的版本号不对"
    if signed["version"].native != ("v1" if data and by_issuer else "v3"):
        return "签名数据的版本号不对"
    digest = signer["digest_algorithm"]
    if [item.dump() for item in signed["digest_algorithms"]] != [digest.dump()]:
        return "摘要算法列表不对"
    if _parameters(digest) not in _ABSENT_OR_NULL:
        return "摘要算法带有参数"
    algorithm = signer["signature_algorithm"]
    name, hashed = algorithm["algorithm"].native, digest["algorithm"].native
    if name not in (_RSA.get(hashed), _ECDSA.get(hashed), "rsassa_pkcs1v15"):
        return "签名算法与摘要算法不配"
    if _parameters(algorithm) not in _ABSENT_OR_NULL:
        return "签名算法带有参数"
    if signed["crls"] is not core.VOID and len(signed["crls"]):
        return "内嵌吊销列表"
    for choice in signed["certificates"]:
        if choice.name != "certificate" or choice.chosen.dump() not in known:
            return "内嵌证书与 certificates/ 中的不同"
    return ""


def _parameters(algorithm: core.Sequence) -> bytes:
    value = algorithm["parameters"]
    return b"" if value is core.VOID else bytes(value.dump())


def is_der(data: bytes) -> bool:
    """Whether every length is definite and minimal and nothing follows the first element (X.690, 10.1)."""
    end = _walk(data, 0, len(data), 0)
    return end == len(data)


def _walk(data: bytes, start: int, end: int, depth: int) -> int:
    """End of the element at `start`; -1 when it is no DER."""
    if depth > 60 or start + 2 > end or data[start] & 0x1F == 0x1F:
        return -1
    length, body = data[start + 1], start + 2
    if length & 0x80:
        count = length & 0x7F
        raw = data[body : body + count]
        if not 1 <= count <= 4 or len(raw) != count or raw[0] == 0:
            return -1
        length, body = int.from_bytes(raw, "big"), body + count
        if length < 0x80:
            return -1
    stop = body + length
    if stop > end:
        return -1
    if data[start] & 0x20:
        position = body
        while position < stop:
            position = _walk(data, position, stop, depth + 1)
            if position < 0:
                return -1
    return stop
