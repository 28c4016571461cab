const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** What is left, short and of steady width: `42 s`, `4:12`, `3 h 05 m`, `5 d 3 h`. */
export function countdownWords(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  if (left < MINUTE) return `${left} s`;
  if (left < HOUR) return `${Math.floor(left / MINUTE)}:${pad(left % MINUTE)}`;
  if (left < DAY) return `${Math.floor(left / HOUR)} h ${pad(Math.floor((left % HOUR) / MINUTE))} m`;
  return `${Math.floor(left / DAY)} d ${Math.floor((left % DAY) / HOUR)} h`;
}

/** The same for the middle of a ring, where there is room for one unit. */
export function ringWords(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  if (left < HOUR) return countdownWords(left);
  return left < DAY ? `${Math.floor(left / HOUR)} h` : `${Math.floor(left / DAY)} d`;
}

/** A length of time as a person says it: `1 hour`, `90 seconds`, `32 days`. */
export function durationWords(seconds: number): string {
  if (seconds >= DAY && seconds % DAY === 0) return count(seconds / DAY, 'day');
  if (seconds >= HOUR && seconds % HOUR === 0) return count(seconds / HOUR, 'hour');
  if (seconds >= MINUTE && seconds % MINUTE === 0) return count(seconds / MINUTE, 'minute');
  if (seconds > 2 * HOUR)
    return `${count(Math.floor(seconds / HOUR), 'hour')} ${Math.round((seconds % HOUR) / MINUTE)} min`;
  return count(seconds, 'second');
}

/** When something was or will be, seen from `now`: `just now`, `3 min ago`, `in 2 h`. */
export function relativeWords(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000);
  const size = Math.abs(seconds);
  // The window's clock stands still for up to a second, so what has just been made seems to lie ahead.
  if (size < 10) return seconds > -3 ? 'just now' : 'in a moment';
  const words = sizeWords(size);
  return seconds > 0 ? `${words} ago` : `in ${words}`;
}

/** When something is due, seen from `now`: `now`, `in a moment`, `in 2 h`. */
export function dueWords(at: number, now: number): string {
  if (at <= now) return 'now';
  return at - now < 10_000 ? 'in a moment' : relativeWords(at, now);
}

/** The exact instant, for hovering. */
export function exactWords(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });
}

/** One or many: `1 app`, `3 apps`. */
export function count(number: number, noun: string, nouns = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : nouns}`;
}

function sizeWords(seconds: number): string {
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds < HOUR) return `${Math.round(seconds / MINUTE)} min`;
  if (seconds < DAY) return `${Math.round(seconds / HOUR)} h`;
  return count(Math.round(seconds / DAY), 'day');
}
function pad(number: number): string {
  return String(number).padStart(2, '0');
}
