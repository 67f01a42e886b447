import { TreeSelect } from "antd";
import { useMemo } from "react";
import { useOrgs } from "@/api/hooks";
import type { Id, OrgLine } from "@/api/types";

interface Node {
  value: Id;
  title: string;
  find: string;
  disabled: boolean;
  children?: Node[];
}

/** Active organisations as a tree; children of inactive ones move up to the next active one. */
export function orgTree(list: readonly OrgLine[], barred: ReadonlySet<Id>): Node[] {
  const byId = new Map(list.map((o) => [o.id, o]));
  const nodes = new Map<Id, Node>();
  for (const o of list) {
    if (o.active) nodes.set(o.id, { value: o.id, title: o.name, find: `${o.name} ${o.short} ${o.code}`.toLowerCase(), disabled: barred.has(o.id) });
  }
  const roots: Node[] = [];
  for (const o of list) {
    const node = nodes.get(o.id);
    if (!node) continue;
    let parent = o.parent;
    while (parent && !nodes.has(parent)) parent = byId.get(parent)?.parent ?? null;
    const above = parent ? nodes.get(parent) : undefined;
    if (above) (above.children ??= []).push(node);
    else roots.push(node);
  }
  return roots;
}

export interface OrgPickerProps {
  value?: Id | Id[] | null;
  onChange?: (value: Id | Id[] | null) => void;
  multiple?: boolean;
  /** May not be chosen: the accused unit, the lead among co-handlers. */
  barred?: readonly Id[];
  /** Only this organisation's subordinates. */
  under?: Id;
  placeholder?: string;
  autoFocus?: boolean;
  id?: string;
}

const NOBODY: readonly Id[] = [];

/** 机构选择: tree with search by name, short name or code. */
export function OrgPicker({ value, onChange, multiple = false, barred = NOBODY, under, placeholder, ...rest }: OrgPickerProps) {
  const { list } = useOrgs();
  const tree = useMemo(() => {
    const roots = orgTree(list, new Set(barred));
    if (!under) return roots;
    const find = (nodes: Node[]): Node | undefined => {
      for (const n of nodes) {
        const hit = n.value === under ? n : find(n.children ?? []);
        if (hit) return hit;
      }
      return undefined;
    };
    return find(roots)?.children ?? [];
  }, [list, barred, under]);
  const top = tree[0]?.value;
  return (
    <TreeSelect
      {...rest}
      // Before the names are there a key is nothing to show.
      value={list.length > 0 ? (value ?? undefined) : undefined}
      loading={list.length === 0}
      onChange={(v) => onChange?.(v ?? null)}
      treeData={tree}
      multiple={multiple}
      showSearch={{ filterTreeNode: (input, node) => (node as unknown as Node).find.includes(input.trim().toLowerCase()) }}
      treeDefaultExpandedKeys={top && tree.length === 1 ? [top] : []}
      placeholder={placeholder ?? (multiple ? "可多选，输入名称查找" : "输入名称查找，或展开目录选择")}
      allowClear
      style={{ width: "100%" }}
      listHeight={320}
      notFoundContent="没有符合的机构"
    />
  );
}
