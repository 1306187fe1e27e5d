/**
 * Why a client of before MCP 2026-07-28 has no session for what needs one, and who can mend that: words behind "needs a session".
 * @param areOn whether the gateway keeps sessions.
 */
export const missingSession = (areOn: boolean): string =>
  areOn
    ? 'and this request names none: send the Mcp-Session-Id that initialize with an API key is answered with'
    : 'and this gateway keeps none: its operator can set mcp.sessions to true (GATEWAY_MCP_SESSIONS=true)';
