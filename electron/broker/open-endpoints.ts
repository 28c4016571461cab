import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Answer } from './answer.ts';
import type { Target } from './read-target.ts';
import { healthBody, leaderBody, type SealStatusInfo, sealStatusBody } from './seal-status.ts';

/** What is asked of an open endpoint. */
export interface OpenQuestion {
  readonly method: string;
  readonly target: Target;
  readonly info: SealStatusInfo;
  readonly sealed: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const PATHS: ReadonlySet<string> = new Set(['sys/health', 'sys/seal-status', 'sys/leader', 'sys/init']);

/** Whether `answerOpenEndpoint` may answer here. */
export function isOpenEndpoint(path: string): boolean {
  return PATHS.has(path);
}

/**
 * Answers what anyone may ask at any time, sealed or not, and what has no envelope. Undefined: not one of these.
 * Nothing here touches the vault, and nothing is recorded.
 */
export function answerOpenEndpoint(question: OpenQuestion): Answer | undefined {
  const { method, target, info, sealed, now } = question;
  switch (target.path) {
    case 'sys/health':
      allow(method, ['GET', 'HEAD']);
      return json(healthBody(info, sealed, now), healthStatus(question));
    case 'sys/seal-status':
      allow(method, ['GET']);
      return json(sealStatusBody(info, sealed));
    case 'sys/leader':
      allow(method, ['GET']);
      return json(leaderBody());
    case 'sys/init':
      allow(method, ['GET', 'PUT', 'POST']);
      if (method === 'GET') return json({ initialized: info.initialized });
      if (info.initialized) throw new KeywardenError('vault-exists', 'Vault is already initialized');
      return undefined;
    default:
      return undefined;
  }
}

/** The answer of `sys/unseal`: how far it has come. */
export function answerSealStatus(info: SealStatusInfo, sealed: boolean): Answer {
  return json(sealStatusBody(info, sealed));
}

/** 200 active, 501 no vault yet, 503 sealed; each can be asked to be told otherwise (`?sealedcode=200`). */
function healthStatus({ target: { query }, info, sealed }: OpenQuestion): number {
  const codes = {
    activecode: readCode(query['activecode'], 200),
    sealedcode: readCode(query['sealedcode'], 503),
    uninitcode: readCode(query['uninitcode'], 501),
  };
  if (!info.initialized) return codes.uninitcode;
  return sealed ? codes.sealedcode : codes.activecode;
}

function readCode(asked: string | string[] | undefined, usual: number): number {
  if (asked === undefined) return usual;
  const first = typeof asked === 'string' ? asked : asked[0];
  const code = /^\d{3}$/.test(first ?? '') ? Number(first) : 0;
  if (code < 200 || code > 599)
    throw new KeywardenError('invalid-request', 'a status code must be 200 to 599');
  return code;
}

function allow(method: string, methods: readonly string[]): void {
  if (!methods.includes(method)) throw new KeywardenError('unsupported-operation');
}

function json(body: Record<string, unknown>, status = 200): Answer {
  return { status, body: JSON.stringify(body) };
}
