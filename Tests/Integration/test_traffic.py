"""The harness itself: it checks what it says it checks. Runs last: it counts what all tests have read."""

import jsonschema
import pytest

from harness import schema
from harness.traffic import MODERN, REVISIONS, Traffic


@pytest.fixture(autouse=True)
def schemas():
    if not schema.at_hand():
        pytest.skip(f"not run: no schemas in {schema.FOLDER}")


BAD = [
    # A result that lacks what its method demands, in each era.
    (MODERN, "tools/list", {"id": 1, "result": {"resultType": "complete", "tools": []}}),
    ("2025-11-25", "tools/list", {"id": 1, "result": {}}),
    # A member of the wrong type inside.
    ("2025-06-18", "tools/call", {"id": 1, "result": {"content": [{"type": "text", "text": 1}]}}),
    # Errors: no code, a null id.
    (MODERN, "tools/list", {"id": 1, "error": {"message": "x"}}),
    (MODERN, "tools/list", {"id": None, "error": {"code": 1, "message": "x"}}),
    # Not of JSON-RPC 2.0.
    (MODERN, "server/discover", {"id": 1, "jsonrpc": "1.0", "result": {"resultType": "complete"}}),
    # What the host says of its own accord.
    ("2025-11-25", "ping", {"method": "notifications/progress", "params": {"progress": 1}}),
    ("2025-11-25", "ping", {"id": 7, "method": "elicitation/create", "params": {}}),
]


@pytest.mark.parametrize(("revision", "method", "message"), BAD)
def test_faults_are_found(revision, method, message):
    traffic = Traffic(revision)
    traffic.sent({"jsonrpc": "2.0", "id": 1, "method": method})
    with pytest.raises(jsonschema.ValidationError):
        traffic.received({"jsonrpc": "2.0", **message})


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        # A notification and a request that the revision does not know.
        ("2025-11-25", {"method": "notifications/subscriptions/acknowledged", "params": {}}),
        ("2025-03-26", {"id": 1, "method": "elicitation/create", "params": {}}),
        # A batch where there are none, and one without messages.
        ("2025-11-25", [{"id": 1, "result": {}}]),
        ("2025-03-26", []),
    ],
)
def test_what_a_revision_lacks_is_found(revision, message):
    if isinstance(message, dict):
        message = {"jsonrpc": "2.0", **message}
    with pytest.raises(AssertionError):
        Traffic(revision).received(message)


def test_every_message_was_checked(request):
    counts = {revision: schema.checked[revision] for revision in REVISIONS}
    if request.session.testscollected < 500:
        pytest.skip("not run: counts the messages of the whole suite")
    assert min(counts.values()) >= 200, counts
    assert sum(counts.values()) >= 5000, counts
