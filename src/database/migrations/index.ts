import { UsersAndApiKeys1 } from './0001-users-and-api-keys.js';
import { UsageOutbox2 } from './0002-usage-outbox.js';
import { AccountsAndCredits3 } from './0003-accounts-and-credits.js';
import { AccountChanges4 } from './0004-account-changes.js';
import { Billing5 } from './0005-billing.js';
import { IdempotentCalls6 } from './0006-idempotent-calls.js';
import { Servers7 } from './0007-servers.js';
import { ServerTools8 } from './0008-server-tools.js';
import { CreditPlans9 } from './0009-credit-plans.js';
import { SharedViews10 } from './0010-shared-views.js';
import { MoneyThatComesBack11 } from './0011-money-that-comes-back.js';
import { EndingsOfLoginsAndKeys12 } from './0012-endings-of-logins-and-keys.js';
import { IdempotentCallsOwner13 } from './0013-idempotent-calls-owner.js';
import { AuditLog14 } from './0014-audit-log.js';
import { EndingsOfKeys15 } from './0015-endings-of-keys.js';
import { ClientsOfKeys16 } from './0016-clients-of-keys.js';
import { UsageOfUsers17 } from './0017-usage-of-users.js';
import { Notices18 } from './0018-notices.js';
import { Pools19 } from './0019-pools.js';
import { ServerPins20 } from './0020-server-pins.js';
import { ToolChanges21 } from './0021-tool-changes.js';
import { Tasks22 } from './0022-tasks.js';
import { Meter23 } from './0023-meter.js';
import { VerifiedUsage24 } from './0024-verified-usage.js';
import { LedgerArchive25 } from './0025-ledger-archive.js';
import { AppendedHours26 } from './0026-appended-hours.js';
import { Sessions27 } from './0027-sessions.js';
import { Tariff28 } from './0028-tariff.js';
import { LastLogins29 } from './0029-last-logins.js';
import { Refusals30 } from './0030-refusals.js';
import { ServerChecks31 } from './0031-server-checks.js';
import { LimitsOfTiers32 } from './0032-limits-of-tiers.js';
import { KeyBudgets33 } from './0033-key-budgets.js';
import { AlertsAndInvitations34 } from './0034-alerts-and-invitations.js';

/** Every migration in the order it runs. Append only: what has run somewhere is never edited. */
export const MIGRATIONS = [
  UsersAndApiKeys1,
  UsageOutbox2,
  AccountsAndCredits3,
  AccountChanges4,
  Billing5,
  IdempotentCalls6,
  Servers7,
  ServerTools8,
  CreditPlans9,
  SharedViews10,
  MoneyThatComesBack11,
  EndingsOfLoginsAndKeys12,
  IdempotentCallsOwner13,
  AuditLog14,
  EndingsOfKeys15,
  ClientsOfKeys16,
  UsageOfUsers17,
  Notices18,
  Pools19,
  ServerPins20,
  ToolChanges21,
  Tasks22,
  Meter23,
  VerifiedUsage24,
  LedgerArchive25,
  AppendedHours26,
  Sessions27,
  Tariff28,
  LastLogins29,
  Refusals30,
  ServerChecks31,
  LimitsOfTiers32,
  KeyBudgets33,
  AlertsAndInvitations34,
];
