import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Ip, Logger, Param, Post, Query, type LoggerService } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { IsArray, IsString } from 'class-validator';
import request from 'supertest';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { testConfig } from '../../test/support/gateway/test-config.js';
import { PageQuery } from './page.dto.js';
import { TallygateError } from '../common/tallygate-error.js';
import { configureRest } from './configure-rest.js';

const KEY = `sk-${'a1'.repeat(25)}`;

class Thing {
  @IsString()
  name!: string;

  @IsArray()
  parts!: unknown[];
}

@Controller('things')
class ThingsController {
  @Post()
  create(@Body() thing: Thing) {
    return thing;
  }

  @Get()
  list(@Query() page: PageQuery) {
    return page;
  }

  @Post('by-id/new')
  createNew() {
    return {};
  }

  @Get('caller')
  caller(@Ip() address: string) {
    return { address };
  }

  @Get('by-id/:id')
  get(@Param('id') id: string) {
    return { id };
  }

  @Get('fails/:how')
  fail(@Param('how') how: string) {
    if (how === 'away') throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.9:5432'), { code: 'ECONNREFUSED' });
    if (how === 'taken')
      throw Object.assign(new Error('duplicate key value violates unique constraint'), { code: '23505', detail: KEY });
    if (how === 'cause') throw new TallygateError('UNAVAILABLE', 'Not now', { retryAfterSeconds: 2, cause: new Error('inner') });
    if (how === 'enabled')
      throw new TallygateError('NOT_FOUND', 'x', { detail: { code: 'mcp_not_enabled', message: 'Not enabled' } });
    throw new TallygateError('CONFLICT', 'Two at once');
  }
}

