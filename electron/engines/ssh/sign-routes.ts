import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseInteger, looseTextList } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, looseTextMap, maybe, ttlField, withDefault } from '../../core/fields.ts';
import { SYSTEM_TTL } from '../../core/limits.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { signSshCertificate } from './certificate.ts';
import { checkKeyLength, checkOptions, checkPrincipals } from './check-request.ts';
import { keyKind, newKey } from './key-kinds.ts';
import { revealOpensshKey } from './private-key.ts';
import { publicKeyHash, readPublicKey, type SshPublicKey, sshPublicKey } from './public-key.ts';
import { roleName, type SshRole } from './role-fields.ts';
import { findSshRole } from './role-route.ts';
import { requireAuthority, revealAuthorityKey } from './ssh-authority.ts';

const USUAL_RSA_BITS = 2048;
const LONGEST_KEY_ID = 1024;

const certificateFields = {
  role: roleName,
  valid_principals: withDefault(looseTextList, [] as string[]),
  cert_type: withDefault(
    z.enum(['user', 'host'], { error: 'cert_type must be either "user" or "host"' }),
    'user',
  ),
  ttl: maybe(ttlField),
  key_id: maybe(looseText),
  critical_options: withDefault(looseTextMap, {}),
  extensions: withDefault(looseTextMap, {}),
} as const;
const signFields = z.object({ ...certificateFields, public_key: looseText });
const issueFields = z.object({
  ...certificateFields,
  key_type: withDefault(looseText, 'rsa'),
  key_bits: withDefault(looseInteger, 0),
});
type Asked = Omit<z.output<typeof signFields>, 'public_key'>;

/** `sign/:role`: a certificate for a key that somebody has. */
export const signRoute: Route = {
  pattern: 'sign/:role',
  help: "Signs an SSH public key: put the answer's signed_key into a file named like the key, with -cert.pub at the end.",
  operations: {
    update: handler({
      input: signFields,
      decide(turn, input): Decision {
        const role = requireRole(turn, input.role);
        const key = readPublicKey(input.public_key);
        checkKeyLength(role, key);
        return { kind: 'reply', reply: { data: signKey(turn, role, input, key) } };
      },
    }),
  },
};

/** `issue/:role`: a new key with its certificate. The key is not kept. */
export const issueRoute: Route = {
  pattern: 'issue/:role',
  help: 'Makes an SSH key and a certificate for it. The key is shown this once and not kept.',
  operations: {
    update: handler({
      input: issueFields,
      look: (turn, { role }) => void requireRole(turn, role),
      prepare: (input, { signal }) => newKey(keyKind(input.key_type, input.key_bits, USUAL_RSA_BITS), signal),
      decide(turn, input, key: KeyObject): Decision {
        const role = requireRole(turn, input.role);
        const publicKey = sshPublicKey(key);
        checkKeyLength(role, publicKey);
        const signed = signKey(turn, role, input, publicKey);
        const data = {
          ...signed,
          private_key: revealOpensshKey(key, '', turn.random),
          private_key_type: publicKey.kind,
        };
        return { kind: 'reply', reply: { data } };
      },
    }),
  },
};

function requireRole(turn: RequestTurn, name: string): SshRole {
  const role = findSshRole(turn, name);
  if (!role) throw new KeywardenError('unknown-role', `unknown role: ${name}`);
  return role;
}

function signKey(
  turn: RequestTurn,
  role: SshRole,
  input: Asked,
  key: SshPublicKey,
): { readonly serial_number: string; readonly signed_key: string } {
  const authority = requireAuthority(turn);
  const kind = input.cert_type;
  const principals = checkPrincipals(role, {
    kind,
    principals: input.valid_principals,
    criticalOptions: input.critical_options,
    extensions: input.extensions,
  });
  const now = Math.floor(turn.now / 1000);
  // 64 bits are all that the format has.
  const serial = Buffer.from(turn.random(8));
  const signed = signSshCertificate(
    {
      key,
      serial: serial.readBigUInt64BE(),
      kind,
      keyId: keyId(turn, role, input, key),
      principals,
      validAfter: now - role.not_before_duration,
      validBefore: now + lifetime(turn, role, input.ttl),
      criticalOptions: checkOptions(
        'critical options',
        input.critical_options,
        role.allowed_critical_options,
        role.default_critical_options,
      ),
      // All extensions that there are belong to users.
      extensions: checkOptions(
        'extensions',
        input.extensions,
        role.allowed_extensions,
        kind === 'user' ? role.default_extensions : {},
      ),
    },
    revealAuthorityKey(turn, authority),
    { rsa: role.algorithm_signer === 'rsa-sha2-512' ? 'rsa-sha2-512' : 'rsa-sha2-256', random: turn.random },
  );
  return { serial_number: serial.toString('hex'), signed_key: signed };
}

/** Seconds. A longer life than allowed is refused, as Vault does. */
function lifetime({ mount }: RequestTurn, role: SshRole, wanted: number | undefined): number {
  const longest = Math.min(mount.maxTtl || SYSTEM_TTL, role.max_ttl || mount.maxTtl || SYSTEM_TTL);
  if (wanted !== undefined && wanted > longest) {
    throw new KeywardenError('invalid-request', `ttl is larger than maximum allowed ${longest}`);
  }
  return Math.min(wanted || role.ttl || mount.defaultTtl || SYSTEM_TTL, longest);
}

/** What sshd writes into its log: who it was. */
function keyId(turn: RequestTurn, role: SshRole, input: Asked, key: SshPublicKey): string {
  if (input.key_id !== undefined && input.key_id !== '') {
    if (!role.allow_user_key_ids)
      throw new KeywardenError('invalid-request', 'setting key_id is not allowed by role');
    return clean(input.key_id);
  }
  const format = role.key_id_format || 'keywarden-{{token_display_name}}-{{public_key_hash}}';
  const values: Readonly<Record<string, string>> = {
    token_display_name: turn.identity?.displayName ?? '',
    role_name: input.role,
    public_key_hash: publicKeyHash(key),
  };
  return clean(format.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => values[name] ?? whole));
}

/** One line of a log, whatever a name holds. */
function clean(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').slice(0, LONGEST_KEY_ID);
}
