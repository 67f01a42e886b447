import { Input } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useOrders, useQueues } from "@/api/hooks";
import { DeskFrame, Pools } from "@/ui/desk";
import type { Sort } from "@/ui/dense-table";
import { OrderTable } from "@/ui/order-table";
import { Empty } from "@/ui/states";
import { useSelection } from "@/ui/use-selection";
import { DispatchDetail } from "./detail";

/** Pools of the dispatch desk in the order of the work. */
const POOLS = [
  { code: "to_complete", name: "待补充" },
  { code: "to_dispatch", name: "待派遣" },
  { code: "return_pending", name: "退回待审" },
  { code: "ext_pending", name: "延期待审" },
  { code: "consulting", name: "异议会商" },
  { code: "unsigned", name: "已派未签" },
  { code: "handling", name: "处置中" },
  { code: "to_audit", name: "待办结审核" },
  { code: "hard", name: "疑难" },
] as const;

/** 派单台 (screens §1.3). */
export default function DispatchPage() {
  const [params, setParams] = useSearchParams();
  const pool = params.get("pool") ?? "to_dispatch";
  const [sort, setSort] = useState<Sort>({ by: "due_at", dir: "asc" });
  const [q, setQ] = useState("");
  const known = useQueues().data;
  const queues = new Map((known ?? []).map((x) => [x.code, x]));
  // The role has no work in a pool the server does not count for it.
  const mine = POOLS.filter((p) => !known || queues.has(p.code) || p.code === pool);
  const pages = useOrders({ pool, q, sort: sort.by, dir: sort.dir });
  const selection = useSelection(pages.rows, (o) => o.id, { auto: !pages.isPlaceholderData });
  const name = POOLS.find((p) => p.code === pool)?.name ?? "";
  return (
    <DeskFrame
      pools={
        <Pools
          label="工单池"
          current={pool}
          onPick={(code) => setParams({ pool: code })}
          pools={mine.map((p) => ({ ...p, count: queues.get(p.code)?.count, red: queues.get(p.code)?.red, yellow: queues.get(p.code)?.yellow }))}
        />
      }
      bar={
        <>
          <h1>{name}</h1>
          {pool === "to_dispatch" && <span className="muted">公共池：占用后他人不能派单</span>}
          <Input.Search className="desk-search" placeholder="编号、标题、地址" allowClear onSearch={setQ} aria-label="搜索" />
        </>
      }
      list={
        <OrderTable
          pages={pages}
          preset="dispatch"
          label={name}
          selected={selection.id}
          onSelect={(o) => selection.select(o.id)}
          onOpen={() => document.getElementById("command-dispatch_lead")?.focus()}
          sort={sort}
          onSort={setSort}
          globalKeys
          empty={<Empty title={`“${name}”没有工单`} hint={q ? "没有符合搜索条件的工单。" : "新到的工单会自动出现在这里。"} />}
        />
      }
      detail={<DispatchDetail id={selection.id} onNext={selection.next} />}
    />
  );
}
