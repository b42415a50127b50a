"""A PostgreSQL server. It refuses to run as root: then it runs as the user that Debian made for it."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

from certificate import Certificate
from engine import Engine, EngineError, free_ports

USER = "shelfcast"
# A folder below root's own is reached by the right to pass, not by the user's.
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
               "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--pdeathsig=KILL"]


class Postgres(Engine):
    name = "postgres"

    def __init__(self, folder: Path, port: int = 0) -> None:
        super().__init__(folder, [port or free_ports(1)[0]])
        self._bin = Path(os.environ["SHELFCAST_POSTGRES_BIN"])
        self._data = folder / "data"
        self._certificate = Certificate(folder / "certificate")
        self._tls: list[str] = []
        self._password = folder / "password"
        self._as = AS_POSTGRES if os.geteuid() == 0 else []

    def prepare(self) -> None:
        if self._data.exists():
            return
        if not self._password.exists():
            self._password.write_text(secrets.token_hex(16))
            self._password.chmod(0o600)
        unready = self.folder / "data.new"
        shutil.rmtree(unready, ignore_errors=True)
        unready.mkdir()
        if self._as:
            user = pwd.getpwnam("postgres")
            os.chown(unready, user.pw_uid, user.pw_gid)
            os.chown(self._password, user.pw_uid, user.pw_gid)
        # Its files are thrown away: only what a killed server needs is synced, as it runs.
        self.run([*self._as, self._bin / "initdb", "--no-sync", "--auth=scram-sha-256",
                  f"--username={USER}", f"--pwfile={self._password}", "--encoding=UTF8",
                  "--locale=C.UTF-8", "-D", unready])
        self.run([*self._as, self._bin / "postgres", "--single", "-D", unready, "postgres"],
                 f"create database {USER}\n")
        if self._tls:
            self._certificate.make()
            for file in (self._certificate.file, self._certificate.key):
                copy = unready / file.name
                shutil.copyfile(file, copy)
                copy.chmod(0o600)
                if self._as:
                    os.chown(copy, user.pw_uid, user.pw_gid)
        unready.rename(self._data)

    def words(self) -> list[str | Path]:
        return [*self._as, self._bin / "postgres", "-D", self._data, "-h", "127.0.0.1",
                "-p", str(self.ports[0]), "-k", ".", *self._tls]

    def answers(self) -> bool:
        try:
            self.run([self._bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.ports[0])])
            return True
        except EngineError:
            return False

    def settings(self) -> Mapping[str, str]:
        return {"SHELFCAST_TEST_POSTGRES":
                f"postgresql://{USER}:{self._password.read_text()}@127.0.0.1:{self.ports[0]}/{USER}"}

    def _signal(self, kind: int) -> None:
        if kind == signal.SIGTERM:
            super()._signal(signal.SIGINT)  # Which does not wait for clients.
            return
        # Each of its processes is a group of its own, and must not outlive a killed server.
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        super()._signal(kind)
        for child in children:
            try:
                os.kill(int(child), kind)
            except ProcessLookupError:
                pass


class Database(Postgres):
    """One that also speaks TLS, with a certificate that signs itself."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._tls = ["-c", "ssl=on", "-c", f"ssl_cert_file={self._certificate.file.name}", "-c",
                     f"ssl_key_file={self._certificate.key.name}"]

    def settings(self) -> Mapping[str, str]:
        return {**super().settings(), "SHELFCAST_TEST_POSTGRES_CA": str(self._certificate.file)}
