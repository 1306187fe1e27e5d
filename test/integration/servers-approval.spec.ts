import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ToolCatalog } from '../../src/tools/catalog/tool-catalog.service.js';
import { eventually } from '../support/eventually.js';
import { ServersRest } from '../support/gateway/servers-rest.js';

interface ShownTool {
  tool_name: string;
  pin: string;
  state: string;
}

describe('Tools that wait for approval', () => {
  let rest: ServersRest;
  let tools: ShownTool[];
  beforeAll(async () => {
    rest = await ServersRest.start({ servers: { enabled_templates: ['everything'], tool_approval: 'manual' } });
    await rest.register('everything');
    await rest.post('/servers/everything-1/check').expect(200);
    tools = (await rest.get('/servers/everything-1/tools').expect(200)).body as ShownTool[];
  });
  afterAll(() => rest.stop());

  const listed = () =>
    rest.app
      .get(ToolCatalog, { strict: false })
      .visibleTo(rest.admin)
      .map(({ tool }) => tool.name);
  const approve = (tool_name: string, pin: string) => rest.post('/servers/everything-1/tools', { tool_name, pin });

  it('are shown with their pin, and not listed', () => {
    expect(tools.length).toBeGreaterThan(3);
    for (const tool of tools) expect(tool).toMatchObject({ state: 'quarantined', pin: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(listed()).toEqual([]);
  });

  it('are let in one by one, by the pin that was looked at', async () => {
    const { pin } = tools.find(({ tool_name }) => tool_name === 'echo')!;
    await approve('echo', 'f'.repeat(64)).expect(409);
    await approve('nonsense', pin).expect(404);
    const { body } = await approve('echo', pin).expect(200);
    const approved = (body as ShownTool[]).filter(({ state }) => state === 'approved').map(({ tool_name }) => tool_name);
    expect(approved).toEqual(['echo']);
    await eventually(() => expect(listed()).toEqual(['everything__echo']));
  });
});
