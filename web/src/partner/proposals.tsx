// 平台同步: what other platforms published, shown as its difference to what there is here, to be taken or not.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Form, Input, Segmented } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { FormDrawer } from "@/admin/room";
import { CategoryPicker } from "@/ui/category-picker";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { Parts } from "@/knowledge/pieces";
import { proposals, type Proposal, type ProposalWord, type Topic } from "./calls";
import "./partner.css";

const TONE: Record<string, string> = { added: "tag tag-green", resumed: "tag tag-green", renamed: "tag tag-blue", mapped: "tag tag-blue", ended: "tag tag-amber" };
const STATE: Record<string, string> = { taken: "tag tag-green", declined: "tag tag-amber", overtaken: "tag" };

function Lines({ p, picked, pick }: { p: Proposal; picked: ReadonlySet<string>; pick: ((codes: ReadonlySet<string>) => void) | undefined }) {
  const all = p.changes.length > 0 && p.changes.every((c) => picked.has(c.code));
  const toggle = (code: string) => {
    const next = new Set(picked);
    if (!next.delete(code)) next.add(code);
    pick?.(next);
  };
  return (
    <table className="adm-table" aria-label={`${p.partner}发布的${p.topic_cn}与本平台的差异`}>
      <thead>
        <tr>
          {pick && (
            <th style={{ width: 40 }}>
              <Checkbox aria-label="全选" checked={all} indeterminate={picked.size > 0 && !all} onChange={() => pick(new Set(all ? [] : p.changes.map((c) => c.code)))} />
            </th>
          )}
          <th style={{ width: 130 }}>差异</th>
          <th style={{ width: 130 }}>代码</th>
          <th>本平台现为</th>
          <th>对方发布</th>
          <th style={{ width: 170 }}>替代旧编码</th>
        </tr>
      </thead>
      <tbody>
        {p.changes.map((c) => (
          <tr key={c.code}>
            {pick && (
              <td>
                <Checkbox aria-label={`采纳 ${c.code}`} checked={picked.has(c.code)} onChange={() => toggle(c.code)} />
              </td>
            )}
            <td>
              <span className={TONE[c.kind] ?? "tag"}>{c.kind_cn}</span>
            </td>
            <td className="num">{c.code}</td>
            <td>{c.was ?? <span className="muted">—</span>}</td>
            <td>{c.now}</td>
            <td className="num">{c.replaces.length > 0 ? c.replaces.join("、") : <span className="muted">—</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Texts({ p }: { p: Proposal }) {
  if (p.ends) return <p className="panel-body">对方已不再公开这条知识；采纳后本平台的这条知识随之下架。</p>;
  return (
    <dl className="kb-changes panel-body">
      {p.texts.map((t) => (
        <div key={t.label}>
          <dt>{t.label}</dt>
          <dd className="prose">
            {p.fresh ? t.parts.map((part) => part.text).join("") : <Parts parts={t.parts} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Decide({ p, take, codes, close }: { p: Proposal; take: boolean; codes: ReadonlySet<string>; close: () => void }) {
  const client = useQueryClient();
  const asks = take && p.topic === "kb" && !p.ends && p.category === null;
  const send = async (v: ProposalWord) => {
    await proposals.decide(p.id, { ...v, opinion: v.opinion ?? "", take, codes: p.topic === "dict" && take ? [...codes] : null });
    await Promise.all([["proposals"], ["reference"], ["admin", "categories"], ["knowledge"]].map((queryKey) => client.invalidateQueries({ queryKey })));
  };
  return (
    <FormDrawer<ProposalWord>
      title={take ? `采纳：${p.title}` : `不采纳：${p.title}`}
      confirm={take ? "采纳" : "不采纳"}
      done={take ? "已采纳" : "已记录"}
      initial={{ opinion: "" }}
      send={send}
      close={close}
      note={
        !take
          ? "本平台的内容不变；对方再次变更时会重新提示。"
          : p.topic === "dict"
            ? `将采纳选中的 ${codes.size} 项：只改名称和启停，本平台的关键词、派单限制和本平台独有的分类不变；被替代的旧编码停用。`
            : p.topic === "org"
              ? "采纳后，转出工单时可以从中选择建议承办单位；本平台的机构不变。"
              : "采纳后即发布，注明来源；话务口径和适用区域不变。"
      }
    >
      {() => (
        <>
          {asks && (
            <Form.Item name="category" label="本平台的分类" extra="对方的分类在本平台不存在，请选择归入哪一类" rules={[{ required: true, message: "请选择分类" }]}>
              <CategoryPicker />
            </Form.Item>
          )}
          <Form.Item
            name="opinion"
            label={take ? "意见（可不填）" : "理由"}
            rules={take ? [] : [{ required: true, whitespace: true, min: 2, message: "请填写不采纳的理由，至少2个字" }]}
          >
            <Input.TextArea autoFocus={!asks} rows={3} maxLength={500} showCount />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

function Card({ p }: { p: Proposal }) {
  const [picked, pick] = useState<ReadonlySet<string>>(new Set(p.changes.map((c) => c.code)));
  const [word, setWord] = useState<boolean>();
  return (
    <section className="panel" aria-label={`${p.partner}：${p.title}`}>
      <div className="panel-head">
        {p.topic === "kb" && <span className={p.ends ? "tag tag-amber" : p.fresh ? "tag tag-green" : "tag tag-blue"}>{p.ends ? "下架" : p.fresh ? "新知识" : "新版本"}</span>}
        {p.title}
        <span className="muted partner-kind">
          {p.partner} <span className="num">{dateTime(p.at)}</span>
          {p.subject && ` ${p.subject}`}
          {p.topic !== "kb" && ` ${p.total} 处不同`}
        </span>
        <span className="panel-more partner-acts">
          <Button size="small" type="primary" disabled={p.topic === "dict" && picked.size === 0} onClick={() => setWord(true)}>
            {p.topic === "dict" ? `采纳选中的 ${picked.size} 项` : "采纳"}
          </Button>
          <Button size="small" onClick={() => setWord(false)}>
            不采纳
          </Button>
        </span>
      </div>
      {p.topic === "kb" ? <Texts p={p} /> : <Lines p={p} picked={picked} pick={p.topic === "dict" ? pick : undefined} />}
      {p.total > p.changes.length && <p className="muted panel-body">只显示前 {p.changes.length} 处，共 {p.total} 处。</p>}
      {word !== undefined && <Decide p={p} take={word} codes={picked} close={() => setWord(undefined)} />}
    </section>
  );
}

function Done({ all }: { all: readonly Proposal[] }) {
  if (all.length === 0) return <Empty title="还没有处理过的内容" />;
  return (
    <section className="panel">
      <table className="adm-table" aria-label="已处理">
        <thead>
          <tr>
            <th style={{ width: 100 }}>结果</th>
            <th>内容</th>
            <th style={{ width: 170 }}>来自</th>
            <th style={{ width: 150 }}>收到</th>
            <th style={{ width: 210 }}>处理</th>
            <th>意见</th>
          </tr>
        </thead>
        <tbody>
          {all.map((p) => (
            <tr key={p.id}>
              <td>
                <span className={STATE[p.state] ?? "tag"}>{p.state_cn}</span>
              </td>
              <td>{p.article ? <Link to={`/knowledge?tab=published&id=${p.article}`}>{p.title}</Link> : p.title}</td>
              <td>{p.partner}</td>
              <td className="num">{dateTime(p.at)}</td>
              <td>
                <span className="num">{dateTime(p.decided_at)}</span> {p.decided_by_name}
              </td>
              <td>{p.opinion ?? <span className="muted">—</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const EMPTY: Record<Topic, string> = {
  dict: "上级平台发布问题分类后，在这里显示与本平台的差异，由您决定是否采纳。",
  kb: "上级平台发布公开知识后，在这里显示与本平台的差异，由您决定是否采纳。",
  org: "上级、下级平台发布机构名录后，在这里显示变化，由您决定是否采纳。",
};

/** One topic: what waits, and what was decided. */
export function Proposals({ topic }: { topic: Topic }) {
  const [open, setOpen] = useState(true);
  const query = useQuery({ queryKey: ["proposals", topic, open], queryFn: () => proposals.list(topic, open), refetchInterval: 20_000 });
  return (
    <div className="partner-proposals">
      <Segmented<boolean> value={open} onChange={setOpen} options={[{ value: true, label: "待处理" }, { value: false, label: "已处理" }]} style={{ alignSelf: "flex-start" }} />
      <Loaded query={query}>
        {(all) => (open ? all.length === 0 ? <Empty title="没有待处理的内容" hint={EMPTY[topic]} /> : <>{all.map((p) => <Card key={p.id} p={p} />)}</> : <Done all={all} />)}
      </Loaded>
    </div>
  );
}
