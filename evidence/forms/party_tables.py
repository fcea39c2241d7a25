"""The tables of the register: enterprises, people, recorders, campaigns, with their Chinese headings."""

from __future__ import annotations

from evidence.domain.parties import CampaignKind, EnterpriseClass, KeyProcess, Role, Title
from evidence.forms import cells
from evidence.forms.tables import Column, Table

_CLASSES = {kind.value: kind for kind in EnterpriseClass}
_PROCESSES = {kind.value: kind for kind in KeyProcess}
_ROLES = {role.value: role for role in Role}
_TITLES = {title.value: title for title in Title}
_CAMPAIGNS = {"专项": CampaignKind.SPECIAL, "普查": CampaignKind.SURVEY}


def _date(heading: str, comment: str = "", *, required: bool = False) -> Column:
    return Column(heading=heading, read=cells.day, comment=comment, kind="date", width=12, required=required)


def _yes(heading: str, comment: str = "") -> Column:
    return Column(heading=heading, read=cells.yes_no, comment=comment, options=("是", "否"), width=10)


ENTERPRISES = Table(
    name="企业",
    note="每家企业一行。带 * 的列必填。",
    columns=(
        Column(heading="企业名称", required=True, width=34, aliases=("单位名称", "名称")),
        Column(heading="简称", width=12, comment="文件夹和一览表用；留空则由名称取"),
        Column(
            heading="统一社会信用代码",
            read=cells.code,
            width=22,
            comment="18位；校验位不符只作提示",
            aliases=("信用代码",),
        ),
        Column(heading="地址", width=34, aliases=("单位地址",)),
        Column(
            heading="企业类别",
            read=cells.many_of(_CLASSES),
            required=True,
            options=tuple(_CLASSES),
            width=22,
            comment="合同所列类别，决定检查人数；多个用顿号分开",
        ),
        Column(
            heading="重点工艺",
            read=cells.many_of(_PROCESSES),
            options=tuple(_PROCESSES),
            width=16,
            comment="须专家深度检查的工艺；多个用顿号分开",
        ),
        Column(
            heading="人数", read=cells.whole, kind="number", width=8, comment="决定是否属于合同所说的微型企业"
        ),
        _date("投产日期", "新进企业须在投产后合同约定的期限内服务"),
        _date("入驻发现日期", "发现新企业入驻的日期；合同原名单内的企业留空"),
        Column(heading="出租方", width=22, comment="厂中厂：出租方的名称或信用代码"),
        _date("纳入日期"),
        _date("退出日期"),
        Column(heading="法定代表人", width=12),
        Column(heading="法定代表人电话", read=cells.narrow, width=16),
        Column(heading="主要负责人", width=12),
        Column(heading="主要负责人职务", width=14),
        Column(heading="主要负责人电话", read=cells.narrow, width=16),
        Column(heading="安全管理人员", width=12),
        Column(heading="安全管理人员职务", width=14),
        Column(heading="安全管理人员电话", read=cells.narrow, width=16),
        Column(
            heading="联系邮箱",
            read=cells.addresses,
            width=28,
            comment="企业发来邮件所用的地址；多个用分号分开",
            aliases=("邮箱", "电子邮箱"),
        ),
    ),
)
PEOPLE = Table(
    name="人员",
    note="项目组成员、外聘专家、安全监管人员，每人一行。",
    columns=(
        Column(heading="编号", read=cells.code, required=True, comment="不重复，如 P01", width=10),
        Column(heading="姓名", required=True, width=12),
        Column(heading="角色", read=cells.one_of(_ROLES), required=True, options=tuple(_ROLES), width=16),
        Column(heading="职称", read=cells.one_of(_TITLES), options=tuple(_TITLES), width=10),
        Column(heading="专业", width=16),
        _yes("有安全资格", "安全专业技术人员，资格在有效期内"),
        Column(
            heading="工作证号", read=cells.narrow, width=16, comment="监管人员填执法证号", aliases=("证号",)
        ),
        _date("工作证起"),
        _date("工作证止"),
        _date("在岗起"),
        _date("在岗止"),
        _yes("投标人员", "投标文件所列；否则须有监管部门书面同意"),
    ),
)
DEVICES = Table(
    name="记录仪",
    note="执法记录仪，每台一行。",
    columns=(
        Column(heading="设备号", read=cells.narrow, required=True, width=16, aliases=("序列号",)),
        Column(heading="品牌", width=14),
        Column(heading="持有人", width=12, comment="人员编号或姓名"),
        Column(heading="佩戴者编号", read=cells.narrow, width=14, comment="设备写入文件名的六位号码等"),
        _date("启用日期"),
        _date("停用日期"),
        Column(
            heading="别名", read=cells.several, width=18, comment="文件名中出现的其他号码，多个用顿号分开"
        ),
    ),
)
CAMPAIGNS = Table(
    name="专项",
    note="专项检查与普查，每项一行。",
    columns=(
        Column(heading="编号", read=cells.code, required=True, width=12, comment="不重复，如 ZX2022-01"),
        Column(heading="主题", required=True, width=26),
        Column(
            heading="类型", read=cells.one_of(_CAMPAIGNS), required=True, options=tuple(_CAMPAIGNS), width=8
        ),
        _date("下达日期", required=True),
        _date("完成期限"),
        Column(
            heading="对象",
            read=cells.several,
            width=40,
            comment="企业名称或信用代码，用顿号分开；填“全部”为所有企业",
        ),
    ),
)
TABLES = (ENTERPRISES, PEOPLE, DEVICES, CAMPAIGNS)
