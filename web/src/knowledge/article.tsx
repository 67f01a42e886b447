// One article: what it says, where it stands, what became of it.
import { App, Button, Tabs } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { Id } from "@/api/types";
import { Lamp } from "@/ui/lamp";
import { Empty, Loaded } from "@/ui/states";
import { date, dateTime, shortTime } from "@/ui/time";
import { knowledge, useArticle, useKnowledgeChanged, type ArticleView, type FixView, type RevisionView } from "./api";
import { AnswerFix, Opinion, RaiseFix, type OpinionAct } from "./dialogs";
import { Editor } from "./editor";
import "./knowledge.css";
import { Changes } from "./pieces";

const TONE: Record<string, string> = { 已发布: "tag tag-green", 待复审: "tag tag-red", 草稿: "tag", 部门确认: "tag tag-amber", 中心审核: "tag tag-amber" };

export function StateTag({ cn }: { cn: string }) {
  return <span className={TONE[cn] ?? "tag"}>{cn}</span>;
}

/** The text of a version, as it is read. */
export function ArticleBody({ revision }: { revision: RevisionView }) {
  const t = revision.text;
  return (
    <div className="kb-text">
      <p className="prose kb-answer">{t.body}</p>
      {t.inner && (
        <div className="note note-amber">
          <b>话务口径</b>（不对外）<p className="prose">{t.inner}</p>
        </div>
      )}
      <dl className="facts">
        <div className="wide"><dt>政策依据</dt><dd>{t.basis || "未填写"}</dd></div>
        <div className="wide"><dt>分类</dt><dd>{revision.category_cn}</dd></div>
        <div><dt>适用区域</dt><dd>{revision.area_cn}</dd></div>
        <div><dt>有效期</dt><dd className="num">{date(t.valid_from)} 起{t.valid_to ? `，至 ${date(t.valid_to - 1)}` : "，长期"}</dd></div>
        <div><dt>公开范围</dt><dd>{t.public ? "向公众公开" : "仅工作人员"}</dd></div>
        <div><dt>关键词</dt><dd>{t.keywords || "无"}</dd></div>
      </dl>
    </div>
  );
}

function Step({ label, mark }: { label: string; mark: RevisionView["confirmed"] }) {
  if (!mark) return null;
  return (
    <li>
      {label} {mark.by.name} <span className="num muted">{dateTime(mark.at)}</span> {mark.opinion && `：${mark.opinion}`}
    </li>
  );
}

function Versions({ article }: { article: ArticleView }) {
  return (
    <ol className="kb-versions">
      {article.revisions.map((r) => (
        <li key={r.no}>
          <h4>
            第{r.no}版 <StateTag cn={r.state_cn} />
            {r.published_at && <span className="num muted"> {dateTime(r.published_at)} 发布</span>}
          </h4>
          <ul className="kb-steps">
            <li>撰写 {r.author.name} <span className="num muted">{dateTime(r.written_at)}</span> {r.note && `：${r.note}`}</li>
            <Step label="退回" mark={r.returned} />
            <Step label="部门确认" mark={r.confirmed} />
            <Step label="中心审核" mark={r.audited} />
          </ul>
          {r.no > 1 && <Changes revision={r} />}
        </li>
      ))}
    </ol>
  );
}

export function Fixes({ fixes, onOpen }: { fixes: readonly FixView[]; onOpen?: (article: Id) => void }) {
  const [answering, setAnswering] = useState<{ fix: FixView; accept: boolean } | null>(null);
  if (fixes.length === 0) return <Empty title="没有纠错工单" />;
  return (
    <ul className="kb-fixes">
      {fixes.map((f) => (
        <li key={f.id}>
          <div className="kb-line">
            <span className={f.state === "open" ? "tag tag-amber" : f.state === "fixed" ? "tag tag-green" : "tag"}>{f.state_cn}</span>
            <b>{f.kind_cn}</b>
            <span className="muted">第{f.revision}版</span>
            {(f.state === "open" || f.state === "revising") && <Lamp light={f.light} due={f.due_at} remaining={f.remaining_cn} />}
            <span className="muted kb-end">{f.raised_by.name} <span className="num">{shortTime(f.raised_at)}</span></span>
          </div>
          {onOpen && (
            <div className="kb-line">
              <button type="button" className="link kb-fix-title" onClick={() => onOpen(f.article_id)}>{f.article_title}</button>
              <span className="muted">{f.owner.name}</span>
            </div>
          )}
          <p className="prose">{f.text}</p>
          {f.answered_by && <p className="muted">{f.answered_by.name} 答复：{f.answer || "已采纳，待新版本发布"}</p>}
          {f.state === "open" && f.answerable && (
            <p className="kb-acts">
              <Button size="small" type="primary" onClick={() => setAnswering({ fix: f, accept: true })}>采纳纠错</Button>
              <Button size="small" onClick={() => setAnswering({ fix: f, accept: false })}>不予更正</Button>
            </p>
          )}
        </li>
      ))}
      {answering && <AnswerFix {...answering} close={() => setAnswering(null)} />}
    </ul>
  );
}

