/** A text that is read from left to right, at one of its characters. */
interface Reading {
  text: string;
  /** The same in lower case. */
  lower: string;
  at: number;
  /** How many characters there were to choose from. */
  choices: number;
  /** Whether all its letters are of one case. */
  isOneCase: boolean;
}

/** How likely a way of writing makes the character there, given those before it. Over all characters it adds up to 1 at most. */
type Way = (reading: Reading) => number;

const ALPHABETS: readonly [RegExp, number][] = [
  [/^\d*$/, 10],
  [/^([\da-f]+|[\dA-F]+)$/, 16],
  [/^([a-z]+|[A-Z]+)$/, 26],
  [/^([\da-z]+|[\dA-Z]+)$/, 36],
];
const NO_LETTER_OR_DIGIT = /[^A-Za-z\d]/g;

/** How many letters and digits a text was chosen from, by the smallest alphabet it fits in; marks between them do not count. */
export function alphabetOf(text: string): number {
  const characters = text.replace(NO_LETTER_OR_DIGIT, '');
  return ALPHABETS.find(([shape]) => shape.test(characters))?.[1] ?? 62;
}

/**
 * How much likelier it is that a person wrote this than that it was drawn at random, in bits: the logarithm of the ratio, so that
 * random text reaches `n` with a chance of 2^-n at most. People write words, write them with digits or in camelCase, repeat
 * themselves, and walk over the keyboard, the alphabet or the digits; whichever fits is believed more with each character.
 * @param text Letters, digits and marks, at most some hundreds: the time grows with the square of their number.
 */
export function oddsOfPerson(text: string): number {
  const letters = alphabetOf(text);
  const marks = new Set(text.match(NO_LETTER_OR_DIGIT)).size;
  const reading = { text, lower: text.toLowerCase(), choices: letters + marks, isOneCase: letters < 62 };
  let trust = FIRST_TRUST;
  let odds = 0;
  for (let at = 0; at < text.length; at += 1) {
    const chances = WAYS.map(([way]) => way({ ...reading, at }));
    const chance = chances.reduce((sum, one, way) => sum + one * trust[way]!, 0);
    odds += Math.log2(chance * reading.choices);
    trust = trust.map(
      (before, way) => (1 - CHANGE_OF_MIND) * ((before * chances[way]!) / chance) + CHANGE_OF_MIND * FIRST_TRUST[way]!,
    );
  }
  return odds;
}

const LOWER = 0;
const UPPER = 1;
const DIGIT = 2;
const MARK = 3;

/** What kind a character is; before the first one it is as after a mark. */
function kindOf(character: string | undefined): number {
  if (character === undefined) return MARK;
  if (character >= 'a' && character <= 'z') return LOWER;
  if (character >= 'A' && character <= 'Z') return UPPER;
  return character >= '0' && character <= '9' ? DIGIT : MARK;
}

/** How often a kind (the column) follows a kind (the row), in their order. */
const KINDS_OF_WORDS = [
  [0.82, 0.05, 0.05, 0.08],
  [0.6, 0.3, 0.04, 0.06],
  [0.15, 0.1, 0.6, 0.15],
  [0.5, 0.3, 0.17, 0.03],
] as const;
const KINDS_OF_DRESSED_WORDS = [
  [0.7, 0.14, 0.1, 0.06],
  [0.9, 0.04, 0.05, 0.01],
  [0.2, 0.2, 0.45, 0.15],
  [0.4, 0.4, 0.17, 0.03],
] as const;

/**
 * How rarely a letter (the place in a text) follows a letter (the text, `a` to `z`), or begins a word (the last text): `n` is once in
 * 2^n. Counted in the English words, names and passwords of zxcvbn 4.4.2 (MIT).
 */
const PAIRS = `
  75457757586343959343567866 35773997388387399368389959 38583993493597399474589969
  37752667388567389447577959 46535667697453769234766658 39673376397486389375479959
  36972754389475399356498969 26882797377666399575497959 46454659996452469534859896
  28653875465686378689379668 36872695377556489546597958 37752788397369379955579949
  25692999399858349869498969 37433637476885499843678968 66557757696442459344455768
  39993894398489349355499969 39779979698888884879183788 36653667386655379544578959
  47473893496557458842496969 38692894298677399444597957 55454658587443759334979887
  26991689289799499787789979 26862784397674388557796969 46373686378667538553587447
  34554567567444459535586867 27772985397666478777586553 44445555565545647434665977
`
  .trim()
  .split(/\s+/);
/** The rounded numbers of a row add up to 1.17 at most. */
const ROUNDING = 0.86;

const place = (letter: string): number => letter.charCodeAt(0) - 97;
const isLetter = (character: string): boolean => kindOf(character) === LOWER;

function chanceOfPair(before: string | undefined, letter: string): number {
  const row = PAIRS[before !== undefined && isLetter(before) ? place(before) : 26]!;
  return ROUNDING * 2 ** -Number(row[place(letter)]);
}

