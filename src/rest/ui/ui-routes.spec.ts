import { afterAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import request from 'supertest';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { uiRoutes } from './ui-routes.js';

const folder = temporaryFolder('ui');
const SCRIPT = 'console.log("portal");'.repeat(20);
mkdirSync(join(folder, 'assets'));
writeFileSync(join(folder, 'index.html'), '<script src="./assets/a.js"></script>');
writeFileSync(join(folder, 'assets', 'a.js'), SCRIPT);
writeFileSync(join(folder, 'assets', 'a.js.br'), brotliCompressSync(SCRIPT));
writeFileSync(join(folder, 'assets', 'notes.txt'), 'no file of the portal');
afterAll(() => rmSync(folder, { recursive: true }));

const served = (from: string) =>
  express()
    .use(uiRoutes(from))
    .use((_, response) => void response.status(418).end());
const app = served(folder);

describe('the portal is served', () => {
  it.each([
    ['/ui/', './assets/a.js'],
    ['/ui/keys', './assets/a.js'],
    ['/ui/keys/5', '../assets/a.js'],
    ['/ui/admin/users/5', '../../assets/a.js'],
  ])('at %s as one page, which names its files from there', async (path, script) => {
    const { status, text, headers } = await request(app).get(path);
    expect([status, text, headers['cache-control']]).toEqual([200, `<script src="${script}"></script>`, 'no-cache']);
  });

  it('with files that are kept for good, in the coding that the browser takes', async () => {
    const coded = await request(app).get('/ui/assets/a.js').set('Accept-Encoding', 'gzip, br');
    expect(coded.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
    expect(coded.headers['cache-control']).toContain('immutable');
    const plain = await request(app).get('/ui/assets/a.js').set('Accept-Encoding', 'identity');
    expect([plain.headers['content-encoding'], plain.text]).toEqual([undefined, SCRIPT]);
    const known = await request(app).get('/ui/assets/a.js').set('If-None-Match', plain.headers['etag']!);
    expect([known.status, known.text]).toEqual([304, '']);
    const head = await request(app).head('/ui/assets/a.js').set('Accept-Encoding', 'identity');
    expect([head.status, head.headers['content-length']]).toEqual([200, String(SCRIPT.length)]);
  });

  it('where nothing but its own files may run, and no other page may show it', async () => {
    const { headers } = await request(app).get('/ui/');
    const policy = headers['content-security-policy']!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each(['/ui/assets/b.js', '/ui/assets/notes.txt', '/ui/assets/..%2f..%2fpackage.json', '/ui/assets/', '/ui/a/b/c/d/e/f'])(
    'without %s, which is no file of it',
    async (path) => expect((await request(app).get(path)).status).toBe(404),
  );

  it('to be read only, and leaves every other path alone', async () => {
    expect((await request(app).post('/ui/')).status).toBe(405);
    const ui = await request(app).get('/ui');
    expect([ui.status, ui.headers['location']]).toEqual([302, './ui/']);
    for (const path of ['/', '/uix', '/servers']) expect((await request(app).get(path)).status).toBe(418);
  });

  it('with words where it was not built', async () => {
    const { status, text } = await request(served(join(folder, 'nothing'))).get('/ui/');
    expect([status, text]).toEqual([503, 'The portal was not built: npm run build\n']);
  });
});
