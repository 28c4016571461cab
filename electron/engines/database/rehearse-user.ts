import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { NewUser, Rehearsal } from './database-plugin.ts';

/** What a rehearsal does with a server that knows no deadlines; all of it as it is done for a keycard. */
export interface RehearsalSteps {
  create(user: NewUser): Promise<Readonly<Record<string, unknown>>>;
  /** Logs in as the user and stays. */
  enter(user: NewUser): Promise<RehearsalGuest>;
  end(user: NewUser, remembered: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** A session of the throw-away user's own. */
export interface RehearsalGuest {
  /** Whether the server still answers it. */
  isStillIn(): Promise<boolean>;
  leave(): void;
}

/** Milliseconds: somebody waits for the answer. */
const LONGEST = 10_000;
/** Seconds: by then reconciling reaps what a rehearsal could not end. */
const LIFE = 60;

/**
 * Goes through the whole life of a throw-away user: made, logged in, revoked with its session open, proven dead, and its
 * session over. What does not work is told in words.
 *
 * @param right what it takes to end others' sessions, in words
 */
export async function rehearseUser(
  user: NewUser,
  asked: AbortSignal,
  { right, steps }: { readonly right: string; readonly steps: (signal: AbortSignal) => RehearsalSteps },
): Promise<Rehearsal> {
  const { create, enter, end } = steps(AbortSignal.any([asked, AbortSignal.timeout(LONGEST)]));
  const missing: string[] = [];
  const failed = (step: string) => (error: unknown) => {
    missing.push(`${step}: ${asKeywardenError(error).message}`);
    return undefined;
  };
  const wanted = { ...user, ttl: LIFE };
  const made = await create(wanted).catch(failed('a user could not be made'));
  // What was half made is ended as well.
  const guest = made && (await enter(wanted).catch(failed('the new user could not log in from here')));
  const ended = await end(wanted, made ?? {}).then(() => true, failed('the user could not be ended'));
  if (guest && ended && (await guest.isStillIn())) {
    missing.push(`the user’s open session outlived its end: ${right}`);
  }
  guest?.leave();
  // Without its session it may end all the same; if not, reconciling reaps it.
  if (!ended) await end(wanted, made ?? {}).catch(() => {});
  return { missing, promise: 'needs-keywarden' };
}
