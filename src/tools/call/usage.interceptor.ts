import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { mergeMap, type Observable } from 'rxjs';
import { ToolCalls, type FinishedCall } from './tool-calls.service.js';

/** Stands around every handler that calls a tool, on both ports: charges and records the call, and lets its answer leave after that. */
@Injectable()
export class UsageInterceptor<Answer> implements NestInterceptor<FinishedCall<Answer>, Answer> {
  constructor(private readonly calls: ToolCalls) {}

  intercept(_: ExecutionContext, next: CallHandler<FinishedCall<Answer>>): Observable<Answer> {
    return next.handle().pipe(mergeMap((finished) => this.calls.record(finished)));
  }
}
