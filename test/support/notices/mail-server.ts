import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  from: string;
  /** Of the envelope. */
  to: string[];
  /** The message as it came. */
  raw: string;
}

/** A real mail server, without encryption; it can refuse. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  /** Users who logged in, with whatever password. */
  readonly logins: string[] = [];
  /** The answer to a recipient, such as 550; undefined accepts it. */
  refuse: (recipient: string) => number | undefined = () => undefined;
  private readonly server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username = '' }, _, done) => {
      this.logins.push(username);
      done(null, { user: username });
    },
    onRcptTo: ({ address }, _, done) => {
      const responseCode = this.refuse(address);
      done(responseCode === undefined ? null : Object.assign(new Error('Not this one'), { responseCode }));
    },
    onData: (stream, { envelope }, done) => {
      void text(stream).then((raw) => {
        this.mails.push({
          from: envelope.mailFrom ? envelope.mailFrom.address : '',
          to: envelope.rcptTo.map(({ address }) => address),
          raw,
        });
        done();
      });
    },
  });

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    const listening = this.server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
