"""FastMCP with its quickest settings: stateless, JSON answers, uvloop, httptools."""

import logging
import sys

import uvicorn
from fastmcp import FastMCP

logging.disable(logging.WARNING)
server = FastMCP("bench")


@server.tool(output_schema=None)
def hello() -> str:
    """Answers the same text each time."""
    return "hello from metis"


if __name__ == "__main__":
    app = server.http_app(path="/mcp", json_response=True, stateless_http=True)
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools",
        access_log=False, log_level="error",
    )  # fmt: skip
