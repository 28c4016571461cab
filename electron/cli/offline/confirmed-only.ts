import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { QUARANTINE_WORDS } from '../../../shared/model/quarantine.ts';
import type { Keywarden } from '../../keywarden.ts';
import type { HeadGlance, Quarantine } from '../../vault/quarantine.ts';

/** Gives back a vault that may serve: as it is (a damaged one is read-only), or confirmed. Closes it and throws `vault-quarantined` otherwise. */
export async function confirmedOnly(keywarden: Keywarden, accepted: boolean): Promise<Keywarden> {
  const { quarantine } = keywarden;
  if (!quarantine) return keywarden;
  // Only who asked for it gets one to look at, and nothing else can be done with it.
  if (quarantine.reason === 'damaged') return keywarden;
  if (accepted) return keywarden.confirm();
  await keywarden.close();
  throw new KeywardenError(
    'vault-quarantined',
    `${describeQuarantine(quarantine)} Nothing is issued from it. If this is the vault to go on with, confirm it: ` +
      'kw restore --confirm, or kw serve --accept-restored. What is overdue is ended first.',
  );
}

/** What was seen and what was found, in words. */
export function describeQuarantine({ reason, seen, found, damage }: Quarantine): string {
  if (damage !== undefined) return `${damage} ${QUARANTINE_WORDS.damaged} Readable up to ${glance(found)}.`;
  const before = seen ? ` Seen here last: ${glance(seen)}.` : '';
  return `${QUARANTINE_WORDS[reason]}${before} Found: ${glance(found)}.`;
}

function glance({ sequence, time, term }: HeadGlance): string {
  return `record ${sequence} of ${new Date(time).toISOString()} (term ${term})`;
}
