// 综合查询: any combination of conditions, an address that can be passed on, a list for the keyboard.
import { Button, type InputRef } from "antd";
import { useCallback, useMemo, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useOrders } from "@/api/hooks";
import { useCan } from "@/app/session";
import { CopyButton } from "@/ui/copy";
import { useHotkeys } from "@/ui/hotkeys";
import { Kbd } from "@/ui/kbd";
import { OrderTable } from "@/ui/order-table";
import { Empty } from "@/ui/states";
import { Chips } from "./chips";
import { ExportDialog } from "./export";
import { FIELDS } from "./fields";
import { cleanFilter, countOf, DEFAULT_SORT, onlySecrets, parseAddress, sameQuery, toAddress, toRequest, type Filter, type QueryState } from "./filter";
import { Panel } from "./panel";
import "./query.css";
import { SavedFilters } from "./saved";

const OPEN_KEY = "hotline.query.open";
const NOTHING: QueryState = { filter: {}, sort: DEFAULT_SORT };

function sameFilter(a: Filter, b: Filter): boolean {
  const [x, y] = [cleanFilter(a), cleanFilter(b)];
  return Object.keys(x).length === Object.keys(y).length && Object.entries(x).every(([name, value]) => y[name] === value);
}

/** The query in force: open conditions from the address, personal ones from memory. */
function useQueryState() {
  const [params, setParams] = useSearchParams();
  const [secrets, setSecrets] = useState<Filter>({});
  const text = params.toString();
  const state = useMemo<QueryState>(() => {
    const open = parseAddress(new URLSearchParams(text));
    return { ...open, filter: { ...open.filter, ...secrets } };
  }, [text, secrets]);
  const go = useCallback(
    (next: QueryState) => {
      setSecrets((old) => (sameFilter(old, onlySecrets(next.filter)) ? old : onlySecrets(cleanFilter(next.filter))));
      setParams(toAddress(next));
    },
    [setParams],
  );
  return { state, go };
}

/** What is in the form; follows the address when that changes by other means. */
function useDraft(filter: Filter) {
  const [draft, setDraft] = useState({ from: filter, filter });
  if (draft.from !== filter) setDraft({ from: filter, filter });
  const set = (name: string, value: string | undefined) =>
    setDraft((old) => {
      const next = { ...old.filter };
      if (value === undefined) delete next[name];
      else next[name] = value;
      if (!next["lead_org"]) delete next["lead_sub"];
      for (const f of FIELDS) if (f.of === name) delete next[f.name];
      return { ...old, filter: next };
    });
  return { filter: draft.filter, set, setAll: (f: Filter) => setDraft((old) => ({ ...old, filter: f })) };
}

function NoResult({ narrowed, clear }: { narrowed: boolean; clear: () => void }) {
  return narrowed ? (
    <Empty title="没有符合条件的工单" hint="可放宽时间范围、减少条件；超出您数据范围的工单不会列出。">
      <Button onClick={clear}>清除全部条件</Button>
    </Empty>
  ) : (
    <Empty title="暂无工单" hint="您的数据范围内还没有工单。" />
  );
}

interface BarProps {
  state: QueryState;
  go: (next: QueryState) => void;
  /** Opens the export; missing where the role may not. */
  onExport: (() => void) | undefined;
  empty: boolean;
}

/** Conditions in force, and what can be done with the query as a whole. */
function Bar({ state, go, onExport, empty }: BarProps) {
  const remove = (name: string) => {
    const filter = { ...state.filter };
    delete filter[name];
    for (const f of FIELDS) if (f.of === name) delete filter[f.name];
    go({ ...state, filter });
  };
  return (
    <div className="query-bar">
      <div className="query-chips">
        <Chips filter={state.filter} remove={remove} clear={() => go(NOTHING)} />
      </div>
      <span className="muted query-keys">
        <Kbd>/</Kbd> 找内容　<Kbd>↑</Kbd> <Kbd>↓</Kbd> 选择　<Kbd>Enter</Kbd> 打开
      </span>
      <SavedFilters state={state} apply={go} />
      <CopyButton text={`${location.origin}/query?${toAddress(state)}`} label="复制链接" />
      {onExport && (
        <Button size="small" onClick={onExport} disabled={empty}>
          导出
        </Button>
      )}
    </div>
  );
}

function useFold(): [boolean, () => void] {
  const [open, setOpen] = useState(() => localStorage.getItem(OPEN_KEY) === "1");
  const toggle = () => {
    setOpen(!open);
    localStorage.setItem(OPEN_KEY, open ? "0" : "1");
  };
  return [open, toggle];
}

export default function QueryPage() {
  const { state, go } = useQueryState();
  const draft = useDraft(state.filter);
  const request = useMemo(() => toRequest(state), [state]);
  const pages = useOrders(request);
  const navigate = useNavigate();
  const can = useCan();
  const text = useRef<InputRef>(null);
  const [selected, setSelected] = useState<string>();
  const [exporting, setExporting] = useState(false);
  const [open, toggle] = useFold();
  useHotkeys({ "/": () => text.current?.focus({ cursor: "all" }) });

  const apply = () => {
    const next = { ...state, filter: cleanFilter(draft.filter) };
    if (sameQuery(next, state) && sameFilter(next.filter, state.filter)) void pages.refetch();
    else go(next);
  };
  const reset = () => {
    draft.setAll({});
    go(NOTHING);
  };
  const dirty = !sameFilter(draft.filter, state.filter);
  return (
    <div className="query">
      <div className="query-head" role="search">
        <Panel filter={draft.filter} set={draft.set} apply={apply} reset={reset} dirty={dirty} open={open} toggle={toggle} textRef={text} />
      </div>
      <Bar state={state} go={go} onExport={can("export") ? () => setExporting(true) : undefined} empty={pages.rows.length === 0} />
      <div className="query-list panel">
        <OrderTable
          pages={pages}
          preset="query"
          label="查询结果"
          selected={selected ?? null}
          onSelect={(o) => setSelected(o.id)}
          onOpen={(o) => void navigate(`/orders/${o.id}`)}
          sort={state.sort}
          onSort={(sort) => go({ ...state, sort })}
          empty={<NoResult narrowed={countOf(state.filter) > 0} clear={() => go(NOTHING)} />}
          globalKeys
        />
      </div>
      {exporting && <ExportDialog state={state} total={pages.total} capped={pages.capped} close={() => setExporting(false)} />}
    </div>
  );
}
