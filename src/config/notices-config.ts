import { z } from 'zod';
import { NetworkRules } from '../common/network/network-rules.js';
import type { Contradiction } from './billing-config.js';
import { network } from './template-config.js';

/** What notices can be about; who is told, and what each says, is `NOTICES` in `notices/notice-kinds.ts`. */
export const NOTICE_KINDS = [
  'account.credits_low',
  'api_key.expiring',
  'limit.reached',
  'tool.quarantined',
  'server.down',
  'server.up',
] as const;

/** `${env:NAME}` as a whole value: it stands in a variable of the gateway's environment. */
const VARIABLE = /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}$/;
/** Standard Webhooks: 24 to 64 bytes in base64. */
const SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

/** A text that may come from a variable; one that is still the variable's name was not filled in. */
const value = (isRight: (text: string) => boolean, message: string) =>
  z.string().superRefine((text, context) => {
    const [, variable] = VARIABLE.exec(text) ?? [];
    if (variable) context.addIssue({ code: 'custom', message: `the environment variable ${variable} is not set` });
    else if (!isRight(text)) context.addIssue({ code: 'custom', message });
  });

const isUrl = (scheme: RegExp) => (text: string) => scheme.test(text) && URL.canParse(text);
const kinds = z
  .array(z.enum(NOTICE_KINDS))
  .min(1)
  .default([...NOTICE_KINDS]);
const seconds = z.number().min(0.1);

/** Where operators are told by a signed POST. */
const webhook = z.strictObject({
  /** What its deliveries are filed under. Unset: the host of the URL. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.:_-]{0,99}$/, 'must be a short name')
    .optional(),
  url: value(isUrl(/^https?:\/\//), 'must be an http:// or https:// URL'),
  secret: value(
    (text) => SECRET.test(text),
    'must be `whsec_` and 24 to 64 bytes in base64; `echo "whsec_$(openssl rand -base64 32)"` makes one',
  ),
  kinds,
});

const smtp = z.strictObject({
  /** `smtp://host:587`, with STARTTLS where the server has it, or `smtps://host:465`. */
  url: value(isUrl(/^smtps?:\/\/[^/]/), 'must be an smtp:// or smtps:// URL'),
  user: z.string().min(1).max(320).optional(),
  /** Sent over an encrypted connection only. */
  password: value((text) => text.length > 0 && text.length <= 1_000, 'must have 1 to 1000 characters').optional(),
  /** The sender's address. */
  from: z.email(),
  /** Operators. */
  to: z.array(z.email()).max(20).default([]),
  /** What operators are told by mail. */
  kinds,
});

/** Notices to operators and users. Off until there is a webhook or a mail server. */
export const noticesSchema = z
  .strictObject({
    webhooks: z.array(webhook).max(20).default([]),
    /** Private networks in which webhooks may be. Public addresses are always allowed. */
    allowed_networks: z.array(network).max(100).default([]),
    smtp: smtp.optional(),
    /** Whether users are told by mail of what is about their own account and keys. */
    mail_users: z.boolean().default(false),
    /** Told once whenever an account has no more than this share of a month's credits; 0: when it has none. */
    low_credits_percent: z.array(z.number().min(0).max(100)).max(5).default([10, 0]),
    /** The same in credits, for tiers whose accounts live of what they buy. */
    low_credits_below: z.int().min(0).max(1_000_000_000).default(0),
    /** Told so many days before a key expires. */
    key_expiry_days: z.array(z.number().gt(0).max(365)).max(5).default([7, 1]),
    /** A server that is back sooner was not down. */
    server_down_seconds: z.number().min(0).max(86_400).default(30),
    /** Pause between two looks at what there is to tell. */
    scan_seconds: seconds.max(3_600).default(15),
    /** For a whole attempt to deliver; mail has three times as long. */
    timeout_seconds: seconds.max(60).default(10),
    /** Pause before the second attempt; before each later one it is six times as long, at most 12 hours. */
    retry_seconds: seconds.max(3_600).default(5),
    /** What was delivered or given up is forgotten then. */
    keep_days: z.int().min(4).max(365).default(30),
  })
  .prefault({});

export type NoticeSettings = z.infer<typeof noticesSchema>;
export type WebhookSettings = NoticeSettings['webhooks'][number];
export type SmtpSettings = NonNullable<NoticeSettings['smtp']>;

/** What a webhook's deliveries are filed under. */
export const webhookName = ({ name, url }: Pick<WebhookSettings, 'name' | 'url'>): string => name ?? new URL(url).host;

/** Fills `${env:NAME}` in wherever it is a whole value of these settings, as they are written. What is not set stays. */
export function withVariables(written: unknown, env: NodeJS.ProcessEnv): unknown {
  if (typeof written === 'string') return env[VARIABLE.exec(written)?.[1] ?? ''] ?? written;
  if (Array.isArray(written)) return written.map((item) => withVariables(item, env));
  if (typeof written !== 'object' || written === null) return written;
  return Object.fromEntries(Object.entries(written).map(([name, item]) => [name, withVariables(item, env)]));
}

/** Rules of notices that span several settings. */
export function noticeContradictions(
  { webhooks, smtp: mail, mail_users, allowed_networks }: NoticeSettings,
  nameOf: (path: string) => string,
): Contradiction[] {
  const names = webhooks.map(webhookName);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  const rules = new NetworkRules(allowed_networks, 'notices.allowed_networks');
  const unreachable = webhooks.flatMap(({ url }, index) =>
    problemsOf(() => rules.connectOptions(url)).map((words) => ({
      about: ['notices.webhooks', 'notices.allowed_networks'],
      problem: `gateway.yaml: notices.webhooks.${index}.url: ${words}`,
    })),
  );
  const twins = [...twice].map((name) => ({
    about: ['notices.webhooks'],
    problem: `gateway.yaml: notices.webhooks: there are two named "${name}"; give each a name of its own`,
  }));
  const mailless = {
    about: ['notices.mail_users', 'notices.smtp'],
    problem: 'gateway.yaml: notices.mail_users: needs notices.smtp',
  };
  const userless = { about: ['notices.smtp'], problem: `${nameOf('notices.smtp.user')}: required with a password` };
  return [
    ...unreachable,
    ...twins,
    ...(mail_users && !mail ? [mailless] : []),
    ...(mail?.password && !mail.user ? [userless] : []),
  ];
}

/** None where it works. */
function problemsOf(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
