import type { ReadTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { PKI_CONFIGURED } from './pki-changes.ts';
import { readSettings } from './read-settings.ts';

/** Which issuer is meant where none is named. */
export interface IssuersConfig {
  /** Its id; '' for none. */
  readonly default: string;
  /** The last one that came in is the default. */
  readonly followsLatest: boolean;
}

/** As it stands. */
export function readIssuersConfig(turn: ReadTurn): IssuersConfig {
  return { default: '', followsLatest: false, ...readSettings<IssuersConfig>(turn, 'issuers') };
}

/** The change that sets it. */
export function configureIssuers({ mount }: Pick<ReadTurn, 'mount'>, config: IssuersConfig): Change {
  return PKI_CONFIGURED.make({ mount: mount.uuid, name: 'issuers', settings: { ...config } });
}
