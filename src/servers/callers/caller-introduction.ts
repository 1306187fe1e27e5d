import { PLACEHOLDER } from '../../config/template-config.js';
import type { Caller } from '../connection/caller.js';
import type { ServerTemplate } from '../templates/server-template.js';
import { CallerTokens, type EmailOf } from './caller-tokens.js';
import { forwardedHeaders } from './forwarded-headers.js';

/** What goes with one call: headers, in lower case, and members of `_meta`, which nobody else can set. */
export interface Introduced {
  headers: Record<string, string>;
  meta: Record<string, unknown>;
}

/** What one server is told of its callers, as its template says: headers of theirs, and who they are. */
export class CallerIntroduction {
  private constructor(
    private readonly template: ServerTemplate,
    private readonly tokens: CallerTokens | undefined,
  ) {}

  /**
   * Undefined where nothing is told, as without settings.
   * @param server its name
   * @param variables of the environment, which hold the secret
   */
  static to(
    server: string,
    template: ServerTemplate,
    variables: Readonly<Record<string, string>>,
    emailOf: EmailOf,
  ): CallerIntroduction | undefined {
    const { caller, forward_headers } = template;
    if (!caller && forward_headers.length === 0) return undefined;
    const secret = caller?.secret.replace(PLACEHOLDER, (_, __, name: string) => variables[name]!);
    return new CallerIntroduction(template, caller && new CallerTokens(caller, server, secret!, emailOf));
  }

  /** @throws ToolInputError when headers are too long; what `EmailOf` throws. */
  async of(caller: Caller): Promise<Introduced> {
    const headers = forwardedHeaders(this.template, caller.headers);
    const token = await this.tokens?.of(caller);
    if (token === undefined) return { headers, meta: {} };
    const { header, meta } = this.template.caller!;
    return {
      headers: { ...headers, ...(header !== undefined && { [header.toLowerCase()]: token }) },
      meta: meta === undefined ? {} : { [meta]: token },
    };
  }
}
