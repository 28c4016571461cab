import './virtual-list.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useId,
  useMemo,
  useRef,
} from 'react';
import { hasTextSelection } from './has-text-selection.ts';

/** How one row of a list is to be told apart, drawn and announced. */
export interface VirtualRow {
  readonly key: string;
  /** Drawn only when the row is in sight. */
  readonly content: () => ReactNode;
  /** A heading between rows: it cannot be selected. */
  readonly heading?: boolean;
  readonly level?: number;
  readonly expanded?: boolean | undefined;
}

interface VirtualListProps<T> {
  readonly label: string;
  readonly role?: 'listbox' | 'tree';
  readonly items: readonly T[];
  readonly rowHeight: number;
  readonly row: (item: T) => VirtualRow;
  readonly selectedKey: string | null;
  readonly onSelect: (item: T) => void;
  /** Enter. */
  readonly onOpen?: ((item: T) => void) | undefined;
  /** A click, which in a tree folds; without it a double click opens. */
  readonly onPress?: ((item: T) => void) | undefined;
  /** Arrow left and right in a tree. */
  readonly onFold?: ((item: T, open: boolean) => void) | undefined;
  /** Ctrl/Cmd-C while a row is selected. */
  readonly onCopy?: ((item: T) => void) | undefined;
  readonly onContext?: ((item: T, event: MouseEvent) => void) | undefined;
}

/** A list that stays smooth at ten thousand rows: arrows move, Enter opens, only what is seen is drawn. */
export function VirtualList<T>(props: VirtualListProps<T>) {
  const { items, rowHeight, selectedKey, role = 'listbox' } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const selected = selectedKey === null ? -1 : items.findIndex((item) => props.row(item).key === selectedKey);
  const current = items[selected];
  const drawn = virtual.getVirtualItems();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `row` is made anew with each drawing, and says the same of the same items.
  const places = useMemo(() => placesOf(items, (item) => props.row(item).heading === true), [items]);

  useEffect(() => {
    if (selected >= 0) virtual.scrollToIndex(selected, { align: 'auto' });
  }, [selected, virtual]);

  function move(from: number, step: number): void {
    const last = items.length - 1;
    for (let index = Math.min(last, Math.max(0, from)); index >= 0 && index <= last; index += step) {
      const item = items[index];
      if (item !== undefined && !props.row(item).heading) {
        props.onSelect(item);
        return;
      }
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowDown: [selected + 1, 1],
      ArrowUp: [selected < 0 ? items.length - 1 : selected - 1, -1],
      Home: [0, 1],
      End: [items.length - 1, -1],
      PageDown: [Math.min(items.length - 1, selected + page), -1],
      PageUp: [Math.max(0, selected - page), 1],
    };
    const target = moves[event.key];
    if (target) {
      if (target[0] >= 0 && target[0] < items.length) move(target[0], target[1]);
    } else if (current === undefined) return;
    else if (event.key === 'Enter' && props.onOpen) props.onOpen(current);
    else if (event.key === 'ArrowRight' && props.onFold) props.onFold(current, true);
    else if (event.key === 'ArrowLeft' && props.onFold) props.onFold(current, false);
    else if (event.key === 'c' && (event.ctrlKey || event.metaKey) && props.onCopy && !hasTextSelection())
      props.onCopy(current);
    else return;
    event.preventDefault();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its role is a listbox or a tree, which the rule cannot see.
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: as above.
    <div
      ref={scroller}
      className="vlist"
      role={role}
      aria-label={props.label}
      tabIndex={0}
      aria-activedescendant={drawn.some(({ index }) => index === selected) ? `${id}-${selected}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div className="vlist-all" role="presentation" style={{ height: virtual.getTotalSize() }}>
        {drawn.map(({ index, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          const row = props.row(item);
          const place = { height: rowHeight, transform: `translateY(${start}px)` };
          if (row.heading) {
            return (
              <div key={row.key} role="presentation" className="vlist-heading" style={place}>
                {row.content()}
              </div>
            );
          }
          const announced =
            role === 'tree'
              ? { role: 'treeitem', 'aria-level': (row.level ?? 0) + 1, 'aria-expanded': row.expanded }
              : { role: 'option', 'aria-setsize': places.count, 'aria-posinset': places.at[index] };
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list around it has the keys and names the active row.
            // biome-ignore lint/a11y/noStaticElementInteractions: it is an option or a treeitem.
            // biome-ignore lint/a11y/useAriaPropsSupportedByRole: as above.
            <div
              key={row.key}
              id={`${id}-${index}`}
              className="vlist-row"
              aria-selected={index === selected}
              style={place}
              onClick={() => {
                props.onSelect(item);
                props.onPress?.(item);
              }}
              onDoubleClick={() => {
                if (!props.onPress) props.onOpen?.(item);
              }}
              onContextMenu={(event) => props.onContext?.(item, event)}
              {...announced}
            >
              {row.content()}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Which place each row has among those that can be chosen: headings are not counted. */
function placesOf<T>(
  items: readonly T[],
  isHeading: (item: T) => boolean,
): { readonly at: readonly number[]; readonly count: number } {
  let count = 0;
  const at = items.map((item) => {
    if (!isHeading(item)) count += 1;
    return count;
  });
  return { at, count };
}
