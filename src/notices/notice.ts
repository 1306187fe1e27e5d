import { NOTICES, type NoticeData, type NoticeKind } from './notice-kinds.js';

/** Something to tell. */
export interface NewNotice<K extends NoticeKind = NoticeKind> {
  kind: K;
  /** What it is about, by which later notices of the kind are compared with it. */
  subject: string;
  /** Who is told, where the kind tells users. */
  userId?: string | null;
  /** By their own wish: operators are not told. */
  isForUserAlone?: boolean;
  data: NoticeData[K];
}

/** Something that holds now, and is told once until it ends. */
export interface Occasion<K extends NoticeKind = NoticeKind> extends NewNotice<K> {
  /** The same for as long as it is the same thing, on every replica. */
  key: string;
  /** When it began; unset: now. */
  since?: Date;
}

/** Something that is told. */
export interface Notice {
  id: string;
  kind: NoticeKind;
  data: Record<string, unknown>;
  createdAt: Date;
}

/** Of the form of notices; one that reads it can rely on what a version has. */
const VERSION = 1;

/** The body of a webhook, the same bytes at each attempt. */
export const noticeJson = ({ id, kind, data, createdAt }: Notice): string =>
  JSON.stringify({ id, type: kind, version: VERSION, timestamp: createdAt.toISOString(), data });

/** A notice as people read it. What is named by strangers, such as a tool, is one short line without control characters. */
export function noticeText({ kind, data }: Pick<Notice, 'kind' | 'data'>): { title: string; lines: string[] } {
  const { title, lines } = NOTICES[kind] as { title: (data: object) => string; lines: (data: object) => string[] };
  return { title: oneLine(title(data), 200), lines: lines(data).map((line) => oneLine(line, 1_000)) };
}

/** A text of a stranger as one short line, without what no text should hold: control characters, halves of characters. */
export const oneLine = (text: string, max: number): string =>
  text
    .slice(0, max)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
