import { z } from 'zod';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { looseInteger } from '../../../../shared/model/loose-field.ts';
import type { Decision } from '../../../core/decision.ts';
import { looseText, maybe, ttlField } from '../../../core/fields.ts';
import { parseCron } from '../../../core/rotation/cron.ts';
import {
  beginFirstRotation,
  beginRotation,
  bringValue,
  registerRotation,
  removeRotation,
} from '../../../core/rotation/plan-rotation.ts';
import type { RotationPolicy } from '../../../core/rotation/rotation-policy.ts';
import { awaitingRotation } from '../../../core/rotation/rotation-routes.ts';
import { findRotationOf, type RotationRow, selectRotations } from '../../../core/rotation/rotation-rows.ts';
import { describeRotation } from '../../../core/rotation/rotation-shape.ts';
import type { Route } from '../../../core/route.ts';
import type { RequestTurn } from '../../../core/turn.ts';
import { findSecret } from '../kv-rows.ts';
import { kv2Handler } from '../kv2-handler.ts';
import { isJsonObject } from '../merge-patch.ts';
import type { SecretData } from '../secret-value.ts';
import { CHARSETS } from './generate-value.ts';
import { allowsSecret, findHook } from './hook-rows.ts';
import { orJsonText } from './json-text.ts';
import { type RotationSettings, readSettings, secretSubject } from './rotation-settings.ts';

const path = z.string().min(1);
const located = z.object({ path });
const DEFAULTS = {
  field: 'value',
  length: 32,
  charset: 'alphanumeric',
  hook: '',
  instructions: '',
  overlap: 0,
};
/** Seconds. */
const LEAST_PERIOD = 5;

const written = z.object({
  path,
  kind: maybe(z.enum(['generator', 'hook', 'person'], { error: 'kind must be generator, hook or person' })),
  field: maybe(looseText.pipe(z.string().min(1).max(128))),
  length: maybe(looseInteger.pipe(z.number().min(8).max(4096))),
  charset: maybe(looseText.pipe(z.string().min(1).max(256))),
  hook: maybe(looseText),
  instructions: maybe(looseText.pipe(z.string().max(4000))),
  overlap: maybe(ttlField),
  rotation_period: maybe(ttlField),
  rotation_jitter: maybe(ttlField),
  rotation_schedule: maybe(looseText),
  rotation_window: maybe(ttlField),
});
type Written = z.output<typeof written>;

const list = kv2Handler(z.object({ path: z.string().default('') }), (turn, { path: asked }) => {
  // What was authorized is the folder: not those whose names begin like its own.
  const folder = asked === '' || asked.endsWith('/') ? asked : `${asked}/`;
  const keys = selectRotations(turn.db, 'mount = ? ORDER BY path', turn.mount.uuid)
    .map(({ data }) => readSettings(data).path)
    .filter((secret) => secret.startsWith(folder));
  if (keys.length === 0) throw new KeywardenError('not-found');
  return { kind: 'reply', reply: { data: { keys } } };
});

/** `rotation`: which secrets are rotated, by their whole paths. */
export const rotationListRoute: Route = {
  pattern: 'rotation',
  help: 'Lists the secrets that are rotated.',
  operations: { list },
};

/** `rotation/…`, ours: how and when the secret at that path gets a new value. */
export const rotationRoute: Route = {
  pattern: 'rotation/:path*',
  help: 'How and when a secret gets a new value: generated, through a hook, or by a person.',
  exists: (turn, captures) => rotationAt(turn, captures['path'] ?? '') !== undefined,
  operations: {
    list,
    read: kv2Handler(located, (turn, input) => {
      const row = rotationAt(turn, input.path);
      if (!row) throw new KeywardenError('not-found');
      const { details, ...shown } = describeRotation(row, turn.mount.path, {
        now: turn.now,
        trusted: turn.now,
      });
      return { kind: 'reply', reply: { data: { ...shown, ...readSettings(row.data) } } };
    }),
    update: kv2Handler(written, write),
    delete: kv2Handler(located, (turn, input) => ({
      kind: 'reply',
      changes: removeRotation(turn.db, turn.mount.uuid, secretSubject(input.path)),
      reply: {},
    })),
  },
};

