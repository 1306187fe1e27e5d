import { describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

jest.setTimeout(600_000);

const run = promisify(execFile);

/** What it prints, of what has this in its name. @throws when something could not be measured */
async function bench(name: string): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], BENCH_SECONDS: '0.3', BENCH_TURNS: '1' };
  return (await run(process.execPath, ['scripts/bench.mjs', name], { env })).stdout;
}

describe('npm run bench', () => {
  it.each([
    ['scale', 7],
    ['kept', 3],
    ['visibility', 2],
    ['idle', 1],
  ])('measures %s', async (name, figures) => {
    const printed = await bench(name);
    expect(printed.match(/^\| .+ \| [\d.]+ (µs|ms|MB|bytes|rows\/s) \|$/gm)).toHaveLength(figures);
  });

  it('measures what calls take beside each other', async () => {
    const rows = (await bench('riced')).match(
      /^\| Tallygate, (relayed, )?priced \|( [\d.]+; [\d.]+, [\d.]+; [\d.]+ \+ [\d.]+ \+ [\d.]+ \|){5}/gm,
    );
    expect(rows).toHaveLength(2);
  });

  it('measures several gateways on the same databases', async () => {
    const rows = (await bench('gateways')).match(/^\| [124] gateways?, .+ \|$/gm);
    expect(rows).toHaveLength(12);
  });
});
