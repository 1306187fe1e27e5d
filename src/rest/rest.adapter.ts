import { ExpressAdapter } from '@nestjs/platform-express';
import type { AppConfig } from '../config/app-config.js';
import { boundedServer } from '../http/bounded-server.js';

/** Express on a server with bounds. Its requests may take as long as uploads do; `bodyInTime` hurries the others. */
export class RestAdapter extends ExpressAdapter {
  constructor(private readonly config: AppConfig) {
    super();
  }

  override initHttpServer(): void {
    const { listeners } = this.config.values;
    this.httpServer = boundedServer(listeners, listeners.upload_timeout_seconds, this.getInstance());
  }
}
