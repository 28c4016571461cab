import { CHARSET_NAMES, type Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import { durationWords } from '../../ui/time-words.ts';

type Policy = Pick<Rotation, 'periodSeconds' | 'jitterSeconds' | 'schedule' | 'windowSeconds'>;

const DAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];

/** When something is rotated, as a person would say it. */
export function policyWords({ periodSeconds, jitterSeconds, schedule, windowSeconds }: Policy): string {
  if (periodSeconds === 0 && schedule === '') return 'only on demand';
  const parts: string[] = [];
  if (periodSeconds > 0) parts.push(`every ${durationWords(periodSeconds).replace(/^1 /, '')}`);
  if (schedule !== '') parts.push(`${periodSeconds > 0 ? 'then ' : ''}${scheduleWords(schedule)}`);
  if (windowSeconds > 0) parts.push(`within ${durationWords(windowSeconds)}`);
  if (jitterSeconds > 0) parts.push(`up to ${durationWords(jitterSeconds)} later`);
  return parts.join(', ');
}

/** Five fields of cron, in words where they are of the usual kinds; else as they are. */
export function scheduleWords(schedule: string): string {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = schedule.trim().split(/\s+/);
  const isPlain = /^\d{1,2}$/.test(minute) && /^\d{1,2}$/.test(hour) && month === '*';
  if (!isPlain) return `at ${schedule} (UTC)`;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')} UTC`;
  if (day === '*' && weekday === '*') return `every day at ${time}`;
  if (day === '*' && /^[0-7]$/.test(weekday)) return `${DAYS[Number(weekday) % 7]} at ${time}`;
  if (/^\d{1,2}$/.test(day) && weekday === '*') return `on day ${day} of the month at ${time}`;
  return `at ${schedule} (UTC)`;
}

const WHAT: Readonly<Record<Rotation['what'], string>> = {
  secret: 'Secret',
  'static-role': 'Database account',
  'root-account': 'Own account',
  key: 'Key',
  authority: 'SSH authority',
  other: 'Something else',
};
/** The field's own word, beside it once. */
const TERM: Readonly<Record<Rotation['what'], string>> = {
  secret: 'KV',
  'static-role': 'static role',
  'root-account': 'root credentials',
  key: 'transit key',
  authority: 'CA key',
  other: '',
};

/** What is rotated, in plain words. */
export function whatWords({ what }: Pick<Rotation, 'what'>): string {
  return WHAT[what];
}

/** What Vault's papers call it. */
export function whatTerm({ what }: Pick<Rotation, 'what'>): string {
  return TERM[what];
}

/** Who makes the new value, in words. */
export function howWords({ how, secret }: Pick<Rotation, 'how' | 'secret'>): string {
  switch (how) {
    case 'generator':
      return `Keywarden makes ${secret?.length ?? 0} characters: ${charsetWords(secret?.charset ?? '').toLowerCase()}`;
    case 'hook':
      return `Keywarden makes it, and the hook ${secret?.hook ?? ''} brings it to its target`;
    case 'person':
      return 'A person brings it; Keywarden reminds';
    case 'engine':
      return 'Keywarden makes it and sets it';
  }
}

type Charset = (typeof CHARSET_NAMES)[number];

/** What generated values are made of, by the engine's names. */
export const CHARSET_WORDS: Readonly<Record<Charset, string>> = {
  alphanumeric: 'Letters and digits',
  symbols: 'Letters, digits and - _ . ~',
  hex: 'Hexadecimal digits',
  digits: 'Digits',
};

/** An alphabet in words; a name that is not known as it is. */
export function charsetWords(name: string): string {
  const known = CHARSET_NAMES.find((one) => one === name);
  return known ? CHARSET_WORDS[known] : name;
}
