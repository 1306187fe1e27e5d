"""An MCP server over HTTP+SSE of the SDK for Python, on the port that it is given."""

import sys

from mcp.server.fastmcp import Context, FastMCP

server = FastMCP("fastmcp", host="127.0.0.1", port=int(sys.argv[1]), log_level="ERROR")


@server.tool()
async def count(to: int, ctx: Context) -> str:
    """Counts, and reports how far it is."""
    for n in range(to):
        await ctx.report_progress(n + 1, to)
    return f"counted to {to}"


@server.tool()
def tenant(ctx: Context) -> str:
    """The tenant that its request named."""
    return ctx.request_context.request.headers.get("x-tenant", "none")


server.run(transport="sse")
