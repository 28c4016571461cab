import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';

/** Something that is renewed until it is stopped. */
export interface KeptAlive {
  stop(): void;
}

/** Seconds between tries while the broker is away or sealed. */
const TRY_AGAIN = 15;
/** Longer timers overflow; renewing earlier does no harm. */
const MAX_SECONDS = 86_400;

/**
 * Renews at two thirds of the time that is left, again and again. While the broker is away or sealed it tries on;
 * when renewal is refused, or stops to move the end, it says so once.
 *
 * @param seconds what is left now. `renew` resolves with what is left then.
 */
export function keepAlive(
  name: string,
  seconds: number,
  renew: () => Promise<number>,
  warn: (message: string) => void,
): KeptAlive {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let warned = false;
  const warnOnce = (message: string): void => {
    if (!warned && !stopped) warn(message);
    warned = true;
  };
  const schedule = (after: number): void => {
    if (stopped) return;
    timer = setTimeout(() => void turn(), Math.min(Math.max(after, 1), MAX_SECONDS) * 1000);
  };
  const turn = async (): Promise<void> => {
    try {
      const left = await renew();
      if (left < seconds / 2) warnOnce(`${name} cannot be renewed for long: it ends in ${left} seconds.`);
      if (left > 1) schedule((left * 2) / 3);
    } catch (thrown) {
      const { code, message } = asKeywardenError(thrown);
      const passing = code === 'sealed' || code === 'not-running' || code === 'ledger-unavailable';
      warnOnce(passing ? `${message} ${name} waits to be renewed.` : `${name} cannot be renewed: ${message}`);
      if (passing) schedule(Math.min(TRY_AGAIN, seconds / 10));
    }
  };
  schedule((seconds * 2) / 3);
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
