"""How long the answer to a moved slider takes, through the API: the last days of a chain under another policy."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path

from owner import BenchError, Owner
from scenarios import Results, Site, quantiles_ms
from screens import login_headers

DAYS = 112  # What the program keeps in memory of a chain's history.
SLIDERS = [{"service_percent": 90 + turn % 10, "demand_percent": 80 + turn % 41} for turn in range(50)]


def _ask(link: http.client.HTTPConnection, question: Results) -> Results:
    link.request("POST", "/v1/simulate", json.dumps(question), login_headers())
    answer = link.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise BenchError(f"/v1/simulate: {answer.status}: {body[:300]!r}")
    return json.loads(body)


def simulate(site: Site) -> Results:
    """Of a chain of the forecasts' size: the first answer after its history came, then fifty moved sliders."""
    sizes = site.sizes
    deadline = site.deadline("simulate")
    with Owner(site.binary, Path(site.folder) / "simulate", deadline) as owner:
        owner.command("backfill", "--synthetic", "--stores", str(sizes.forecast_stores), "--products",
                      str(sizes.forecast_products), "--days", str(DAYS), "--seed", "7", deadline=deadline)
        link = http.client.HTTPConnection("127.0.0.1", owner.web_port, timeout=60)
        waited = time.monotonic()
        first = _ask(link, {})
        waited = time.monotonic() - waited
        times = []
        for question in SLIDERS:
            began = time.monotonic()
            answer = _ask(link, question)
            times.append(time.monotonic() - began)
            if answer["series"] != first["series"]:
                raise BenchError(f"{answer['series']} products in stores instead of {first['series']}")
        link.close()
        return {"series": first["series"], "days": first["days"], "first_ms": round(waited * 1e3, 1),
                "moved": quantiles_ms(times)}
