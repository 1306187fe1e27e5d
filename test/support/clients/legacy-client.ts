import { expect } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { eventually } from '../eventually.js';

/** The official SDK's client of 2025-11-25 with what it does for its user: answers questions as Alice, and hears. */
export class LegacyClient extends Client {
  /** Levels of messages, addresses of changed resources, `tools` for a changed list. */
  readonly heard: string[] = [];

  constructor() {
    super({ name: 'legacy', version: '1' }, { capabilities: { elicitation: {} } });
    this.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept' as const, content: { name: 'Alice' } }));
    this.setNotificationHandler(ToolListChangedNotificationSchema, () => void this.heard.push('tools'));
    this.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void this.heard.push(params.uri));
    this.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void this.heard.push(params.level));
  }

  async isAsked(): Promise<void> {
    const { content } = await this.callTool({ name: 'ask', arguments: {} });
    expect(content).toEqual([{ type: 'text', text: 'Hello, Alice!' }]);
  }

  /** Everything a session is for, at a gateway with streaming-source.mjs. */
  async goesThroughEverything(): Promise<void> {
    this.heard.length = 0;
    await this.isAsked();
    await this.setLoggingLevel('debug');
    await this.callTool({ name: 'report', arguments: {} });
    expect(this.heard).toEqual(['debug', 'warning']);
    await this.subscribeResource({ uri: 'test://watched' });
    await this.hearsOfChanges();
  }

  /** Its stream may not be open yet when the first change comes. */
  async hearsOfChanges(): Promise<void> {
    await eventually(async () => {
      await this.callTool({ name: 'change', arguments: {} });
      expect(this.heard).toEqual(expect.arrayContaining(['tools', 'test://watched']));
    });
  }
}
