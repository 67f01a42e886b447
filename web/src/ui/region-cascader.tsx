import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Cascader } from "antd";
import { useState } from "react";
import { reference } from "@/api/calls";
import type { RegionNode } from "@/api/types";

interface Node {
  value: string;
  label: string;
  isLeaf: boolean;
  children?: Node[];
}

const toNode = (r: RegionNode): Node => ({ value: r.code, label: r.name, isLeaf: r.leaf ?? false });
const FOREVER = Number.POSITIVE_INFINITY;

export interface RegionCascaderProps {
  value?: string | null;
  onChange?: (code: string) => void;
  placeholder?: string;
  /** The clearing cross is a stop of its own for the Tab key: not in forms that are typed through. */
  allowClear?: boolean;
  id?: string;
}

/** 所属区域: districts of the own city first, deeper levels fetched when opened. Any level may be chosen. */
export function RegionCascader({ value, onChange, placeholder = "区县 / 街道乡镇 / 社区村", allowClear = false, id }: RegionCascaderProps) {
  const client = useQueryClient();
  const [children, setChildren] = useState<ReadonlyMap<string, Node[]>>(new Map());
  const top = useQuery({ queryKey: ["regions", ""], queryFn: () => reference.regions(), staleTime: FOREVER });
  const path = useQuery({
    queryKey: ["region-path", value],
    queryFn: () => reference.regionPath(value ?? ""),
    enabled: !!value,
    staleTime: FOREVER,
  });

  const grow = (node: Node): Node => {
    const below = children.get(node.value);
    return below ? { ...node, children: below.map(grow) } : node;
  };
  const home = new Set((top.data ?? []).filter((r) => r.home).map((r) => r.code));
  const options = (top.data ?? []).map((r) => grow(toNode(r)));
  // The path starts above the city; the tree starts at its districts.
  const codes = (path.data ?? []).map((r) => r.code);
  const start = codes.findIndex((c) => home.has(c));
  const names = new Map((path.data ?? []).map((r) => [r.code, r.name]));

  const load = async (selected: { value?: unknown }[]) => {
    const code = String(selected[selected.length - 1]?.value ?? "");
    const list = await client.fetchQuery({ queryKey: ["regions", code], queryFn: () => reference.regions(code), staleTime: FOREVER });
    setChildren((old) => new Map(old).set(code, list.map(toNode)));
  };

  return (
    <Cascader
      {...(id && { id })}
      options={options}
      value={value ? codes.slice(Math.max(0, start)) : []}
      onChange={(chosen) => {
        const code = chosen?.[chosen.length - 1];
        onChange?.(code ? String(code) : "");
      }}
      loadData={(selected) => void load(selected as { value?: unknown }[])}
      displayRender={(labels, nodes) => labels.map((l, i) => nodes?.[i]?.label ?? names.get(String(l)) ?? l).join(" / ")}
      changeOnSelect
      allowClear={allowClear}
      placeholder={placeholder}
      notFoundContent={top.isPending ? "正在载入…" : "没有下级区域"}
      style={{ width: "100%" }}
    />
  );
}
