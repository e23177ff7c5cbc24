"""The types of inputs and results, in the hands of libraries that read them at run time."""

from __future__ import annotations

from typing import Any

import pytest

from sts import types

pytestmark = pytest.mark.integration
METADATA = {"HTTPStatusCode": 200, "HTTPHeaders": {}, "Attempts": 1, "RetryAttempts": 0, "TotalRetryDelay": 0.0}


def test_pydantic_validates_a_result() -> None:
    """On every Python: before 3.12 pydantic takes the TypedDict of typing_extensions only."""
    pydantic: Any = pytest.importorskip("pydantic")
    adapter = pydantic.TypeAdapter(types.GetCallerIdentityResponse)
    result = {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/demo", "UserId": "AIDA"}

    assert adapter.validate_python({**result, "ResponseMetadata": METADATA})["Account"] == "123456789012"
    with pytest.raises(pydantic.ValidationError, match="Account"):
        adapter.validate_python({**result, "Account": 5, "ResponseMetadata": METADATA})


def test_fastapi_describes_a_result() -> None:
    """As the model of an answer."""
    fastapi: Any = pytest.importorskip("fastapi")
    app = fastapi.FastAPI()

    @app.get("/me", response_model=types.GetCallerIdentityResponse)
    def me() -> Any:
        return {}

    assert "UserId" in app.openapi()["components"]["schemas"]["GetCallerIdentityResponse"]["properties"]
