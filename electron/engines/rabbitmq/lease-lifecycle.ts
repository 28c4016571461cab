import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { LeaseLifecycle } from '../../core/leases/lease-lifecycle.ts';
import { revealTarget } from './connection-route.ts';
import { openApi } from './management-api.ts';
import { findConnection } from './rabbitmq-rows.ts';
import { endUser, proveDead } from './rabbitmq-users.ts';

const leaseData = z.object({ username: z.string() });

/** How users end. They know no deadline, so there is nothing to move when a lease is renewed. */
export const rabbitmqLeases: LeaseLifecycle = {
  target: () => 'connection',

  end(turn, lease, secret) {
    const { username: name } = leaseData.parse(lease.data);
    const connection = findConnection(turn.db, lease.mount.uuid);
    if (!connection)
      throw new KeywardenError('target-unavailable', 'the connection is not configured any more');
    const target = revealTarget(turn, connection);
    const password = secret && new TextDecoder().decode(secret);
    return async (signal) => {
      const ended = await endUser(openApi(target, signal), name, signal);
      return { checks: await proveDead(target, { name, password, ended }, signal) };
    };
  },
};
