import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

/** A schedule of five fields, in UTC: minute, hour, day of the month, month, day of the week. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Both kinds of days are named: either will do, as everywhere since Vixie's cron. */
  readonly eitherDay: boolean;
}

const MINUTE = 60_000;
/** Longer is no schedule, only work for whoever reads it. */
const MOST_LETTERS = 512;
/** A schedule that names no day within so many (the 30th of February) never comes. */
const LONGEST_SEARCH_DAYS = 366 * 8;

/** Reads a schedule, `0 3 * * 6` or `10-50/20 0-4 1,15 * *`; 7 is Sunday too. Throws `invalid-request`. */
export function parseCron(text: string): Cron {
  if (text.length > MOST_LETTERS) throw refused(`has ${MOST_LETTERS} letters at most`);
  const [minute, hour, day, month, weekday, ...more] = text.trim().split(/\s+/);
  if (!minute || !hour || !day || !month || !weekday || more.length > 0) {
    throw refused('has five fields: minute, hour, day of the month, month, day of the week');
  }
  const cron: Cron = {
    minutes: field(minute, 0, 59),
    hours: field(hour, 0, 23),
    days: field(day, 1, 31),
    months: field(month, 1, 12),
    weekdays: new Set([...field(weekday, 0, 7)].map((number) => number % 7)),
    eitherDay: !day.startsWith('*') && !weekday.startsWith('*'),
  };
  if (nextTime(cron, 0) === undefined) throw refused('names no day that ever comes');
  return cron;
}

/** The first instant of the schedule at or after another, in milliseconds; undefined where none ever comes. */
export function nextTime(cron: Cron, from: number): number | undefined {
  let at = Math.ceil(from / MINUTE) * MINUTE;
  const first = new Date(at);
  let day = Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), first.getUTCDate());
  for (let searched = 0; searched < LONGEST_SEARCH_DAYS; searched += 1) {
    if (isDay(cron, new Date(day))) {
      const found = nextInDay(cron, day, at);
      if (found !== undefined) return found;
    }
    day += 24 * 60 * MINUTE;
    at = day;
  }
  return undefined;
}

function nextInDay(cron: Cron, day: number, at: number): number | undefined {
  for (let hour = 0; hour < 24; hour += 1) {
    if (!cron.hours.has(hour)) continue;
    for (let minute = 0; minute < 60; minute += 1) {
      const instant = day + (hour * 60 + minute) * MINUTE;
      if (instant >= at && cron.minutes.has(minute)) return instant;
    }
  }
  return undefined;
}

function isDay(cron: Cron, day: Date): boolean {
  if (!cron.months.has(day.getUTCMonth() + 1)) return false;
  const ofMonth = cron.days.has(day.getUTCDate());
  const ofWeek = cron.weekdays.has(day.getUTCDay());
  return cron.eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
}

function field(text: string, least: number, most: number): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (!match) throw refused(`cannot have the field ${text.slice(0, 40)}`);
    const [, from, to, step] = match;
    const first = from === undefined ? least : Number(from);
    const last = to !== undefined ? Number(to) : from === undefined || step !== undefined ? most : first;
    const by = step === undefined ? 1 : Number(step);
    if (first < least || last > most || first > last || by === 0) {
      throw refused(`cannot have the field ${text.slice(0, 40)}`);
    }
    for (let number = first; number <= last; number += by) numbers.add(number);
  }
  return numbers;
}

function refused(words: string): KeywardenError {
  return new KeywardenError('invalid-request', `a rotation schedule ${words}`);
}
