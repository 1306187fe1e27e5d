import { describe, expect, it } from '@jest/globals';
import type { ServerTemplate } from '../../templates/server-template.js';
import { HttpRefusal } from '../http/http-messages.js';
import { UpstreamFailure } from '../upstream-failure.js';
import { discover } from './discover.js';
import { ConnectionClosed, NotMcp } from './no-answer.js';
import { Relay, type OutgoingRequest } from './relay.js';

const MODERN = '{"supportedVersions":["2026-07-28"],"capabilities":{},"serverInfo":{}}';
const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });

/** What comes of asking a server that answers so, or fails; one that does neither is silent. */
function ask(protocol: ServerTemplate['protocol'], answer: string | Error | undefined, sent: OutgoingRequest[] = []) {
  const relay: Relay = new Relay({
    sendRequest: async (request) => {
      sent.push(request);
      if (answer instanceof Error) throw answer;
      if (answer !== undefined) relay.take({ id: request.id, ...JSON.parse(answer) } as never, answer);
    },
    cancelRequest: () => undefined,
  });
  return discover(relay, { name: 'odd', protocol, connectTimeoutMs: 40, capabilities: { roots: {} } });
}
const result = (json: string) => `{"result":${json}}`;

describe('a server is of MCP 2026-07-28', () => {
  it('if it says so, asked in the words of that revision', async () => {
    const sent: OutgoingRequest[] = [];
    expect(await ask('auto', result(MODERN), sent)).toMatchObject({ supportedVersions: ['2026-07-28'] });
    expect(sent).toMatchObject([{ method: 'server/discover', isModern: true }]);
    expect(JSON.parse(sent[0]!.text)).toMatchObject({
      params: { _meta: { 'io.modelcontextprotocol/clientCapabilities': { roots: {} } } },
    });
  });
});

describe('a server is asked initialize', () => {
  it.each([
    ['answers an error', '{"error":{"code":-32000,"message":"Server not initialized"}}'],
    ['answers something else', result('{}')],
    ['knows other revisions only', result(MODERN.replace('2026-07-28', '2027-01-01'))],
    ['answers what is no MCP', '{"result":7}'],
    ['is silent', undefined],
    ['refuses in HTTP', new HttpRefusal(400, 'No session')],
    ['breaks the connection', new Error('other side closed')],
  ])('if it %s', async (_, answer) => expect(await ask('auto', answer)).toBeUndefined());

  it('without another question, if its template says so', async () => {
    const sent: OutgoingRequest[] = [];
    expect([await ask('legacy', result(MODERN), sent), sent]).toEqual([undefined, []]);
  });
});

describe('a server is asked nothing more', () => {
  it.each([
    ['ended when it was asked', new ConnectionClosed()],
    ['could not be reached', refused],
  ])('if it %s', async (_, failure) => {
    await expect(ask('auto', failure)).rejects.toBe(failure);
  });

  it('if nothing but that revision is wanted, and the answer is why', async () => {
    await expect(ask('modern', result('{}'))).rejects.toThrow(new NotMcp('it does not speak MCP 2026-07-28'));
    await expect(ask('modern', undefined)).rejects.toThrow(UpstreamFailure);
    await expect(ask('modern', '{"error":{"code":-32601,"message":"no"}}')).rejects.toThrow('no');
  });
});
