"""An S3 store: MinIO on one folder."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from engine import Engine, EngineError, free_ports
from tls import TlsProxy

KEY = "shelfcast-test"
SECRET = "secret-of-the-tests"


class Minio(Engine):
    name = "minio"

    def __init__(self, folder: Path, port: int = 0) -> None:
        [own, console] = free_ports(2)
        super().__init__(folder, [port or own, console])
        self.secret = SECRET  # Another one, from the next start on, revokes every client's key.

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    def words(self) -> list[str | Path]:
        return [os.environ["SHELFCAST_MINIO"], "server", "--quiet", "--address",
                f"127.0.0.1:{self.ports[0]}", "--console-address", f"127.0.0.1:{self.ports[1]}",
                self.folder / "data"]

    def environment(self) -> Mapping[str, str]:
        return {"MINIO_ROOT_USER": KEY, "MINIO_ROOT_PASSWORD": self.secret, "MINIO_BROWSER": "off",
                "MINIO_UPDATE": "off"}

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/minio/health/ready", timeout=1) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def make_bucket(self, name: str) -> None:
        """Before the first start: a folder of its data is a bucket."""
        (self.folder / "data" / name).mkdir(parents=True)

    def limit_bucket(self, name: str, limit_bytes: int) -> None:
        """The most that a bucket takes; 0: no limit. By the store's own administration."""
        body = json.dumps({"size": limit_bytes, "quota": limit_bytes, "quotatype": "hard"}).encode()
        path, query = "/minio/admin/v3/set-bucket-quota", f"bucket={name}"
        request = urllib.request.Request(f"{self.url}{path}?{query}", body, method="PUT",
                                         headers=self._signed("PUT", path, query, body))
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except urllib.error.HTTPError as refused:
            raise EngineError(f"{path}: {refused.code} {refused.read().decode()}") from None

    def _signed(self, method: str, path: str, query: str, body: bytes) -> Mapping[str, str]:
        """The header fields of a request that the administrator signs (AWS Signature Version 4)."""
        moment = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        fields = {"host": f"127.0.0.1:{self.ports[0]}", "x-amz-content-sha256": digest,
                  "x-amz-date": moment}
        names = ";".join(fields)
        asked = "\n".join([method, path, query, *(f"{k}:{v}" for k, v in fields.items()), "",
                           names, digest])
        scope = f"{moment[:8]}/us-east-1/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", moment, scope,
                          hashlib.sha256(asked.encode()).hexdigest()])
        key = f"AWS4{self.secret}".encode()
        for part in [*scope.split("/"), text]:
            key = hmac.digest(key, part.encode(), "sha256")
        return {**fields, "Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, "
                                           f"SignedHeaders={names}, Signature={key.hex()}"}

    def settings(self) -> Mapping[str, str]:
        return {"SHELFCAST_TEST_S3": self.url, "SHELFCAST_TEST_S3_KEY": KEY,
                "SHELFCAST_TEST_S3_SECRET": SECRET,
                "SHELFCAST_TEST_MINIO": os.environ["SHELFCAST_MINIO"]}


class Store(Minio):
    """One that also speaks TLS, by a proxy with a certificate that signs itself."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._proxy = TlsProxy(folder / "proxy", self.ports[0], "SHELFCAST_TEST_S3")

    def start(self) -> None:
        super().start()
        self._proxy.start()

    def stop(self) -> None:
        self._proxy.stop()
        super().stop()

    def settings(self) -> Mapping[str, str]:
        return {**super().settings(), **self._proxy.settings()}
