import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { writeFileSync } from 'node:fs';
import { toDisk } from '../../common/files/checked-file.js';
import type { Charge } from './charges-summary.js';

const WHOLE = { type: 'INT64', repetition_type: 'REQUIRED' } as const;
const TIME = {
  ...WHOLE,
  converted_type: 'TIMESTAMP_MICROS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
} as const;
const UUID = {
  type: 'FIXED_LEN_BYTE_ARRAY',
  type_length: 16,
  logical_type: { type: 'UUID' },
  repetition_type: 'REQUIRED',
} as const;

/** The columns, by the names they have in `mcp.credit_charges`. Small differences of ordered numbers take little room. */
const COLUMNS = [
  { of: 'id', name: 'id', element: WHOLE, encoding: 'DELTA_BINARY_PACKED' },
  { of: 'accountId', name: 'account_id', element: WHOLE },
  { of: 'eventId', name: 'event_id', element: UUID },
  { of: 'amount', name: 'amount', element: WHOLE },
  { of: 'allocation', name: 'allocation_amount', element: WHOLE },
  { of: 'balanceAfter', name: 'balance_after', element: WHOLE },
  { of: 'calledAt', name: 'called_at', element: TIME, encoding: 'DELTA_BINARY_PACKED' },
  { of: 'createdAt', name: 'created_at', element: TIME, encoding: 'DELTA_BINARY_PACKED' },
] as const satisfies readonly { of: keyof Charge; name: string; element: object; encoding?: string }[];

const SCHEMA: SchemaElement[] = [
  { name: 'credit_charges', num_children: COLUMNS.length },
  ...COLUMNS.map(({ name, element }) => ({ name, ...element })),
];

/** A Parquet file that is being written. */
export class ChargesWriter {
  private readonly parquet: ParquetWriter;

  /** Begins the file, which may not be there; only its owner may read it. */
  constructor(private readonly path: string) {
    writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
    this.parquet = new ParquetWriter({ writer: fileWriter(path), schema: SCHEMA, createdBy: 'tallygate' });
  }

  /** Adds a group of rows. */
  async add(charges: readonly Charge[]): Promise<void> {
    const columnData = COLUMNS.map(({ of, name, ...column }) => ({
      name,
      data: charges.map((charge) => charge[of]),
      ...('encoding' in column && { encoding: column.encoding }),
    }));
    await this.parquet.write({ columnData, rowGroupSize: charges.length });
  }

  /** The file is whole, and on the disk. */
  async finish(): Promise<void> {
    await this.parquet.finish();
    await toDisk(this.path);
  }
}

/** The charges of such a file, group by group. @throws Error when it is none */
export async function* readCharges(path: string): AsyncGenerator<Charge[]> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    const rows = await parquetReadObjects({
      file,
      metadata,
      rowStart,
      rowEnd,
      parsers: { timestampFromMicroseconds: (us) => us },
    });
    yield rows.map((row) => Object.fromEntries(COLUMNS.map(({ of, name }) => [of, row[name]])) as unknown as Charge);
    rowStart = rowEnd;
  }
}
