import './screen.css';
import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface ScreenProps {
  readonly title: string;
  readonly tools?: ReactNode;
  readonly list: ReactNode;
  readonly detail: ReactNode;
  /** Which of the two takes the width that is left. */
  readonly wide?: 'list' | 'detail';
}

/** List and detail, side by side: the frame of every screen. */
export function Screen({ title, tools, list, detail, wide = 'detail' }: ScreenProps) {
  return (
    <div className={`screen screen-wide-${wide}`}>
      <section className="screen-list" aria-label={title}>
        <header className="screen-head">
          <h1>{title}</h1>
          <span className="grow" />
          {tools}
        </header>
        {list}
      </section>
      <section className="screen-detail" aria-label="Detail">
        {detail}
      </section>
    </div>
  );
}

/** A screen without list and detail: what belongs there is on its way, was refused, or is not there yet. */
export function Whole({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="screen-whole" aria-label={title}>
      <header className="screen-head">
        <h1>{title}</h1>
      </header>
      {children}
    </section>
  );
}

interface SearchProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** The search over a list: Escape empties it, arrow down goes to the list. */
export function Search({ label, value, onChange }: SearchProps) {
  return (
    <div className="screen-search">
      <TextInput
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        leftSection={<IconSearch size={15} aria-hidden="true" />}
        spellCheck={false}
        autoComplete="off"
        onKeyDown={(event) => {
          if (event.key === 'Escape' && value !== '') {
            event.stopPropagation();
            onChange('');
          }
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          const list = event.currentTarget.closest('.screen-list')?.querySelector<HTMLElement>('.vlist');
          list?.focus();
        }}
      />
    </div>
  );
}

/** The head of a detail pane: what it is about, and what can be done with it. */
export function DetailHead(props: {
  readonly title: ReactNode;
  readonly under?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <header className="detail-head">
      <div className="grow">
        <h2 className="detail-title selectable">{props.title}</h2>
        {props.under && <div className="detail-under">{props.under}</div>}
      </div>
      <div className="detail-actions">{props.actions}</div>
    </header>
  );
}

/** One titled part of a detail pane. */
export function DetailPart(props: {
  readonly title: string;
  readonly hint?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="detail-part" aria-label={props.title}>
      <div className="detail-part-head">
        <h3>{props.title}</h3>
        {props.hint && <span className="quiet">{props.hint}</span>}
        <span className="grow" />
        {props.actions}
      </div>
      {props.children}
    </section>
  );
}
