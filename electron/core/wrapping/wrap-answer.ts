import type { Envelope, WrapInfo } from '../../../shared/model/envelope.ts';
import type { Change } from '../../vault/change.ts';
import type { ValueHash } from '../../vault/vault.ts';
import { formatInstant } from '../format-instant.ts';
import type { Mount } from '../mounts/mount.ts';
import { makeToken } from '../tokens/make-token.ts';
import type { RequestTurn } from '../turn.ts';
import { answerWrapped } from './wrap-changes.ts';
import { wrapContext } from './wrap-rows.ts';

/** What wrapping needs of its turn. */
type WrapTurn = Pick<RequestTurn, 'now' | 'random' | 'keyedHash' | 'sealValue'>;

/** What is wrapped, and how its token shows where it came from. */
export interface Wrapping {
  /** The answer as JSON: it comes out byte for byte as it went in. */
  readonly json: Uint8Array;
  /** Seconds. */
  readonly ttl: number;
  readonly creationPath: string;
  readonly wrappedAccessor: string | undefined;
}

/** Puts an answer into a token of one use: the changes, and what the client gets instead. */
export function wrapAnswer(
  turn: WrapTurn,
  mount: Mount,
  wrapping: Wrapping,
): { readonly changes: readonly Change[]; readonly info: WrapInfo; readonly value: ValueHash } {
  const made = makeToken(
    turn,
    {
      displayName: 'wrapping',
      policies: ['response-wrapping'],
      metadata: {},
      ttl: wrapping.ttl,
      maxTtl: 0,
      explicitMaxTtl: wrapping.ttl,
      period: 0,
      numUses: 1,
      renewable: false,
      noDefaultPolicy: true,
    },
    { mount, path: wrapping.creationPath, kind: 'wrapping' },
  );
  const { hash, accessor } = made.row;
  const ttl = made.auth.lease_duration;
  const value = turn.sealValue(wrapping.json, wrapContext(hash));
  const wrapped = answerWrapped.make({
    hash,
    accessor,
    creationPath: wrapping.creationPath,
    creationTime: turn.now,
    ttl,
    wrappedAccessor: wrapping.wrappedAccessor ?? null,
    value,
  });
  const info: WrapInfo = {
    token: made.auth.client_token,
    accessor,
    ttl,
    creation_time: formatInstant(turn.now),
    creation_path: wrapping.creationPath,
    ...(wrapping.wrappedAccessor === undefined ? {} : { wrapped_accessor: wrapping.wrappedAccessor }),
  };
  return { changes: [made.change, wrapped], info, value };
}

/** The envelope around a wrapping token. */
export function wrappedEnvelope(info: WrapInfo): Envelope {
  return {
    request_id: '',
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    data: null,
    wrap_info: info,
    warnings: null,
    auth: null,
  };
}
