"""A receiver that fails is left alone, longer each time, and asked again as soon as it works."""

from services.webhooks.resting import LONGEST, Resting


def test_a_receiver_rests_twice_as_long_after_each_failure_up_to_a_limit() -> None:
    resting = Resting()
    assert [resting.failed(0.0) for _ in range(7)] == [60, 120, 240, 480, 900, 900, 900]
    assert resting.rests(100.0) == LONGEST - 100


def test_it_may_be_asked_when_its_rest_is_over_and_begins_anew_when_it_works() -> None:
    resting = Resting()
    assert resting.rests(5.0) == 0
    resting.failed(5.0)
    assert (resting.rests(64.0), resting.rests(65.0)) == (1.0, 0.0)
    resting.failed(65.0)
    resting.delivered()
    assert resting.rests(65.0) == 0
    assert resting.failed(70.0) == 60
