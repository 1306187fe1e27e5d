import { Injectable } from '@nestjs/common';
import { PromptCatalog } from '../../tools/catalog/prompt-catalog.service.js';
import { ResourceCatalog } from '../../tools/catalog/resource-catalog.service.js';
import type { Completable, Completion } from '../../tools/source/completion.js';
import { isObject } from '../../common/json.js';
import { objectOf } from '../../common/json-text/json-members.js';
import { McpCalls } from '../context/mcp-calls.service.js';
import type { McpContext } from '../context/mcp-context.js';
import { invalidParams } from '../protocol/mcp-error.js';
import { SerializedResult } from '../protocol/serialized-result.js';

/** Most values in one answer; MCP, "Completion". */
const VALUES_MAX = 100;

/** Helps clients to fill in the arguments of prompts and of resource templates. */
@Injectable()
export class Completions {
  constructor(
    private readonly prompts: PromptCatalog,
    private readonly resources: ResourceCatalog,
    private readonly calls: McpCalls,
  ) {}

  /** @throws McpProtocolError when the parameters are not those of `completion/complete`, or name nothing the caller may use. */
  async complete(context: McpContext): Promise<{ completion: Completion } | SerializedResult> {
    const { argument, context: filledIn } = context.params;
    if (!isObject(argument) || typeof argument['name'] !== 'string' || typeof argument['value'] !== 'string')
      throw invalidParams('"argument" must have a "name" and a "value"');
    const others = textsOf(isObject(filledIn) ? filledIn['arguments'] : undefined);
    const target = this.target(context);
    const callContext = this.calls.callContext(context);
    const completion = await target.complete?.(argument['name'], argument['value'], others, callContext);
    if (completion?.texts) return new SerializedResult(objectOf(completion.texts));
    return { completion: completion ? firstOf(completion) : { values: [] } };
  }

  private target({ params: { ref }, caller }: McpContext): Completable {
    const { type, name, uri } = isObject(ref) ? ref : {};
    const found =
      type === 'ref/prompt'
        ? this.prompts.find(String(name), caller)?.offer
        : type === 'ref/resource'
          ? this.resources.template(String(uri), caller)
          : undefined;
    if (!found) throw invalidParams('"ref" names no prompt and no resource template');
    return found;
  }
}

const textsOf = (values: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(isObject(values) ? values : {}).filter(([, value]) => typeof value === 'string')) as Record<
    string,
    string
  >;

function firstOf({ values, total = values.length, hasMore }: Completion): Completion {
  return { values: values.slice(0, VALUES_MAX), total, hasMore: hasMore ?? total > Math.min(values.length, VALUES_MAX) };
}
