import { ExpressAdapter } from '@nestjs/platform-express';
import type { AppConfig } from '../config/app-config.js';
import { HttpListener } from '../http/http-listener.js';

/** Express on a listener with bounds. Its requests may take as long as uploads do; `restBody` hurries the others. */
export class RestAdapter extends ExpressAdapter {
  listener!: HttpListener;

  constructor(private readonly config: AppConfig) {
    super();
  }

  override initHttpServer(): void {
    const { listeners } = this.config.values;
    this.listener = new HttpListener(listeners, listeners.upload_timeout_seconds, this.getInstance());
    this.httpServer = this.listener.server;
  }

  override close(): Promise<void> {
    return this.listener.close();
  }
}
