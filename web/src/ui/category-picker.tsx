import { Button, Cascader, Select, Space } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { reference } from "@/api/calls";
import { ApiError } from "@/api/client";
import { useCategories } from "@/api/hooks";
import type { CategoryHit, CategoryLine } from "@/api/types";

const WAIT_MS = 180;

interface Node {
  value: string;
  label: string;
  children?: Node[];
}

export function categoryTree(all: Iterable<CategoryLine>): Node[] {
  const nodes = new Map<string, Node>();
  const list = [...all].filter((c) => c.active);
  for (const c of list) nodes.set(c.code, { value: c.code, label: c.name });
  const roots: Node[] = [];
  for (const c of list) {
    const node = nodes.get(c.code);
    const above = c.parent ? nodes.get(c.parent) : undefined;
    if (!node) continue;
    if (above) (above.children ??= []).push(node);
    else roots.push(node);
  }
  return roots;
}

/** Hits for the words typed so far; late answers to earlier words are dropped. */
function useHits(all: ReadonlyMap<string, CategoryLine>) {
  const [hits, setHits] = useState<CategoryHit[]>([]);
  const [busy, setBusy] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const flight = useRef<AbortController>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      flight.current?.abort();
    },
    [],
  );
  /** While the server is away: by the names known here. */
  const known = (q: string, error: unknown): CategoryHit[] =>
    error instanceof ApiError && error.transient ? [...all.values()].filter((c) => c.active && c.path.includes(q)).slice(0, 12).map((c) => ({ code: c.code, name: c.name, path: c.path, why: "" })) : [];
  const search = (q: string) => {
    clearTimeout(timer.current);
    flight.current?.abort();
    if (q.trim() === "") {
      setHits([]);
      return;
    }
    setBusy(true);
    timer.current = setTimeout(() => {
      const abort = new AbortController();
      flight.current = abort;
      reference
        .categories(q.trim(), abort.signal)
        .then(setHits, (error: unknown) => !abort.signal.aborted && setHits(known(q.trim(), error)))
        .finally(() => flight.current === abort && setBusy(false));
    }, WAIT_MS);
  };
  return { hits, busy, search };
}

export interface CategoryPickerProps {
  value?: string | null;
  onChange?: (code: string) => void;
  /** Offered before anything is typed, e.g. proposals from the content. */
  proposals?: readonly CategoryHit[];
  id?: string;
}

/** 问题分类: typed as a phrase ("路灯不亮"), not hunted down a tree; the tree is there for who wants it. */
export function CategoryPicker({ value, onChange, proposals = [], id }: CategoryPickerProps) {
  const categories = useCategories();
  const { hits, busy, search } = useHits(categories);
  const [typed, setTyped] = useState("");
  const tree = useMemo(() => categoryTree(categories.values()), [categories]);
  const shown = typed.trim() === "" ? proposals : hits;
  const current = value ? categories.get(value) : undefined;
  const known = value && !shown.some((h) => h.code === value) ? [{ code: value, name: current?.name ?? value, path: current?.path ?? "", why: null }] : [];
  return (
    <Space.Compact block>
      <Select
        {...(id && { id })}
        value={value || undefined}
        showSearch={{
          filterOption: false,
          onSearch: (q) => {
            setTyped(q);
            search(q);
          },
        }}
        onChange={(code: string) => {
          setTyped("");
          onChange?.(code);
        }}
        placeholder="输入关键词，如“路灯不亮”"
        notFoundContent={busy ? "正在查找…" : typed ? "没有匹配的分类，请换个说法或按目录选择" : "请输入关键词"}
        options={[...(typed ? [] : known), ...shown].map((h) => ({ value: h.code, label: h.path || h.name, hit: h }))}
        optionRender={({ data }) => (
          <div className="clip" title={data.hit.path}>
            <b>{data.hit.name}</b>
            <span className="muted">　{data.hit.path}</span>
            {data.hit.why && <span className="muted">　{data.hit.why}</span>}
          </div>
        )}
        popupMatchSelectWidth={460}
        style={{ flex: 1, minWidth: 0 }}
      />
      <Cascader
        options={tree}
        value={value ? pathOf(categories, value) : []}
        onChange={(path) => {
          const code = path?.[path.length - 1];
          if (code) onChange?.(String(code));
        }}
        changeOnSelect
      >
        <Button tabIndex={-1} title="按目录选择">
          目录
        </Button>
      </Cascader>
    </Space.Compact>
  );
}

function pathOf(categories: Map<string, CategoryLine>, code: string): string[] {
  const path: string[] = [];
  for (let at = categories.get(code); at && path.length < 6; at = at.parent ? categories.get(at.parent) : undefined) path.unshift(at.code);
  return path;
}
