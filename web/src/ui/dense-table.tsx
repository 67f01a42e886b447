import { useEffect, useId, useRef, useSyncExternalStore, type KeyboardEvent, type ReactNode } from "react";
import { link } from "@/api/link";
import { useHotkeys } from "./hotkeys";
import { shortTime } from "./time";
import "./dense-table.css";

export interface Column<T> {
  key: string;
  title: string;
  /** Pixels. One column without width takes what is left. */
  width?: number;
  align?: "right" | "center";
  render: (row: T) => ReactNode;
  /** Sort key of the API, when the list can be sorted by this column. */
  sort?: string;
}
export interface Sort {
  by: string;
  dir: "asc" | "desc";
}

export interface DenseTableProps<T> {
  rows: readonly T[];
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  selected?: string | null;
  onSelect?: (row: T) => void;
  /** Enter or double click. */
  onOpen?: (row: T) => void;
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  /** Shown in place of rows. */
  empty?: ReactNode;
  footer?: ReactNode;
  label: string;
  /** Arrow keys work without the table having the focus. */
  globalKeys?: boolean;
  /** Rows are being replaced; the old ones stay visible but faded. */
  stale?: boolean;
  /** When the rows were read; told while the server is away. */
  asOf?: number;
}

const PAGE_ROWS = 10;
const GROW_MIN = 180;

/** The row a key leads to, or undefined when the key is none of ours. */
export function nextIndex(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined;
  const clamp = (n: number) => Math.max(0, Math.min(count - 1, n));
  switch (key) {
    case "ArrowDown":
      return clamp(at + 1);
    case "ArrowUp":
      return at < 0 ? 0 : clamp(at - 1);
    case "PageDown":
      return clamp(at + PAGE_ROWS);
    case "PageUp":
      return clamp(at - PAGE_ROWS);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}

function Head<T>({ column, sort, onSort }: { column: Column<T>; sort: Sort | undefined; onSort: ((s: Sort) => void) | undefined }) {
  const sorted = sort && column.sort === sort.by ? sort.dir : undefined;
  const by = column.sort;
  return (
    <th className={column.align && `cell-${column.align}`} aria-sort={sorted ? (sorted === "asc" ? "ascending" : "descending") : undefined}>
      {by && onSort ? (
        <button type="button" onClick={() => onSort({ by, dir: sorted === "asc" ? "desc" : "asc" })}>
          {column.title}
          <span aria-hidden>{sorted ? (sorted === "asc" ? "↑" : "↓") : "↕"}</span>
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

/** A dense list with sticky head, driven by ↑ ↓ Enter. */
export function DenseTable<T>(props: DenseTableProps<T>) {
  const { rows, columns, rowKey, selected, onSelect, onOpen, globalKeys = false } = props;
  const id = useId();
  const body = useRef<HTMLTableSectionElement>(null);
  const since = useSyncExternalStore(link.watch, () => link.state.since);
  const old = since !== null && rows.length > 0 ? props.asOf || since : null;
  const index = rows.findIndex((r) => rowKey(r) === selected);

  useEffect(() => {
    const row = index >= 0 ? body.current?.children[index] : undefined;
    row?.scrollIntoView?.({ block: "nearest" });
  }, [index]);

  const press = (key: string): boolean => {
    const row = rows[index];
    if (key === "Enter" && row) {
      onOpen?.(row);
      return onOpen !== undefined;
    }
    const next = nextIndex(key, index, rows.length);
    const target = next === undefined ? undefined : rows[next];
    if (!target || !onSelect) return false;
    onSelect(target);
    return true;
  };
  const move = (e: { key: string }) => void press(e.key);
  useHotkeys({ ArrowUp: move, ArrowDown: move, Enter: move }, { enabled: globalKeys });
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.target === e.currentTarget && press(e.key)) e.preventDefault();
  };

  const width = columns.reduce((sum, c) => sum + (c.width ?? GROW_MIN), 0);
  return (
    <div className="dense">
      <div
        className="dense-scroll"
        tabIndex={0}
        role="group"
        aria-label={props.label}
        aria-activedescendant={index >= 0 ? `${id}-${index}` : undefined}
        onKeyDown={onKeyDown}
      >
        <table role="grid" aria-rowcount={rows.length} style={{ minWidth: width }} className={props.stale ? "dense-stale" : undefined}>
          <colgroup>
            {columns.map((c) => (
              <col key={c.key} style={c.width === undefined ? undefined : { width: c.width }} />
            ))}
          </colgroup>
          <thead>
            <tr>
              {columns.map((c) => (
                <Head key={c.key} column={c} sort={props.sort} onSort={props.onSort} />
              ))}
            </tr>
          </thead>
          <tbody ref={body}>
            {rows.map((row, i) => (
              <tr
                key={rowKey(row)}
                id={`${id}-${i}`}
                aria-selected={i === index}
                onClick={() => onSelect?.(row)}
                onDoubleClick={() => onOpen?.(row)}
              >
                {columns.map((c) => (
                  <td key={c.key} className={c.align && `cell-${c.align}`}>
                    {c.render(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && props.empty}
      </div>
      {(props.footer || old) && (
        <div className="dense-foot">
          {old && <b className="dense-old">数据截至 {shortTime(old)}</b>}
          {props.footer}
        </div>
      )}
    </div>
  );
}
