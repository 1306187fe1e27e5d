import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { webhookName, type NoticeSettings } from '../../config/notices-config.js';
import { NOTICES, type NoticeKind } from '../notice-kinds.js';

/** Where a notice goes: the name of a webhook, or an address of mail. */
export interface Recipient {
  channel: 'webhook' | 'mail';
  endpoint: string;
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
    return this.settings.webhooks.length > 0 || this.settings.smtp !== undefined;
  }

  /** Whether anybody is told of this kind; else it is not even looked for. */
  areFor(kind: NoticeKind): boolean {
    return this.operatorsFor(kind).length > 0 || this.isUserTold(kind);
  }

  /** Those of a notice. @param email of the user it is about; undefined for none, and for one who must not be told. */
  of(kind: NoticeKind, email?: string): Recipient[] {
    const user: Recipient[] = email && this.isUserTold(kind) && isAddress(email) ? [{ channel: 'mail', endpoint: email }] : [];
    return [...this.operatorsFor(kind), ...user];
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

  private isUserTold(kind: NoticeKind): boolean {
    return this.settings.mail_users && NOTICES[kind].tellsUser;
  }
}

const toWebhook = (endpoint: string): Recipient => ({ channel: 'webhook', endpoint });
const toMail = (endpoint: string): Recipient => ({ channel: 'mail', endpoint });

/** One address and nothing that a mail server could read as more; whoever signs external tokens chooses e-mails freely. */
const isAddress = (text: string) => /^[^\s@<>(),;:\\"[\]\p{Cc}]{1,64}@[^\s@<>(),;:\\"[\]\p{Cc}]{1,255}$/u.test(text);
