/** A result that is JSON already, such as a cached list; the transport sends it as it is. */
export class SerializedResult {
  /** A JSON object. */
  constructor(readonly json: string) {}
}
