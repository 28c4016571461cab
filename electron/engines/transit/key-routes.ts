import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean, looseInteger } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { looseCount, maybe, ttlField, withDefault } from '../../core/fields.ts';
import { removeRotation } from '../../core/rotation/plan-rotation.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { keyName } from './fields.ts';
import { type Material, makeMaterial } from './key-material.ts';
import { checkPeriod, rotatingByItself, rotationSubject } from './key-rotation.ts';
import { findKey, keyNames, removingKey, requireKey, type TransitKey, versionsOf } from './key-rows.ts';
import { describeKey } from './key-shape.ts';
import { KEY_TYPES } from './key-types.ts';
import { refused } from './key-use.ts';
import { newKey, sealVersion } from './make-key.ts';
import { TRANSIT_KEY_CONFIGURED, TRANSIT_KEY_ROTATED, TRANSIT_KEY_TRIMMED } from './transit-changes.ts';

const named = z.object({ name: keyName });
const createFields = z.object({
  name: keyName,
  type: withDefault(z.enum(KEY_TYPES, { error: 'unknown key type' }), 'aes256-gcm96'),
  derived: withDefault(looseBoolean, false),
  convergent_encryption: withDefault(looseBoolean, false),
  exportable: withDefault(looseBoolean, false),
  allow_plaintext_backup: withDefault(looseBoolean, false),
  auto_rotate_period: withDefault(ttlField, 0),
});
const configFields = z.object({
  name: keyName,
  min_decryption_version: maybe(looseCount),
  min_encryption_version: maybe(looseCount),
  deletion_allowed: maybe(looseBoolean),
  exportable: maybe(looseBoolean),
  allow_plaintext_backup: maybe(looseBoolean),
  auto_rotate_period: maybe(ttlField),
});

/** `keys` and what is below it: the keys' lives. */
export const keyRoutes: readonly Route[] = [
  {
    pattern: 'keys',
    help: 'Lists the keys of this mount.',
    operations: {
      list: handler({
        input: z.object({}),
        decide: (turn): Decision => {
          const keys = keyNames(turn);
          if (keys.length === 0) throw new KeywardenError('not-found');
          return { kind: 'reply', reply: { data: { keys } } };
        },
      }),
    },
  },
  {
    pattern: 'keys/:name',
    help: 'One key: its type, versions and settings. Its secrets leave the vault only where exportable says so.',
    exists: (turn, captures) => findKey(turn, captures['name'] ?? '') !== undefined,
    operations: {
      read: handler({
        input: named,
        decide: (turn, { name }): Decision => {
          const key = findKey(turn, name);
          if (!key) throw new KeywardenError('not-found');
          return shown(turn, key);
        },
      }),
      // RSA keys take seconds to make, so that they are made outside of the turn.
      update: handler({
        input: createFields,
        look: (turn, { name }) => findKey(turn, name) !== undefined,
        prepare: (input, { ports, seen, signal }) =>
          seen ? Promise.resolve(undefined) : makeMaterial(input.type, ports.random, signal),
        decide: create,
      }),
      delete: handler({ input: named, decide: remove }),
    },
  },
  {
    pattern: 'keys/:name/config',
    help: 'Settings of a key: which versions still decrypt and encrypt, whether it may be deleted or exported, how often it rotates.',
    operations: { update: handler({ input: configFields, decide: configure }) },
  },
  {
    pattern: 'keys/:name/rotate',
    help: 'Makes a new version of a key; what the older ones have encrypted can still be decrypted.',
    operations: {
      update: handler({
        input: named,
        look: (turn, { name }) => requireKey(turn, name, 'key not found').type,
        prepare: (_input, { ports, seen, signal }) => makeMaterial(seen, ports.random, signal),
        decide(turn, { name }, material: Material): Decision {
          const key = requireKey(turn, name, 'key not found');
          const version = sealVersion(turn, key, key.latest + 1, material);
          const rotated = TRANSIT_KEY_ROTATED.make({ id: key.id, ...version });
          const after = { ...key, latest: version.version };
          const data = describeKey(after, [...versionsOf(turn, key), version]);
          return { kind: 'reply', changes: [rotated], reply: { data, mountType: 'transit' } };
        },
      }),
    },
  },
  {
    pattern: 'keys/:name/trim',
    help: 'Destroys the versions below min_available_version: what they have encrypted is lost.',
    operations: {
      update: handler({
        input: z.object({ name: keyName, min_available_version: maybe(looseInteger) }),
        decide: trim,
      }),
    },
  },
];

