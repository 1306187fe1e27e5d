import { fieldsOf, textOf, type FormField, type JsonSchema } from './schema-fields';

/** A line of the table of parameters. */
export interface SchemaRow {
  path: string;
  type: string;
  isRequired: boolean;
  defaultText: string;
  description: string;
}

/** The parameters of a tool, those of groups below them. Empty where the schema does not say them one by one. */
export const schemaRows = (schema: JsonSchema): SchemaRow[] =>
  rowsOf(
    fieldsOf(schema).filter(({ name }) => name !== ''),
    '',
  );

const rowsOf = (fields: readonly FormField[], within: string): SchemaRow[] =>
  fields.flatMap((field) => {
    const { name, isRequired, defaultText, description } = field;
    const row = { path: within + name, type: typeWords(field), isRequired, defaultText, description };
    return [row, ...rowsOf(field.fields, `${within}${name}.`)];
  });

const WORDS = { text: 'text', date: 'day', number: 'number', integer: 'whole number', flag: 'yes or no', json: 'JSON' };

function typeWords({ kind, itemKind, options, minimum, maximum, maxLength }: FormField): string {
  if (kind === 'choice') return `one of ${options.map(textOf).join(', ')}`;
  if (kind === 'choices') return `some of ${options.map(textOf).join(', ')}`;
  if (kind === 'group') return 'object';
  if (kind === 'list') return `list of ${WORDS[itemKind]}s`;
  return [WORDS[kind], boundsOf(minimum, maximum), maxLength && kind !== 'date' ? `up to ${maxLength} characters` : '']
    .filter((part) => part !== '')
    .join(', ');
}

function boundsOf(minimum: number | undefined, maximum: number | undefined): string {
  if (minimum === undefined) return maximum === undefined ? '' : `at most ${maximum}`;
  return maximum === undefined ? `at least ${minimum}` : `${minimum} to ${maximum}`;
}
