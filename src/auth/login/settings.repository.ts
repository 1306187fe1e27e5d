import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';

/** All SQL of `mcp.settings`: facts about this installation that are decided once. */
@Injectable()
export class SettingsRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Keeps the value unless there is one, and says which it is now; of two replicas at once the first decides. */
  async keepFirst(name: string, value: string): Promise<string> {
    await this.postgres.query('INSERT INTO mcp.settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING', [name, value]);
    const [row] = await this.postgres.query<{ value: string }>('SELECT value FROM mcp.settings WHERE name = $1', [name]);
    return row!.value;
  }
}
