import { Command } from 'commander';
import { action, EXIT } from '../terminal/cli-failure.js';
import type { Finding } from '../doctor/finding.js';
import { settingsIn, withSettings, type SettingOptions } from '../terminal/setting-options.js';
import { print } from '../terminal/output.js';

const EXAMPLES = `
Examples:
  tallygate doctor
  tallygate doctor --data-dir /var/lib/tallygate
  tallygate doctor --json | jq '.[] | select(.state == "bad") | .fix'

Looks at the settings, ports, engines, migrations, clock and secrets of the gateway on this machine, and at the servers behind it,
and changes nothing. A gateway that runs is found by its data folder, on whatever ports. ✓ is good, ✗ bad, with how to mend it, and !
is for you to decide, such as what waits for approval. Exit code 1 when something is bad.`;

const SIGN = { good: '✓', open: '!', bad: '✗' } as const;

/** `tallygate doctor`: finds problems of the gateway on this machine and says how to fix each. */
export function doctorCommand(): Command {
  return withSettings(new Command('doctor'))
    .description('check this installation, and say how to fix what is wrong')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', EXAMPLES)
    .action(action(examine));
}

async function examine({ json, ...options }: { json?: boolean } & SettingOptions): Promise<void> {
  const { checkInstallation } = await import('../doctor/installation-checks.js');
  const findings = await checkInstallation(settingsIn(options));
  print(json, findings, () => findings.map(findingText).join('\n'));
  if (findings.some(({ state }) => state === 'bad')) process.exitCode = EXIT.failed;
}

function findingText({ check, state, words, fix }: Finding): string {
  return `${SIGN[state]} ${check.padEnd(10)} ${words}${fix ? `\n${' '.repeat(13)}Fix: ${fix}` : ''}`;
}
