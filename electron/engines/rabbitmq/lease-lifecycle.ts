import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { expectedDeadline } from '../../core/leases/expected-deadline.ts';
import type { Lease } from '../../core/leases/lease.ts';
import type { LeaseLifecycle } from '../../core/leases/lease-lifecycle.ts';
import type { LeaseTurn } from '../../core/turn.ts';
import { CONNECTION, revealTarget } from './connection-route.ts';
import { type ManagementTarget, openApi, segment } from './management-api.ts';
import { markPlace } from './rabbitmq-marks.ts';
import { found } from './rabbitmq-requests.ts';
import { findConnection } from './rabbitmq-rows.ts';
import { endUser, type MadeUser, proveDead, renewUser } from './rabbitmq-users.ts';

const leaseData = z.object({ username: z.string(), serverId: z.string().optional() });

/** How users end. They know no deadline; a renewal moves what their mark tells. */
export const rabbitmqLeases: LeaseLifecycle = {
  target: () => CONNECTION,

  end(turn, lease, secret) {
    const target = targetOf(turn, lease);
    const user = userOf(lease);
    const place = markPlace(turn.signer(), lease.mount.uuid);
    const password = secret && new TextDecoder().decode(secret);
    const expiry = lease.ending?.isExpiry
      ? { expected: expectedDeadline(lease), isInDoubt: lease.ending.isInDoubt }
      : undefined;
    return async (signal) => {
      const ended = await endUser(openApi(target, signal), place, user, expiry, signal);
      return { checks: await proveDead(target, { name: user.name, password, ended }, signal) };
    };
  },

  renew(turn, lease, ttl) {
    const target = targetOf(turn, lease);
    const place = markPlace(turn.signer(), lease.mount.uuid);
    return (signal) => renewUser(openApi(target, signal), place, userOf(lease), ttl);
  },

  reach(turn, lease) {
    const target = targetOf(turn, lease);
    return async (signal) => {
      await found(openApi(target, signal), `users/${segment(target.username)}`);
    };
  },
};

function userOf(lease: Lease): MadeUser {
  const { username: name, serverId } = leaseData.parse(lease.data);
  return { name, lease: lease.nonce, serverId };
}

function targetOf(turn: LeaseTurn, lease: Lease): ManagementTarget {
  const connection = findConnection(turn.db, lease.mount.uuid);
  if (connection) return revealTarget(turn, connection);
  throw new KeywardenError('target-unavailable', 'the connection is not configured any more');
}
