import pytest

from services.fetcher.unreachable import MOST_WHILE, PROBE, UnreachableHosts
from services.stage import Poison, Refusal, Transient

HERE, PAGE = "https://n.example", "https://n.example/a"


def failed(hosts: UnreachableHosts, refusal: Refusal, now: float) -> float:
    return hosts.failed(HERE, PAGE, refusal, now).retry_after or 0.0


@pytest.mark.parametrize(
    ("refusal", "waits"),
    [
        (Transient("dns-failed"), [60, 120, 240, 480, 900, 900]),
        (Transient("connect-failed"), [60, 120, 240, 480, 900, 900]),
        (Transient("timeout"), [120, 240, 480, 900]),
        (Poison("tls-failed"), [600, 1200, 2400, 4800, 9600, 19200, 21600, 21600]),
    ],
)
def test_a_host_is_left_alone_longer_after_each_failure(refusal: Refusal, waits: list[float]) -> None:
    hosts, now = UnreachableHosts(), 1000.0
    for wait in waits:
        assert failed(hosts, refusal, now) == wait
        refused = hosts.refusal(HERE, PAGE, now + wait - 1.0)
        assert refused is not None
        assert (refused.reason, refused.retry_after, refused.url) == (refusal.reason, 1.0, PAGE)
        now += wait
        assert hosts.refusal(HERE, PAGE, now) is None


def test_one_tries_it_and_has_it_to_itself() -> None:
    hosts = UnreachableHosts()
    assert not hosts.try_again(HERE, 0.0), "nothing is known against it"
    failed(hosts, Transient("dns-failed"), 0.0)
    assert hosts.try_again(HERE, 60.0)
    refused = hosts.refusal(HERE, PAGE, 70.0)
    assert refused is not None
    assert refused.retry_after == PROBE - 10.0
    assert hosts.refusal(HERE, PAGE, 60.0 + PROBE) is None, "who tried it never came back"


def test_an_answer_and_a_long_time_make_it_well() -> None:
    hosts = UnreachableHosts()
    for again in (hosts.reached, lambda _: hosts.try_again(HERE, 60.0 + MOST_WHILE + 1.0)):
        failed(hosts, Transient("dns-failed"), 0.0)
        again(HERE)
        assert hosts.by_reason(0.0) == {}
        assert failed(hosts, Transient("dns-failed"), 0.0) == 60.0
        hosts.reached(HERE)


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.fetcher.unreachable.MOST", 3)
    hosts = UnreachableHosts()
    for number in range(9):
        hosts.failed(
            f"https://{number}.example", PAGE, Transient("dns-failed" if number % 2 else "timeout"), 0.0
        )
    assert hosts.by_reason(1.0) == {("dns-failed",): 1, ("timeout",): 2}
    assert hosts.by_reason(100.0) == {("timeout",): 2}
