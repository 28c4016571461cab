/**
 * An own, small estimate of how many guesses a passphrase takes. It errs low on purpose: whatever looks like a word, a
 * year, a run or a repetition counts as the one choice that it is, not as its letters.
 */
export interface Strength {
  /** Estimated bits of choice. */
  readonly bits: number;
  readonly grade: 'very weak' | 'weak' | 'fair' | 'good' | 'strong';
  /** What the estimate means, in time. */
  readonly meaning: string;
  /** What would help, or what was found; empty when there is nothing to say. */
  readonly advice: string;
}

/** A thousand machines at one guess a second each: what the vault's key derivation is calibrated to. */
const GUESSES_PER_SECOND = 1000;
const COMMON = new Set(
  `password passwort passw0rd qwerty qwertz azerty letmein welcome admin administrator root login master dragon monkey
  iloveyou sunshine princess football baseball superman batman shadow secret changeme test demo hello hallo default
  keywarden hotel guest vault summer winter spring autumn company access trustno abc123 starwars whatever`.split(
    /\s+/,
  ),
);
const RUNS = ['abcdefghijklmnopqrstuvwxyz', '0123456789', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'qwertzuiop'];

/** Estimates how well a passphrase holds, and explains itself. */
export function passphraseStrength(passphrase: string): Strength {
  const tokens = passphrase.match(/\p{L}+|\d+|[^\p{L}\d]+/gu) ?? [];
  const seen = new Set<string>();
  let bits = 0;
  let found = '';
  for (const token of tokens) {
    const plain = token.toLowerCase();
    const [worth, remark] = seen.has(plain) ? ([1, 'It repeats itself.'] as const) : worthOf(token, plain);
    seen.add(plain);
    bits += worth;
    if (remark !== '') found = remark;
  }
  const grade = gradeOf(bits);
  return { bits, grade, meaning: meaningOf(bits), advice: adviceOf(grade, found) };
}

function worthOf(token: string, plain: string): readonly [number, string] {
  if (COMMON.has(plain)) return [4, `“${plain}” is among the first guesses.`];
  if (new Set(plain).size === 1) return [3 + Math.log2(token.length), 'It repeats one character.'];
  if (isRun(plain)) return [4, 'It holds a run such as abc, 123 or qwerty.'];
  if (/^(?:19|20)\d\d$/.test(token)) return [6, 'A year is a small choice.'];
  if (/^\d+$/.test(token)) return [token.length * 3.32, ''];
  if (/^\p{L}+$/u.test(token)) return [lettersWorth(token, plain), ''];
  return [Math.min(token.length, 3) * 3 + Math.max(0, token.length - 3) * 4, ''];
}

/** A pronounceable run of letters counts as a word of a list of some thousands; any other letter for itself. */
function lettersWorth(token: string, plain: string): number {
  const capitals = plain === token ? 0 : /^\p{Lu}\p{Ll}*$/u.test(token) ? 1 : Math.min(6, token.length / 2);
  const vowels = plain.match(/[aeiouyäöüáéíóúèêå]/gu)?.length ?? 0;
  const share = vowels / token.length;
  const pronounceable = share >= 0.2 && share <= 0.7 && !/[bcdfghjklmnpqrstvwxz]{5}/.test(plain);
  if (token.length > 3 && pronounceable) return 11 + Math.max(0, token.length - 7) * 0.8 + capitals;
  return token.length * 4.4 + capitals;
}

function isRun(plain: string): boolean {
  if (plain.length < 3) return false;
  const back = [...plain].reverse().join('');
  return RUNS.some((run) => run.includes(plain) || run.includes(back));
}

function gradeOf(bits: number): Strength['grade'] {
  if (bits < 22) return 'very weak';
  if (bits < 34) return 'weak';
  if (bits < 44) return 'fair';
  return bits < 60 ? 'good' : 'strong';
}

function meaningOf(bits: number): string {
  const seconds = 2 ** Math.max(0, bits - 1) / GUESSES_PER_SECOND;
  return `A thief of the file with a thousand machines would need ${spanOf(seconds)}.`;
}

function spanOf(seconds: number): string {
  const spans = [
    [60, 1, 'seconds'],
    [3600, 60, 'minutes'],
    [86_400, 3600, 'hours'],
    [86_400 * 60, 86_400, 'days'],
    [86_400 * 730, 86_400 * 30, 'months'],
    [86_400 * 365 * 1000, 86_400 * 365, 'years'],
  ] as const;
  for (const [below, unit, word] of spans) {
    if (seconds < below)
      return seconds < 1 ? 'less than a second' : `about ${Math.ceil(seconds / unit)} ${word}`;
  }
  return 'more than a thousand years';
}

function adviceOf(grade: Strength['grade'], found: string): string {
  if (grade === 'good' || grade === 'strong') return '';
  return found !== ''
    ? `${found} Add words.`
    : 'Four or more words that have nothing to do with each other are easy to keep and hard to guess.';
}
