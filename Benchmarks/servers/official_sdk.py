"""The official Python SDK with its quickest settings: stateless, JSON answers, uvloop, httptools."""

import sys

import uvicorn
from mcp.server.mcpserver import MCPServer

server = MCPServer("bench", log_level="ERROR")


@server.tool(structured_output=False)
def hello() -> str:
    """Answers the same text each time."""
    return "hello from metis"


if __name__ == "__main__":
    app = server.streamable_http_app(json_response=True, stateless_http=True)
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools",
        access_log=False, log_level="error",
    )  # fmt: skip
