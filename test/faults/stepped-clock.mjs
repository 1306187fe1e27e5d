// Loaded before a gateway (`--import`), so that its wall clock can be stepped while it runs, as an administrator or NTP
// would: on SIGUSR2 it reads how many milliseconds it is to be off from the file FAULTS_CLOCK_FILE names.
// The monotonic clock goes on undisturbed, as it does on a real machine.
import { existsSync, readFileSync } from 'node:fs';

const file = process.env.FAULTS_CLOCK_FILE;
const RealDate = Date;
let offMs = 0;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

function now() {
  return RealDate.now() + offMs;
}

function step() {
  if (existsSync(file)) offMs = Number(readFileSync(file, 'utf8'));
}

step();
process.on('SIGUSR2', step);