describe('Port 8000', () => {
  let app: NestExpressApplication;
  const lines: string[] = [];

  beforeAll(async () => {
    const config = testConfig({ cors_origins: ['https://portal.example.com'] });
    const module = await Test.createTestingModule({ controllers: [ThingsController] }).compile();
    app = module.createNestApplication<NestExpressApplication>({ bodyParser: false });
    Logger.overrideLogger(recorder(lines));
    configureRest(app, config);
    await app.init();
  });
  afterAll(() => app.close());

  const http = () => request(app.getHttpServer());
  const post = (body: string, type = 'application/json') => http().post('/things').set('Content-Type', type).send(body);
  const error = (detail: unknown, error_code: string) => ({ detail, error_code, request_id: expect.any(String) });

  describe('request ids', () => {
    it('are made, and taken over when harmless', async () => {
      const made = await http().get('/things');
      expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      const given = await http().get('/nowhere').set('X-Request-Id', 'trace:42/a');
      expect(given.headers['x-request-id']).toBe('trace:42/a');
      expect(given.body).toMatchObject({ request_id: 'trace:42/a' });
    });

    it.each(['x'.repeat(65), '<script>', 'a b', '"quoted"'])('that could do harm are replaced: %s', async (id) => {
      const { headers } = await http().get('/things').set('X-Request-Id', id);
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  it('knows callers by plain addresses, though it listens on IPv6, as a proxy before it may', async () => {
    const addressWith = async (forwarded: string) =>
      ((await http().get('/things/caller').set('X-Forwarded-For', forwarded).expect(200)).body as object)['address' as never];
    expect((await http().get('/things/caller')).body).toEqual({ address: '127.0.0.1' });
    expect(await addressWith('::ffff:192.0.2.7')).toBe('192.0.2.7');
    expect(await addressWith('2001:DB8:0::1')).toBe('2001:db8::1');
  });

  describe('errors', () => {
    it('for an unknown path: 404 in the common form', async () => {
      const { body } = await http().get('/nowhere?api_key=secret').expect(404);
      expect(body).toEqual(error('No such endpoint: GET /nowhere', 'NOT_FOUND'));
    });

    it('for the bare address: 404 that says where to begin; a browser is taken there', async () => {
      const { body } = await http().get('/').expect(404);
      expect((body as { detail: string }).detail).toMatch(/^No such endpoint: GET \/\. .*\/docs.*\/health/);
      for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.5'])
        await http().get('/').set('Accept', accept).expect(404);
      const browser = await http().get('/').set('Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8');
      expect([browser.status, browser.headers['location']]).toEqual([302, './ui/']);
      await http().post('/').set('Accept', 'text/html').expect(404);
    });

    it('for a wrong method: 405 that says which are right', async () => {
      const { body, headers } = await http().delete('/things').expect(405);
      expect(body).toMatchObject({ error_code: 'METHOD_NOT_ALLOWED' });
      expect(headers['allow']).toBe('GET, POST');
    });

    it('for a wrong method of a path with a name of its own: 405, and not the thing of that id', async () => {
      expect((await http().get('/things/by-id/new').expect(405)).headers['allow']).toBe('POST');
      await http().get('/things/by-id/newer').expect(200);
      await http().head('/things').expect(200);
    });

    it.each(['{"name":', '{"name": 1,}', 'nonsense', '"a string"', '[1'])('for broken JSON: 400 (%s)', async (text) => {
      const { status, body } = await post(text);
      expect({ status, body }).toEqual({ status: 400, body: error('The body is not valid JSON', 'BAD_REQUEST') });
    });

    it('for a body that is too large: 413', async () => {
      const { body } = await post(JSON.stringify({ name: 'x'.repeat(1_048_576) })).expect(413);
      expect(body).toMatchObject({ error_code: 'PAYLOAD_TOO_LARGE' });
    });

    it.each([
      'application/json; charset=klingon',
      'application/json; charset=utf-16le',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonx',
      '',
    ])('for a body that is not JSON in UTF-8: 415 (%s)', async (type) => {
      const { body } = await post('{"name":"x","parts":[]}', type).expect(415);
      expect(body).toMatchObject({ error_code: 'UNSUPPORTED_MEDIA_TYPE' });
    });

    it.each([
      ['gzip', gzipSync('{"name":"x","parts":[]}'), 201],
      ['X-GZIP', gzipSync('{"name":"x","parts":[]}'), 201],
      ['gzip', Buffer.from('{"name":"x","parts":[]}'), 415],
      ['gzip', gzipSync('{"name":"x","parts":[]}').subarray(0, -9), 415],
      ['br', brotliCompressSync('{"name":"x","parts":[]}'), 415],
      ['gzip, gzip', gzipSync(gzipSync('{"name":"x","parts":[]}')), 415],
      ['gzip', gzipSync(Buffer.alloc(1_048_577, ' ')), 413],
    ])('or not for a compressed body: %s (%#)', async (encoding, bytes, status) => {
      const sent = http().post('/things').set({ 'Content-Type': 'application/json', 'Content-Encoding': encoding });
      await sent
        .serialize((all: string) => all)
        .send(bytes)
        .expect(status);
    });

    it.each(['APPLICATION/JSON', 'application/json;charset=UTF-8', 'application/json; charset="utf-8"; x=1'])(
      'not for JSON, however it is spelt: %s',
      (type) => post('{"name":"x","parts":[]}', type).expect(201),
    );

    it('for what is not UTF-8: 400; a byte order mark is none of its content', async () => {
      await post('\ufeff{"name":"x","parts":[]}').expect(201);
      const sent = http()
        .post('/things')
        .set('Content-Type', 'application/json')
        .serialize((bytes: string) => bytes);
      const { body } = await sent.send(Buffer.from([0x22, 0xff, 0x22])).expect(400);
      expect(body).toEqual(error('The body is not UTF-8', 'BAD_REQUEST'));
    });

    it('for a path that cannot be decoded: 400', async () => {
      const { body } = await http().get('/things/by-id/%FF').expect(400);
      expect(body).toMatchObject({ error_code: 'BAD_REQUEST', request_id: expect.any(String) });
    });

    it('meant by a service: its words, its code, its status', async () => {
      const { body } = await http().get('/things/fails/conflict').expect(409);
      expect(body).toEqual(error('Two at once', 'CONFLICT'));
    });

    it("with a code of the source's own: inside the detail", async () => {
      const { body } = await http().get('/things/fails/enabled').expect(404);
      expect(body).toEqual(error({ code: 'mcp_not_enabled', message: 'Not enabled' }, 'NOT_FOUND'));
    });

    it('nobody meant: 500 without a word of the inside, and the log has it with the request id and masked', async () => {
      lines.length = 0;
      const { body } = await http().get('/things/fails/taken').set('X-Request-Id', 'find-me').expect(500);
      expect(body).toEqual({ ...error(expect.stringMatching(/^Internal error/), 'INTERNAL_ERROR'), request_id: 'find-me' });
      expect(lines.join('\n')).toMatch(/request find-me: .*duplicate key/);
    });

    it('of a database that is away: 503 with a time to come back', async () => {
      const { body, headers } = await http().get('/things/fails/away').expect(503);
      expect(body).toMatchObject({ error_code: 'UNAVAILABLE' });
      expect(JSON.stringify(body)).not.toContain('10.0.0.9');
      expect(headers['retry-after']).toBe('1');
    });

    it('keep their cause to the log', async () => {
      lines.length = 0;
      const { body, headers } = await http().get('/things/fails/cause').expect(503);
      expect(body).toEqual(error('Not now', 'UNAVAILABLE'));
      expect(headers['retry-after']).toBe('2');
      expect(lines.join('\n')).toContain('inner');
    });
  });

  describe('paths', () => {
    it('may end in a slash, and are written in any case', async () => {
      for (const path of ['/things/', '/Things', '/things/by-id/7/']) await http().get(path).expect(200);
      for (const path of ['/things/by-id/new/', '/things/by-id/NEW']) await http().get(path).expect(405);
    });
  });

  describe('the face', () => {
    it('serves Swagger UI and the document, the same every time', async () => {
      const page = await http().get('/docs').expect(200);
      expect(page.text).toContain('Tallygate API');
      await http().get('/docs/swagger-ui-bundle.js').expect(200);
      const [first, second] = [await http().get('/openapi.json').expect(200), await http().get('/openapi.json').expect(200)];
      expect(first.text).toBe(second.text);
      expect(first.body).toMatchObject({
        info: { title: 'Tallygate' },
        components: { securitySchemes: { bearer: { type: 'http' }, apiKey: { type: 'apiKey', name: 'X-API-Key' } } },
      });
    });

    it.each(['swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js', 'swagger-ui.css'])(
      'sends %s compressed to who takes that, and only if it has changed',
      async (name) => {
        const ask = (coding: string, headers = {}) =>
          http()
            .get(`/docs/${name}`)
            .set({ 'Accept-Encoding': coding, ...headers });
        const [small, large] = [await ask('gzip'), await ask('identity')];
        expect([small.headers['content-encoding'], large.headers['content-encoding']]).toEqual(['gzip', undefined]);
        for (const { headers } of [small, large]) expect(headers['vary']).toContain('Accept-Encoding');
        expect([small.text, small.headers['content-type']]).toEqual([large.text, large.headers['content-type']]);
        await ask('gzip', { 'If-None-Match': small.headers['etag'] }).expect(304);
      },
    );

    it('compresses no answer that somebody’s input is in', async () => {
      const { headers } = await http().get('/things').set('Accept-Encoding', 'gzip, br');
      expect(headers['content-encoding']).toBeUndefined();
    });

    it('lets Swagger UI load over plain HTTP', async () => {
      const { headers } = await http().get('/docs');
      expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
      expect(headers).not.toHaveProperty('strict-transport-security');
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
      expect(headers).not.toHaveProperty('x-powered-by');
    });

    it('lets the scripts of configured origins in and no others', async () => {
      const allowed = await http().get('/things').set('Origin', 'https://portal.example.com');
      expect(allowed.headers).toMatchObject({
        'access-control-allow-origin': 'https://portal.example.com',
        'access-control-expose-headers': expect.stringContaining('X-Request-Id'),
      });
      const other = await http().get('/things').set('Origin', 'https://evil.example.com');
      expect(other.headers['access-control-allow-origin']).toBeUndefined();
    });

    it('logs a line for a request, without its query', async () => {
      lines.length = 0;
      await http().get('/things?page=1&token=hush').set('X-Request-Id', 'line-1');
      const line = lines.find((text) => text.includes('line-1'))!;
      expect(JSON.parse(line)).toMatchObject({ requestId: 'line-1', method: 'GET', path: '/things', status: 422 });
      expect(line).not.toContain('hush');
    });
  });
});

/** Keeps what is logged, as text. */
function recorder(lines: string[]): LoggerService {
  const keep = (message: unknown) => void lines.push(typeof message === 'string' ? message : JSON.stringify(message));
  return { log: keep, warn: keep, error: keep, debug: keep };
}
