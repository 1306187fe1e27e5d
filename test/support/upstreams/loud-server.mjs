// An MCP server over stdio that writes its last argument again and again, as fast as it is read, once its tool was called.
import { createInterface } from 'node:readline';
import { answerOf } from './loud-answers.mjs';

const line = `${process.argv.at(-1)}\n`;
const chunk = line.repeat(Math.ceil(65_536 / line.length));
const flood = () => (process.stdout.write(chunk) ? setImmediate(flood) : process.stdout.once('drain', flood));

createInterface({ input: process.stdin }).on('line', (text) => {
  const asked = JSON.parse(text);
  if (asked.id !== undefined) process.stdout.write(`${JSON.stringify(answerOf(asked))}\n`);
  if (asked.method === 'tools/call') setTimeout(flood, 50);
});
process.stdin.on('close', () => process.exit(0));
