"""schemathesis asks the running API what its own document promises: no 5xx, no answer that is not in the document.

The document is given the ids of things that exist beside one that does not, so that calls get past "not found".
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.ids import AccountId, AgencyId
from bridge.model import Role
from bridge.policy import Actor, office_actions
from tests.support.api_client import RECEPTION, client_of, program, value
from tests.support.pages import Pages, serving
from tests.support.province import with_administrators
from tests.support.sealed import RECORDING, sealed

EXAMPLES = 12
"""Of each call and phase: some thousand requests in all, within half a minute."""

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance", "unsupported_method", "allow_header_conformance", "ignored_auth",
)  # fmt: skip
ROLES = (Role.ADMINISTRATOR, Role.ARCHIVIST, Role.CHAIR)
ALL = Actor(AccountId("x"), "x", frozenset(ROLES), AgencyId("x"))
NOBODY = "no-such-thing"
MAX_TEXT = 80
"""Of a text in the query: a request line of more than 8 kB is refused in plain text before the API is asked."""


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        await with_administrators(running)
        await sealed(running)
        yield running


def known(document: dict[str, Any], ids: dict[str, list[str]]) -> dict[str, Any]:
    """The document with ids that there are, where one is asked for."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["name"] in ids:
                    parameter["schema"] = {"type": "string", "enum": [*ids[parameter["name"]], NOBODY]}
                elif parameter["in"] == "query" and parameter["schema"].get("type") == "string":
                    parameter["schema"]["maxLength"] = MAX_TEXT
    asked = [schema for name, schema in document["components"]["schemas"].items() if name.endswith("Request")]
    for schema in asked:  # what is answered may hold ids that were made meanwhile
        for name, field in schema["properties"].items():
            if name in ids and field == {"type": "string"}:
                field["enum"] = [*ids[name], NOBODY]
    return document


@pytest.mark.timeout(300)  # thousands of requests; 40 s on a machine that does nothing else
async def test_the_api_is_as_its_document_says(pages: Pages, tmp_path: Path) -> None:
    handed = await client_of(pages, office_actions(ALL), *ROLES)
    async with program(pages, handed.secret) as client:
        reception = value(await client.ask("POST", "/api/receptions", json=RECEPTION), 201)["id"]
        document = value(await client.get("/api/openapi.json"))
    ids = {
        "reception": [reception],
        "account": ["id-chair", "id-agency", "id-citizen"],
        "agency": ["office-central", "office-commune"],
        "parent": ["office-central"],
        "point": ["point-central", "point-commune"],
        "recording": [RECORDING],
        "track": ["t1"],
    }
    where = tmp_path / "openapi.json"
    where.write_text(json.dumps(known(document, ids)), encoding="utf-8")
    asking = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")), "run", str(where), "--url", pages.origin,
        "--header", f"Authorization: Bearer {handed.secret}", "--checks", ",".join(CHECKS),
        "--max-examples", str(EXAMPLES), "--seed", "1", "--generation-deterministic", "--no-color",
        "--phases", "examples,coverage,fuzzing", "--warnings", "off", "--continue-on-failure",
        cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asking.communicate()
    assert asking.returncode == 0, said.decode("utf-8", "replace")[-6000:]
