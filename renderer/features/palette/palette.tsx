import './palette.css';
import { VisuallyHidden } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { Dialog } from '../../ui/dialog.tsx';
import { type Finding, findAmong } from './find-among.ts';
import { useEverything } from './use-everything.tsx';
import { useSearchedSecrets } from './use-searched-secrets.tsx';

const SHOWN = 40;

/** Finds everything there is, and does it: secrets, apps, kinds of access, keycards, actions. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const everything = useEverything();
  const [words, setWords] = useState('');
  const [active, setActive] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const searched = useSearchedSecrets(words);
  const found = useMemo(() => {
    const near = findAmong(everything, words);
    const known = new Set(near.map((finding) => finding.id));
    return [...near, ...searched.filter((finding) => !known.has(finding.id))].slice(0, SHOWN);
  }, [everything, searched, words]);
  const index = Math.min(active, found.length - 1);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });

  function choose(finding: Finding | undefined): void {
    if (!finding) return;
    onClose();
    finding.run();
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') setActive(found.length === 0 ? 0 : (index + 1) % found.length);
    else if (event.key === 'ArrowUp')
      setActive(found.length === 0 ? 0 : (index - 1 + found.length) % found.length);
    else if (event.key === 'Enter') choose(found[index]);
    else return;
    event.preventDefault();
  }

  return (
    <Dialog
      onClose={onClose}
      closeOnClickOutside
      withCloseButton={false}
      size={600}
      padding={0}
      yOffset="12vh"
      centered={false}
      attributes={{ content: { 'aria-label': 'Find' } }}
    >
      <VisuallyHidden>
        <h2>Find</h2>
      </VisuallyHidden>
      <div className="palette-input">
        <IconSearch size={18} aria-hidden="true" />
        <input
          role="combobox"
          aria-label="Find anything"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={index >= 0 ? `${id}-${index}` : undefined}
          aria-autocomplete="list"
          placeholder="Find a secret, an app, a keycard, or what to do"
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          data-autofocus
          spellCheck={false}
          autoComplete="off"
        />
        <kbd>Esc</kbd>
      </div>
      <div ref={list} id={`${id}-list`} className="palette-list" role="listbox" aria-label="Found">
        {found.map((finding, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input above has the keys and names the active one.
          // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus.
          <div
            key={finding.id}
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === index}
            className="palette-one"
            onClick={() => choose(finding)}
            onPointerMove={() => setActive(at)}
          >
            {finding.icon}
            <span className={`cut grow ${finding.mono ? 'mono' : ''}`}>{finding.name}</span>
            <span className="quiet">{finding.kind}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="palette-none quiet">Nothing has these words.</p>}
    </Dialog>
  );
}