/** `rotate/…`, ours: now. Of a person's kind, with the new value in `data`. */
export const rotateRoute: Route = {
  pattern: 'rotate/:path*',
  help: 'Gives a secret its new value now; where a person brings it, with that value in data.',
  operations: {
    update: kv2Handler(
      located.extend({
        data: maybe(orJsonText(z.custom<SecretData>(isJsonObject, { error: 'data must be an object' }))),
      }),
      (turn, input): Decision => {
        const row = rotationAt(turn, input.path);
        if (!row) throw new KeywardenError('not-found');
        return awaitingRotation(turn, row.id, beginning(turn, row, input.data));
      },
    ),
  },
};

function beginning(turn: RequestTurn, row: RotationRow, data: SecretData | undefined) {
  if (data === undefined) return beginRotation(row, turn.requestId);
  if (readSettings(row.data).kind !== 'person') {
    throw refused('its value is not a person’s to choose: leave data out');
  }
  if (row.state !== 'idle' && row.state !== 'asking' && row.state !== 'creating') {
    throw refused('a value that was brought before is still on its way');
  }
  return bringValue(turn, row, Buffer.from(JSON.stringify(data)));
}

function write(turn: RequestTurn, input: Written): Decision {
  const known = rotationAt(turn, input.path);
  const settings = settingsOf(turn, input, known && readSettings(known.data));
  const policy = policyOf(input, known?.policy);
  const { id, changes } = registerRotation(turn, {
    subject: secretSubject(input.path),
    kind: `kv-${settings.kind}`,
    path: `data/${input.path}`,
    data: settings,
    policy,
  });
  // What is not there yet is made at once; what is there is not changed by saying how it will be.
  const begins = !known && settings.kind !== 'person' && !findSecret(turn.db, turn.mount.uuid, input.path);
  if (!begins) return { kind: 'reply', changes, reply: { data: { id } } };
  return awaitingRotation(turn, id, [...changes, ...beginFirstRotation(id, turn.requestId)], { id });
}

function settingsOf(
  turn: RequestTurn,
  input: Written,
  before: RotationSettings | undefined,
): RotationSettings {
  const given = Object.fromEntries(
    Object.entries(input).filter(([key, value]) => key in DEFAULTS && value !== undefined),
  );
  const settings = readSettings({
    ...DEFAULTS,
    ...before,
    ...given,
    kind: input.kind ?? before?.kind ?? 'generator',
    path: input.path,
  });
  if (settings.kind === 'person' && settings.instructions === '') {
    throw refused('instructions must say to a person what to do');
  }
  if (settings.kind === 'hook' && settings.hook === '') throw refused('kind=hook needs the name of a hook');
  if (settings.kind === 'generator' && settings.hook !== '') throw refused('kind=generator has no hook');
  const alphabet = new Set(CHARSETS[settings.charset] ?? settings.charset);
  if (alphabet.size < 2) throw refused('charset must have two different letters at least');
  if (settings.hook !== '') {
    const hook = findHook(turn.db, turn.mount.uuid, settings.hook);
    if (!hook || !allowsSecret(hook, input.path)) {
      throw refused(`there is no rotation hook ${settings.hook} that is for this secret`);
    }
  }
  return settings;
}

function policyOf(input: Written, before: RotationPolicy | undefined): RotationPolicy {
  const policy = {
    period: input.rotation_period ?? before?.period ?? 0,
    jitter: input.rotation_jitter ?? before?.jitter ?? 0,
    schedule: input.rotation_schedule ?? before?.schedule ?? '',
    window: input.rotation_window ?? before?.window ?? 0,
  };
  if (policy.schedule !== '') parseCron(policy.schedule);
  if (policy.period !== 0 && policy.period < LEAST_PERIOD)
    throw refused('rotation_period must be 5 seconds or more');
  if (policy.window !== 0 && policy.schedule === '') throw refused('rotation_window needs rotation_schedule');
  return policy;
}

function rotationAt(turn: Pick<RequestTurn, 'db' | 'mount'>, secret: string): RotationRow | undefined {
  return findRotationOf(turn.db, turn.mount.uuid, secretSubject(secret));
}

function refused(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}
