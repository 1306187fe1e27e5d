/** An answer that is none: what of it is wrong. */
export class NotMcp extends Error {}

/** An answer that did not arrive whole: why. */
export class BrokenAnswer extends Error {}

/** The server ended the connection while it was asked. */
export class ConnectionClosed extends Error {}
