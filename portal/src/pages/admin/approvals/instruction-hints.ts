import type { Piece } from './word-diff';

/** A part of a text, and whether it is of a sentence that reads like an instruction to a model. */
export interface Hinted extends Piece {
  isHint: boolean;
}

const GAP = '[^.!?\\n]{0,40}?';
/**
 * What descriptions of tools rarely say and injected ones often do. Gaps have a bounded length, so that the time grows with the text alone.
 */
const SUSPECT = [
  // to disregard
  `\\b(?:ignore|disregard|forget|override|bypass)\\b${GAP}\\b(?:previous|prior|earlier|above|other|all|any|system|instructions?|rules?)\\b`,
  // to keep from somebody
  "\\b(?:do not|don['’]t|never|must not|should not|without) (?:tell|mention|inform|reveal|show|notify|ask|warn|disclos|say|let)(?:e|ing)?\\b",
  // to do around the use of tools
  `\\b(?:before|after|prior to|whenever|each time|every time|instead of) (?:you )?(?:us(?:e|ing)|call(?:ing)?|invok(?:e|ing)|run(?:ning)?)\\b${GAP}\\btools?\\b`,
  // to obey
  '\\b(?:assistants?|agents?|(?:language )?models?|llms?|ai|claude|gpt|gemini|copilot) (?:must|shall|should|have to|has to|needs? to|(?:are|is) to|(?:are|is) now)\\b',
  '\\byou (?:are now|(?:must|shall|should|have to|need to) (?:always|never|first|not|also|now|call|use|read|send|include|ignore|follow|obey))\\b',
  '\\b(?:always|immediately) (?:call|use|invoke|run|read|send|include|pass|forward|execute)\\b',
  // to hand over
  `\\b(?:contents? of|read|send|pass|include|append|forward|upload)\\b${GAP}(?:\\b(?:conversation|chat history|system prompt|private key|passwords?|credentials|id_rsa)\\b|~/\\.|\\.ssh\\b|\\.env\\b)`,
  // tags that set a text apart from the description
  '</?(?:important|system|instructions?|secret|hidden|critical|admin|assistant|user|prompt)\\b[^>\\n]{0,40}>',
];
const suspect = new RegExp(SUSPECT.join('|').replaceAll(' ', '\\s{1,9}'), 'iu');

/** Sentences end with a full stop before a space, with a line, also one that is written out in JSON, or with a text in quotes. */
const END = /[.!?](?=\s)|\n|\\n|"/gu;

/** Pieces of a text, cut where sentences begin and end that read like instructions to a model: a hint for who looks, no judgement. */
export function hinted(pieces: readonly Piece[]): Hinted[] {
  const sentences = sentencesOf(pieces.map(({ text }) => text).join(''));
  let [at, start] = [0, 0];
  return pieces.flatMap(({ kind, text }) => {
    const parts: Hinted[] = [];
    for (let from = start; from < start + text.length; from += parts.at(-1)!.text.length) {
      while (sentences[at]!.to <= from) at += 1;
      const { to, isHint } = sentences[at]!;
      parts.push({ kind, text: text.slice(from - start, to - start), isHint });
    }
    start += text.length;
    return parts;
  });
}

/** Where each sentence ends; neighbours that are alike as one. */
function sentencesOf(text: string): { to: number; isHint: boolean }[] {
  const ends = [...[...text.matchAll(END)].map(({ index, 0: end }) => index + end.length), text.length];
  const all = ends.map((to, at) => ({ to, isHint: suspect.test(text.slice(ends[at - 1] ?? 0, to)) }));
  return all.filter(({ isHint }, at) => isHint !== all[at + 1]?.isHint);
}
