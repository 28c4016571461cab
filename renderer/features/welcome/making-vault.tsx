import { useState } from 'react';
import { now as startNow, useNow } from '../../ui/ticker.ts';
import './making-vault.css';

/** What a new vault is waiting for: the machine is measured, so that guessing the passphrase stays slow. */
export function MakingVault() {
  const [started] = useState(startNow);
  const seconds = Math.max(0, Math.floor((useNow() - started) / 1000));
  return (
    <div className="making-vault" role="status">
      <div className="making-vault-ring" aria-hidden="true" />
      <h2>Making your vault</h2>
      <p className="soft">
        This machine is being measured, so that one guess at the passphrase costs about a second of its work.
        Then the key is made and sealed.
      </p>
      <p className="quiet tabular">{seconds > 1 ? `${seconds} s; usually under ten` : 'A few seconds'}</p>
    </div>
  );
}
