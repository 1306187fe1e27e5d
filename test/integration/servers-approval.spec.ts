import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ToolCatalog } from '../../src/tools/catalog/tool-catalog.service.js';
import { eventually } from '../support/eventually.js';
import { ServersRest } from '../support/gateway/servers-rest.js';

interface ShownTool {
  tool_name: string;
  pin: string;
  state: string;
  approved_by: string | null;
}

describe('Tools that wait for approval', () => {
  let rest: ServersRest;
  let tools: ShownTool[];
  beforeAll(async () => {
    rest = await ServersRest.start({ servers: { enabled_templates: ['everything'], tool_approval: 'manual' } });
    await rest.register('everything');
    await rest.post('/servers/everything/check').expect(200);
    tools = await page('page_size=100');
  });
  afterAll(() => rest.stop());

  const page = async (query: string) =>
    ((await rest.get(`/servers/everything/tools?${query}`).expect(200)).body as { tools: ShownTool[] }).tools;
  const listed = () =>
    rest.app
      .get(ToolCatalog, { strict: false })
      .visibleTo(rest.admin)
      .map(({ tool }) => tool.name);
  const approve = (tool_name: string, pin: string) => rest.post('/servers/everything/tools', { tool_name, pin });

  it('are shown with their pin, and not listed', () => {
    expect(tools.length).toBeGreaterThan(3);
    for (const tool of tools.filter(({ state }) => state !== 'unusable'))
      expect(tool).toMatchObject({ state: 'quarantined', pin: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(listed()).toEqual([]);
  });

  it('are shown page by page, by name', async () => {
    const { body } = await rest.get('/servers/everything/tools?page=2&page_size=2').expect(200);
    expect(body).toEqual({ tools: tools.slice(2, 4), total: tools.length, page: 2, page_size: 2 });
    await rest.get('/servers/everything/tools?page_size=101').expect(422);
  });

  it('are in one list for all servers, with what each will be called and cost', async () => {
    const { body } = await rest.get('/api/admin/approvals?page_size=100').expect(200);
    const { approvals, total } = body as { approvals: Record<string, unknown>[]; total: number };
    const waiting = approvals.filter(({ kind }) => kind === 'tool');
    expect(waiting.map(({ name }) => name)).toEqual(
      tools.filter(({ state }) => state === 'quarantined').map((one) => one.tool_name),
    );
    const echo = waiting.find(({ name }) => name === 'echo')!;
    expect(echo).toMatchObject({ server_name: 'everything', pool: 'everything', listed_name: 'everything__echo', price: 1 });
    const tokens = Math.ceil(Buffer.byteLength(JSON.stringify(echo['definition'])) / 4);
    expect(echo).toMatchObject({ approved_definition: null, approved_at: null, approved_by: null, definition_tokens: tokens });
    expect((await rest.get('/api/admin/approvals?page_size=1').expect(200)).body).toMatchObject({ total, approvals: [{}] });
    const key = await rest.keyWith('gateway:read');
    await rest.http().get('/api/admin/approvals').set('X-API-Key', key).expect(401);
  });

  it('are all named that have changed since they were looked at, and none is let in', async () => {
    const pins = ['echo', 'get-sum'].map((name) => ({ kind: 'tool', name, pin: 'f'.repeat(64) }));
    const { body } = await rest.post('/servers/everything/pins', { pins }).expect(409);
    expect((body as { detail: string }).detail).toMatch(
      /^The tool "echo", the tool "get-sum" have changed since you looked at them/,
    );
    expect(listed()).toEqual([]);
  });

  it('are let in one by one, by the pin that was looked at', async () => {
    const { pin } = tools.find(({ tool_name }) => tool_name === 'echo')!;
    await approve('echo', 'f'.repeat(64)).expect(409);
    await approve('nonsense', pin).expect(404);
    const { body } = await approve('echo', pin).expect(200);
    expect(body).toMatchObject({ tool_name: 'echo', pin, state: 'approved', approved_at: expect.any(String) });
    const [admin] = await rest.database.dataSource.query('SELECT email FROM mcp.users WHERE id = $1', [rest.admin.userId]);
    expect((body as { approved_by: string }).approved_by).toBe((admin as { email: string }).email);
    expect((await page('page_size=100')).map((tool) => [tool.tool_name, tool.approved_by])).toEqual(
      tools.map(({ tool_name }) => [tool_name, tool_name === 'echo' ? (admin as { email: string }).email : null]),
    );
    const waiting = (await rest.get('/api/admin/approvals?page_size=100').expect(200)).body as { approvals: { name: string }[] };
    expect(waiting.approvals.map(({ name }) => name)).not.toContain('echo');
    const approved = (await page('page_size=100')).filter(({ state }) => state === 'approved');
    expect(approved.map(({ tool_name }) => tool_name)).toEqual(['echo']);
    await eventually(() => expect(listed()).toEqual(['everything__echo']));
  });
});
