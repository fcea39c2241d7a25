"""A private slapd: a small agency's directory in a temporary folder, with and without TLS on free ports."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

BASE = "dc=agency,dc=cn"
READER, READER_PASSWORD = f"cn=reader,{BASE}", "such-42-leser"
PASSWORD = "geheim-kennwort-77"
"""Of everybody in the directory."""
PEOPLE = {"luwenjing": "陆文静", "chenliqun": "陈立群", "wuhaifeng": "吴海峰", "wuming": "吴明"}
"""Account -> name; 吴明 is in no group."""
_GROUPS = {"clerks": ("luwenjing", "chenliqun"), "leads": ("chenliqun",), "gov": ("wuhaifeng",)}

_CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {room}/slapd.pid
argsfile {room}/slapd.args
{tls}
database mdb
maxsize 10485760
suffix "{base}"
rootdn "cn=root,{base}"
rootpw root-of-the-tests
directory {room}/data
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by users read by anonymous auth by * none
"""
_TLS = "TLSCertificateFile {certificate}\nTLSCertificateKeyFile {key}\n"


def program(name: str) -> str:
    """Debian keeps them out of ordinary accounts' PATH."""
    found = shutil.which(name) or f"/usr/sbin/{name}"
    if not Path(found).is_file():
        raise RuntimeError("slapd is missing: apt-get install slapd ldap-utils")
    return found


class LdapServer:
    """One server; `start` and `kill` as often as a test likes."""

    def __init__(self, certificate: Path | None = None, key: Path | None = None) -> None:
        self.certificate = certificate
        self.room = Path(tempfile.mkdtemp(prefix="evidence-ldap-"))
        (self.room / "data").mkdir()
        self.port, self.tls_port = _free_port(), _free_port()
        tls = _TLS.format(certificate=certificate, key=key) if certificate else ""
        config = _CONFIG.format(room=self.room, base=BASE, tls=tls)
        (self.room / "slapd.conf").write_text(config)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> LdapServer:
        """Start, and wait until it takes connections."""
        addresses = [f"ldap://127.0.0.1:{self.port}"]
        if self.certificate is not None:
            addresses.append(f"ldaps://127.0.0.1:{self.tls_port}")
        self._process = subprocess.Popen(
            [program("slapd"), "-d", "0", "-f", str(self.room / "slapd.conf"), "-h", " ".join(addresses)],
            stdout=subprocess.DEVNULL,
            stderr=(self.room / "log").open("wb"),
        )
        end = time.monotonic() + 30
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5):
                    break
            except OSError:
                time.sleep(0.02)
        else:
            self.kill()
            raise RuntimeError(f"slapd did not start: {(self.room / 'log').read_text(errors='replace')}")
        return self

    def fill(self) -> LdapServer:
        """Everybody, by an administrator's own tool."""
        entries = [
            f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: agency\no: agency\n",
            f"dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n",
            f"dn: ou=groups,{BASE}\nobjectClass: organizationalUnit\nou: groups\n",
            f"dn: ou=clubs,{BASE}\nobjectClass: organizationalUnit\nou: clubs\n",
            f"dn: {READER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\n"
            f"userPassword: {READER_PASSWORD}\n",
            f"dn: ou=elsewhere,{BASE}\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\n"
            "ref: ldap://127.0.0.1:1/dc=elsewhere,dc=cn\n",
        ]
        for number, (account, name) in enumerate(PEOPLE.items(), 1):
            entries.append(
                f"dn: {dn_of(account)}\nobjectClass: inetOrgPerson\nuid: {account}\ncn: {name}\n"
                f"sn: {name[0]}\nemployeeNumber: P{number:02d}\nuserPassword: {PASSWORD}\n"
            )
        for group, members in _GROUPS.items():
            lines = "".join(f"member: {dn_of(member)}\n" for member in members)
            entries.append(
                f"dn: cn={group},ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: {group}\n{lines}"
            )
        entries.append(  # a club that calls itself like the group of the leads
            f"dn: cn=leads,ou=clubs,{BASE}\nobjectClass: groupOfNames\ncn: leads\nmember: {dn_of('wuming')}\n"
        )
        self.change("ldapadd", "\n".join(entries))
        return self

    def change(self, tool: str, ldif: str) -> None:
        """What an administrator does with `ldapadd` or `ldapmodify`."""
        subprocess.run(
            [
                program(tool), "-M", "-x", "-H", f"ldap://127.0.0.1:{self.port}",
                "-D", f"cn=root,{BASE}", "-w", "root-of-the-tests",
            ],
            input=ldif.encode(),
            check=True,
            capture_output=True,
        )  # fmt: skip

    def kill(self) -> None:
        """End it at once."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        self.kill()
        shutil.rmtree(self.room, ignore_errors=True)


def dn_of(account: str) -> str:
    """Whom an account is."""
    return f"uid={account},ou=people,{BASE}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
