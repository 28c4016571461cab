import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { maybe, withDefault } from '../../core/fields.ts';
import { randomUuid } from '../../core/random-text.ts';
import { removeRotation } from '../../core/rotation/plan-rotation.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { keyName } from './fields.ts';
import { packMaterial, unpackMaterial } from './key-material.ts';
import { rotatingByItself, rotationSubject } from './key-rotation.ts';
import { findKey, removingKey, type TransitKey, versionsOf } from './key-rows.ts';
import { KEY_TYPES } from './key-types.ts';
import { openKey, refused } from './key-use.ts';
import { sealVersion } from './make-key.ts';
import { TRANSIT_KEY_CREATED } from './transit-changes.ts';

const count = z.number().int().min(0);
/** A key in plaintext, as `backup` gives it in base64. The form is ours, not Vault's. */
const backupForm = z
  .strictObject({
    keywarden: z.literal(1),
    name: keyName,
    type: z.enum(KEY_TYPES),
    derived: z.boolean(),
    convergent: z.boolean(),
    exportable: z.boolean(),
    plaintextBackup: z.boolean(),
    deletionAllowed: z.boolean(),
    latest: count.min(1),
    minDecryption: count.min(1),
    minEncryption: count,
    minAvailable: count,
    autoRotatePeriod: count,
    versions: z
      .array(z.strictObject({ version: count.min(1), createdAt: z.number().int(), material: z.base64() }))
      .min(1),
  })
  // A key of which a version is missing, or of which all are too old, would be there and be of no use.
  .refine(({ versions, latest, minAvailable, minDecryption, minEncryption }) => {
    const oldest = Math.max(1, minAvailable);
    const isWhole = versions.every(({ version }, at) => version === oldest + at);
    return (
      isWhole &&
      versions.length === latest - oldest + 1 &&
      minDecryption >= oldest &&
      Math.max(minDecryption, minEncryption) <= latest
    );
  });
const restoreFields = z.object({
  backup: z.string(),
  name: maybe(keyName),
  force: withDefault(looseBoolean, false),
});
const restore = handler({ input: restoreFields, decide: restoreKey });

/** `backup/:name` and `restore`. */
export const backupRoutes: readonly Route[] = [
  {
    pattern: 'backup/:name',
    help: 'A key with all its versions, in plaintext: it must be exportable, and allow that.',
    operations: { read: handler({ input: z.object({ name: keyName }), decide: backUp }) },
  },
  { pattern: 'restore', help: 'Brings a key back from its backup.', operations: { update: restore } },
  {
    pattern: 'restore/:name',
    help: 'Brings a key back under another name.',
    operations: { update: restore },
  },
];

function backUp(turn: RequestTurn, { name }: { name: string }): Decision {
  const key = findKey(turn, name);
  if (!key) throw new KeywardenError('not-found');
  if (!key.exportable) throw refused('exporting is disallowed on the policy');
  if (!key.plaintextBackup) throw refused('plaintext backup is disallowed on the policy');
  const { reveal } = openKey(turn, key);
  const { id: _id, mount: _mount, ...settings } = key;
  const form: z.output<typeof backupForm> = {
    keywarden: 1,
    ...settings,
    versions: versionsOf(turn, key).map(({ version, createdAt }) => ({
      version,
      createdAt,
      material: Buffer.from(packMaterial(reveal(version))).toString('base64'),
    })),
  };
  const backup = Buffer.from(JSON.stringify(form)).toString('base64');
  return { kind: 'reply', reply: { data: { backup }, mountType: 'transit' } };
}

function restoreKey(turn: RequestTurn, { backup, name, force }: z.output<typeof restoreFields>): Decision {
  const form = readBackup(backup);
  const known = findKey(turn, name ?? form.name);
  if (known && !force) throw refused(`key "${known.name}" already exists`);
  const { keywarden: _form, versions, ...settings } = form;
  const key: TransitKey = {
    ...settings,
    name: name ?? form.name,
    id: randomUuid(turn.random),
    mount: turn.mount.uuid,
  };
  const sealed = versions.map(({ version, createdAt, material }) => {
    const parsed = unpack(material);
    return sealVersion(turn, key, version, parsed, createdAt);
  });
  const replaced = known
    ? [...removingKey(turn, known), ...removeRotation(turn.db, turn.mount.uuid, rotationSubject(known))]
    : [];
  const created = TRANSIT_KEY_CREATED.make({ ...key, versions: sealed });
  return { kind: 'reply', changes: [...replaced, created, ...rotatingByItself(turn, key)], reply: {} };
}

function readBackup(text: string): z.output<typeof backupForm> {
  try {
    return backupForm.parse(JSON.parse(Buffer.from(text, 'base64').toString('utf8')));
  } catch {
    throw refused('backup: not one that was made here');
  }
}

function unpack(material: string) {
  try {
    return unpackMaterial(Buffer.from(material, 'base64'));
  } catch {
    throw refused('backup: damaged');
  }
}
