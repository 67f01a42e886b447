// A tree of coded things for the left column: search, fold, arrow keys. Hundreds of rows, so plain rows and no library.
import { Input } from "antd";
import { useMemo, useState, type KeyboardEvent, type ReactNode } from "react";
import { Empty } from "@/ui/states";

export interface TreeItem {
  id: string;
  parent: string | null;
  name: string;
  /** What the search looks at besides the name. */
  find?: string;
  off?: boolean;
  side?: string;
}
interface Row extends TreeItem {
  depth: number;
  kids: number;
}

/** Rows in sight: everything above and below a hit while searching, else what is unfolded. */
export function visibleRows(items: readonly TreeItem[], open: ReadonlySet<string>, search: string): Row[] {
  const known = new Set(items.map((i) => i.id));
  const below = new Map<string | null, TreeItem[]>();
  for (const item of items) {
    const parent = item.parent !== null && known.has(item.parent) ? item.parent : null;
    below.set(parent, [...(below.get(parent) ?? []), item]);
  }
  const q = search.trim().toLowerCase();
  const hit = (i: TreeItem) => `${i.name} ${i.find ?? ""}`.toLowerCase().includes(q);
  const out: Row[] = [];
  const walk = (parent: string | null, depth: number, inside: boolean): boolean => {
    let any = false;
    for (const item of below.get(parent) ?? []) {
      const own = q !== "" && hit(item);
      const at = out.length;
      out.push({ ...item, depth, kids: below.get(item.id)?.length ?? 0 });
      const deeper = q !== "" ? walk(item.id, depth + 1, inside || own) : open.has(item.id) && walk(item.id, depth + 1, false);
      if (q !== "" && !own && !deeper && !inside) out.length = at;
      else any = true;
    }
    return any;
  };
  walk(null, 0, false);
  return out;
}

function Marked({ text, search }: { text: string; search: string }): ReactNode {
  const q = search.trim();
  const at = q === "" ? -1 : text.toLowerCase().indexOf(q.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + q.length)}</mark>
      {text.slice(at + q.length)}
    </>
  );
}

export interface TreeProps {
  items: readonly TreeItem[];
  selected: string | null;
  onSelect: (id: string) => void;
  placeholder: string;
  /** Unfolded at first. */
  opened?: readonly string[];
}

export function Tree({ items, selected, onSelect, placeholder, opened = [] }: TreeProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(opened));
  const [search, setSearch] = useState("");
  const rows = useMemo(() => visibleRows(items, open, search), [items, open, search]);
  const fold = (id: string, on = !open.has(id)) => {
    const next = new Set(open);
    if (on) next.add(id);
    else next.delete(id);
    setOpen(next);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    const at = rows.findIndex((r) => r.id === selected);
    const row = rows[at];
    const step = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
    const to = step === 0 ? undefined : rows[at + step];
    if (to) onSelect(to.id);
    else if (row && e.key === "ArrowRight") fold(row.id, true);
    else if (row && e.key === "ArrowLeft") fold(row.id, false);
    else return;
    e.preventDefault();
  };
  return (
    <>
      <div className="adm-search">
        <Input value={search} onChange={(e) => setSearch(e.target.value)} placeholder={placeholder} allowClear aria-label={placeholder} />
      </div>
      <div className="tree" role="tree" tabIndex={0} onKeyDown={onKeyDown}>
        {rows.length === 0 && <Empty title="没有符合的项目" />}
        {rows.map((r) => (
          <div
            key={r.id}
            role="treeitem"
            aria-level={r.depth + 1}
            aria-selected={r.id === selected}
            aria-expanded={r.kids > 0 ? open.has(r.id) : undefined}
            className={r.id === selected ? "tree-row on" : "tree-row"}
            style={{ paddingLeft: 4 + r.depth * 16 }}
            onClick={() => onSelect(r.id)}
          >
            <button
              type="button"
              tabIndex={-1}
              className="tree-fold"
              aria-hidden
              style={{ visibility: r.kids > 0 && search.trim() === "" ? "visible" : "hidden" }}
              onClick={(e) => {
                e.stopPropagation();
                fold(r.id);
              }}
            >
              {open.has(r.id) ? "▼" : "▶"}
            </button>
            <span className={r.off ? "tree-name clip adm-off" : "tree-name clip"} title={r.name}>
              <Marked text={r.name} search={search} />
            </span>
            {r.side && <small>{r.side}</small>}
          </div>
        ))}
      </div>
    </>
  );
}