type Open = { opinion: OpinionAct } | "edit" | "fix" | null;

function Acts({ article, quote, order }: { article: ArticleView; quote?: ((r: RevisionView) => void) | undefined; order?: string | undefined }) {
  const { message, modal } = App.useApp();
  const changed = useKnowledgeChanged();
  const [open, setOpen] = useState<Open>(null);
  const current = article.revisions.find((r) => r.no === article.current_no);
  const now = async (act: "submit" | "discard", done: string) => {
    try {
      await knowledge.act(article.id, article.version, { act });
      message.success(done);
    } catch (e) {
      message.error(messageOf(e));
    }
    await changed();
  };
  const discard = async () => {
    if (await modal.confirm({ title: "放弃这份草稿？", content: "草稿不再继续办理，历史版本中仍可查看。", okText: "放弃草稿", cancelText: "保留" })) await now("discard", "草稿已放弃");
  };
  const press = (code: string) => {
    if (code === "save") setOpen("edit");
    else if (code === "submit") void now("submit", "已提交部门确认");
    else if (code === "discard") void discard();
    else setOpen({ opinion: code as OpinionAct });
  };
  return (
    <div className="kb-acts kb-foot">
      {quote && current && <Button type="primary" onClick={() => quote(current)}>引用到答复</Button>}
      {article.allowed.map((a, i) => (
        <Button key={a.code} type={i === 0 && !quote && a.code !== "save" && a.code !== "review" ? "primary" : "default"} danger={a.code === "retire" || a.code === "discard"} onClick={() => press(a.code)}>
          {a.cn}
        </Button>
      ))}
      {article.fixable && <Button onClick={() => setOpen("fix")}>提出纠错</Button>}
      {open === "edit" && <Editor article={article} close={() => setOpen(null)} saved={() => undefined} />}
      {open === "fix" && <RaiseFix article={{ id: article.id, title: current?.text.title ?? "" }} order={order} close={() => setOpen(null)} />}
      {open && typeof open === "object" && <Opinion article={article} act={open.opinion} close={() => setOpen(null)} />}
    </div>
  );
}

export interface ArticlePanelProps {
  id: Id | null;
  idle: string;
  /** Puts the answer into a reply. */
  quote?: (article: ArticleView, revision: RevisionView) => void;
  /** The order in whose handling it is read. */
  order?: string | undefined;
  /** Keepers see the version on its way first, readers the one in force. */
  working?: boolean;
}

/** The article beside a list. */
export function ArticlePanel({ id, idle, quote, order, working = false }: ArticlePanelProps) {
  const query = useArticle(id);
  if (id === null) return <Empty title={idle} />;
  return (
    <Loaded query={query}>
      {(a) => {
        const inForce = a.revisions.find((r) => r.no === a.current_no);
        const shown = (working ? a.revisions[0] : inForce) ?? inForce ?? a.revisions[0];
        if (!shown) return <Empty title={idle} />;
        const open = a.fixes.filter((f) => f.state === "open" || f.state === "revising").length;
        return (
          <section className="kb-article" aria-label={`知识 ${shown.text.title}`}>
            <header>
              <h2>{shown.text.title}</h2>
              <p className="muted kb-meta">
                <StateTag cn={shown.state === "published" ? a.state_cn : shown.state_cn} />
                <span className="num">第{shown.no}版</span>
                <span>{a.owner.name}</span>
                {a.origin && (
                  <span className="tag tag-blue" title={`${dateTime(a.origin.taken_at)} 采纳`}>
                    来自{a.origin.partner} {a.origin.no}
                  </span>
                )}
                {a.review_due && <span className="num">复审期限 {date(a.review_due)}</span>}
                {a.review_light === "red" && <span className="tag tag-red">复审逾期，引用前请核实</span>}
              </p>
              {a.retired && <div className="note note-red">{dateTime(a.retired.at)} 下架：{a.retired.opinion}</div>}
              {shown.returned && shown.state === "draft" && <div className="note note-amber">{shown.returned.by.name} 退回：{shown.returned.opinion}</div>}
            </header>
            <Tabs
              className="kb-tabs"
              items={[
                { key: "text", label: "内容", children: <>{shown.no > 1 && shown.state !== "published" && <Changes revision={shown} />}<ArticleBody revision={shown} /></> },
                { key: "versions", label: `版本（${a.revisions.length}）`, children: <Versions article={a} /> },
                { key: "fixes", label: open > 0 ? `纠错（${open}）` : "纠错", children: <Fixes fixes={a.fixes} /> },
              ]}
            />
            <Acts article={a} quote={quote && ((r) => quote(a, r))} order={order} />
          </section>
        );
      }}
    </Loaded>
  );
}
