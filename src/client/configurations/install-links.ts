const NAME = 'tallygate';
/** What VS Code asks its user for, and keeps, when the key is not known. */
const ASKED = { type: 'promptString', id: 'tallygate_api_key', description: 'Tallygate API key', password: true };

const server = (url: string, apiKey: string | undefined) => ({
  url,
  ...(apiKey !== undefined && { headers: { Authorization: `Bearer ${apiKey}` } }),
});

/** UTF-8 in base64, as browsers and Node.js both can. */
const base64 = (value: object): string =>
  encodeURIComponent(btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value)))));

/** cursor.com/docs/mcp/install-links: what its settings have for the server, in base64. */
export const cursorLink = (url: string, apiKey: string | undefined): string =>
  `cursor://anysphere.cursor-deeplink/mcp/install?name=${NAME}&config=${base64(server(url, apiKey))}`;

/** As `cursorLink`, of LM Studio. */
export const lmStudioLink = (url: string, apiKey: string | undefined): string =>
  `lmstudio://add_mcp?name=${NAME}&config=${base64(server(url, apiKey))}`;

/** The server with its name, and what to ask for, as the JSON that its settings have. */
export function vsCodeLink(url: string, apiKey: string | undefined): string {
  const known = { name: NAME, type: 'http', ...server(url, apiKey ?? `\${input:${ASKED.id}}`) };
  const asked = apiKey === undefined ? { ...known, inputs: [ASKED] } : known;
  return `vscode:mcp/install?${encodeURIComponent(JSON.stringify(asked))}`;
}
