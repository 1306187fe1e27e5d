import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { SmallDisk } from '../faults/full-disk.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SEEN_MS = 20_000;
const dataDir = temporaryFolder('full-disk');
const disk = SmallDisk.mount(join(dataDir, 'clickhouse'), 512);
if (!disk) console.warn('SKIPPED: what a gateway says of a full disk, since this user may not mount');

(disk ? describe : describe.skip)('A gateway whose ClickHouse has no room on its disk', () => {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await GatewayProcess.start({ dataDir });
  }, 120_000);
  afterAll(async () => {
    await gateway.end();
    disk!.unmount();
    await gateway.destroy();
  });

  const health = async () => (await gateway.rest('GET', '/health')).json as { status: string; reasons?: string[] };
  const metric = async () => /^tallygate_clickhouse_disk_full (\d)$/m.exec((await gateway.rest('GET', '/metrics')).text)?.[1];
  const said = (words: string) => gateway.log.split(words).length - 1;

  it('says so once in the log, in /health and in the metrics, and takes it back', async () => {
    expect([(await health()).status, await metric()]).toEqual(['healthy', '0']);
    await disk!.fill();
    await eventually(async () => expect((await health()).reasons?.join()).toContain('disk of ClickHouse'), SEEN_MS);
    expect([(await health()).status, await metric()]).toEqual(['degraded', '1']);
    expect(said('is as good as full')).toBe(1);
    disk!.empty();
    await eventually(async () => expect((await health()).status).toBe('healthy'), SEEN_MS);
    expect([await metric(), said('is as good as full'), said('There is room again')]).toEqual(['0', 1, 1]);
  }, 120_000);
});
