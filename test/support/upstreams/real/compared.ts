import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../eventually.js';
import { answersOf, comparable, listsOf, listsThrough, prefixed, requestsFor, type Request } from './comparison.js';
import type { DirectServer, Heard } from './direct-server.js';
import type { RealServer, RealServerRig } from './real-server-rig.js';

/** What holds for every server: behind the gateway it offers and answers what it does without. */
export function isTheSameBehindTheGateway(server: RealServer, rig: () => RealServerRig): void {
  describe(`${server.name} behind the gateway`, () => {
    const prefix = `${server.name}__`;
    let direct: DirectServer;
    let gateway: DirectServer;
    let lists: Awaited<ReturnType<typeof listsOf>>;
    beforeAll(async () => {
      direct = await rig().direct(server);
      gateway = await rig().through(server, direct);
      lists = await listsOf(direct);
    }, 60_000);

    it('offers what it offers itself: each member of each entry has the same text', async () => {
      expect(await listsThrough(gateway, prefix, lists)).toEqual(forAllClients(lists));
    });

    it('answers what it answers itself: results and errors have the same members, in their order, with the same texts', async () => {
      const all: Request[] = [...requestsFor(lists, server.except ?? []), ...server.requests(rig().folderOf(server))];
      const requests = all.filter(([, params]) => !server.unanswered?.test(params));
      const answers = await answersOf({ direct, gateway, prefix }, requests, server.varies);
      expect(answers.through).toEqual(answers.direct);
    }, 120_000);

    if (server.talks)
      it('tells and asks its client the same meanwhile', async () => {
        for (const request of server.talks ?? []) {
          const [own, relayed] = [await heardDuring(direct, request), await heardDuring(gateway, prefixed(request, prefix))];
          expect(own.heard).not.toEqual([]);
          expect(relayed).toEqual(own);
        }
      }, 60_000);

    if (server.waits)
      it('hears that a call is cancelled', async () => {
        const file = join(rig().folderOf(server), 'waits');
        const says = (word: string) => eventually(() => expect(readFileSync(file, 'utf8')).toBe(word));
        const caller = await rig().through(server, direct);
        const id = caller.send(...prefixed(['tools/call', `{"name":"wait","arguments":${JSON.stringify({ file })}}`], prefix));
        await says('begun');
        await caller.cancel(id);
        await says('cancelled');
      }, 60_000);
  });
}

/** For a schema that takes everything, older clients cannot read `true`. */
const forAllClients = <T>(lists: T): T =>
  JSON.parse(JSON.stringify(lists).replaceAll(String.raw`{\"value\":true}`, String.raw`{\"value\":{}}`)) as T;

async function heardDuring(server: DirectServer, [method, params]: Request): Promise<{ answer: unknown; heard: Heard[] }> {
  const before = server.heard.length;
  const answer = comparable(await server.request(method, params));
  return { answer, heard: server.heard.slice(before).filter((one) => OF_A_CALL.has(one.method)) };
}

/** Others may come at any time. */
const OF_A_CALL = new Set(['notifications/progress', 'notifications/message', 'elicitation/create', 'sampling/createMessage']);