function create(
  turn: RequestTurn,
  input: z.output<typeof createFields>,
  material: Material | undefined,
): Decision {
  const known = findKey(turn, input.name);
  if (known) {
    const warnings = [`key ${input.name} already existed`];
    return {
      kind: 'reply',
      reply: { data: describeKey(known, versionsOf(turn, known)), warnings, mountType: 'transit' },
    };
  }
  if (!material) throw refused('somebody has just deleted this key; try again');
  checkPeriod(input.auto_rotate_period);
  const { key, version, changes } = newKey(
    turn,
    {
      name: input.name,
      type: input.type,
      derived: input.derived,
      convergent: input.convergent_encryption,
      exportable: input.exportable,
      plaintextBackup: input.allow_plaintext_backup,
      autoRotatePeriod: input.auto_rotate_period,
    },
    material,
  );
  const data = describeKey(key, [version]);
  const rotation = rotatingByItself(turn, key);
  return { kind: 'reply', changes: [...changes, ...rotation], reply: { data, mountType: 'transit' } };
}

function configure(turn: RequestTurn, input: z.output<typeof configFields>): Decision {
  const key = requireKey(turn, input.name, 'no existing key named could be found');
  const minDecryption = input.min_decryption_version ?? key.minDecryption;
  const minEncryption = input.min_encryption_version ?? key.minEncryption;
  const after: TransitKey = {
    ...key,
    minDecryption: Math.max(1, minDecryption),
    minEncryption,
    deletionAllowed: input.deletion_allowed ?? key.deletionAllowed,
    exportable: key.exportable || input.exportable === true,
    plaintextBackup: key.plaintextBackup || input.allow_plaintext_backup === true,
    autoRotatePeriod: input.auto_rotate_period ?? key.autoRotatePeriod,
  };
  checkVersions(after);
  checkPeriod(after.autoRotatePeriod);
  const { id, exportable, plaintextBackup, deletionAllowed, autoRotatePeriod } = after;
  const configured = TRANSIT_KEY_CONFIGURED.make({
    id,
    exportable,
    plaintextBackup,
    deletionAllowed,
    minDecryption: after.minDecryption,
    minEncryption,
    autoRotatePeriod,
  });
  const rotation = after.autoRotatePeriod === key.autoRotatePeriod ? [] : rotatingByItself(turn, after);
  const data = describeKey(after, versionsOf(turn, after));
  return { kind: 'reply', changes: [configured, ...rotation], reply: { data, mountType: 'transit' } };
}

function checkVersions({ latest, minDecryption, minEncryption, minAvailable }: TransitKey): void {
  if (minDecryption > latest) {
    throw refused(`cannot set min decryption version of ${minDecryption}, latest key version is ${latest}`);
  }
  if (minEncryption > latest) {
    throw refused(`cannot set min encryption version of ${minEncryption}, latest key version is ${latest}`);
  }
  if (minEncryption !== 0 && minEncryption < minDecryption) {
    throw refused('min encryption version should be greater than or equal to min decryption version');
  }
  if (minDecryption < minAvailable)
    throw refused('min decryption version should not be less than min available version');
}

function remove(turn: RequestTurn, { name }: z.output<typeof named>): Decision {
  const key = requireKey(turn, name, 'could not delete key; not found');
  if (!key.deletionAllowed) throw refused('deletion is not allowed for this key');
  const rotation = removeRotation(turn.db, turn.mount.uuid, rotationSubject(key));
  return { kind: 'reply', changes: [...removingKey(turn, key), ...rotation], reply: {} };
}

function trim(
  turn: RequestTurn,
  { name, min_available_version: wanted }: { name: string; min_available_version: number | undefined },
): Decision {
  const key = requireKey(turn, name, 'invalid key name');
  if (wanted === undefined || wanted < 1) throw refused('minimum available version should be positive');
  if (wanted < key.minAvailable) throw refused('minimum available version cannot be decremented');
  if (key.minEncryption === 0) {
    throw refused('minimum available version cannot be set when minimum encryption version is not set');
  }
  if (wanted > key.minEncryption)
    throw refused('minimum available version should not be greater than the minimum encryption version');
  if (wanted > key.minDecryption)
    throw refused('minimum available version should not be greater than the minimum decryption version');
  const gone = versionsOf(turn, key).filter(({ version }) => version < wanted);
  const changes = [
    TRANSIT_KEY_TRIMMED.make({ id: key.id, minAvailable: wanted }),
    ...gone.map(({ value }) => ({ type: FORGET_VALUE, data: { hash: value } })),
  ];
  return { kind: 'reply', changes, reply: {} };
}

function shown(turn: RequestTurn, key: TransitKey): Decision {
  return { kind: 'reply', reply: { data: describeKey(key, versionsOf(turn, key)), mountType: 'transit' } };
}
