import { JwtService } from '@nestjs/jwt';
import type { Caller } from '../connection/caller.js';
import type { ServerTemplate } from '../templates/server-template.js';

type CallerSettings = NonNullable<ServerTemplate['caller']>;

/** Long enough for clocks that differ and calls that wait; a server that logs one gives nobody more. */
const TOKEN_SECONDS = 60;

/** The e-mail of a user, by id; undefined for one who is gone. @throws UNAVAILABLE while it cannot be looked up */
export type EmailOf = (userId: string) => Promise<string | undefined>;

/** Tells one server who calls, in tokens that are good for it alone and for a minute: JWTs, HS256. */
export class CallerTokens {
  private readonly claims: ReadonlySet<CallerSettings['claims'][number]>;
  private readonly jwt: JwtService;

  /** @param server its name, the token's `aud` */
  constructor(
    { issuer, claims }: CallerSettings,
    server: string,
    secret: string,
    private readonly emailOf: EmailOf,
  ) {
    this.claims = new Set(claims);
    this.jwt = new JwtService({
      secret,
      signOptions: { algorithm: 'HS256', issuer, audience: server, expiresIn: TOKEN_SECONDS },
    });
  }

  /** @throws what `EmailOf` throws */
  async of({ userId, keyName }: Pick<Caller, 'userId' | 'keyName'>): Promise<string> {
    const email = this.claims.has('email') ? await this.emailOf(userId) : undefined;
    return this.jwt.sign({
      ...(this.claims.has('user_id') && { sub: userId }),
      ...(email !== undefined && { email }),
      ...(this.claims.has('key_name') && keyName !== undefined && { key_name: keyName }),
    });
  }
}
