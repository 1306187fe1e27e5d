import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { INVARIANTS } from './auditor.js';
import { runFaults } from './run.js';

/** Violations of each invariant that are printed. */
const SHOWN_MAX = 10;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    gateways: { type: 'string', default: '3' },
    callers: { type: 'string', default: '12' },
    /** Mean pause between two faults, seconds. */
    pause: { type: 'string', default: '4' },
    /** PostgreSQL has one, and fails over. */
    standby: { type: 'boolean', default: false },
    /** A folder for the journal, the books and the gateways' logs. */
    keep: { type: 'string' },
  },
});
const log = (line: string) => process.stdout.write(`${line}\n`);

log(`Seed ${values.seed}, ${values.minutes} min, ${values.gateways} gateways, ${cpus().length} CPUs, Node ${process.version}`);
log(`${cpus()[0]!.model}, ${Math.round(totalmem() / 2 ** 30)} GB`);
const { violations, ...result } = await runFaults({
  seed: Number(values.seed),
  durationMs: Number(values.minutes) * 60_000,
  gateways: Number(values.gateways),
  callers: Number(values.callers),
  pauseMs: Number(values.pause) * 1_000,
  standby: values.standby,
  log,
  ...(values.keep !== undefined && { keepIn: values.keep }),
});
log(JSON.stringify(result, null, 2));
for (const invariant of INVARIANTS) {
  const details = violations.filter((violation) => violation.invariant === invariant).map(({ detail }) => detail);
  if (details.length > 0) log([`VIOLATED ${details.length} times: ${invariant}`, ...details.slice(0, SHOWN_MAX)].join('\n  '));
}
log(`${violations.length} violations. Seed ${values.seed}`);
process.exit(violations.length === 0 ? 0 : 1);
