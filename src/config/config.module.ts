import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock, SystemClock } from '../common/clock.js';
import { TallygateLogger } from '../telemetry/logger.js';
import { Metrics } from '../telemetry/metrics.js';
import { Refusals } from '../telemetry/refusals.js';
import { Tracing } from '../telemetry/tracing.js';
import { AppConfig } from './app-config.js';
import { FirstRunSecrets } from './first-run-secrets.js';

/** Settings, clock, log, metrics, traces and the count of refusals, for every room. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: AppConfig, firstRun = new FirstRunSecrets(), logger = new TallygateLogger(config)): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: AppConfig, useValue: config },
        { provide: Clock, useClass: SystemClock },
        { provide: FirstRunSecrets, useValue: firstRun },
        { provide: TallygateLogger, useValue: logger },
        Metrics,
        Refusals,
        { provide: Tracing, useFactory: () => Tracing.open(config.values.traces) },
      ],
      exports: [AppConfig, Clock, FirstRunSecrets, Metrics, Refusals, TallygateLogger, Tracing],
    };
  }
}
