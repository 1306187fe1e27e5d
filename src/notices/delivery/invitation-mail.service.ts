import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Invitations, type InvitationLetter } from '../../auth/invitations/invitations.service.js';
import { loggerFor } from '../../common/log-contexts.js';
import { utcSecond } from '../../common/utc-day.js';
import { AppConfig } from '../../config/app-config.js';
import { isAddress } from '../outbox/recipients.js';
import { MailSender, type Letter } from './mail-sender.js';

/** Mails invitations, where there is a mail server: at once and once, since a link in an outbox would be read by others than its owner. */
@Injectable()
export class InvitationMail implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = loggerFor('Notices');
  private readonly stopping = new AbortController();

  constructor(
    private readonly config: AppConfig,
    private readonly invitations: Invitations,
  ) {}

  onModuleInit(): void {
    const { smtp, timeout_seconds } = this.config.values.notices;
    if (!smtp) return;
    const sender = new MailSender(smtp, timeout_seconds * 1_000);
    this.invitations.mailBy((letter) => this.send(sender, letter));
  }

  onApplicationShutdown(): void {
    this.stopping.abort(new Error('The gateway is stopping'));
  }

  /** The admin who invites waits for it, and has the link to send it otherwise. */
  private async send(sender: MailSender, letter: InvitationLetter): Promise<boolean> {
    if (!isAddress(letter.email)) return false;
    const outcome = await sender
      .sendLetter(this.written(letter), this.stopping.signal)
      .catch((error: Error) => ({ error: error.message }));
    if (outcome.error !== null) this.logger.warn(`An invitation is not mailed: ${outcome.error}`);
    return outcome.error === null;
  }

  private written({ email, link, expiresAt }: InvitationLetter): Letter {
    const { title } = this.config.values.portal;
    const lines = [
      `You are invited to ${title}, where AI clients use tools over MCP with a key of yours.`,
      '',
      `Choose a password here, by ${utcSecond(expiresAt).slice(0, -3)} UTC:`,
      link,
      '',
      'The link works once and is yours alone: whoever has it can choose the password. If you expect no invitation, ignore it.',
    ];
    return { to: email, subject: `[${title}] You are invited`, text: `${lines.join('\n')}\n` };
  }
}
