"""What the web process answers beside its pages."""

from __future__ import annotations

import requests

from tests.browser.workbench import running_web


def test_health_is_told_and_strangers_hosts_are_refused(environment: dict[str, str]) -> None:
    with running_web(environment) as url:
        answer = requests.get(f"{url}/healthz", timeout=10)
        assert (answer.status_code, answer.text) == (200, "ok")
        for path in ("/healthz", "/", "/_stcore/health"):
            rebound = requests.get(url + path, headers={"Host": "stranger.example"}, timeout=10)
            assert rebound.status_code == 400
