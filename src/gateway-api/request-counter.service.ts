import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Node tells of every request that a server of this process receives, so both listeners are counted in one place. */
const REQUEST_STARTED = 'http.server.request.start';

/** Requests to both listeners since this process started. */
@Injectable()
export class RequestCounter implements OnModuleInit, OnApplicationShutdown {
  private count = 0;
  private readonly onRequest = () => {
    this.count += 1;
  };

  get total(): number {
    return this.count;
  }

  onModuleInit(): void {
    subscribe(REQUEST_STARTED, this.onRequest);
  }

  onApplicationShutdown(): void {
    unsubscribe(REQUEST_STARTED, this.onRequest);
  }
}
