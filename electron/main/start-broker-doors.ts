import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Log } from '../core/ports.ts';
import type { DesktopSurroundings } from './desktop.ts';

/** The real broker. */
export function startBrokerDoors(_log: Log): DesktopSurroundings['startBroker'] {
  return () => Promise.reject(new KeywardenError('not-available', 'The broker is not built yet.'));
}
