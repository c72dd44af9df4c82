"""What machines ask."""

import json
from datetime import datetime

from tests.fakes.ground import NOW
from tests.handlers.web.conftest import Town


def test_health_tells_the_service_s_time_and_version(town: Town) -> None:
    page = town.visitor().get("/healthz")
    told = json.loads(page.text)
    assert (page.status, told["status"], datetime.fromisoformat(told["now"])) == (200, "ok", NOW)
    assert told["now"].endswith("+00:00")
    assert told["version"]


def test_it_is_not_ready_before_it_has_planned(town: Town) -> None:
    page = town.visitor().get("/readyz")
    assert (page.status, json.loads(page.text)["problems"]) == (503, ["starting"])
    town.app.is_planned = True
    assert town.visitor().get("/readyz").status == 200


def test_metrics_are_prometheus_text(town: Town) -> None:
    page = town.visitor().get("/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    assert "# TYPE" in page.text
