import { itemsOf, membersOf, objectOf, withMembers, type JsonMembers } from '../../common/json-text/json-members.js';
import type { ToolDefinition } from '../connection/definitions.js';
import type { ToolChange } from './tool-change.js';

/** Where a schema has others that are about the same object. */
const ALTERNATIVES = ['allOf', 'anyOf', 'oneOf'];

type Names = Pick<ToolChange['fixed'], 'has'>;

/**
 * A tool's definition as callers get it: in the operator's words, without the arguments that are fixed. All else is the text it came
 * in.
 */
export function changedDefinition(definition: ToolDefinition, { title, description, fixed }: ToolChange): ToolDefinition {
  const schema = fixed.size > 0 ? withoutArguments(definition.json['inputSchema']!, fixed) : undefined;
  return {
    ...definition,
    ...(title !== undefined && { title, annotations: entitled(definition.annotations, title) }),
    ...(description !== undefined && { description }),
    ...(schema !== undefined && { inputSchema: JSON.parse(schema) as ToolDefinition['inputSchema'] }),
    json: {
      ...definition.json,
      ...(title !== undefined && titled(definition.json, JSON.stringify(title))),
      ...(description !== undefined && { description: JSON.stringify(description) }),
      ...(schema !== undefined && { inputSchema: schema }),
    },
  };
}

/** Clients of before MCP 2025-06-18 read the title in the annotations, if there is one. */
const entitled = (annotations: ToolDefinition['annotations'], title: string): ToolDefinition['annotations'] =>
  annotations && 'title' in annotations ? { ...annotations, title } : annotations;

/** The same in the text. */
function titled({ annotations }: JsonMembers, title: string): JsonMembers {
  const isThere = annotations !== undefined && membersOf(annotations).has('title');
  return { title, ...(isThere && { annotations: withMembers(annotations, { title }) }) };
}

/**
 * A schema of an object that says nothing of these properties: neither what they are, nor that they are required, in its alternatives
 * too. What else a schema may say of them is a stranger's, and stays.
 * @param schema Valid JSON
 */
export function withoutArguments(schema: string, names: Names): string {
  if (!schema.startsWith('{')) return schema;
  const members = [...membersOf(schema)].flatMap(([name, text]): [string, string][] => {
    const left = withoutNames(name, text, names);
    return left === undefined ? [] : [[name, left]];
  });
  return objectOf(members);
}

/** What is left of a member of a schema; undefined where that is nothing. */
function withoutNames(member: string, json: string, names: Names): string | undefined {
  if (member === 'properties' && json.startsWith('{')) return objectOf([...membersOf(json)].filter(([name]) => !names.has(name)));
  if (member === 'required' && json.startsWith('[')) return requiredWithout(json, names);
  if (ALTERNATIVES.includes(member) && json.startsWith('['))
    return `[${itemsOf(json)
      .map((schema) => withoutArguments(schema, names))
      .join(',')}]`;
  return json;
}

/** An empty list is none to clients that know draft 4. */
function requiredWithout(json: string, names: Names): string | undefined {
  const items = itemsOf(json);
  const left = items.filter((item) => !item.startsWith('"') || !names.has(JSON.parse(item) as string));
  if (left.length === items.length) return json;
  return left.length === 0 ? undefined : `[${left.join(',')}]`;
}
