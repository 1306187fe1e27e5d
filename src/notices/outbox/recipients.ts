import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { webhookName, type NoticeSettings } from '../../config/notices-config.js';
import type { NewNotice } from '../notice.js';
import { NOTICES, type NoticeKind } from '../notice-kinds.js';

/** Where a notice goes: the name of a webhook, an address of mail, or the id of a user who has an endpoint. */
export interface Recipient {
  channel: (typeof CHANNELS)[number];
  endpoint: string;
}

/** By which deliveries go; `user_webhook`: the endpoint of a user. */
export const CHANNELS = ['webhook', 'mail', 'user_webhook'] as const;

/** The user whom a notice is about, as far as they may be told. */
export interface Contact {
  userId: string;
  email: string;
  hasEndpoint: boolean;
}

/** Who is told what, as the settings say. */
@Injectable()
export class Recipients {
  private readonly settings: NoticeSettings;

  constructor({ values }: AppConfig) {
    this.settings = values.notices;
  }

  /** Whether anybody can be told anything. */
  get isAnybody(): boolean {
    return this.settings.webhooks.length > 0 || this.settings.smtp !== undefined || this.settings.user_webhooks;
  }

  /** Whether anybody is told of this kind; else it is not even looked for. @param isAnyEndpoint whether any user has one */
  areFor(kind: NoticeKind, isAnyEndpoint: boolean): boolean {
    return this.operatorsFor(kind).length > 0 || (NOTICES[kind].tellsUser && this.areUsersTold(isAnyEndpoint));
  }

  /** Whether users are told of anything. @param isAnyEndpoint whether any user has one */
  areUsersTold(isAnyEndpoint: boolean): boolean {
    return this.settings.mail_users || (this.settings.user_webhooks && isAnyEndpoint);
  }

  /** Those of a notice. @param user whom it is about; undefined for none, and for one who must not be told. */
  of({ kind, isForUserAlone = false }: Pick<NewNotice, 'kind' | 'isForUserAlone'>, user?: Contact): Recipient[] {
    const operators = isForUserAlone ? [] : this.operatorsFor(kind);
    return [...operators, ...(user && NOTICES[kind].tellsUser ? this.ofUser(user) : [])];
  }

  /** Where a user is told, whatever of. */
  ofUser({ userId, email, hasEndpoint }: Contact): Recipient[] {
    const { mail_users, user_webhooks } = this.settings;
    return [
      ...(mail_users && isAddress(email) ? [toMail(email)] : []),
      ...(user_webhooks && hasEndpoint ? [{ channel: 'user_webhook', endpoint: userId } as const] : []),
    ];
  }

  /** All operators, whatever they are told of otherwise. @param webhook only the one of this name */
  ofTest(webhook?: string): Recipient[] {
    const names = this.settings.webhooks.map(webhookName);
    if (webhook !== undefined) return names.filter((name) => name === webhook).map(toWebhook);
    return [...names.map(toWebhook), ...(this.settings.smtp?.to ?? []).map(toMail)];
  }

  private operatorsFor(kind: NoticeKind): Recipient[] {
    const { webhooks, smtp } = this.settings;
    const wants = ({ kinds }: { kinds: readonly string[] }) => kinds.includes(kind);
    return [
      ...webhooks.filter(wants).map((one) => toWebhook(webhookName(one))),
      ...(smtp && wants(smtp) ? smtp.to : []).map(toMail),
    ];
  }
}

const toWebhook = (endpoint: string): Recipient => ({ channel: 'webhook', endpoint });
const toMail = (endpoint: string): Recipient => ({ channel: 'mail', endpoint });

/** One address and nothing that a mail server could read as more; whoever signs external tokens chooses e-mails freely. */
export const isAddress = (text: string) => /^[^\s@<>(),;:\\"[\]\p{Cc}]{1,64}@[^\s@<>(),;:\\"[\]\p{Cc}]{1,255}$/u.test(text);
