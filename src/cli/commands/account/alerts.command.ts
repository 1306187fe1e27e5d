import { Command, Option } from 'commander';
import type { components } from '../../../client/gateway-client.js';
import { action, CliFailure, EXIT } from '../../terminal/cli-failure.js';
import { print, printSecret } from '../../terminal/output.js';
import { restCommand, wholeNumber, type RestOptions } from '../../terminal/rest-command.js';
import { secondsOf } from '../../terminal/text-table.js';
import { onAccount } from './on-account.js';

type Shown = components['schemas']['AlertsDto'];

interface RequestedAlerts {
  lowBalance?: number;
  lowBalanceOff?: boolean;
  webhookUrl?: string;
  webhookOff?: boolean;
}

const EXAMPLES = `
Examples:
  tallygate account alerts show
  tallygate account alerts set --low-balance 100
  tallygate account alerts set --webhook-url https://hooks.example.com/credits
  tallygate account alerts set --low-balance-off --webhook-off
  tallygate account alerts renew-secret
  tallygate account alerts test

The secret of an endpoint is shown only once, when it is made.`;

/** `tallygate account alerts`: what the logged-in user is told of, and where. */
export function alertsCommand(): Command {
  return new Command('alerts')
    .description('what you are told of your account and keys, and where')
    .addHelpText('afterAll', EXAMPLES)
    .addCommand(restCommand('show', 'show it, and how the last notice to your endpoint went').action(action(show)))
    .addCommand(
      restCommand('set', 'change it; what is left out stays')
        .option('--low-balance <credits>', 'be told once whenever no more are left', wholeNumber)
        .addOption(new Option('--low-balance-off', 'be told by the rules of the gateway alone').conflicts('lowBalance'))
        .option('--webhook-url <url>', 'be told at this https:// endpoint of yours')
        .addOption(new Option('--webhook-off', 'be told at no endpoint').conflicts('webhookUrl'))
        .action(action(set)),
    )
    .addCommand(restCommand('renew-secret', 'make a new secret for your endpoint; the old one ends').action(action(renewSecret)))
    .addCommand(restCommand('test', 'send a test notice, at most five an hour').action(action(test)));
}

async function show({ url, json }: RestOptions): Promise<void> {
  const alerts = await onAccount(url, (gateway) => gateway.alerts());
  print(json, alerts, () => alertsText(alerts));
}

async function set({ url, json, ...options }: RestOptions & RequestedAlerts): Promise<void> {
  const change = changeOf(options);
  if (Object.keys(change).length === 0)
    throw new CliFailure('Say what to change: see tallygate account alerts set --help', EXIT.usage);
  const alerts = await onAccount(url, (gateway) => gateway.setAlerts(change));
  const { webhook_secret: secret } = alerts;
  if (secret === null) print(json, alerts, () => alertsText(alerts));
  else printSecret(json, alerts, secret, `${alertsText(alerts)}\nThe secret of the endpoint is shown only once.`);
}

const changeOf = ({
  lowBalance,
  lowBalanceOff,
  webhookUrl,
  webhookOff,
}: RequestedAlerts): components['schemas']['SetAlertsDto'] => ({
  ...(lowBalance !== undefined && { low_balance: lowBalance }),
  ...(lowBalanceOff && { low_balance: null }),
  ...(webhookUrl !== undefined && { webhook_url: webhookUrl }),
  ...(webhookOff && { webhook_url: null }),
});

async function renewSecret({ url, json }: RestOptions): Promise<void> {
  const made = await onAccount(url, (gateway) => gateway.renewAlertSecret());
  printSecret(
    json,
    made,
    made.webhook_secret,
    'The new secret of your endpoint is shown only once; the old one signs nothing any more.',
  );
}

async function test({ url, json }: RestOptions): Promise<void> {
  const tested = await onAccount(url, (gateway) => gateway.testAlerts());
  print(json, tested, () => `A test notice is on its way by ${tested.told_by.join(' and ')}.`);
}

function alertsText({ low_balance, webhook_url, told_by, problem, last_delivery }: Shown): string {
  return [
    `Low balance         ${low_balance === null ? 'off' : `${low_balance} credits`}`,
    `Endpoint            ${webhook_url ?? 'none'}`,
    `Told by             ${told_by.join(', ') || 'nothing'}`,
    ...(last_delivery ? [`Last notice         ${lastText(last_delivery)}`] : []),
    ...(problem === null ? [] : [problem]),
  ].join('\n');
}

function lastText({ kind, state, created_at, last_attempt }: components['schemas']['AlertDeliveryDto']): string {
  const error = last_attempt?.error;
  return `${kind}, ${secondsOf(created_at)} UTC, ${state}${error ? `: ${error}` : ''}`;
}
