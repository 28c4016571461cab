import './strength-meter.css';
import { passphraseStrength } from './passphrase-strength.ts';

const STEPS = { 'very weak': 1, weak: 2, fair: 3, good: 4, strong: 5 } as const;

/** How well a passphrase holds, in a bar, a word and what that means. */
export function StrengthMeter({ passphrase }: { readonly passphrase: string }) {
  if (passphrase === '') {
    return (
      <p className="quiet strength-words">
        A sentence of four or more unrelated words is best. Nobody can reset it for you.
      </p>
    );
  }
  const strength = passphraseStrength(passphrase);
  const step = STEPS[strength.grade];
  return (
    <div className="strength" role="status" aria-label="Strength of the passphrase">
      <div className="strength-bar" aria-hidden="true">
        {[1, 2, 3, 4, 5].map((mark) => (
          <span key={mark} className={mark <= step ? `strength-on strength-${step}` : ''} />
        ))}
      </div>
      <p className="strength-words">
        <strong className="strength-grade">{strength.grade}</strong>{' '}
        <span className="quiet">
          {strength.meaning} {strength.advice}
        </span>
      </p>
    </div>
  );
}
