/**
 * Where a gateway over stdio reads its client's messages: not from stdin, which the embedded ClickHouse reads as well
 * (docs/adr/0004-embedded-engines.md). The process that starts it pumps stdin there.
 */
export const PROTOCOL_DESCRIPTOR = 3;
