"""The commands in the order people meet them: where each is defined, and its line in `evidence --help`."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """A command of the first level."""

    module: str
    """In `evidence.cli`; it defines `<command>_command`."""
    summary: str


COMMANDS: dict[str, Command] = {
    "init": Command("workspace", "建立工作区"),
    "doctor": Command("doctor", "检查本机环境：程序、字体、密钥、时间戳、磁盘"),
    "status": Command("status", "一屏看本周：案件、到件、缺项、期限"),
    "import": Command("parties", "从 Excel 或 YAML 导入企业、人员、记录仪、专项"),
    "case": Command("cases", "案件：开立、列表、查看"),
    "visit": Command("visits", "登记一次检查、督促、复查等的事实"),
    "register": Command("registers", "登记台账事项：承诺书、同意书、通知等"),
    "schema": Command("visits", "打印某种录入文件的 JSON Schema"),
    "issue": Command("forms", "签发文书：填写、生成 PDF、登记编号"),
    "reissue": Command("forms", "重新签发，关联原编号"),
    "void": Command("forms", "作废一个编号并说明原因"),
    "transcribe": Command("forms", "把手写文书按录入内容转成电子文档"),
    "template": Command("templates", "检查文书模板"),
    "form": Command("issued_form", "查看已签发文书的页面、条码和签章位置"),
    "ingest": Command("intake", "接收收件夹中的文件一遍"),
    "watch": Command("intake", "持续守候收件夹"),
    "worker": Command("worker", "工作进程：在任意主机上识别、签发"),
    "inbox": Command("inbox", "待人处理的到件及处理决定"),
    "mail": Command("mail", "把企业发来的邮件收进收件夹"),
    "antivirus": Command("antivirus", "把没有经过病毒扫描的到件补扫一遍"),
    "recording": Command("recordings", "执法记录仪音视频：登记、指派、时钟校正"),
    "check": Command("check", "按合同逐条核对完整性"),
    "due": Command("due", "到期事项清单与日历"),
    "plan": Command("plan", "下周检查复查工作计划"),
    "waive": Command("exceptions", "登记一项例外"),
    "incurable": Command("incurable", "声明欠交的材料无法补正"),
    "hold": Command("exceptions", "封存一个案件"),
    "instalment": Command("instalment", "付款节点资料包"),
    "report": Command("report", "隐患台账、统计、服务总结、验收资料"),
    "disposal": Command("exceptions", "销毁清册"),
    "bundle": Command("handover", "制作并签名每周移交包"),
    "receipt": Command("handover", "登记监管部门的接收回执"),
    "handover": Command("handover", "历次移交一览"),
    "renew": Command("handover", "为已移交的包续加时间戳"),
    "signer": Command("signer", "签名证书：现用哪一张，怎样更换"),
    "export": Command("export", "导出给档案系统：E-ARK 信息包、案卷目录"),
    "verify": Command("verify", "验证移交包、文件夹或单个 PDF"),
    "ledger": Command("ledger", "账本：验证、重建、导出、出具证明"),
    "audit": Command("audit", "逐件复核档案"),
    "backup": Command("backup", "备份"),
    "restore": Command("backup", "恢复并验证备份"),
    "serve": Command("serve", "在浏览器中打开工作台"),
    "service": Command("service", "装成系统服务"),
    "demo": Command("demo", "用示例数据完整演示一遍"),
}
