import { z } from 'zod';
import { ENV_REFERENCE } from '../env-reference.js';

/** RFC 9110, "Tokens". */
export const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
/** Belong to the connection and the protocol: set by others, they could cut one request into two or confuse eras. */
export const RESERVED_HEADERS =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept|mcp-.*|last-event-id)$/i;
/** How callers, and pages in a browser, show the gateway who they are. */
const CREDENTIALS = /^(authorization|x-api-key|cookie)$/i;

/** The specification's format of a member of `_meta`, with an optional prefix. */
const META_NAME = /^([a-z0-9-]+(\.[a-z0-9-]+)*\/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
/** Members that the protocol itself has. */
const RESERVED_META =
  /^(progressToken|traceparent|tracestate|baggage|([a-z0-9-]+\.)*(modelcontextprotocol|mcp)(\.[a-z0-9-]+)*\/.*)$/;

/** Of one template. */
const FORWARDED_MAX = 20;
/** The output size of the hash that it keys. */
export const CALLER_SECRET_MIN_CHARS = 32;

const headerName = z.string().regex(HEADER_NAME, 'must be a header name');
const sentHeader = headerName.refine((name) => !RESERVED_HEADERS.test(name), 'is set by the gateway itself');
const callersHeader = sentHeader.refine(
  (name) => !CREDENTIALS.test(name),
  'is how callers prove to the gateway who they are, and goes to nobody else; let them send another header, and rename it with `to`',
);

/** A header of callers' requests that goes on: a name, or `{ from, to }` where the server knows it by another name. */
const forwarded = z.preprocess(
  (written) => (typeof written === 'string' ? { from: written } : written),
  z.strictObject({ from: callersHeader, to: sentHeader.optional() }).transform(({ from, to = from }) => ({ from, to })),
);

/** `from`: as callers send it; `to`: as the server gets it. */
export const forwardHeaders = z.array(forwarded).max(FORWARDED_MAX).default([]);

/** What a server can be told of a caller. */
export const CALLER_CLAIMS = ['user_id', 'email', 'key_name'] as const;

/** That servers are told who calls, in a token that they can verify. */
export const callerSchema = z
  .strictObject({
    /** http, sse: the header that holds the token. */
    header: sentHeader.refine((name) => !CREDENTIALS.test(name), 'must be a header of its own').optional(),
    /** The member of `_meta` that holds it. */
    meta: z
      .string()
      .max(200)
      .regex(META_NAME, 'must be the name of a member of `_meta`, like example.com/caller')
      .refine((name) => !RESERVED_META.test(name), 'is a member of the protocol itself')
      .optional(),
    /** `user_id` is the token's `sub`. */
    claims: z.array(z.enum(CALLER_CLAIMS)).min(1).default(['user_id']),
    /** Signs the token (HS256). The server has it, too: give each template its own. */
    secret: z.string().regex(new RegExp(`^${ENV_REFERENCE}$`), 'must be a variable of the environment: ${env:NAME}'),
    /** The token's `iss`. */
    issuer: z.string().min(1).max(200).default('tallygate'),
  })
  .refine(
    ({ header, meta }) => header !== undefined || meta !== undefined,
    'needs a header, a member of `_meta` (meta), or both',
  );

/** Of a template, what decides on the headers of its servers. */
export interface HeaderShape {
  transport: 'http' | 'sse' | 'stdio';
  headers: Readonly<Record<string, string>>;
  /** Without `to` where the rest of the template has mistakes. */
  forward_headers: readonly { from: string; to?: string }[];
  caller?: z.infer<typeof callerSchema> | undefined;
}

/** What does not go together, by the setting it is about. */
export function headerContradictions({ transport, headers, forward_headers, caller }: HeaderShape): [string, string][] {
  if (transport === 'stdio') {
    return [
      ...(forward_headers.length > 0 ? [['forward_headers', 'only with transport http or sse'] as [string, string]] : []),
      ...(caller?.header ? [['caller', 'a program gets no headers: use `meta` alone'] as [string, string]] : []),
    ];
  }
  const sent = [
    ...Object.keys(headers),
    ...(caller?.header ? [caller.header] : []),
    ...forward_headers.map(({ from, to = from }) => to),
  ];
  const names = sent.map((name) => name.toLowerCase());
  const twice = sent.filter((_, n) => names.indexOf(names[n]!) < n);
  return twice.map((name) => [
    'forward_headers',
    `${name} would be sent twice: name each header once among these, headers and caller`,
  ]);
}
