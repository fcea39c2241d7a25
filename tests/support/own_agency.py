"""What a new workspace is told about whose it is."""

AGENCY = "常州承安安全咨询服务有限公司"
REGULATOR = "武进国家高新技术产业开发区管理委员会"
OWN_AGENCY = (
    "--agency", AGENCY, "--code", "WJB", "--contract-name", "安全生产第三方技术服务",
    "--signed-on", "2021-12-07", "--regulator", REGULATOR,
)  # fmt: skip
"""Options of `evidence init`."""
