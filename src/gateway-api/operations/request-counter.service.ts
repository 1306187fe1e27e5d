import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { tally } from '../../telemetry/metrics.js';

/** Node announces every request that a server of this process receives, so both listeners are counted in one place. */
const REQUEST_STARTED = 'http.server.request.start';
const RESPONSE_FINISHED = 'http.server.response.finish';

/** Requests to both listeners since this process started. */
@Injectable()
export class RequestCounter implements OnModuleInit, OnApplicationShutdown {
  readonly responses = tally('tallygate_http_responses_total', 'Answers of both listeners', ['code']);
  private count = 0;
  private readonly onRequest = () => {
    this.count += 1;
  };
  private readonly onResponse = (message: unknown) => {
    this.responses.inc({ code: (message as { response: ServerResponse }).response.statusCode });
  };

  get total(): number {
    return this.count;
  }

  onModuleInit(): void {
    subscribe(REQUEST_STARTED, this.onRequest);
    subscribe(RESPONSE_FINISHED, this.onResponse);
  }

  onApplicationShutdown(): void {
    unsubscribe(REQUEST_STARTED, this.onRequest);
    unsubscribe(RESPONSE_FINISHED, this.onResponse);
  }
}
