"""A certificate for 127.0.0.1 that signs itself: its own authority, for servers of tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

from engine import EngineError


class Certificate:
    """Made once below a folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "certificate.pem"
        self.key = folder / "key.pem"
        self.both = folder / "key_and_certificate.pem"
        folder.mkdir(parents=True, exist_ok=True)

    def make(self) -> None:
        if self.both.exists():
            return
        try:
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                 "/CN=shelfcast test", "-addext", "subjectAltName=IP:127.0.0.1",
                 "-keyout", self.key, "-out", self.file],
                capture_output=True, text=True, timeout=60, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise EngineError(f"openssl: {error} {getattr(error, 'stderr', '')}") from None
        self.both.write_text(self.key.read_text() + self.file.read_text())
