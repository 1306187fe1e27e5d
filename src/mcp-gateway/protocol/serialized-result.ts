/** A result that is JSON already, such as a cached list or what a tool gave; the transport sends it as it is. */
export class SerializedResult {
  /** A JSON object. */
  constructor(readonly json: string) {}
}
