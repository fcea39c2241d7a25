"""如何验证.txt: verifying a package with ordinary tools alone. Tests run its commands word for word.

Lines that begin with four spaces and `$ ` are commands for a POSIX shell inside the package's folder.
"""

from __future__ import annotations

# ruff: noqa: E501  commands stand on one line each

NAME = "如何验证.txt"
PROMPT = "    $ "

_STAMPED = """\
五、核对时间戳：签名在何时已经存在（时间由时间戳机构证明，不由移交单位自报）。
   Check the time stamp: when the signature already existed, on the authority's word.

    $ P7S=tagmanifest-sha256.txt.p7s; TOKEN_AT=$(openssl asn1parse -inform DER -in $P7S | grep -A2 timeStampToken | tail -n 1 | cut -d: -f1)
    $ SIGNATURE_AT=$(openssl asn1parse -inform DER -in $P7S | grep -B3 timeStampToken | head -n 1 | cut -d: -f1)
    $ openssl asn1parse -inform DER -in $P7S -strparse $TOKEN_AT -noout -out ../token.der
    $ openssl asn1parse -inform DER -in $P7S -strparse $SIGNATURE_AT -noout -out ../signature.bin
    $ openssl ts -verify -token_in -in ../token.der -data ../signature.bin -CAfile certificates/tsa-chain.pem
    $ openssl ts -reply -token_in -in ../token.der -token_out -text | grep 'Time stamp'

   应显示 Verification: OK 和时间。/ Expect "Verification: OK" and the time.
"""

_UNSTAMPED = """\
五、本包没有时间戳：签名时间由移交单位自报。
   This package carries no time stamp: the signing time is the signer's own word.
"""

_TEXT = """\
{title}
{underline}
{warning}
本包不需要任何专用软件即可核验。以下命令在 Linux 或 macOS 终端中、在解压后的本文件夹内依次执行，
所需程序 sha256sum、openssl、pdfsig 均为通用工具。
No special software is needed. Run the commands in order inside the unpacked folder; they use only
sha256sum, openssl and pdfsig. (Explanations in Chinese first, English below each.)

一、核对每个文件的摘要；没有输出即全部相符。
   Check every file's digest; no output means all match.

    $ sha256sum --quiet --check manifest-sha256.txt
    $ sha256sum --quiet --check tagmanifest-sha256.txt

二、核对没有多出文件：两个数应相等。
   Check that no file was added: both numbers must be equal.

    $ find . -type f | wc -l
    $ echo $(( $(cat manifest-sha256.txt tagmanifest-sha256.txt | wc -l) + 2 ))

三、核对签名人：把显示的指纹与签名单位通过其他渠道（电话、函件）公布的指纹逐字比对。
   证书文件只为方便而附，本身不构成信任的理由。
   Compare the fingerprint with the one published by another channel (telephone, letter).
   Certificates in this package are here for convenience and prove nothing by themselves.

    $ openssl x509 -in certificates/signer-chain.pem -noout -subject -dates -fingerprint -sha256

   打包时的指纹 / fingerprint at packing: {fingerprint}

四、核对签名：应显示 CMS Verification successful。
   Check the signature: expect "CMS Verification successful".

    $ openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s -content tagmanifest-sha256.txt -CAfile certificates/signer-chain.pem -out /dev/null

   已从其他渠道取得根证书时，请用它代替 -CAfile 后的文件。证书过期后再核验的，加上 -no_check_time，
   并以第五步的时间为准。
   With a root certificate obtained elsewhere, name it after -CAfile instead. After the certificates
   have expired add -no_check_time and rely on the time of step five.

{stamp}
六、核对 PDF 签名：每个文件都应显示 Signature is Valid。
   Check the PDF signatures: each must show "Signature is Valid".

    $ pdfsig data/移交清单.pdf
    $ find data -name 卷宗.pdf -exec pdfsig {{}} ';'

   Certificate issuer isn't Trusted 只表示本机没有登记该根证书，请按第三步比对指纹。移交清单带有存档
   时间戳，早期版本的 pdfsig 不能核验这一种，会注明“Unable to validate”，不影响前一个签名的结论。
   "Certificate issuer isn't Trusted" only says that this machine does not know the root. Older pdfsig
   cannot judge the archive time stamp of the list and says so; the signature before it stands.

七、账本：data/ledger/journal.jsonl 是本周账本原文，data/ledger/checkpoint-{checkpoint}.txt 是检查点。
   检查点指纹（与《接收回执》上打印的相同）：
   Ledger: the fingerprint of the checkpoint, the same as printed on the receipt:

    $ sha256sum data/ledger/checkpoint-{checkpoint}.txt | cut -c1-20 | xxd -r -p | base32

   应显示 / expect: {ledger_fingerprint}

八、周次连续、合同核对结论的重新推算等，可用 evidence verify（无需工作区、无需联网）：
   Continuity and the recomputed judgement can be checked with: evidence verify <package> --trust <root.pem>

本包格式的完整说明见程序文档 docs/package-format.md；目录结构遵循 RFC 8493（BagIt），签名遵循 RFC 5652（CMS）、
RFC 3161（时间戳）和 ETSI EN 319 142（PAdES）。
"""


def instructions(
    package: str, *, signer_sha256: bytes, stamped: bool, evaluation: bool, ledger_fingerprint: str
) -> str:
    """The text for one package.

    Args:
        package: id.
        signer_sha256: digest of the signer's certificate.
        stamped: whether the CMS carries a time stamp.
        evaluation: whether the keys are for evaluation only.
        ledger_fingerprint: the checkpoint's sixteen characters, ungrouped.
    """
    title = f"如何验证移交包 {package} / How to verify this package"
    warning = "\n!! EVALUATION ONLY：本包由试用密钥签名，不具有移交效力。Signed with evaluation keys. !!\n"
    return _TEXT.format(
        title=title,
        underline="=" * 64,
        warning=warning if evaluation else "",
        fingerprint=":".join(f"{byte:02X}" for byte in signer_sha256),
        stamp=_STAMPED if stamped else _UNSTAMPED,
        checkpoint=package.partition("-")[2],
        ledger_fingerprint=ledger_fingerprint,
    )


def commands(text: str) -> list[str]:
    """The commands in the text, in order."""
    return [line.removeprefix(PROMPT) for line in text.splitlines() if line.startswith(PROMPT)]
