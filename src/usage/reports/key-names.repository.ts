import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What keys are called now, revoked ones too. */
@Injectable()
export class KeyNames {
  constructor(private readonly postgres: Postgres) {}

  /** The names of the rows' keys, by id; none for a key that does not exist. */
  async of(rows: readonly { api_key_id: string }[]): Promise<Map<string, string>> {
    const ids = [...new Set(rows.map((row) => row.api_key_id))].filter((id) => UUID.test(id));
    if (ids.length === 0) return new Map();
    const found = await this.postgres.query<{ id: string; name: string }>(
      'SELECT id, name FROM mcp.key_names WHERE id = ANY ($1::uuid[])',
      [ids],
    );
    return new Map(found.map(({ id, name }) => [id, name]));
  }
}
