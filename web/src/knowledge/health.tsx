// 健康度 and 缺口: what is old or unused, what led to work being done again, what nobody has written yet.
import { Button, Tabs } from "antd";
import { useState } from "react";
import type { Id, Rate } from "@/api/types";
import { useCan } from "@/app/session";
import { Empty, Loaded } from "@/ui/states";
import { date, shortTime } from "@/ui/time";
import { useHealth, type HealthView } from "./api";
import { Editor } from "./editor";

const TONE: Record<string, string> = { overdue: "tag tag-red", reopened: "tag tag-red", review_soon: "tag tag-amber", fix: "tag tag-amber" };

function Articles({ health, open }: { health: HealthView; open: (id: Id) => void }) {
  if (health.articles.length === 0) return <Empty title="还没有已发布的知识" />;
  return (
    <table className="adm-table kb-grid">
      <thead>
        <tr><th>标题</th><th style={{ width: 190 }}>维护单位</th><th style={{ width: 210 }}>提示</th><th className="cell-right" style={{ width: 64 }}>已发布</th><th style={{ width: 92 }}>复审期限</th><th className="cell-right" style={{ width: 52 }}>采用</th><th style={{ width: 96 }}>最近采用</th><th className="cell-right" style={{ width: 76 }}>用后重办</th><th className="cell-right" style={{ width: 64 }}>待纠错</th></tr>
      </thead>
      <tbody>
        {health.articles.map((l) => (
          <tr key={l.article.id}>
            <td><button type="button" className="link clip" onClick={() => open(l.article.id)}>{l.article.title}</button></td>
            <td className="clip">{l.article.owner.name}</td>
            <td>{l.flags.map((f) => <span key={f.code} className={TONE[f.code] ?? "tag"}>{f.cn}</span>)}</td>
            <td className="num cell-right">{l.age_days}天</td>
            <td className="num">{date(l.article.review_due)}</td>
            <td className="num cell-right">{l.uses || ""}</td>
            <td className="num">{l.last_used ? shortTime(l.last_used) : ""}</td>
            <td className="num cell-right">{l.reopened || ""}</td>
            <td className="num cell-right">{l.open_fixes || ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Gaps({ health, open }: { health: HealthView; open: (id: Id) => void }) {
  const can = useCan();
  const [title, setTitle] = useState<string>();
  if (health.gaps.length === 0) return <Empty title="没有检索缺口" hint="检索后没有结果或没有点开任何知识的内容会列在这里。" />;
  return (
    <>
      <table className="adm-table kb-grid">
        <thead>
          <tr><th>检索内容</th><th className="cell-right" style={{ width: 110 }}>未点开次数</th><th className="cell-right" style={{ width: 110 }}>其中无结果</th><th style={{ width: 130 }}>最近检索</th><th style={{ width: 100 }} aria-label="操作" /></tr>
        </thead>
        <tbody>
          {health.gaps.map((g) => (
            <tr key={g.text}>
              <td>{g.text}</td>
              <td className="num cell-right">{g.n}</td>
              <td className="num cell-right">{g.nothing || ""}</td>
              <td className="num">{shortTime(g.last_at)}</td>
              <td>{can("kb.edit") && <Button size="small" onClick={() => setTitle(g.text)}>撰写知识</Button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {title !== undefined && <Editor article={null} title={title} close={() => setTitle(undefined)} saved={(a) => open(a.id)} />}
    </>
  );
}

/** Both parts stand beside the rate; nothing came due, no rate. */
function Fresh({ rate }: { rate: Rate }) {
  if (rate.value === null) return <span className="muted">—</span>;
  return <><b className={rate.value < 80 ? "warn" : ""}>{rate.value.toFixed(2)}%</b> <small className="muted">{rate.num}/{rate.den}</small></>;
}

function Owners({ health }: { health: HealthView }) {
  return (
    <table className="adm-table kb-grid">
      <thead>
        <tr><th>维护单位</th><th className="cell-right" style={{ width: 110 }}>在用知识</th><th className="cell-right" style={{ width: 110 }}>复审逾期</th><th className="cell-right" style={{ width: 190 }} title="复审期限前复审或修订 / 期间应复审">更新及时率</th><th className="cell-right" style={{ width: 110 }}>待纠错</th><th className="cell-right" style={{ width: 130 }}>采用次数</th></tr>
      </thead>
      <tbody>
        {health.owners.map((o) => (
          <tr key={o.owner.id}>
            <td>{o.owner.name}</td>
            <td className="num cell-right">{o.articles}</td>
            <td className={o.overdue ? "num cell-right bad" : "num cell-right"}>{o.overdue || ""}</td>
            <td className="num cell-right"><Fresh rate={o.fresh} /></td>
            <td className="num cell-right">{o.open_fixes || ""}</td>
            <td className="num cell-right">{o.uses || ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Health({ open }: { open: (id: Id) => void }) {
  return (
    <Loaded query={useHealth()}>
      {(health) => (
        <Tabs
          className="panel kb-health"
          tabBarExtraContent={<span className="muted">近 {health.days} 天：知识更新及时率 <Fresh rate={health.fresh} />；采用、检索同期统计</span>}
          items={[
            { key: "articles", label: "知识健康", children: <Articles health={health} open={open} /> },
            { key: "gaps", label: `检索缺口（${health.gaps.length}）`, children: <Gaps health={health} open={open} /> },
            { key: "owners", label: "单位维护情况", children: <Owners health={health} /> },
          ]}
        />
      )}
    </Loaded>
  );
}
