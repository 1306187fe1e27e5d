import { canonicalText, isExactObject, type ExactJson, type ExactObject } from '../../common/json-text/exact-json.js';
import { onSomeDayAlone, onSomeDayWithin, wordsIn } from './text-meaning.js';

/** What a value means, of which there may be several spellings. */
export type Reader = (value: ExactJson) => ExactJson;

export const asItIs: Reader = (value) => value;
export const words: Reader = (value) => (typeof value === 'string' ? wordsIn(value) : value);

/** A list whose order says nothing. */
export const unordered =
  (read: Reader): Reader =>
  (value) => {
    if (!Array.isArray(value)) return value;
    const items = value.map(read).map((item) => [canonicalText(item), item] as const);
    return items.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item);
  };

/** Such a list in which it says nothing either how often something stands in it. */
export const setOf =
  (read: Reader): Reader =>
  (value) => {
    const items = unordered(read)(value);
    if (!Array.isArray(items)) return items;
    return items.filter((item, place) => place === 0 || canonicalText(item) !== canonicalText(items[place - 1]!));
  };

const listOf =
  (read: Reader): Reader =>
  (value) =>
    Array.isArray(value) ? value.map(read) : read(value);

const membersOf =
  (read: Reader): Reader =>
  (value) =>
    isExactObject(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, read(one)])) : value;

/**
 * The members of an object as these readers read them, without those that are null or say what holds without them too.
 * @param without what holds without a member, as the canonical texts of what it may be
 */
export function meaningOf(
  object: ExactObject,
  readerOf: (name: string) => Reader | undefined,
  without: Readonly<Record<string, readonly string[]>>,
): ExactObject {
  const read = Object.entries(object).flatMap(([name, value]) => {
    const reader = readerOf(name);
    if (!reader || (value === null && name !== 'const')) return [];
    const meaning = reader(value);
    const isSaidAnyway = Object.hasOwn(without, name) && isShort(meaning) && without[name]!.includes(canonicalText(meaning));
    return isSaidAnyway ? [] : [[name, meaning] as const];
  });
  return Object.fromEntries(read);
}

/** Nothing that is said anyway has anything in it. */
const isShort = (value: ExactJson): boolean =>
  Array.isArray(value) ? value.length === 0 : !isExactObject(value) || Object.keys(value).length === 0;

const typeOf: Reader = (value) => {
  const types = setOf(asItIs)(value);
  return Array.isArray(types) && types.length === 1 ? types[0]! : types;
};
const schemas: Reader = membersOf((value) => schemaMeaning(value));
const alternatives: Reader = (value) => unordered(schemaMeaning)(value);
const names = setOf(asItIs);
const dependency: Reader = (value) => (Array.isArray(value) ? names(value) : schemaMeaning(value));

/** Keywords that are not plain data. */
const KEYWORDS: Readonly<Record<string, Reader>> = {
  ...{ title: words, description: words, $comment: words, examples: unordered(onSomeDayWithin), default: onSomeDayAlone },
  ...{ type: typeOf, enum: setOf(asItIs), required: names },
  ...{ properties: schemas, patternProperties: schemas, dependentSchemas: schemas, $defs: schemas, definitions: schemas },
  ...{ dependentRequired: membersOf(names), dependencies: membersOf(dependency) },
  ...{ anyOf: alternatives, oneOf: alternatives, allOf: alternatives },
  ...{ items: listOf(schemaMeaning), prefixItems: listOf(schemaMeaning) },
  ...Object.fromEntries(
    [
      ...['additionalProperties', 'unevaluatedProperties', 'additionalItems', 'unevaluatedItems', 'contains', 'propertyNames'],
      ...['not', 'if', 'then', 'else', 'contentSchema'],
    ].map((keyword) => [keyword, schemaMeaning]),
  ),
};

const EMPTY = { words: ['""'], list: ['[]'], object: ['{}'], flag: ['false'], number: ['0'] };
/** Of which draft a schema is changes nothing that a model reads. Another text there would be read. */
const DRAFTS = ['draft-04', 'draft-06', 'draft-07', 'draft/2019-09', 'draft/2020-12'].flatMap((draft) =>
  ['http', 'https'].flatMap((scheme) => ['', '#'].map((end) => `"${scheme}://json-schema.org/${draft}/schema${end}"`)),
);
/** What a schema says without them. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  $schema: DRAFTS,
  ...{ title: EMPTY.words, description: EMPTY.words, $comment: EMPTY.words, examples: EMPTY.list },
  ...{ required: EMPTY.list, allOf: EMPTY.list },
  ...{ properties: EMPTY.object, patternProperties: EMPTY.object, $defs: EMPTY.object, definitions: EMPTY.object },
  ...{ dependentSchemas: EMPTY.object, dependentRequired: EMPTY.object, dependencies: EMPTY.object },
  ...{ uniqueItems: EMPTY.flag, deprecated: EMPTY.flag, readOnly: EMPTY.flag, writeOnly: EMPTY.flag, nullable: EMPTY.flag },
  ...{ minItems: EMPTY.number, minLength: EMPTY.number, minProperties: EMPTY.number },
};

/**
 * What a JSON Schema takes and tells a model, whatever way it is written: lists that are sets, alternatives and members have no order,
 * keywords that say what holds anyway are left out. Data (`const`, `enum`, formats, bounds) counts as it is, and so does what is no schema
 * where one belongs: callers read it. Nothing of it is run.
 */
export function schemaMeaning(schema: ExactJson): ExactJson {
  if (typeof schema === 'boolean') return schema ? {} : { not: {} };
  if (!isExactObject(schema)) return schema;
  return meaningOf(schema, (keyword) => (Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : asItIs), WITHOUT);
}

/** The schema of a tool's arguments, which are an object whatever it says; callers read no other. */
export const argumentsMeaning: Reader = (schema) =>
  isExactObject(schema) ? { ...(schemaMeaning(schema) as ExactObject), type: 'object' } : { type: 'object' };
