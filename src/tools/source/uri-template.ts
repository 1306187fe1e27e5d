/** Reads addresses of a pattern with one variable, e.g. `dataset://{name}`; RFC 6570, level 1. */
export class UriTemplate {
  private readonly pattern: RegExp;

  constructor(readonly text: string) {
    const [before = '', after = ''] = text.split(/\{\w+\}/);
    this.pattern = new RegExp(`^${escaped(before)}([^/?#]+)${escaped(after)}$`);
  }

  /** What stands for the variable; undefined when the address is not one of the pattern. */
  valueIn(uri: string): string | undefined {
    const value = this.pattern.exec(uri)?.[1];
    try {
      return value && decodeURIComponent(value);
    } catch {
      return undefined;
    }
  }

  with(value: string): string {
    return this.text.replace(/\{\w+\}/, encodeURIComponent(value));
  }
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
