import { Button, Checkbox, Popover } from "antd";
import { useMemo, useState, type ReactNode } from "react";
import type { OrderLine } from "@/api/types";
import { DenseTable, type Sort } from "./dense-table";
import { columnsOf, ORDER_COLUMNS, PRESETS, type OrderColumn, type Preset } from "./order-columns";
import { Failed, Loading } from "./states";

interface Pages {
  rows: OrderLine[];
  total: number | null;
  capped: boolean;
  error: unknown;
  isPending: boolean;
  isPlaceholderData: boolean;
  dataUpdatedAt: number;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
}

const stored = (preset: Preset) => `hotline.columns.${preset}`;

function readColumns(preset: Preset): OrderColumn[] {
  try {
    const names = JSON.parse(localStorage.getItem(stored(preset)) ?? "null") as unknown;
    if (Array.isArray(names)) {
      const known = names.filter((n): n is OrderColumn => typeof n === "string" && n in ORDER_COLUMNS);
      if (known.length > 0) return known;
    }
  } catch {
    // An unreadable choice counts as none.
  }
  return [...PRESETS[preset]];
}

/** The user's columns of a list, kept on this workstation. */
export function useColumns(preset: Preset) {
  const [names, setNames] = useState(() => readColumns(preset));
  const choose = (next: OrderColumn[]) => {
    const all = Object.keys(ORDER_COLUMNS) as OrderColumn[];
    const rank = (n: OrderColumn) => (PRESETS[preset] as readonly OrderColumn[]).indexOf(n);
    const sorted = [...next].sort((a, b) => (rank(a) + 1 || 100 + all.indexOf(a)) - (rank(b) + 1 || 100 + all.indexOf(b)));
    setNames(sorted);
    localStorage.setItem(stored(preset), JSON.stringify(sorted));
  };
  return { names, choose, reset: () => choose([...PRESETS[preset]]) };
}

function ColumnChooser({ names, choose, reset }: ReturnType<typeof useColumns>) {
  return (
    <Popover
      trigger="click"
      placement="topRight"
      content={
        <div style={{ width: 300 }}>
          <Checkbox.Group
            value={names}
            onChange={(v) => v.length > 0 && choose(v as OrderColumn[])}
            options={Object.values(ORDER_COLUMNS).map((c) => ({ value: c.key, label: c.title }))}
            style={{ display: "grid", gridTemplateColumns: "1fr 1fr 1fr", gap: 4 }}
          />
          <Button size="small" style={{ marginTop: 8 }} onClick={reset}>
            恢复默认
          </Button>
        </div>
      }
    >
      <button type="button" className="link">
        选择列
      </button>
    </Popover>
  );
}

export interface OrderTableProps {
  pages: Pages;
  preset: Preset;
  label: string;
  selected?: string | null;
  onSelect?: (order: OrderLine) => void;
  onOpen?: (order: OrderLine) => void;
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  empty: ReactNode;
  globalKeys?: boolean;
}

/** 工单列表: dense, keyboard-driven, loaded page by page. */
export function OrderTable({ pages, preset, empty, ...rest }: OrderTableProps) {
  const chosen = useColumns(preset);
  const columns = useMemo(() => columnsOf(chosen.names), [chosen.names]);
  if (pages.isPending) return <Loading />;
  if (pages.error && pages.rows.length === 0) return <Failed error={pages.error} retry={() => void pages.refetch()} />;
  return (
    <DenseTable
      {...rest}
      rows={pages.rows}
      columns={columns}
      rowKey={(o) => o.id}
      stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
      empty={empty}
      footer={<PageFoot pages={pages} more={<ColumnChooser {...chosen} />} />}
    />
  );
}

/** 已显示 50 件，共 1234 件 · 加载更多 */
export function PageFoot({ pages, more }: { pages: Omit<Pages, "rows"> & { rows: readonly unknown[] }; more?: ReactNode }) {
  return (
    <>
      <span>
        已显示 <b>{pages.rows.length}</b> 件{pages.total !== null && `，共 ${pages.total}${pages.capped ? "+" : ""} 件`}
      </span>
      {pages.hasNextPage && (
        <Button size="small" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          加载更多
        </Button>
      )}
      <span style={{ marginLeft: "auto" }}>{more}</span>
    </>
  );
}
