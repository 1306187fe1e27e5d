// Preloaded into a gateway of the tests (`node --import`): a built-in source whose tools report, ask and change.
import { EventEmitter, once } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { AppModule } from '../../../dist/app.module.js';
import { askClient } from '../../../dist/tools/source/ask-client.js';
import { InputRequired } from '../../../dist/tools/source/call-context.js';
import { Sources } from '../../../dist/tools/catalog/sources.service.js';
import { ToolsModule } from '../../../dist/tools/tools.module.js';

const URI = 'test://watched';
const usage = { recordCount: 0, tableName: '' };
const text = (words) => ({ content: [{ type: 'text', text: words }], usage });
const question = {
  method: 'elicitation/create',
  params: { message: 'Who?', requestedSchema: { type: 'object', properties: {} } },
};
const MEBI = 'x'.repeat(1024 * 1024);

class StreamingSource {
  name = 'streaming';
  changes = 0;
  aborted = 0;
  listeners = [];
  watchers = new Set();
  events = new EventEmitter();
  awaiting = new Set();

  tools() {
    const tool = (name, call) => ({
      name,
      title: name,
      description: `${name} ${name === 'change' ? this.changes : ''}`,
      inputSchema: { type: 'object' },
      price: 0,
      tableName: '',
      timeoutMs: 120_000,
      call,
    });
    return [
      tool('report', async (_, { client }) => {
        client.progress({ progress: 1, total: 2, message: 'half' });
        client.log({ level: 'debug', data: 'detail' });
        client.log({ level: 'warning', data: 'careful' });
        return text('done');
      }),
      tool('go_on', async (_, { client, cancellation: { signal } }) => {
        for (let progress = 1; !signal.aborted; progress += 1) {
          client.progress({ progress });
          await setTimeout(50);
        }
        this.aborted += 1;
        throw signal.reason;
      }),
      tool('flood', async (_, { client, cancellation: { signal } }) => {
        for (let sent = 0; sent < 1_000 && !signal.aborted; sent += 1) {
          client.log({ level: 'info', data: MEBI });
          await setImmediate();
        }
        if (signal.aborted) this.aborted += 1;
        return text('sent all');
      }),
      tool('await_change', async (_, { cancellation: { signal } }) => {
        this.awaiting.add(signal);
        await Promise.race([once(signal, 'abort'), once(this.events, 'change')]);
        this.awaiting.delete(signal);
        if (signal.aborted) this.aborted += 1;
        return text('changed');
      }),
      tool('awaiting', async () => text(String(this.awaiting.size))),
      tool('aborted', async () => text(String(this.aborted))),
      tool('ask', async (_, context) => {
        const { who } = await askClient(context, { who: question });
        return text(`Hello, ${who.content.name}!`);
      }),
      tool('ask_raw', async () => {
        throw new InputRequired({ who: question }, { step: 1 });
      }),
      tool('change', async () => {
        this.changes += 1;
        this.events.emit('change');
        for (const listener of [...this.listeners, ...this.watchers]) listener();
        return text('changed');
      }),
    ];
  }

  resources() {
    const read = async () => ({ contents: [{ uri: URI, text: String(this.changes) }], usage });
    return [{ uri: URI, name: 'watched', tableName: '', read }];
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  watch(uri, listener) {
    this.watchers.add(listener);
    return () => this.watchers.delete(listener);
  }
}

class StreamingModule {
  constructor(sources) {
    this.sources = sources;
  }

  onModuleInit() {
    this.sources.register(new StreamingSource());
  }
}
Reflect.defineMetadata('design:paramtypes', [Sources], StreamingModule);
Module({ imports: [ToolsModule] })(StreamingModule);

const { forRoot } = AppModule;
AppModule.forRoot = (...args) => {
  const module = forRoot.apply(AppModule, args);
  return { ...module, imports: [...module.imports, StreamingModule] };
};
