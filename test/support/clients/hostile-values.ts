import fc from 'fast-check';

/** More runs and other seeds than `npm test` has time for: `HOSTILE_RUNS=50 HOSTILE_SEED=7 npm run jest -- …`. */
const TIMES = Number(process.env['HOSTILE_RUNS'] ?? 1);
const SEED = Number(process.env['HOSTILE_SEED'] ?? 1);

/** The same requests in every run, so that a failure is nobody's bad luck; fast-check prints seed and path of one. */
export const runs = (number: number) => ({ numRuns: number * TIMES, seed: SEED, interruptAfterTimeLimit: undefined });

/** A JSON Schema, as far as the API document uses it. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
}

/** Values that exist, by the name of the field they go into: what is behind validation is to be reached too. */
export type Known = Record<string, readonly unknown[]>;

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

const TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e\ufeff',
  "' OR '1'='1",
  "'; DROP TABLE mcp.users; --",
  '%',
  '\\',
  '${7*7}{{7*7}}',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(5_000),
  '0x10',
  '1e400',
  '-0',
  '9223372036854775808',
  'NaN',
  'true',
  'null',
  '2026-02-30',
  '0000-00-00',
  '+275760-09-13T00:00:00.000Z',
  '999999-01-01',
  'a@b',
  'data.csv',
  'data.csv.gz',
  'data.parquet',
  'http://169.254.169.254/latest',
  'http://127.0.0.1:1',
];

export const text = (): fc.Arbitrary<string> => fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 80 }));

/** Anything JSON can say. */
export const anything = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    text(),
    fc.constantFrom(null, true, false, 0, -1, 1.5, 1e308, -1e308, 2 ** 53, 5e-324, [], {}, [[]], [null], nested(70)),
    fc.constant(JSON.parse('{"__proto__":{"role":"admin"},"constructor":{"prototype":{}}}') as unknown),
    fc.jsonValue({ maxDepth: 3 }),
  );

/** Mostly of the schema's type and odd, sometimes of another type; its fields sometimes missing, sometimes one too many. */
export function hostile(schema: Schema, resolve: (ref: string) => Schema, known: Known, name = ''): fc.Arbitrary<unknown> {
  if (schema.$ref) return hostile(resolve(schema.$ref), resolve, known, name);
  const right = ofType(schema, resolve, known);
  const real = Object.hasOwn(known, name) ? known[name] : undefined;
  return fc.oneof(
    { weight: 3, arbitrary: real ? fc.oneof(fc.constantFrom(...real), right) : right },
    { weight: 1, arbitrary: anything() },
  );
}

function ofType(schema: Schema, resolve: (ref: string) => Schema, known: Known): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.format === 'uuid') return fc.uuid();
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'number' || schema.type === 'integer') return number(schema);
  if (schema.type === 'array') return fc.array(hostile(schema.items ?? {}, resolve, known), { maxLength: 4 });
  if (schema.properties) return fields(schema.properties, resolve, known);
  if (schema.type === 'object') return fc.dictionary(fc.oneof(text(), fc.constantFrom('url', 'symbols', 'name')), anything());
  return text();
}

const number = ({ minimum, maximum }: Schema) =>
  fc.oneof(fc.constantFrom(0, -1, 1, 2, 3, 1.5, 1e21, 2 ** 53, 1e308, minimum ?? 1, (maximum ?? 0) + 1), fc.integer());

function fields(properties: Record<string, Schema>, resolve: (ref: string) => Schema, known: Known): fc.Arbitrary<unknown> {
  const each = Object.entries(properties).map(([name, schema]) => [name, hostile(schema, resolve, known, name)]);
  const record = fc.record(Object.fromEntries(each) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] });
  return fc.oneof(
    { weight: 6, arbitrary: record },
    { weight: 1, arbitrary: fc.tuple(record, text(), anything()).map(([body, key, value]) => ({ ...body, [key]: value })) },
  );
}
