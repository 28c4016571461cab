import { randomBytes } from 'node:crypto';
import { stateFolder } from '../../../shared/model/state-folder.ts';
import type { Place } from '../../vault/place.ts';
import type { Surroundings } from '../surroundings.ts';

/** This machine, and where this user's Keywarden remembers how far its vaults have come. */
export async function herePlace(surroundings: Surroundings): Promise<Place> {
  const { placeIn } = await import('../../vault/place.ts');
  return placeIn(stateFolder(surroundings), (length) => new Uint8Array(randomBytes(length)));
}
