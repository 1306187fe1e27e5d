import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { pathOf, type Middleware } from '../../http/front-door.js';
import { UI_ROOT } from '../../http/ui-root.js';
import { readUiFiles, type UiFile } from './ui-files.js';

const BUILT = fileURLToPath(new URL('../../ui', import.meta.url));
/** Their names change with what is in them. */
const ASSETS = 'assets/';
const FOREVER = 'public, max-age=31536000, immutable';

const NOTHING_BUT_OURS = [
  "default-src 'none'",
  ...['script-src', 'style-src', 'font-src', 'connect-src', 'form-action'].map((name) => `${name} 'self'`),
  "img-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

const HEADERS = {
  'Content-Security-Policy': NOTHING_BUT_OURS,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  Vary: 'Accept-Encoding',
};

/**
 * Serves the portal: files by their names, and the page itself for every other path below `/ui/`, since the portal makes its pages of
 * the path in the browser. Everything is sent from memory.
 */
export function uiRoutes(folder = BUILT): Middleware {
  const files = readUiFiles(folder);
  const pages = files && pagesOf(files.get('index.html')!);
  return (request, response, next) => {
    const path = pathOf(request);
    if (path === UI_ROOT.slice(0, -1)) return redirect(response, `.${UI_ROOT}`);
    if (!path.startsWith(UI_ROOT)) return next();
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'The portal is only read: GET.');
    if (!files || !pages) return refuse(response, 503, 'The portal was not built: npm run build');
    const name = path.slice(UI_ROOT.length);
    const file = name.startsWith(ASSETS) ? files.get(name) : pages[name.split('/').length - 1];
    if (!file) return refuse(response, 404, 'The portal has no such file.');
    send(request, response, file, name.startsWith(ASSETS) ? FOREVER : 'no-cache');
  };
}

/** No page of the portal lies deeper. */
const DEPTH_MAX = 4;

/**
 * The page by how deep below `/ui/` it is asked for: it names its assets from there, so that it works under any path that a proxy has
 * put before it, which the gateway cannot know.
 */
const pagesOf = (page: UiFile): UiFile[] => Array.from({ length: DEPTH_MAX + 1 }, (_, depth) => movedUp(page, depth));

/** A page of 1 kB: what coding it would save is less than a packet. */
function movedUp(page: UiFile, depth: number): UiFile {
  const text = page.bodies
    .at(-1)!
    .bytes.toString()
    .replaceAll('"./assets/', `"${'../'.repeat(depth) || './'}assets/`);
  return { ...page, bodies: [{ bytes: Buffer.from(text) }] };
}

function send(request: IncomingMessage, response: ServerResponse, file: UiFile, caching: string): void {
  const headers = { ...HEADERS, 'Cache-Control': caching, ETag: file.etag };
  if (request.headers['if-none-match'] === file.etag) return void response.writeHead(304, headers).end();
  const { coding, bytes } = bodyFor(file, request.headers['accept-encoding']);
  const coded = coding === undefined ? {} : { 'Content-Encoding': coding };
  response.writeHead(200, { ...headers, ...coded, 'Content-Type': file.type, 'Content-Length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** The first that the client takes, by its word alone: no client that asks for one with `q=0` is known. */
function bodyFor({ bodies }: UiFile, accepted: string | string[] = '') {
  const taken = String(accepted)
    .split(',')
    .map((coding) => coding.split(';')[0]!.trim());
  return bodies.find(({ coding }) => coding === undefined || taken.includes(coding))!;
}

/** Relative, since a proxy may have given the gateway a path. */
const redirect = (response: ServerResponse, to: string) => void response.writeHead(302, { Location: to }).end();

function refuse(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${words}\n`);
}
