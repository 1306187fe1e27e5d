import { CliFailure } from '../../terminal/cli-failure.js';
import { shownLine } from './changed-lines.js';

interface Waiting {
  name: string;
  pin: string | null;
}

/** Eight digits are not met by accident. */
const WITH_PIN = /^(.+)@([0-9a-f]{8,64})$/s;

/**
 * What is named, as `name` or `name@pin`, of what waits for approval, and what of it was named without the pin that was looked at.
 * @throws CliFailure where nothing waits by that name, or not as it was looked at
 */
export function chosenPins<Pin extends Waiting>(
  named: readonly string[],
  waiting: readonly Pin[],
): { chosen: Pin[]; unseen: Pin[] } {
  const [chosen, unseen] = [new Set<Pin>(), new Set<Pin>()];
  for (const one of named) {
    const [, name = one, pin] = WITH_PIN.exec(one) ?? [];
    for (const found of called(name, pin, waiting)) {
      chosen.add(found);
      if (pin === undefined) unseen.add(found);
    }
  }
  return { chosen: [...chosen], unseen: [...unseen] };
}

function called<Pin extends Waiting>(name: string, pin: string | undefined, waiting: readonly Pin[]): Pin[] {
  const alike = waiting.filter((one) => one.name === name);
  if (alike.length === 0) throw new CliFailure(`Nothing that is called "${shownLine(name)}" waits for approval.`);
  const found = alike.filter((one) => pin === undefined || one.pin?.startsWith(pin));
  if (found.length === 0)
    throw new CliFailure(`"${shownLine(name)}" has another pin by now. Look at it again: servers tools --diff.`);
  return found;
}
