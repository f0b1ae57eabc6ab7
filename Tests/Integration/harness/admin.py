"""The admin endpoint."""

import json

from .http import fetch
from .process import RELEASE, TOKEN

# The plugins that the tests replace, by a word of their id.
LIBRARIES = {
    "static": "libStaticStrategy.so",
    "echo": "libEchoStrategy.so",
    "random": "libRandomStrategy.so",
    "interaction": "libInteractionStrategy.so",
    "http": "libHTTPTransport.so",
}


class Admin:
    def __init__(self, host, token=TOKEN):
        self.port = host.admin_port
        self.token = token

    def send(self, verb, path, body=None, token=None, seconds=30):
        token = self.token if token is None else token
        fields = {"Accept": "application/json"}
        if token:
            fields["Authorization"] = f"Bearer {token}"
        payload = b""
        if body is not None:
            fields["Content-Type"] = "application/json"
            payload = json.dumps(body).encode()
        return fetch(self.port, verb, "/admin" + path, fields, payload, seconds=seconds)

    def get(self, path):
        answer = self.send("GET", path)
        assert answer.status == 200, (answer, answer.body)
        return answer.json

    def post(self, path, body=None):
        answer = self.send("POST", path, body)
        assert answer.status in (200, 202, 204), (answer, answer.body)
        return answer.json if answer.body else None

    def plugins(self):
        """Every plugin as an object, by its id."""
        return {plugin["id"]: plugin for plugin in self.get("/plugins")["plugins"]}

    def generation(self, id):
        """The number of the active generation."""
        return self.get(f"/plugins/{id}")["generation"]

    def swap(self, id, path=None):
        """Replaces a plugin by the library at `path`, or by its own library once more."""
        if path is None:
            word = next(word for word in LIBRARIES if word in id)
            path = RELEASE / LIBRARIES[word]
        return self.post(f"/plugins/{id}/swap", {"path": str(path)})

    def plugin_id(self, word):
        """The one id that contains `word`, such as `static`."""
        found = [id for id in self.plugins() if word in id.lower()]
        assert len(found) == 1, f"found {found} for {word}, expected one"
        return found[0]


def check_problem(answer, status):
    """RFC 9457: a problem object with its media type."""
    assert answer.status == status, (answer, answer.body)
    assert answer.fields["content-type"].startswith("application/problem+json")
    problem = answer.json
    assert problem["status"] == status
    assert problem["title"]
    return problem
