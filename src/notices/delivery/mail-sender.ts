import { createTransport, type SendMailOptions } from 'nodemailer';
import { maskText } from '../../common/secrets/mask-text.js';
import type { SmtpSettings } from '../../config/notices-config.js';
import { noticeText, type Notice } from '../notice.js';
import type { Outcome } from './retry-plan.js';

const ERROR_MAX_CHARS = 300;

/** What a server says of the mail itself, sender and recipient included; the rest is about the connection and its login. */
const ABOUT_THE_MAIL = ['EENVELOPE', 'EMESSAGE'];

/** A failure of Nodemailer. */
type MailError = Error & { responseCode?: number; code?: string };

/** A mail of plain text. */
export interface Letter {
  to: string;
  subject: string;
  text: string;
}

/** Sends notices as plain text through the operator's mail server. */
export class MailSender {
  private readonly transport;

  /** @param timeoutMs for a whole attempt */
  constructor(
    private readonly settings: SmtpSettings,
    private readonly timeoutMs: number,
  ) {
    this.transport = createTransport(connectionOf(settings, timeoutMs));
  }

  /** One attempt. Never fails: what went wrong is in the outcome. Only the signal makes it end without one. @throws the signal's reason */
  send(notice: Notice, to: string, signal: AbortSignal): Promise<Outcome> {
    return this.attempt(() => this.mail(notice, to), signal);
  }

  /** The same for what is no notice, and is written down nowhere: it may have a secret in it. */
  sendLetter({ to, subject, text }: Letter, signal: AbortSignal): Promise<Outcome> {
    return this.attempt(() => ({ ...this.addressed(to), subject, text }), signal);
  }

  private async attempt(mail: () => SendMailOptions, signal: AbortSignal): Promise<Outcome> {
    const late = AbortSignal.timeout(this.timeoutMs);
    try {
      const { response } = await this.transport.sendMail({ ...mail(), signal: AbortSignal.any([signal, late]) });
      return { isDelivered: true, status: Number(/^\d{3}/.exec(response)?.[0] ?? 250), error: null };
    } catch (error) {
      signal.throwIfAborted();
      const { message, code = '', responseCode: status = null } = error as MailError;
      const words = late.aborted ? `not sent within ${this.timeoutMs / 1_000} s` : message;
      // 5yz: the server will never take it (RFC 5321).
      const isFinal = status !== null && status >= 500 && ABOUT_THE_MAIL.includes(code);
      return { isDelivered: false, status, error: maskText(words).slice(0, ERROR_MAX_CHARS), isFinal };
    }
  }

  /** Addresses are given apart, never read out of a text. */
  private addressed(to: string) {
    return {
      from: { name: 'Tallygate', address: this.settings.from },
      to: { name: '', address: to },
      headers: { 'Auto-Submitted': 'auto-generated' },
    };
  }

  /** Attempts of one notice have one id, by which mail servers know it again. */
  private mail(notice: Notice, to: string) {
    const { from } = this.settings;
    const { title, lines } = noticeText(notice);
    return {
      ...this.addressed(to),
      subject: `[Tallygate] ${title}`,
      text: `${lines.join('\n')}\n\n-- \n${notice.kind}, ${notice.createdAt.toISOString()}, notice ${notice.id}\n`,
      messageId: `<${notice.id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    };
  }
}

/** A password goes over an encrypted connection or not at all. */
function connectionOf({ url, user, password }: SmtpSettings, timeoutMs: number) {
  const { protocol, hostname, port, username, password: inUrl } = new URL(url);
  const secure = protocol === 'smtps:';
  const login = { user: user ?? decodeURIComponent(username), pass: password ?? decodeURIComponent(inUrl) };
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    ...(login.user && { auth: login, requireTLS: !secure }),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs, dnsTimeout: timeoutMs },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  };
}
