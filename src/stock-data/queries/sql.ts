import { columnsOf, type Dataset } from '../datasets/dataset.js';

/** Ends every SELECT of this room, so that no query runs for longer, whatever a caller asks for. */
export const QUERY_LIMITS = 'SETTINGS max_execution_time = 10';

/**
 * The columns of a SELECT, taken from the dataset's descriptor; text of a caller never gets here.
 * @param expressions What to select instead of a stored column, by the column's name.
 */
export function selectList(dataset: Dataset, names?: readonly string[], expressions: Record<string, string> = {}): string {
  return columnsOf(dataset, names)
    .map(({ name }) => (expressions[name] ? `${expressions[name]} AS ${name}` : name))
    .join(', ');
}
