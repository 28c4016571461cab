import './keycard-strip.css';
import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';
import { useNavigation } from '../../app/navigation.ts';
import { useKeycards } from './keycards-store.ts';
import { LeaseCard } from './lease-card.tsx';

/** More than this are a list, not a picture: the rest is a click away. */
const SHOWN = 6;

/** Some keycards beside what they belong to; a click goes to the card's own place. */
export function KeycardStrip({
  keycards,
  none,
}: {
  readonly keycards: readonly Keycard[];
  readonly none: string;
}) {
  const go = useNavigation((navigation) => navigation.go);
  const { select, show } = useKeycards();
  if (keycards.length === 0) return <p className="quiet">{none}</p>;
  const toCard = (keycard: Keycard): void => {
    show('live');
    select(keycard.leaseId);
    go('keycards');
  };
  return (
    <div className="keycard-strip">
      {keycards.slice(0, SHOWN).map((keycard) => (
        <button
          key={keycard.leaseId}
          type="button"
          className="keycard-strip-one"
          onClick={() => toCard(keycard)}
        >
          <LeaseCard keycard={keycard} />
        </button>
      ))}
      {keycards.length > SHOWN && (
        <button type="button" className="keycard-strip-more" onClick={() => go('keycards')}>
          {keycards.length - SHOWN} more
        </button>
      )}
    </div>
  );
}
