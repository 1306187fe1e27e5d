import { Injectable } from '@nestjs/common';
import { AfterHandler } from './after-handler.interceptor.js';
import { ToolCalls, type FinishedCall } from './tool-calls.service.js';

/** Stands around every handler that calls a tool, on both ports: charges and records the call, and lets its answer leave after that. */
@Injectable()
export class UsageInterceptor<Answer> extends AfterHandler<FinishedCall<Answer>, Answer> {
  constructor(private readonly calls: ToolCalls) {
    super();
  }

  after(finished: FinishedCall<Answer>): Promise<Answer> {
    return this.calls.record(finished);
  }
}
