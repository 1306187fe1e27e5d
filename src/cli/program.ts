import { Command } from 'commander';
import { VERSION } from '../common/version.js';
import { accountCommand } from './commands/account.command.js';
import { backupCommand, restoreCommand } from './commands/data/backup.command.js';
import { callCommand } from './commands/call.command.js';
import { endWithUsageCode } from './terminal/cli-failure.js';
import { configCommand } from './commands/config.command.js';
import { doctorCommand } from './commands/doctor.command.js';
import { importCommand } from './commands/import.command.js';
import { keysCommand } from './commands/keys.command.js';
import { ledgerCommand } from './commands/data/ledger.command.js';
import { loginCommand, logoutCommand, passwordCommand } from './commands/login.command.js';
import { serveCommand } from './commands/serve.command.js';
import { serversCommand } from './commands/servers.command.js';
import { sqlCommand } from './commands/sql.command.js';
import { stdioCommand } from './commands/stdio.command.js';
import { pricesCommand } from './commands/tariff/prices.command.js';
import { tiersCommand } from './commands/tariff/tiers.command.js';
import { toolsCommand } from './commands/tools.command.js';
import { usageCommand } from './commands/usage.command.js';
import { usersCommand } from './commands/users.command.js';

const HELP = `
Examples:
  tallygate serve
  tallygate call greet --api-key KEY name=Alice
  tallygate login admin@localhost && tallygate keys create my-key && tallygate usage stats

Environment: TALLYGATE_URL and TALLYGATE_API_KEY stand for --url and --api-key; GATEWAY_* are the gateway's settings,
GATEWAY_CONFIG the file that is read in place of gateway.yaml.
Exit codes: 0 done · 1 refused or failed · 2 wrong command line · 3 nothing answers at the address · 4 the tool
answered with an error.`;

/** The whole command line: all commands with their options, help and actions. */
export function tallygateCommand(): Command {
  const program = new Command('tallygate')
    .description('API keys, credits and usage analytics in front of MCP tools')
    .version(VERSION)
    .addHelpText('after', HELP)
    .addCommand(serveCommand())
    .addCommand(stdioCommand())
    .addCommand(callCommand())
    .addCommand(toolsCommand())
    .addCommand(loginCommand())
    .addCommand(logoutCommand())
    .addCommand(passwordCommand())
    .addCommand(keysCommand())
    .addCommand(usageCommand())
    .addCommand(sqlCommand())
    .addCommand(accountCommand())
    .addCommand(serversCommand())
    .addCommand(pricesCommand())
    .addCommand(tiersCommand())
    .addCommand(usersCommand())
    .addCommand(importCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .addCommand(ledgerCommand())
    .addCommand(configCommand())
    .addCommand(doctorCommand());
  return endWithUsageCode(program);
}
