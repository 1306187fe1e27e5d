# FastMCP's proxy before one server, with one session there for all that come: a session for each call, its default, is far slower.
import asyncio
import os
import sys

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from fastmcp.server import create_proxy


async def main():
    upstream = os.environ.get("UPSTREAM_URL") or StdioTransport(sys.argv[1], sys.argv[2:])
    async with Client(upstream) as client:
        server = {"host": "127.0.0.1", "port": int(os.environ["PORT"]), "path": "/mcp", "log_level": "warning"}
        await create_proxy(client, name="relay").run_http_async(show_banner=False, **server)


asyncio.run(main())
