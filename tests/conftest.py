"""Every test hears the program in Chinese, whatever the machine speaks; a test that wants English says so."""

import os

for variable in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
    os.environ.pop(variable, None)
os.environ["LANG"] = "zh_CN.UTF-8"
