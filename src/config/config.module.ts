import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock, SystemClock } from '../common/clock.js';
import { AppConfig } from './app-config.js';
import { FirstRun } from './first-run.js';

/** Settings and time, the two things every room may ask for. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: AppConfig, firstRun = new FirstRun()): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: AppConfig, useValue: config },
        { provide: Clock, useClass: SystemClock },
        { provide: FirstRun, useValue: firstRun },
      ],
      exports: [AppConfig, Clock, FirstRun],
    };
  }
}
