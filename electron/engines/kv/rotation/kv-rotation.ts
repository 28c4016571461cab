import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type {
  Rotation,
  RotationLifecycle,
  RotationTurn,
  RotationWork,
  Tested,
} from '../../../core/rotation/rotation-lifecycle.ts';
import { allVersions, findSecret, isReadable, type SecretRow, type VersionRow } from '../kv-rows.ts';
import { revealData, type SecretData } from '../secret-value.ts';
import { newSecret, writeVersion } from '../write-version.ts';
import { generateValue } from './generate-value.ts';
import { allowsSecret, findHook, type Hook } from './hook-rows.ts';
import { readSettings } from './rotation-settings.ts';
import { type HookCall, runHook } from './run-hook.ts';

const nothing = async (): Promise<void> => {};

/**
 * How secrets are rotated: a generated value that lies here alone, one that a hook makes a target take, or one that a
 * person brings. The new value becomes the next version of the secret, so that whoever watches it has it at once.
 */
export const kvRotation: RotationLifecycle = {
  target: ({ data }) => `hook/${String(data['hook'] ?? '')}`,

  create(turn, rotation) {
    const { kind, instructions, field, charset, length } = readSettings(rotation.data);
    if (kind === 'person') return { asks: instructions };
    const patch = { [field]: generateValue(charset, length, turn.random) };
    return async () => Buffer.from(JSON.stringify(patch));
  },

  set(turn, rotation, next) {
    if (readSettings(rotation.data).kind !== 'hook') return nothing;
    return doing(turn, rotation, 'set', next);
  },

  test(turn, rotation, next) {
    const { kind, hook } = readSettings(rotation.data);
    if (hook === '') return async (): Promise<Tested> => ({ accepted: true, checks: [] });
    const run = calling(turn, rotation, 'test', next);
    return async (signal): Promise<Tested> => {
      if ((await run(signal)) === 'done')
        return { accepted: true, checks: [`${hook} says that the new value works`] };
      const reason = `${hook} says that the new value does not work`;
      return kind === 'person' ? { accepted: false, reason, final: true } : { accepted: false, reason };
    };
  },

  revert(turn, rotation, next) {
    if (readSettings(rotation.data).kind !== 'hook' || current(turn, rotation).data === null)
      return undefined;
    return doing(turn, rotation, 'revert', next);
  },

  finish(turn, rotation, next) {
    const settings = readSettings(rotation.data);
    const { secret, data } = current(turn, rotation);
    const row = secret ?? newSecret(turn, settings.path);
    const { changes = [] } = writeVersion(turn, row, { ...data, ...readPatch(next) });
    const overlaps = settings.kind === 'hook' && settings.overlap > 0 && data !== null;
    return {
      changes,
      ...(overlaps ? { retire: { by: turn.now + settings.overlap * 1000, quietFor: 0 } } : {}),
    };
  },

  // Nobody can tell who still holds a copy.
  inUse: () => async () => 'the former value stays good until its deadline',

  retire(turn, rotation) {
    const run = doing(turn, rotation, 'retire', undefined);
    return async (signal) => {
      await run(signal);
      return [`${String(rotation.data['hook'])} has retired the former value`];
    };
  },
};

function doing(
  turn: RotationTurn,
  rotation: Rotation,
  step: Exclude<HookCall['step'], 'test'>,
  next: Uint8Array | undefined,
): RotationWork<void> {
  const run = calling(turn, rotation, step, next);
  return async (signal) => {
    if ((await run(signal)) === 'done') return;
    throw new KeywardenError(
      'target-unavailable',
      `${String(rotation.data['hook'])} refused the step ${step}`,
    );
  };
}

/** `next` is the new part of the secret; without one, the current version is the new value and the one before it the old. */
function calling(
  turn: RotationTurn,
  rotation: Rotation,
  step: HookCall['step'],
  next: Uint8Array | undefined,
): RotationWork<'done' | 'refused'> {
  const { path, hook: name } = readSettings(rotation.data);
  const hook = requireHook(turn, name, path);
  const { data } = current(turn, rotation);
  const call: HookCall = {
    version: 1,
    step,
    rotation: rotation.runId,
    secret: path,
    ...(next === undefined
      ? { old: former(turn, rotation), new: data ?? {} }
      : { old: data, new: { ...data, ...readPatch(next) } }),
  };
  return (signal) => runHook(hook, call, signal);
}

function requireHook(turn: RotationTurn, name: string, path: string): Hook {
  const hook = findHook(turn.db, turn.mount.uuid, name);
  if (!hook) throw new KeywardenError('target-unavailable', `there is no rotation hook ${name}`);
  if (!allowsSecret(hook, path)) {
    throw new KeywardenError('target-unavailable', `the rotation hook ${name} is not for this secret`);
  }
  return hook;
}

/** The secret as it is read now; without data where it was never written, or its newest version is deleted. */
function current(
  turn: RotationTurn,
  { data: { path } }: Rotation,
): { readonly secret: SecretRow | undefined; readonly data: SecretData | null } {
  const secret = findSecret(turn.db, turn.mount.uuid, String(path));
  const version =
    secret && allVersions(turn.db, secret.id).find((row) => row.version === secret.current_version);
  return { secret, data: secret && version ? reveal(turn, secret, version) : null };
}

/** What was current before the rotation. */
function former(turn: RotationTurn, rotation: Rotation): SecretData | null {
  const { secret } = current(turn, rotation);
  const before = secret
    ? allVersions(turn.db, secret.id).filter((row) => row.created_at <= (rotation.lastRotatedAt ?? turn.now))
    : [];
  const version = before.at(-2);
  return secret && version ? reveal(turn, secret, version) : null;
}

function reveal(turn: RotationTurn, secret: SecretRow, version: VersionRow): SecretData | null {
  return isReadable(version, turn.now) && version.value !== null ? revealData(turn, secret, version) : null;
}

function readPatch(bytes: Uint8Array): SecretData {
  return JSON.parse(new TextDecoder().decode(bytes)) as SecretData;
}
