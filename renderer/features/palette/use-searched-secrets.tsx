import { useEffect, useState } from 'react';
import { ask } from '../../bridge/ask.ts';
import type { Finding } from './find-among.ts';
import { secretFinding } from './use-everything.tsx';

/** Milliseconds without a key before the vault is asked: each search leaves a record. */
const PAUSE = 250;
const NONE: readonly Finding[] = [];

/** Secrets that the vault finds by words in their paths and notes: also those whose folders were never looked at. */
export function useSearchedSecrets(words: string): readonly Finding[] {
  const [found, setFound] = useState<{ readonly words: string; readonly findings: readonly Finding[] }>();
  const wanted = words.trim();
  useEffect(() => {
    if (wanted.length < 2) return;
    let late = false;
    const timer = setTimeout(() => {
      ask('secrets.search', { words: wanted.slice(0, 256) }).then(
        (reply) => {
          if (!late)
            setFound({ words: wanted, findings: reply.found.map(({ path }) => secretFinding(path)) });
        },
        // What is loaded is still searched; a vault that does not answer says so elsewhere.
        () => {},
      );
    }, PAUSE);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [wanted]);
  return found?.words === wanted ? found.findings : NONE;
}