/** People separate words by one mark, of some seven. */
function chanceOfMark({ text, at }: Reading): number {
  const last = text.slice(0, at).match(NO_LETTER_OR_DIGIT)?.at(-1);
  if (last === undefined) return 1 / 7;
  return last === text[at] ? 0.8 : 0.2 / 6;
}

const atRandom: Way = ({ choices }) => 1 / choices;

const inWords: Way = (reading) => {
  const { text, lower, at, isOneCase } = reading;
  const kinds = KINDS_OF_WORDS[kindOf(text[at - 1])]!;
  const kind = kindOf(text[at]);
  if (kind === MARK) return kinds[MARK] * chanceOfMark(reading);
  if (kind === DIGIT) return kinds[DIGIT] / 10;
  return (isOneCase ? kinds[LOWER] + kinds[UPPER] : kinds[kind]!) * chanceOfPair(lower[at - 1], lower[at]!);
};

/** Digits that people write for letters. */
const LETTER_OF: Record<string, string> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't' };
const DRESSED = new Set(Object.values(LETTER_OF));
const DRESSED_SHARE = 0.6;

/** In words with digits for letters, each with a capital of its own. */
const inDressedWords: Way = (reading) => {
  const { text, lower, at, isOneCase } = reading;
  const [character, last] = [lower[at]!, lower[at - 1]];
  const before = last === undefined ? undefined : (LETTER_OF[last] ?? last);
  const [kind, kindBefore] = [kindOf(text[at]), before !== last ? LOWER : kindOf(text[at - 1])];
  const kinds = KINDS_OF_DRESSED_WORDS[kindBefore]!;
  if (kind === MARK) return kinds[MARK] * chanceOfMark(reading);
  const ofLetters = isOneCase ? kinds[LOWER] + kinds[UPPER] : kinds[kind === DIGIT ? LOWER : kind]!;
  if (kind === DIGIT) {
    const letter = LETTER_OF[character];
    return (letter === undefined ? 0 : ofLetters * DRESSED_SHARE * chanceOfPair(before, letter)) + kinds[DIGIT] / 10;
  }
  const beginsWord = kind === UPPER && kindBefore === LOWER && !isOneCase;
  const undressed = DRESSED.has(character) && (isOneCase || kind === LOWER) ? 1 - DRESSED_SHARE : 1;
  return ofLetters * undressed * chanceOfPair(beginsWord ? undefined : before, character);
};

/** How surely people go on as they did after the same 1, 2 or 3 characters. */
const SURENESS = [0.3, 0.7, 0.9];

const again: Way = ({ text, lower, at, choices, isOneCase }) => {
  for (const length of [3, 2, 1]) {
    const earlier = at > length ? lower.lastIndexOf(lower.slice(at - length, at), at - length - 1) : -1;
    if (earlier === -1) continue;
    const [sure, next] = [SURENESS[length - 1]!, earlier + length];
    const ofCase = isOneCase ? 1 : text[next] === text[at] ? 0.8 : 0.2;
    return (lower[next] === lower[at] ? sure * ofCase : 0) + (1 - sure) / choices;
  }
  return 1 / choices;
};

const KEYBOARD = ['1234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
const ORDERS = ['abcdefghijklmnopqrstuvwxyz', '0123456789'];
/** Each letter and digit with those beside it on the keyboard, in the alphabet and among the digits. */
const BESIDE = new Map(ORDERS.flatMap((order) => [...order]).map((character) => [character, new Set(besides(character))]));

function besides(character: string): string[] {
  const y = KEYBOARD.findIndex((row) => row.includes(character));
  const x = KEYBOARD[y]!.indexOf(character);
  const keys = KEYBOARD.slice(Math.max(0, y - 1), y + 2).flatMap((row) => [...row.slice(Math.max(0, x - 1), x + 2)]);
  const order = ORDERS.find((one) => one.includes(character))!;
  const step = order.indexOf(character);
  return [...keys, ...order.slice(Math.max(0, step - 1), step + 2)];
}

/** A step from the character that many before: 1 for `qwerty` and `abc`, 2 for `a1b2c3`, 4 for `1qaz2wsx`. */
const stepsFrom =
  (distance: number): Way =>
  ({ text, lower, at, choices, isOneCase }) => {
    const beside = BESIDE.get(lower[at - distance] ?? '');
    if (!beside) return 1 / choices;
    const ofCase = isOneCase || kindOf(text[at]) === DIGIT ? 1 : 0.5;
    return 0.15 / choices + (beside.has(lower[at]!) ? (0.85 / beside.size) * ofCase : 0);
  };

const DISTANCES = [1, 2, 3, 4, 5, 6, 8];
/** Each with how much it is believed before the first character; together 1. */
const WAYS: readonly [Way, number][] = [
  [atRandom, 0.3],
  [inWords, 0.33],
  [inDressedWords, 0.12],
  [again, 0.1],
  ...DISTANCES.map((distance): [Way, number] => [stepsFrom(distance), 0.15 / DISTANCES.length]),
];
const FIRST_TRUST: readonly number[] = WAYS.map(([, trust]) => trust);
/** How much of the trust is given out anew at each character: people go from one way to another. */
const CHANGE_OF_MIND = 0.03;
