import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { mergeMap, type Observable } from 'rxjs';

/**
 * An interceptor that goes on with what the handler gives. Around handlers of REST it is one of Nest's; behind those of MCP
 * `HandlerPipeline` calls `after` itself, since Observables cost more than what they carry.
 */
export abstract class AfterHandler<Given, Answer> implements NestInterceptor<Given, Answer> {
  /** What is answered instead. */
  abstract after(given: Given): Promise<Answer>;

  intercept(_: ExecutionContext, next: CallHandler<Given>): Observable<Answer> {
    return next.handle().pipe(mergeMap((given) => this.after(given)));
  }
}
