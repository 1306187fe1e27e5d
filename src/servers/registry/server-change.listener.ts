import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';

/** Hears within milliseconds that some replica changed a server; and once it hears again, that one may have. */
@Injectable()
export class ServerChangeListener {
  private listener: () => void = () => undefined;
  private stopListening: (() => void) | undefined;

  constructor(private readonly postgres: Postgres) {}

  onChange(listener: () => void): void {
    this.listener = listener;
  }

  /** From now on, over every loss of the connection. Calling it again changes nothing. */
  listen(): void {
    const tell = () => this.listener();
    this.stopListening ??= this.postgres.listen('server_changes', { onNotification: tell, onListening: tell });
  }

  close(): void {
    this.stopListening?.();
  }
}
