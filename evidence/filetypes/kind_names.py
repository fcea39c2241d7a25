"""What a media type is called in front of a clerk."""

from __future__ import annotations

from evidence.filetypes import media

_NAMES = {
    media.PDF: "PDF",
    media.JPEG: "JPEG 图片",
    media.PNG: "PNG 图片",
    media.TIFF: "TIFF 图片",
    media.BMP: "BMP 图片",
    media.WEBP: "WebP 图片",
    media.HEIC: "HEIC 图片",
    media.AVIF: "AVIF 图片",
    media.MP4: "MP4 录像",
    media.MOV: "MOV 录像",
    media.AVI: "AVI 录像",
    media.MKV: "MKV 录像",
    media.M4A: "M4A 录音",
    media.DOCX: "Word 文档（.docx）",
    media.XLSX: "Excel 工作簿（.xlsx）",
    media.CSV: "CSV 表格",
    media.JSON: "JSON 数据",
    media.XML: "XML 数据",
    media.INI: "INI 设置文件",
    media.DAT: "记录仪的数据文件",
    media.ZIP: "ZIP 压缩包",
    media.EML: "邮件（.eml）",
    media.MSG: "Outlook 邮件（.msg）",
    media.DICOM: "DICOM 医学影像",
    "application/vnd.oasis.opendocument.text": "LibreOffice 文档（.odt）",
    "application/vnd.oasis.opendocument.spreadsheet": "LibreOffice 表格（.ods）",
    "application/vnd.oasis.opendocument.presentation": "LibreOffice 演示文稿（.odp）",
    "application/vnd.oasis.opendocument.graphics": "LibreOffice 图形（.odg）",
    "text/plain": "纯文本",
    "text/html": "网页",
    "text/x-script": "脚本程序",
    "image/gif": "GIF 图片",
    "application/rtf": "RTF 文档",
    "application/msword": "旧版 Word 文档（.doc）",
    "application/vnd.ms-excel": "旧版 Excel 工作簿（.xls）",
    "application/vnd.ms-powerpoint": "旧版 PowerPoint 演示文稿（.ppt）",
    "application/x-ole-storage": "旧版 Office 一类的复合文件",
    "application/x-msdownload": "Windows 程序",
    "application/x-executable": "Linux 程序",
    "application/vnd.rar": "RAR 压缩包",
    "application/x-7z-compressed": "7z 压缩包",
    "application/gzip": "gzip 压缩包",
    "application/x-bzip2": "bzip2 压缩包",
    "application/x-xz": "xz 压缩包",
    "application/x-tar": "tar 归档包",
}


def kind_name(media_type: str) -> str:
    """A media type in the clerk's words; empty when the bytes say nothing."""
    return _NAMES.get(media_type, "")
