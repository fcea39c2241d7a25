"""What the telephone's page says; a test holds this list and the scripts' phrases together."""

from __future__ import annotations

from evidence.web.speech import say

PHRASES = (
    "到达", "离开", "已存在本机", "正在存入本机……", "已送达", "待送", "正在发送……", "填写中", "登录", "返回",
    "没有网络，内容都在本机，有网络后再送。", "登录已失效，请重新登录；本机上的内容都还在。",
    "本周没有安排给您的检查。", "还没有下载本周检查，请在有网络时打开一次。", "完成并送出", "基本情况",
    "拍照", "更多", "删除这一行", "往年隐患", "另一个窗口正在填写这次检查。", "张照片", "全部合格",
    "改正后再送",
    "本机存储已满，这一笔没有存上。请删除手机里的其他内容后再试。", "这个文件不是照片，没有加入。",
    "照片超过 60 MB，没有加入。", "离开时间早于到达时间。", "请先点“到达”。", "服务器没有收下：",
    "本页须经 HTTPS 打开：浏览器只在安全连接下允许离线使用和拍照。请向项目负责人索取以 https:// 开头的地址。",
    "其余内容已登记。请改正后再送。",
)  # fmt: skip


def words_for() -> dict[str, str]:
    """Phrase -> what to show for it."""
    return {phrase: say(phrase) for phrase in PHRASES}
