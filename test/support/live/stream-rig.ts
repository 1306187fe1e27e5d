import { expect, jest } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { AccountsModule } from '../../../src/accounts/accounts.module.js';
import type { Principal } from '../../../src/auth/access/principal.js';
import { ClickHouseModule } from '../../../src/clickhouse/clickhouse.module.js';
import { CallTail } from '../../../src/usage/live/call-tail.service.js';
import type { FinishedCall } from '../../../src/usage/recording/usage-event.js';
import { UsageRecorder } from '../../../src/usage/recording/usage-recorder.service.js';
import { eventually } from '../eventually.js';
import { AccountsRest } from '../gateway/accounts-rest.js';
import { startRestApp } from '../gateway/rest-app.js';
import { testConfig } from '../gateway/test-config.js';
import { anEvent } from '../databases/usage-rig.js';
import { EventReader } from './event-reader.js';

export const OWN = '/api/mcp-usage/stream';
export const ALL = '/api/admin/calls/stream';

/** Two replicas that listen, on one PostgreSQL and one ClickHouse, and readers of their streams. */
export class StreamRig {
  private readonly readers: EventReader[] = [];

  private constructor(
    readonly rest: AccountsRest,
    readonly other: NestExpressApplication,
  ) {}

  static async start(): Promise<StreamRig> {
    const rest = await AccountsRest.start();
    const urls = { database_url: rest.database.url, clickhouse_url: rest.clickhouse.url };
    const other = await startRestApp(testConfig(urls), [ClickHouseModule, AccountsModule]);
    for (const app of [rest.app, other]) await app.listen(0, '127.0.0.1');
    return new StreamRig(rest, other);
  }

  /** Of the first replica. */
  open(who: Principal, path = OWN, headers: Record<string, string> = {}, options?: { reads: boolean }): Promise<EventReader> {
    return this.openAt(this.rest.app, path, { authorization: this.rest.bearer(who), ...headers }, options);
  }

  async openAt(
    app: NestExpressApplication,
    path: string,
    headers: Record<string, string>,
    options?: { reads: boolean },
  ): Promise<EventReader> {
    const reader = await EventReader.open(addressOf(app) + path, headers, options);
    this.readers.push(reader);
    return reader;
  }

  /** Calls at the other replica, one after the other; @returns their ids. */
  async call(user: Principal, ...calls: Partial<FinishedCall>[]): Promise<string[]> {
    const ids: string[] = [];
    for (const call of calls) {
      const event = anEvent({ user_id: user.userId, ...call });
      await this.other.get(UsageRecorder).record(event);
      ids.push(event.id);
    }
    return ids;
  }

  /** Resolves when the first replica has looked for new calls so many times from now on, and looks again. */
  async looks(count: number): Promise<void> {
    const look = jest.spyOn(this.rest.app.get(CallTail) as unknown as { look: () => Promise<void> }, 'look');
    await eventually(() => expect(look.mock.calls.length).toBeGreaterThan(count));
    look.mockRestore();
  }

  /** Leaves all streams that are open. */
  leave(): void {
    for (const reader of this.readers.splice(0)) reader.close();
  }

  async stop(): Promise<void> {
    this.leave();
    await this.other.close();
    await this.rest.stop();
  }
}

export const addressOf = (app: NestExpressApplication): string =>
  `http://127.0.0.1:${((app.getHttpServer() as Server).address() as AddressInfo).port}`;
