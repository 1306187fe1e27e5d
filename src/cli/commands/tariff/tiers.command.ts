import { Command, InvalidArgumentError } from 'commander';
import type { components } from '../../../client/gateway-client.js';
import { onRest } from '../../gateway/on-rest.js';
import { action, CliFailure, EXIT } from '../../terminal/cli-failure.js';
import { print } from '../../terminal/output.js';
import { restCommand, wholeNumber, type RestOptions } from '../../terminal/rest-command.js';
import { textTable } from '../../terminal/text-table.js';
import { whoSays } from './who-says.js';

const EXAMPLES = `
Examples:
  tallygate tiers list
  tallygate tiers set pro --credits 800 --reason "what was promised"
  tallygate tiers set pro --user-per-hour 2000 --key-per-hour 20000 --reason "fair use"
  tallygate tiers set pro --key-per-hour none --reason "as everybody"
  tallygate tiers reset pro

All need \`tallygate login\` as an admin first. More credits top accounts up at once, fewer count from next month; limits count for the
next request. What gateway.yaml sets is changed there; \`reset\` takes back what an admin has set.`;

type Tier = components['schemas']['TierDto'];
/** As it is given: commander has no null for a value. */
type GivenLimit = number | 'none';

interface SetOptions extends RestOptions {
  credits?: number;
  userPerHour?: GivenLimit;
  keyPerHour?: GivenLimit;
  reason: string;
}

/** `tallygate tiers`: what tiers give. */
export function tiersCommand(): Command {
  return new Command('tiers')
    .description('show and set what tiers give (admins only)')
    .addHelpText('afterAll', EXAMPLES)
    .addCommand(restCommand('list', 'list tiers, with who says what they give').action(action(list)))
    .addCommand(
      restCommand('set', 'set what a tier gives; what is left out stays')
        .argument('<tier>', 'one of the tiers')
        .option('--credits <n>', 'credits a month', wholeNumber)
        .option('--user-per-hour <n>', 'requests an hour of a user; none: as everybody', limit)
        .option('--key-per-hour <n>', 'requests an hour of a key; none: as everybody', limit)
        .requiredOption('--reason <text>', 'why, for the audit log')
        .action(action(set)),
    )
    .addCommand(
      restCommand('reset', 'take back what an admin has set')
        .argument('<tier>', 'one that was set')
        .option('--reason <text>', 'why, for the audit log')
        .action(action(reset)),
    );
}

function limit(text: string): GivenLimit {
  if (text === 'none') return text;
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, or none.');
  return Number(text);
}

async function list({ url, json }: RestOptions): Promise<void> {
  const tiers = await onRest({ url }, (gateway) => gateway.listTiers());
  print(json, tiers, () => {
    const rows = tiers.map((tier) => [
      ...[tier.name, tier.monthly_credits, tier.user_per_hour, tier.api_key_per_hour],
      ...[whoSays(tier), tier.accounts],
    ]);
    return textTable(['TIER', 'CREDITS A MONTH', 'USER AN HOUR', 'KEY AN HOUR', 'SET BY', 'ACCOUNTS'], rows);
  });
}

async function set(name: string, { url, json, credits, userPerHour, keyPerHour, reason }: SetOptions): Promise<void> {
  if (credits === undefined && userPerHour === undefined && keyPerHour === undefined)
    throw new CliFailure('Give what changes: --credits, --user-per-hour or --key-per-hour.', EXIT.usage);
  const change = {
    ...(credits !== undefined && { monthly_credits: credits }),
    ...(userPerHour !== undefined && { user_per_hour: limitOf(userPerHour) }),
    ...(keyPerHour !== undefined && { api_key_per_hour: limitOf(keyPerHour) }),
  };
  const made = await onRest({ url }, (gateway) => gateway.setTier(name, { ...change, reason }));
  print(json, made, () => tierText(made));
}

const limitOf = (given: GivenLimit): number | null => (given === 'none' ? null : given);

async function reset(name: string, { url, json, reason }: RestOptions & { reason?: string }): Promise<void> {
  await onRest({ url }, (gateway) => gateway.resetTier(name, reason));
  print(json, { tier: name, reset: true }, () => `The tier ${name} is what it is without an admin.`);
}

function tierText({ name, monthly_credits, user_per_hour, api_key_per_hour }: Tier): string {
  const words = (limit: number | null) => (limit === null ? "the gateway's limit" : `${limit} requests`);
  return [
    `Tier            ${name}`,
    `A month         ${monthly_credits} credits`,
    `A user an hour  ${words(user_per_hour)}`,
    `A key an hour   ${words(api_key_per_hour)}`,
  ].join('\n');
}
