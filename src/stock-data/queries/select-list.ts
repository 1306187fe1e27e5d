import { columnsOf, type Dataset } from '../datasets/dataset.js';

/**
 * The columns of a SELECT, taken from the dataset's own list; no text of a caller ever gets here.
 * @param expressions what to select instead of the stored column, by its name.
 */
export function selectList(dataset: Dataset, names?: readonly string[], expressions: Record<string, string> = {}): string {
  return columnsOf(dataset, names)
    .map(({ name }) => (expressions[name] ? `${expressions[name]} AS ${name}` : name))
    .join(', ');
}
