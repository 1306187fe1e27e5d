"""A server of FastMCP 2, 3 or 4, with sessions over streamable HTTP, mounted at /mcp/: `fastmcp_server.py PORT SCHEME`."""

import sys
from pathlib import Path
from typing import Any

import anyio
import uvicorn
from fastmcp import Context, FastMCP
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import Mount

port, scheme = int(sys.argv[1]), sys.argv[2]
server = FastMCP("real", instructions="Tools of every kind.")


class Place(BaseModel):
    name: str
    height: int | None = None


@server.tool
def echo(value: Any) -> Any:
    """Gives back what it was given."""
    return value


@server.tool(annotations={"title": "Sum", "readOnlyHint": True}, tags={"numbers"})
def add(a: int, b: float = 1.0) -> float:
    """Adds two numbers."""
    return a + b


@server.tool
def visit(place: Place, others: list[Place] | None = None) -> Place:
    """Takes and gives structured data."""
    return place


@server.tool
def fail(message: str) -> str:
    """Fails."""
    raise ValueError(message)


@server.tool
async def report(steps: int, context: Context) -> str:
    """Tells of its progress, and what it does."""
    for step in range(steps):
        await context.report_progress(step, steps, f"step {step}")
        await context.info(f"step {step}")
    return "done"


@server.tool
async def wait(file: str) -> str:
    """Waits until it is cancelled, and writes that down."""
    Path(file).write_text("begun")
    try:
        await anyio.sleep(60)
    except anyio.get_cancelled_exc_class():
        Path(file).write_text("cancelled")
        raise
    return "done"


@server.resource(f"{scheme}://fixed", mime_type="application/json")
def fixed() -> str:
    """Something that does not change."""
    return '{"a":1.0}'


@server.resource(scheme + "://by-name/{name}")
def by_name(name: str) -> bytes:
    """Bytes."""
    return name.encode()


@server.prompt
def greet(name: str, tone: str = "friendly") -> str:
    """Greets somebody."""
    return f"Greet {name} in a {tone} way."


app = server.http_app(path="/")
uvicorn.run(
    Starlette(routes=[Mount("/mcp", app=app)], lifespan=app.lifespan),
    host="127.0.0.1",
    port=port,
    log_level="error",
)
