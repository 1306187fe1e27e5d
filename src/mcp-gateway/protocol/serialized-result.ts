/** A result that is JSON already, such as a cached list or what a tool gave; the transport sends it as it is. */
export class SerializedResult {
  /** @param json An object. @param isTyped it says itself what kind of result it is, see `resultType` of MCP 2026-07-28 */
  constructor(
    readonly json: string,
    readonly isTyped = false,
  ) {}
}
