"""The OpenAPI document against the pages: whatever it allows, and much else, gets a documented answer."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import BaseSchema, Case
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from services.store.web.endpoints import ENDPOINTS
from tests.contract.test_web import ROWS, Placed, app_of
from tests.serving import served
from tests.unit.store.records import fill


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    folder = tmp_path_factory.mktemp("store")
    place = fill(folder / "sirwan.db", *ROWS)
    app = app_of(Placed(made=place, home=folder, sources=folder / "none", web_rate=0))
    with served(app) as address:
        yield schemathesis.openapi.from_url(f"{address}/api/openapi.json")


def test_every_answer_is_as_documented(described: BaseSchema) -> None:
    asked = set()
    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def answers(case: Case[Any]) -> None:
            # What is typed has rules that no schema says: a quotation mark that is not closed is refused.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        answers()
        asked.add(operation.path)
    assert asked == {endpoint.api for endpoint in ENDPOINTS}
