import { asKeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { NewUser, Rehearsal, RehearsalPlan } from '../database-plugin.ts';

/** What a rehearsal does with the server; all of it as it is done for a keycard. */
export interface RehearsalStage {
  create(user: NewUser, ttl: number): Promise<Readonly<Record<string, unknown>>>;
  /** Logs in as the user, makes it own something where it may, and leaves its session open. @returns how to put that away. */
  ownAndStay(user: NewUser): Promise<() => Promise<void>>;
  /** Whether the server lets the user in. Throws where it says neither. */
  letsIn(user: NewUser): Promise<boolean>;
  end(user: NewUser, remembered: Readonly<Record<string, unknown>>): Promise<void>;
}

const LIFE = 60;
const LONG_OVER = -3600;

/**
 * Goes through the whole life of a throw-away user: made, logged in, owning an object, revoked with its session open, proven
 * dead; and of a second one whose deadline has passed when it is made, which the server must refuse. What does not work is
 * told in words. A user that could not be ended carries our mark and a deadline: reconciling reaps it.
 */
export async function rehearse(stage: RehearsalStage, plan: RehearsalPlan): Promise<Rehearsal> {
  const missing: string[] = [];
  const failed = (step: string) => (error: unknown) => {
    missing.push(`${step}: ${asKeywardenError(error).message}`);
    return undefined;
  };
  const [alive, expired] = plan.users;
  const made = await stage.create(alive, LIFE).catch(failed('a user could not be made'));
  if (!made) return { missing, promise: 'needs-keywarden' };
  const leave = await stage.ownAndStay(alive).catch(failed('the new user could not log in'));
  await stage.end(alive, made).catch(failed('the user could not be ended'));
  await leave?.();

  const late = await stage
    .create(expired, LONG_OVER)
    .catch(failed('a user with a deadline could not be made'));
  if (!late) return { missing, promise: 'needs-keywarden' };
  const isLetIn = await stage.letsIn(expired).catch(failed('an expired user could not be tried'));
  if (isLetIn) {
    missing.push(
      'the server lets users in after their deadline (pg_hba.conf with trust?): they end only while Keywarden runs',
    );
  }
  await stage.end(expired, late).catch(failed('the expired user could not be ended'));
  // A refusal shows something only where the same user is let in before its deadline.
  return { missing, promise: leave && isLetIn === false ? 'dies-by-itself' : 'needs-keywarden' };
}
