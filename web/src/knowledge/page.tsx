// 知识库: everybody searches; departments write and confirm; the centre audits.
import { Button, Checkbox, Input } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import type { Id } from "@/api/types";
import { permitted, useCan, useSession } from "@/app/session";
import { DenseTable, type Column } from "@/ui/dense-table";
import { DeskFrame, TabStrip } from "@/ui/desk";
import { Lamp } from "@/ui/lamp";
import { PageFoot } from "@/ui/order-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { date, shortTime } from "@/ui/time";
import { useArticleCounts, useArticles, useFixes, type ArticleLine } from "./api";
import { ArticlePanel, Fixes, StateTag } from "./article";
import { Proposals } from "@/partner/proposals";
import { Editor } from "./editor";
import { Finder } from "./finder";
import { Health } from "./health";
import "./knowledge.css";

const KEEPERS = [
  { code: "draft", name: "草稿", empty: "没有草稿。" },
  { code: "dept_confirm", name: "待确认", empty: "没有等待部门确认的知识。" },
  { code: "center_audit", name: "待审核", empty: "没有等待中心审核的知识。" },
  { code: "review", name: "待复审", empty: "没有到期复审的知识。" },
  { code: "published", name: "已发布", empty: "没有已发布的知识。" },
  { code: "retired", name: "已下架", empty: "没有已下架的知识。" },
] as const;

const COLUMNS: Column<ArticleLine>[] = [
  { key: "code", title: "编号", width: 78, render: (l) => <span className="num">{l.code}</span> },
  { key: "title", title: "标题", render: (l) => <span title={l.title}>{l.title}</span> },
  { key: "owner", title: "维护单位", width: 130, render: (l) => <span title={l.owner.name}>{l.owner.name}</span> },
  { key: "state", title: "状态", width: 84, render: (l) => <StateTag cn={l.state_cn} /> },
  { key: "no", title: "版本", width: 48, align: "center", render: (l) => l.revision },
  { key: "review", title: "复审", width: 96, render: (l) => (l.review_due ? <Lamp light={l.review_light} due={l.review_due} remaining={date(l.review_due)} compact /> : "") },
  { key: "changed", title: "更新", width: 86, render: (l) => <span className="num">{shortTime(l.changed_at)}</span> },
];

function Lines({ tab, title, selected, onSelect }: { tab: (typeof KEEPERS)[number]; title: string; selected: Id | null; onSelect: (id: Id) => void }) {
  const pages = useArticles({ tab: tab.code, title });
  if (pages.isPending) return <Loading />;
  if (pages.error && pages.rows.length === 0) return <Failed error={pages.error} retry={() => void pages.refetch()} />;
  return (
    <DenseTable label="知识" rows={pages.rows} columns={COLUMNS} rowKey={(l) => l.id} selected={selected} onSelect={(l) => onSelect(l.id)} globalKeys stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt} empty={<Empty title={tab.empty} />} footer={<PageFoot pages={pages} />} />
  );
}

function Tickets({ mine, onOpen }: { mine: boolean; onOpen: (article: Id) => void }) {
  const [ended, setEnded] = useState(false);
  const pages = useFixes({ ended, mine });
  return (
    <div className="kb-tickets">
      <Checkbox checked={ended} onChange={(e) => setEnded(e.target.checked)}>已办结</Checkbox>
      {pages.isPending ? <Loading /> : pages.error ? <Failed error={pages.error} retry={() => void pages.refetch()} /> : <Fixes fixes={pages.rows} onOpen={onOpen} />}
    </div>
  );
}

export default function KnowledgePage() {
  const session = useSession();
  const can = useCan();
  const [params, setParams] = useSearchParams();
  const [title, setTitle] = useState("");
  const [writing, setWriting] = useState(false);
  const keeper = ["kb.edit", "kb.confirm", "kb.audit"].some((p) => permitted(session, p));
  const counts = useArticleCounts(keeper).data;
  const asked = params.get("tab") ?? "find";
  const id = params.get("id");
  const lines = keeper ? KEEPERS.find((t) => t.code === asked) : undefined;
  const at = lines?.code ?? (asked === "fixes" || (keeper && asked === "health") || (asked === "sync" && can("kb.audit")) ? asked : "find");
  const select = (next: Id) => setParams((p) => (p.set("id", next), p), { replace: true });
  const tabs = [{ code: "find", name: "检索" }, ...(keeper ? KEEPERS.map((t) => ({ ...t, count: counts?.[t.code] })) : []), { code: "fixes", name: keeper ? "纠错工单" : "我的纠错" }, ...(keeper ? [{ code: "health", name: "健康" }] : []), ...(can("kb.audit") ? [{ code: "sync", name: "上级发布" }] : [])];
  const bar = (
    <>
      <TabStrip label="知识库" current={at} onPick={(tab) => setParams({ tab })} tabs={tabs} />
      {lines && <Input.Search placeholder="标题" allowClear onSearch={setTitle} aria-label="标题" style={{ width: 116, flex: "none", marginLeft: "auto" }} />}
      {can("kb.edit") && <Button type="primary" onClick={() => setWriting(true)} style={lines ? undefined : { marginLeft: "auto" }}>新建知识</Button>}
    </>
  );
  const editor = writing && <Editor article={null} close={() => setWriting(false)} saved={(a) => setParams({ tab: "draft", id: a.id })} />;
  if (at === "sync") {
    return (
      <div className="kb-whole">
        <div className="panel desk-bar">{bar}</div>
        <Proposals topic="kb" />
        {editor}
      </div>
    );
  }
  if (at === "health") {
    return (
      <div className="kb-whole">
        <div className="panel desk-bar">{bar}</div>
        <Health open={(next) => setParams({ tab: "published", id: next })} />
        {editor}
      </div>
    );
  }
  return (
    <>
      <DeskFrame
        bar={bar}
        list={lines ? <Lines key={lines.code} tab={lines} title={title} selected={id} onSelect={select} /> : at === "fixes" ? <Tickets mine={!keeper} onOpen={select} /> : <Finder selected={id} onOpen={(h) => select(h.id)} filters />}
        detail={<ArticlePanel id={id} idle="请选择一条知识" working={lines !== undefined} />}
      />
      {editor}
    </>
  );
}
