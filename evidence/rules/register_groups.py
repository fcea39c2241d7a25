"""The registers in groups of when they matter, so that nobody has to know all of them at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterGroup:
    """Registers that are looked at on one occasion."""

    title: str
    when: str
    """The occasion, in one sentence."""
    registers: tuple[str, ...]


def _group(title: str, when: str, registers: str) -> RegisterGroup:
    return RegisterGroup(title=title, when=when, registers=tuple(registers.split()))


GROUPS: tuple[RegisterGroup, ...] = (
    _group(
        "合同签订之后，第一次上门之前",
        "开工时登记一次；缺了的，每周核对都会列出。",
        "contract-document contract-signature contract-copy tender-standard bid-commitment safety-plan "
        "procedure",
    ),
    _group(
        "人员到岗、变动时",
        "每个人第一次上门之前，以及有人加入、离开、代理的时候。",
        "confidentiality-undertaking integrity-undertaking conflict-declaration expert-engagement training "
        "replacement-consent leader-deputy staff-removal",
    ),
    _group(
        "每次检查前后",
        "多数检查用不着；遇到所说的情形才登记。",
        "criterion-confirmation access-request appeal internal-review questionnaire risk-list clock-offset",
    ),
    _group(
        "企业有变化时",
        "新企业、厂中厂入驻，企业停产、搬迁，协助企业办事。",
        "tenant-notice safety-registration enterprise-departure enterprise-notice assistance",
    ),
    _group("专项检查和普查", "每项结束、报送的时候。", "campaign-pack survey-result"),
    _group(
        "监管部门的来函、考核和检查",
        "收到的当天登记，办结以后补上办结日期。",
        "assessment return-visit written-warning complaint supervision-finding nonconformity-notice "
        "coordination",
    ),
    _group(
        "半年付款",
        "每期资料提交、开票、到账的时候。",
        "materials-submission invoice payment finance-cause acceptance-request",
    ),
    _group(
        "合同变更、争议、不可抗力",
        "发生的时候；平时是空的。",
        "amendment dispute force-majeure-notice ip-claim termination",
    ),
    _group("期满", "合同期满前后各一次。", "acceptance settlement final-handover"),
)
"""In the order in which an agency meets them."""
