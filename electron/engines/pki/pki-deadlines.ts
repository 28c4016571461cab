import type { Deadlines } from '../../core/scheduler/deadlines.ts';
import type { Change } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { CERTIFICATES_TIDIED, MOUNT_TIDIED } from './pki-changes.ts';
import { nextRetirement, retiredBy } from './retire-issuers.ts';
import { readAutoTidy } from './tidy-route.ts';

/**
 * What ends by itself: certificates that were over some time ago are forgotten, and so are issuers whose key was rotated,
 * with that key, when nothing that they have signed is good any more. Both by the time that has really gone by: a clock that
 * jumps forward makes nothing forgotten that may still be good.
 */
export function pkiDeadlines(trustedNow: () => number): Deadlines {
  return {
    next(db) {
      const soonest = mountsOf(db).flatMap((mount) => [
        nextTidying(db, mount) ?? [],
        nextRetirement(db, mount) ?? [],
      ]);
      return soonest.length === 0 ? undefined : Math.min(...soonest.flat());
    },
    overdue({ db, now }) {
      const at = Math.min(now, trustedNow());
      return mountsOf(db).flatMap((mount) => [...tidied(db, mount, at), ...retiredBy(db, mount, at)]);
    },
  };
}

function mountsOf(db: ReadDb): readonly string[] {
  return db.all<{ uuid: string }>("SELECT uuid FROM mounts WHERE type = 'pki'").map(({ uuid }) => uuid);
}

function nextTidying(db: ReadDb, uuid: string): number | undefined {
  const config = readAutoTidy({ db, mount: { uuid } });
  if (!config.enabled || !(config.certStore || config.revoked)) return undefined;
  const which =
    config.certStore && config.revoked ? '' : `AND revoked_at IS ${config.revoked ? 'NOT NULL' : 'NULL'}`;
  const first = db.get<{ ends: number }>(
    `SELECT not_after AS ends FROM pki_certificate WHERE mount = ? ${which} ORDER BY not_after LIMIT 1`,
    uuid,
  );
  if (!first) return undefined;
  const last = db.get<{ at: number }>('SELECT at FROM pki_tidied WHERE mount = ?', uuid)?.at ?? 0;
  // Those that ended before an instant are forgotten, so it is due just after.
  return Math.max(first.ends + config.safetyBuffer * 1000 + 1, last + config.interval * 1000);
}

function tidied(db: ReadDb, mount: string, at: number): readonly Change[] {
  const due = nextTidying(db, mount);
  if (due === undefined || due > at) return [];
  const { safetyBuffer, certStore, revoked } = readAutoTidy({ db, mount: { uuid: mount } });
  const endedBefore = at - safetyBuffer * 1000;
  return [
    CERTIFICATES_TIDIED.make({ mount, endedBefore, valid: certStore, revoked }),
    MOUNT_TIDIED.make({ mount, at }),
  ];
}
