import type { NewNotice, Occasion } from '../notice.js';

/** Tools that a notice names. */
const NAMED_MAX = 20;

/** One notice for each server, whose tools it names: a server that registers with a hundred tools is told once. */
export function toldTogether(begun: readonly Occasion<'tool.quarantined'>[]): NewNotice<'tool.quarantined'>[] {
  const byServer = new Map<string, Occasion<'tool.quarantined'>[]>();
  for (const occasion of begun) byServer.set(occasion.subject, [...(byServer.get(occasion.subject) ?? []), occasion]);
  return [...byServer].map(([subject, occasions]) => {
    const { server_id, server_name } = occasions[0]!.data;
    const tools = occasions.flatMap(({ data }) => data.tools);
    return {
      kind: 'tool.quarantined',
      subject,
      data: { server_id, server_name, count: tools.length, tools: tools.slice(0, NAMED_MAX) },
    };
  });
}
