import { isIP } from 'node:net';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, withDefault } from '../../core/fields.ts';
import type { Lease } from '../../core/leases/lease.ts';
import type { LeaseLifecycle } from '../../core/leases/lease-lifecycle.ts';
import { randomUuid } from '../../core/random-text.ts';
import { handler, type Route } from '../../core/route.ts';
import { OTP_ENDED, OTP_ISSUED } from './otp-changes.ts';
import { findOtpRole, otpRoleNames, reaches } from './otp-role.ts';
import { roleName } from './role-fields.ts';

/** What vault-ssh-helper sends to see whether anybody is there. */
const ECHO = { asked: 'verify-echo-request', answered: 'verify-echo-response' };

const address = looseText.refine((text) => isIP(text) !== 0, 'must be an IP address');
const leaseData = z.object({ hash: z.string() });

/** `creds/:role`: a password for one login at one host, whose helper asks `verify` about it. */
export const otpCredsRoute: Route = {
  pattern: 'creds/:role',
  help: 'Makes a password for one login at the host with this address: its vault-ssh-helper asks verify about it.',
  operations: {
    update: handler({
      input: z.object({ role: roleName, ip: address, username: withDefault(looseText, '') }),
      decide(turn, input): Decision {
        const role = findOtpRole(turn, input.role);
        if (!role) throw new KeywardenError('unknown-role', `role "${input.role}" not found`);
        const username = input.username || role.default_user;
        const users = [role.default_user, ...role.allowed_users];
        if (!users.includes(username) && !role.allowed_users.includes('*')) {
          throw new KeywardenError(
            'invalid-request',
            `username is not present in allowed users list: ${username}`,
          );
        }
        if (!reaches(role, input.ip)) {
          throw new KeywardenError('invalid-request', `IP ${input.ip} does not belong to role ${input.role}`);
        }
        const password = randomUuid(turn.random);
        const hash = turn.keyedHash(password);
        const { ip } = input;
        return {
          kind: 'issue',
          terms: {
            ttl: 0,
            maxTtl: 0,
            renewable: false,
            promise: 'dies-by-itself',
            data: { hash, role: input.role, username, ip },
          },
          changes: [OTP_ISSUED.make({ mount: turn.mount.uuid, hash, role: input.role, username, ip })],
          create: async () => ({ data: { key: password, key_type: 'otp', username, ip, port: role.port } }),
        };
      },
    }),
  },
};

/** `verify`: the host asks whether a password is good. Whoever asks uses it up. */
export const verifyRoute: Route = {
  pattern: 'verify',
  help: 'Says for whom a password is good, once. Hosts ask.',
  unauthenticated: true,
  operations: {
    update: handler({
      input: z.object({ otp: looseText }),
      decide(turn, { otp }): Decision {
        if (otp === ECHO.asked) return { kind: 'reply', reply: { data: { message: ECHO.answered } } };
        const hash = turn.keyedHash(otp);
        const found = turn.db.get<{ role: string; username: string; ip: string }>(
          'SELECT role, username, ip FROM ssh_otp WHERE mount = ? AND hash = ?',
          turn.mount.uuid,
          hash,
        );
        // What is overdue is refused from its instant on, whether or not its end has been seen to.
        const isAlive = ({ data, state, expiresAt }: Lease) =>
          data['hash'] === hash && state === 'active' && expiresAt > turn.now;
        if (!found || !turn.liveLeases().some(isAlive)) {
          throw new KeywardenError('invalid-request', 'OTP not found');
        }
        const { role, username, ip } = found;
        const used = OTP_ENDED.make({ mount: turn.mount.uuid, hash });
        return { kind: 'reply', changes: [used], reply: { data: { ip, username, role_name: role } } };
      },
    }),
  },
};

/** `lookup`: which roles have passwords for a host. */
export const lookupRoute: Route = {
  pattern: 'lookup',
  help: 'Lists the roles that make passwords for the host with this address.',
  operations: {
    update: handler({
      input: z.object({ ip: address }),
      decide(turn, { ip }): Decision {
        const roles = otpRoleNames(turn).filter((name) => {
          const role = findOtpRole(turn, name);
          return role && reaches(role, ip);
        });
        return { kind: 'reply', reply: { data: { roles } } };
      },
    }),
  },
};

/** A password is over with its lease: nothing but this table knows it. */
export const otpLeases: LeaseLifecycle = {
  target: () => 'otp',
  end(turn, lease) {
    const { hash } = leaseData.parse(lease.data);
    return async () => ({
      checks: ['nothing knows it any more'],
      changes: [OTP_ENDED.make({ mount: turn.mount.uuid, hash })],
    });
  },
};
