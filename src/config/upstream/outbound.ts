import { ProxyRules } from '../../common/network/proxy-rules.js';

/** What the environment says of connections to upstream servers. */
export interface Outbound {
  /** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, or the same in lower case, which win. */
  readonly proxies: ProxyRules;
  /** NODE_EXTRA_CA_CERTS, which Node believes by itself only where no other authorities are named. */
  readonly extraCaFile?: string | undefined;
}

export const DIRECT: Outbound = { proxies: new ProxyRules() };

/** Without what is no proxy: `proxyContradictions` says so at the start. */
export function outboundOf(env: NodeJS.ProcessEnv): Outbound {
  const [http, https] = PROXY_VARIABLES.map((name) => proxyUrl(valueOf(name, env).value));
  const proxies = new ProxyRules({ http, https, direct: valueOf('NO_PROXY', env).value });
  return { proxies, extraCaFile: env['NODE_EXTRA_CA_CERTS'] || undefined };
}

/** Variables that name a proxy that cannot be used, in words; about no setting. */
export const proxyContradictions = (env: NodeJS.ProcessEnv): { about: string[]; problem: string }[] =>
  PROXY_VARIABLES.flatMap((variable) => {
    const { name, value } = valueOf(variable, env);
    if (value === undefined || proxyUrl(value)) return [];
    return [
      { about: [], problem: `${name}: must be the http:// or https:// URL of a proxy, such as http://proxy.example.com:3128` },
    ];
  });

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY'] as const;

function valueOf(variable: string, env: NodeJS.ProcessEnv): { name: string; value: string | undefined } {
  const lower = variable.toLowerCase();
  const name = env[lower] ? lower : variable;
  return { name, value: env[name] || undefined };
}

/** A bare `proxy:3128` is one over HTTP, as elsewhere. */
function proxyUrl(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed && /^https?:$/.test(parsed.protocol) && parsed.hostname ? parsed : undefined;
}
