import { membersOf } from '../../common/json-text/json-members.js';
import { ToolInputError } from '../../tools/source/tool-source.js';
import type { ToolChange } from './tool-change.js';

/** The arguments of one call: as they were read, and as the text that goes on. */
export interface CallArguments {
  args: Record<string, unknown>;
  json: string;
}

/** Constants that are put into every call of a tool. */
export class FixedArguments {
  /** Members of an object, as they stand in its text. */
  private readonly text: string;
  private readonly values: Record<string, unknown>;
  /** In small letters. */
  private readonly names: ReadonlySet<string>;

  /**
   * @param toolName what callers call the tool
   * @param others the arguments that callers have
   */
  constructor(
    private readonly fixed: ToolChange['fixed'],
    private readonly toolName: string,
    private readonly others: readonly string[] = [],
  ) {
    this.names = new Set([...fixed.keys()].map((name) => name.toLowerCase()));
    this.text = [...fixed].map(([name, constant]) => `${JSON.stringify(name)}:${constant}`).join(',');
    this.values = Object.fromEntries([...fixed].map(([name, constant]) => [name, JSON.parse(constant) as unknown]));
  }

  /**
   * What the caller wrote, to the letter, behind the constants. A caller knows no argument that is fixed, and is refused one: to
   * replace it would answer something else than was asked.
   * @throws ToolInputError
   */
  before({ args, json }: CallArguments): CallArguments {
    const given = membersOf(json);
    for (const name of given.keys()) if (this.isFixed(name)) throw this.unknown(name);
    return {
      args: { ...args, ...this.values },
      json: `{${this.text}${given.size > 0 ? ',' : ''}${json.slice(json.indexOf('{') + 1)}`,
    };
  }

  /** Many servers read names in any case. */
  private isFixed(name: string): boolean {
    return this.fixed.has(name) || (this.names.has(name.toLowerCase()) && !this.others.includes(name));
  }

  /** In the words for any argument that a tool of ours does not know. */
  private unknown(name: string): ToolInputError {
    return new ToolInputError(`Invalid arguments for ${this.toolName}: "${name}" is not a known argument.`);
  }
}
