import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { KEYCARDS_METHODS, Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';
import { dataOf } from '../answer.ts';
import { revealConnectionUrl } from '../connection-url.ts';
import { readConnection } from '../database-answer.ts';
import type { Ask, Desk } from '../desk.ts';
import { listLeases, readLease } from '../lease-answer.ts';
import type { Handlers } from '../router.ts';

const KIND = 'keycard';
const credential = z.object({ username: z.string(), password: z.string() });

/** Keycards: issued once, counted down, renewed, revoked. */
export function keycardsHandlers(desk: Desk): Pick<Handlers, keyof typeof KEYCARDS_METHODS> {
  const { ask, held } = desk;
  return {
    'keycards.issue': async ({ role, ttl }) => {
      const url = await urlOfRole(ask, role);
      const envelope = await ask('read', `database/creds/${role}`, ttl === undefined ? {} : { ttl });
      const { username, password } = dataOf(envelope, credential);
      const keycard = await readLease(ask, envelope?.lease_id ?? '');
      // The password goes no further than this process; the window gets a handle. SECURITY(S7)
      const handle = held.hold(KIND, {
        username,
        password,
        url: revealConnectionUrl(url, username, password),
      });
      return { keycard, handle, username };
    },

    'keycards.copyIssued': async ({ handle, what }) => ({
      clearsAt: await desk.copy(text(held.reveal(KIND, handle), what)),
    }),

    'keycards.revealIssued': ({ handle }) => ({ password: text(held.reveal(KIND, handle), 'password') }),

    'keycards.list': async () => ({ keycards: sorted(await listLeases(ask)) }),

    'keycards.renew': async ({ leaseId, increment }) => {
      await ask('update', 'sys/leases/renew', {
        lease_id: leaseId,
        ...(increment === undefined ? {} : { increment }),
      });
      return { keycard: await readLease(ask, leaseId) };
    },

    'keycards.revoke': async ({ leaseId }) => {
      try {
        await ask('update', 'sys/leases/revoke', { lease_id: leaseId });
      } catch (error) {
        // Not dead yet is an answer too: the card shows its reason and the next try.
        if (!(error instanceof KeywardenError) || error.code !== 'revocation-pending') throw error;
      }
      return { keycard: await readLease(ask, leaseId) };
    },
  };
}

/** The connection URL of a role, without who logs in. */
async function urlOfRole(ask: Ask, role: string): Promise<string> {
  const { db_name: connection } = dataOf(
    await ask('read', `database/roles/${role}`),
    z.object({ db_name: z.string() }),
  );
  return (await readConnection(ask, connection)).url;
}

function text(texts: Readonly<Record<string, string>>, name: string): string {
  const found = texts[name];
  if (found === undefined) throw new KeywardenError('not-found');
  return found;
}

/** Live ones first by deadline, then the dead, last first. */
function sorted(keycards: readonly Keycard[]): Keycard[] {
  const isLive = (card: Keycard): boolean => card.state !== 'dead' && card.state !== 'abandoned';
  return keycards.toSorted((a, b) =>
    isLive(a) === isLive(b)
      ? isLive(a)
        ? a.expiresAt - b.expiresAt
        : b.expiresAt - a.expiresAt
      : isLive(a)
        ? -1
        : 1,
  );
}
