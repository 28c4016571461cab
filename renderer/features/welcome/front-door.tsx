import './front-door.css';
import type { ReactNode } from 'react';
import { BrandMark } from '../../ui/brand-mark.tsx';
import { Keycard } from '../../ui/keycard.tsx';

/** The room before the vault is open: the picture of the product on one side, what to do on the other. */
export function FrontDoor({ children }: { readonly children: ReactNode }) {
  return (
    <main className="front-door">
      <aside className="front-door-picture" aria-hidden="true" inert>
        <div className="front-door-brand">
          <BrandMark size={30} /> Keywarden
        </div>
        <div className="front-door-cards">
          <div className="front-door-card front-door-card-back">
            <Keycard
              holder="billing-worker"
              door="secret/data/billing/stripe"
              fraction={0.2}
              left="0:48"
              tone="expiring"
              state="Expiring"
              promise="dies-by-itself"
            />
          </div>
          <div className="front-door-card front-door-card-front">
            <Keycard
              holder="orders-api"
              door="database/creds/orders-readonly"
              fraction={0.72}
              left="43:12"
              tone="active"
              state="Active"
              promise="dies-by-itself"
            />
          </div>
        </div>
        <p>
          One encrypted vault for the team’s keys. Apps get keycards: each opens one door, for a while, and
          dies on time.
        </p>
      </aside>
      <section className="front-door-desk">{children}</section>
    </main>
  );
}
