// Measures a group of rows (rows.mjs), or one row in several variants: all are started, loaded in turns, and stopped.
import { inTurns } from './turns.mjs';

/** Resolves with the rows, each with its `turns`. @throws Error when a request fails or is answered with an error */
export async function measureGroup({ title, rows, ...options }) {
  const parts = rows.filter((row) => !isSkipped(row)).map((row) => ({ ...row }));
  try {
    for (const part of parts) {
      process.stderr.write(`starting ${part.name} …\n`);
      part.server = await part.start({});
      await assertAnswers(part);
    }
    process.stderr.write(`${title} …\n`);
    await inTurns(parts, options);
  } finally {
    for (const { server } of parts) await server?.stop();
  }
  return parts;
}

/** The rows of the same request to servers that are started each in another way: a name and options of the row's `start` each. */
export const variants = (row, ways) =>
  ways.map(({ name, options }) => ({ ...row, name, start: (more) => row.start({ ...more, ...options }) }));

function isSkipped({ name, skipped }) {
  const why = skipped?.();
  if (why) process.stderr.write(`SKIPPED: ${name}: ${why}\n`);
  return Boolean(why);
}

/** @throws Error when the answer is not the one that is to be measured. */
export async function assertAnswers({ server: { url, headers }, request: { body, expected = '"result"' } }) {
  if (!body) return; // the load generator looks at every answer
  const answer = await fetch(url, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok || !text.includes(expected) || text.includes('"isError":true')) throw new Error(`${answer.status} ${text}`);
}
