import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { clientConfigurations } from './client-configuration.js';

const URL_OF_MCP = 'https://mcp.example.com/messages';
const configuration = (id: string, url = URL_OF_MCP, key?: string) =>
  clientConfigurations(url, key).find((one) => one.id === id)!;
const cursorServer = (link: string) =>
  JSON.parse(Buffer.from(new URL(link).searchParams.get('config')!, 'base64').toString()) as object;
const vsCodeServer = (link: string) => JSON.parse(decodeURIComponent(link.split('?')[1]!)) as object;

describe('the configuration of a client', () => {
  it('is there for each that people use, with what the text is written in', () => {
    const languages = Object.fromEntries(clientConfigurations(URL_OF_MCP).map(({ id, language }) => [id, language]));
    expect(languages).toMatchObject({
      ...{ 'claude-code': 'shell', 'claude-desktop': 'json', cursor: 'json', vscode: 'json', codex: 'toml' },
      ...{ 'gemini-cli': 'json', windsurf: 'json', zed: 'json', continue: 'yaml' },
      ...{ curl: 'shell', typescript: 'typescript', python: 'python' },
    });
  });

  it('names the gateway everywhere, and nowhere a key that is not known', () => {
    for (const { text, deep_link: link = '' } of clientConfigurations(URL_OF_MCP)) {
      expect(text).toContain(URL_OF_MCP);
      expect(text).toMatch(/YOUR_API_KEY|TALLYGATE_API_KEY/);
      expect(link + atob(/config=(.*)/.exec(decodeURIComponent(link))?.[1] ?? '')).not.toMatch(/YOUR_API_KEY|Bearer undefined/);
    }
  });

  it('of Claude Desktop is a bridge that any machine can fetch, without a space among its arguments', () => {
    const { text, where } = configuration('claude-desktop', URL_OF_MCP, 'sk-mine');
    const args = ['-y', 'mcp-remote', URL_OF_MCP, '--header', 'X-API-Key:${TALLYGATE_API_KEY}'];
    const tallygate = { command: 'npx', args, env: { TALLYGATE_API_KEY: 'sk-mine' } };
    expect(JSON.parse(text)).toEqual({ mcpServers: { tallygate } });
    expect(where).toEqual({ macos: expect.stringContaining('Library'), windows: expect.stringContaining('%APPDATA%') });
  });

  it('of Claude Desktop says so where the gateway is reached without TLS, which the bridge refuses otherwise', () => {
    expect(configuration('claude-desktop', 'http://gateway:8001/messages').text).toContain('--allow-http');
  });

  it.each([URL_OF_MCP, 'http://[::1]:8001/messages', 'http://localhost:8001/a#b'])('of Continue is YAML for %s', (url) => {
    const { text } = configuration('continue', url, 'sk-x: "y"');
    const requestOptions = { headers: { Authorization: 'Bearer sk-x: "y"' } };
    expect(parse(text)).toMatchObject({ mcpServers: [{ name: 'tallygate', type: 'streamable-http', url, requestOptions }] });
  });
});

describe('a link', () => {
  it('adds the gateway with its key', () => {
    const headers = { Authorization: 'Bearer sk-mine' };
    const [cursor, vscode] = ['cursor', 'vscode'].map((id) => configuration(id, URL_OF_MCP, 'sk-mine').deep_link!);
    expect(cursorServer(cursor!)).toEqual({ url: URL_OF_MCP, headers });
    expect(vsCodeServer(vscode!)).toEqual({ name: 'tallygate', type: 'http', url: URL_OF_MCP, headers });
  });

  it('adds it without one where the key is not known, which VS Code then asks for', () => {
    const [cursor, vscode] = ['cursor', 'vscode'].map((id) => configuration(id).deep_link!);
    expect(cursorServer(cursor!)).toEqual({ url: URL_OF_MCP });
    expect(vsCodeServer(vscode!)).toMatchObject({
      headers: { Authorization: 'Bearer ${input:tallygate_api_key}' },
      inputs: [{ type: 'promptString', id: 'tallygate_api_key', password: true }],
    });
  });

  it('keeps an address that is not ASCII', () => {
    expect(cursorServer(configuration('cursor', 'https://mcp.example.com/größe').deep_link!)).toEqual({
      url: 'https://mcp.example.com/größe',
    });
  });
});
