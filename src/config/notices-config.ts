import { z } from 'zod';
import { fromVariable } from './env-reference.js';
import { network } from './host.js';

/** What notices can be about; who is told, and what each says, is `NOTICES` in `notices/notice-kinds.ts`. */
export const NOTICE_KINDS = [
  'account.credits_low',
  'api_key.expiring',
  'limit.reached',
  'tool.quarantined',
  'server.down',
  'server.up',
] as const;

/** Standard Webhooks: 24 to 64 bytes in base64. */
const SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

const value = (isRight: (text: string) => boolean, message: string) => fromVariable(z.string().refine(isRight, message));
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
  user: fromVariable(z.string().min(1).max(320)).optional(),
  /** Sent over an encrypted connection only. */
  password: value((text) => text.length > 0 && text.length <= 1_000, 'must have 1 to 1000 characters').optional(),
  /** The sender's address. */
  from: fromVariable(z.email()),
  /** Operators. */
  to: z.array(fromVariable(z.email())).max(20).default([]),
  /** What operators are told by mail. */
  kinds,
});

/** Notices to operators and users. Off until there is a webhook, a mail server, or users may have endpoints of their own. */
export const noticesSchema = z
  .strictObject({
    webhooks: z.array(webhook).max(20).default([]),
    /** Private networks in which webhooks may be. Public addresses are always allowed. */
    allowed_networks: z.array(network).max(100).default([]),
    smtp: smtp.optional(),
    /** Whether users are told by mail of what is about their own account and keys. */
    mail_users: z.boolean().default(false),
    /** Whether users are told of the same at an HTTPS endpoint of their own. It is a stranger's URL: the gateway connects where they say. */
    user_webhooks: z.boolean().default(false),
    /** Private networks in which endpoints of users may be, whatever `allowed_networks` says. */
    user_webhook_networks: z.array(network).max(100).default([]),
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
    /** What was delivered or given up is forgotten then. Not before a delivery is given up, which takes up to 6 days (`GIVEN_UP_AFTER_MS`). */
    keep_days: z.int().min(7).max(365).default(30),
  })
  .prefault({});

export type NoticeSettings = z.infer<typeof noticesSchema>;
export type WebhookSettings = NoticeSettings['webhooks'][number];
export type SmtpSettings = NonNullable<NoticeSettings['smtp']>;

/** What a webhook's deliveries are filed under. */
export const webhookName = ({ name, url }: Pick<WebhookSettings, 'name' | 'url'>): string => name ?? new URL(url).host;
