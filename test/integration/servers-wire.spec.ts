import { describe, expect, it } from '@jest/globals';
import zlib from 'node:zlib';
import { answerWith, streamOf, type OddUpstream } from '../support/upstreams/odd-upstream.js';
import { withOddUpstream } from '../support/upstreams/odd-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = {
  transport: 'http',
  url: '${config.url}',
  config,
  timeout_seconds: 3,
  connect_timeout_seconds: 1,
  health_check_timeout: 2,
};
const JSON_TYPE = { 'content-type': 'application/json' };
type Send = OddUpstream['send'];

const as =
  (type: string | undefined, before = '', after = ''): Send =>
  (message, asked) =>
    answerWith(asked, before + message + after, type === undefined ? {} : { 'content-type': type });
const coded =
  (coding: string, encode: (text: string) => Buffer): Send =>
  (message, asked) =>
    answerWith(asked, encode(message), { ...JSON_TYPE, 'content-encoding': coding });
const events =
  (write: (message: string) => string): Send =>
  (message, asked) =>
    streamOf(asked, [write(message)]);
const bytes = (text: string) => Array.from(Buffer.from(text), (byte) => Buffer.from([byte]));

/** How servers put their messages on the wire. */
const WIRES: [what: string, send: Send][] = [
  ['as JSON', as('application/json')],
  ['behind a byte order mark', as('application/json', '\ufeff')],
  ['between blanks', as('application/json', ' \r\n\t', '\n\n')],
  ['of a type in odd case', as('Application/JSON; Charset=UTF-8')],
  ['as text', as('text/plain; charset=utf-8')],
  ['as a page', as('text/html')],
  ['as application/json-rpc', as('application/json-rpc')],
  ['of no type', as(undefined)],
  ['in a batch', as('application/json', '[', ']')],
  ['with status 201', (message, asked) => answerWith(asked, message, JSON_TYPE, 201)],
  ['with a header in Latin-1', (message, asked) => answerWith(asked, message, { ...JSON_TYPE, 'x-name': 'M\u00fcller' })],
  [
    'after other answers of HTTP',
    (message, asked) => {
      asked.response.writeEarlyHints({ link: '</a>; rel=preload' });
      asked.response.writeProcessing();
      return answerWith(asked, message);
    },
  ],
  [
    'in chunks with pauses',
    async (message, { response }) => {
      response.writeHead(200, JSON_TYPE);
      for (const part of message.match(/[^]{1,9}/g)!) await new Promise((resolve) => response.write(part, resolve));
      response.end();
    },
  ],
  ['in gzip', coded('gzip', zlib.gzipSync)],
  ['in x-gzip, in capitals', coded('X-GZIP', zlib.gzipSync)],
  ['in deflate', coded('deflate', zlib.deflateSync)],
  ['in deflate without its frame', coded('deflate', zlib.deflateRawSync)],
  ['in br', coded('br', zlib.brotliCompressSync)],
  ['in no coding, by name', coded('identity', (text) => Buffer.from(text))],
  ['in two codings', coded('gzip, br', (text) => zlib.brotliCompressSync(zlib.gzipSync(text)))],
  [
    'as a coded stream',
    (message, asked) =>
      answerWith(asked, zlib.gzipSync(`data: ${message}\n\n`), {
        'content-type': 'text/event-stream',
        'content-encoding': 'gzip',
      }),
  ],
  ['with its id as a text', (message, asked) => answerWith(asked, message.replace(/"id":(\d+)/, '"id":"$1"'))],
  ['with an error that is null', (message, asked) => answerWith(asked, message.replace('{', '{"error":null,'))],
  ['with what nobody knows', (message, asked) => answerWith(asked, message.replace('{', '{"x":{"id":1},"meta":null,'))],
  ['without saying jsonrpc', (message, asked) => answerWith(asked, message.replace('"jsonrpc":"2.0",', ''))],
  ['as an event', events((message) => `event: message\ndata: ${message}\n\n`)],
  [
    'as an event of a type in odd case',
    (message, asked) => answerWith(asked, `data: ${message}\n\n`, { 'content-type': 'Text/Event-Stream;charset=utf-8' }),
  ],
  ['as an event without a blank', events((message) => `data:${message}\n\n`)],
  ['as an event of another name', events((message) => `event: response\nid: 1\ndata: ${message}\n\n`)],
  ['as an event with CRLF', events((message) => `event: message\r\ndata: ${message}\r\n\r\n`)],
  ['as an event with CR', events((message) => `event: message\rdata: ${message}\r\r`)],
  ['as an event in many lines', events((message) => `data: ${message.replaceAll(',', ',\ndata: ')}\n\n`)],
  ['as an event behind a byte order mark', events((message) => `\ufeffdata: ${message}\n\n`)],
  ['as an event without its last blank line', events((message) => `data: ${message}\n`)],
  ['as an event without an end', events((message) => `data: ${message}`)],
  ['as an event with a batch', events((message) => `data: [${message}]\n\n`)],
  [
    'as an event between others',
    events(
      (message) =>
        `: hi\n\nevent: ping\ndata: 2026-01-01\n\ndata\n\ndata: {}\n\ndata: null\n\nretry: x\n\ndata: ${message}\n\ndata: [DONE]\n\n`,
    ),
  ],
  ...['\n', '\r\n', '\r'].map((end): [string, Send] => [
    `as an event, byte by byte, with ${JSON.stringify(end)}`,
    (message, asked) => streamOf(asked, bytes(`:${end}${end}data: ${message}${end}${end}`)),
  ]),
  [
    'as an event, and the connection breaks then',
    (message, asked) => streamOf(asked, [`data: ${message}\n\n`, ': and\n\n'], 'destroy'),
  ],
  ['as an event with half an event behind it', events((message) => `data: ${message}\n\ndata: {"jsonrpc`)],
  [
    'as an event behind an answer to nobody',
    events((message) => `data: ${message.replace(/"id":\d+/, '"id":5')}\n\ndata: ${message}\n\n`),
  ],
  ['twice', events((message) => `data: ${message}\n\ndata: ${message}\n\n`)],
];

const odd = withOddUpstream(http);

describe('a server whose answers come', () => {
  it.each(WIRES)('%s is connected to, listed and called', async (_, send) => {
    odd.upstream.send = send;
    await odd.register();
    expect([await odd.call(), await odd.call()]).toEqual(['seen', 'seen']);
    await odd.upstream.stop();
  });
});
