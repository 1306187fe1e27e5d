import { describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { routeAt } from '../../src/rest/openapi/routes.js';
import { validatedClasses } from '../../src/rest/validated-fields.js';

/** What a request may hold is in openapi.json as it is validated: each bound is tried from both sides. */
interface Member {
  type?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  enum?: string[];
  items?: Member;
  nullable?: boolean;
}

interface Parameter {
  in: string;
  name: string;
  required: boolean;
  schema: Member;
}

interface Model {
  properties?: Record<string, Member>;
  required?: string[];
  additionalProperties?: boolean;
}

const { paths, components } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, { operationId: string; parameters?: Parameter[] }>>;
  components: { schemas: Record<string, Model> };
};
const controllers = new Map<string, Type>();
for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
  if (!/\.(dto|controller)\.ts$/.test(file)) continue;
  const exported = (await import(pathToFileURL(resolve(join('src', file))).href)) as Record<string, Type>;
  if (file.endsWith('.controller.ts')) for (const [name, one] of Object.entries(exported)) controllers.set(name, one);
}

/** Rules that are no bound, or that JSON Schema has no word for: the description says it. */
const UNSAID =
  /^(is(String|Boolean|Object|Array|Optional|Iso8601|LogContext|TimeZone|StrongSecret|NotGivenToo)|conditionalValidation|nestedValidation|undefined)$/;
/** The word for each of the others. */
const WORDS: Record<string, string> = {
  ...{ isInt: 'type', min: 'minimum', max: 'maximum', notEquals: 'not', isLength: 'maxLength', minLength: 'minLength' },
  ...{ maxLength: 'maxLength', isNotEmpty: 'minLength', matches: 'pattern', isIn: 'enum', isUuid: 'format', isEmail: 'format' },
  ...{ arrayNotEmpty: 'minItems', arrayMaxSize: 'maxItems', arrayUnique: 'uniqueItems' },
};

const rulesOf = (target: Type) => getMetadataStorage().getTargetValidationMetadatas(target, '', false, false);
const membersOf = (target: Type) => [...new Set(rulesOf(target).map(({ propertyName }) => propertyName))];
const operations = Object.values(paths).flatMap((methods) => Object.values(methods));

/** As the document has it: a model, or the parameters of an operation, which may be of a class that extends this one. */
function documented(target: Type): Model | undefined {
  const model = components.schemas[target.name];
  if (model) return model;
  const takes = (isIt: (one: Type | undefined) => boolean) =>
    operations.find(({ operationId }) => {
      const [controller, method] = operationId.split('_') as [string, string];
      const { query, params } = routeAt(controllers.get(controller)!, method);
      return isIt(query) || isIt(params);
    });
  const operation = takes((one) => one === target) ?? takes((one) => one?.prototype instanceof target);
  const given = (operation?.parameters ?? []).filter((one) => one.in !== 'header');
  return operation && { properties: Object.fromEntries(given.map((one) => [one.name, one.schema])) };
}

const classes = [...validatedClasses().values()] as Type<object>[];
const members = classes.flatMap((target) => membersOf(target).map((name) => [`${target.name}.${name}`, target, name] as const));

/** Whether this value of one member is refused, whatever the others are. */
function isRefused(target: Type<object>, name: string, value: unknown): boolean {
  const errors = validateSync(plainToInstance(target, { [name]: value }), { whitelist: true });
  return errors.some(({ property }) => property === name);
}

/** What lies just outside of what the document allows. */
function outside({ type, minimum, maximum, minLength = 0, maxLength, minItems = 0, maxItems, items, ...one }: Member): unknown[] {
  return [
    ...(minimum === undefined ? [] : [minimum - 1]),
    ...(maximum === undefined ? [] : [maximum + 1]),
    ...(minLength > 0 ? [''] : []),
    ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1)]),
    ...(minItems > 0 ? [[]] : []),
    ...(maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, (_, index) => `a=${index}`)]),
    ...(one.enum ? ['nothing of this kind'] : []),
    ...(type === 'integer' ? [1.5, '', 'x', '0x10', ' 1', '1e2'] : []),
    ...(type === 'boolean' ? ['yes', '', 2] : []),
    ...(items ? outside(items).map((value) => [value]) : []),
  ];
}

describe.each(members)('%s', (_, target, name) => {
  const member = documented(target)?.properties?.[name];

  it('is in the document with every rule that it is validated by', () => {
    const rules = rulesOf(target).filter((rule) => rule.propertyName === name && !UNSAID.test(`${rule.name}`));
    const isUnsaid = ({ name: rule, each, constraints }: (typeof rules)[number]) =>
      !(WORDS[rule!]! in ((each ? member?.items : member) ?? {})) && !(rule === 'arrayUnique' && constraints[0]);
    expect(member).toBeDefined();
    expect(rules.filter(isUnsaid).map((rule) => rule.name)).toEqual([]);
  });

  it('is refused outside of what the document allows, and taken at its bounds', () => {
    const { minimum, maximum, enum: values = [], items } = member!;
    expect(outside(member!).filter((value) => !isRefused(target, name, value))).toEqual([]);
    const inside = [minimum, maximum, ...values].filter((value) => value !== undefined);
    expect(inside.filter((value) => isRefused(target, name, items ? [value] : value))).toEqual([]);
  });

  it('may be left out only where the document says so', () => {
    const model = components.schemas[target.name];
    if (!model) return;
    const isOptional = !isRefused(target, name, undefined);
    expect([model.required?.includes(name) ?? false, member?.nullable ?? false]).toEqual([!isOptional, isOptional]);
    expect(model.additionalProperties).toBe(false);
  });
});
