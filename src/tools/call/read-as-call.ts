import type { CatalogPrompt } from '../catalog/prompt-catalog.service.js';
import type { CatalogResource } from '../catalog/resource-catalog.service.js';
import type { CatalogTool } from '../catalog/catalog-tool.js';
import type { Tool, ToolSource } from '../source/tool-source.js';

/** Reads of resources and gets of prompts go the way of tool calls, under the name of their method: limited, recorded, priced. */
const METHOD_AS_TOOL: Pick<Tool, 'title' | 'description' | 'inputSchema' | 'price'> = {
  title: '',
  description: '',
  inputSchema: { type: 'object' },
  price: 0,
};

/** The read of a resource as a call; the contents are the result's content. `price`: credits for one. */
export function readAsCall({ offer: resource, source }: CatalogResource, uri: string, price: number): CatalogTool {
  const tool: Tool = {
    ...METHOD_AS_TOOL,
    name: 'resources/read',
    tableName: resource.tableName,
    ...ownOrForeign(source),
    ...(resource.timeoutMs !== undefined && { timeoutMs: resource.timeoutMs }),
    call: async (_, context) => {
      const { contents, usage, texts } = await resource.read(uri, context);
      return { content: contents as never, usage, ...(texts && { texts }) };
    },
  };
  return { tool, source: source.name, price, checkArguments: () => undefined, listing: '', spanName: tool.name };
}

/** A prompt as a call; the messages are the result's content. `price`: credits for one. */
export function promptAsCall({ offer: prompt, source }: CatalogPrompt, price: number): CatalogTool {
  const tool: Tool = {
    ...METHOD_AS_TOOL,
    name: 'prompts/get',
    tableName: '',
    ...ownOrForeign(source),
    ...(prompt.timeoutMs !== undefined && { timeoutMs: prompt.timeoutMs }),
    call: async (args, context) => {
      const { messages, usage, texts } = await prompt.get(args as Record<string, string>, context);
      return { content: messages as never, usage, ...(texts && { texts }) };
    },
  };
  return {
    tool,
    source: source.name,
    price,
    // Another server checks its own arguments.
    checkArguments: source.isForeign ? () => undefined : (args) => problemOf(prompt, args),
    listing: '',
    spanName: `prompts/get ${prompt.name}`,
  };
}

/** Our own may be read again as often as anybody likes. */
const ownOrForeign = ({ isForeign }: ToolSource): Pick<Tool, 'isForeign' | 'annotations'> =>
  isForeign ? { isForeign } : { annotations: { readOnlyHint: true } };

/** What is wrong with the arguments of a prompt, which are strings; null is as good as none. */
function problemOf({ arguments: known = [] }: CatalogPrompt['offer'], args: Record<string, unknown>): string | undefined {
  for (const [name, value] of Object.entries(args)) if (value === null) delete args[name];
  const missing = known.find(({ name, required }) => required && args[name] === undefined);
  if (missing) return `"${missing.name}" is required`;
  const wrong = Object.keys(args).find((name) => typeof args[name] !== 'string');
  return wrong && `"${wrong}" must be a string`;
}
