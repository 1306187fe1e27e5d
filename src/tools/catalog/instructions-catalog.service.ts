import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../../auth/access/principal.js';
import { beginningOf } from '../../common/beginning-of.js';
import { Sources } from './sources.service.js';
import { viewOf } from './tool-access.js';
import { ToolCatalog } from './tool-catalog.service.js';

/** Of all sources: models read them before anything else. */
const ALL_MAX_CHARS = 10_000;
/** Texts kept, over all allow-lists. */
const TEXTS_MAX = 1_000;

const LINE_END = /\r\n|[\n\r\v\f\x85\u2028\u2029]/g;
/** With a mark before each line: no text speaks under the heading of another source. */
const quoted = (text: string): string => `> ${text.replace(LINE_END, '\n> ')}`;

/** What sources tell models of themselves. */
@Injectable()
export class InstructionsCatalog implements OnModuleInit {
  private readonly texts = new LRUCache<string, string>({ max: TEXTS_MAX });
  private given: readonly (readonly [source: string, text: string])[] = [];

  constructor(
    private readonly sources: Sources,
    private readonly tools: ToolCatalog,
  ) {}

  onModuleInit(): void {
    this.sources.onChange(() => this.rebuild());
    this.rebuild();
  }

  /** Whether there are none, whoever asks. */
  get isEmpty(): boolean {
    return this.given.length === 0;
  }

  /** Those of sources of which this caller may call a tool, each under the name of its source; made once for all who see the same. */
  for(principal: Principal): string {
    const view = viewOf(principal);
    let text = this.texts.get(view);
    if (text === undefined) this.texts.set(view, (text = this.textFor(principal)));
    return text;
  }

  private textFor(principal: Principal): string {
    const reached = new Set(this.tools.visibleTo(principal).map(({ source }) => source));
    const told = this.given.filter(([source]) => reached.has(source));
    return beginningOf(told.map(([source, text]) => `# ${source}\n\n${quoted(text)}`).join('\n\n'), ALL_MAX_CHARS);
  }

  /** What a caller may call changes with the same sources. */
  private rebuild(): void {
    this.given = this.sources.all().flatMap((source) => {
      const text = source.instructions?.();
      return text ? [[source.name, text] as const] : [];
    });
    this.texts.clear();
  }
}
