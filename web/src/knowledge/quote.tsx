// Knowledge where answers are written: beside the intake form, and in the drawers of commands.
import { Button, Drawer, Form, type FormInstance } from "antd";
import { useState } from "react";
import type { Id, OrderView } from "@/api/types";
import { useCan } from "@/app/session";
import type { IntakeValues } from "@/intake/model";
import { useSettled } from "@/order/commands/effect";
import { useProposed, type ArticleHit } from "./api";
import { ArticlePanel } from "./article";
import { Finder, Hits } from "./finder";
import { quote } from "./quoting";
import "./knowledge.css";

interface LookProps {
  open: boolean;
  close: () => void;
  /** Shown at once. */
  first: Id | null;
  proposed: readonly ArticleHit[];
  order?: string | undefined;
  take: (text: string, article: Id, revision: number) => void;
}

/** Search and article side by side, with the answer to be taken over. */
function Look({ open, close, first, proposed, order, take }: LookProps) {
  const [chosen, setChosen] = useState<Id | null>(null);
  const [searching, setSearching] = useState(false);
  const id = chosen ?? first ?? proposed[0]?.id ?? null;
  const end = () => {
    setChosen(null);
    setSearching(false);
    close();
  };
  return (
    <Drawer open={open} onClose={end} title="知识库" size={920} destroyOnHidden styles={{ body: { padding: 0 } }}>
      <div className="kb-look">
        <div className="kb-look-list">
          {searching || proposed.length === 0 ? (
            <Finder selected={id} onOpen={(h) => setChosen(h.id)} />
          ) : (
            <>
              <div className="kb-look-head">
                按诉求内容推荐
                <button type="button" className="link" onClick={() => setSearching(true)}>检索其他知识</button>
              </div>
              <Hits hits={proposed} selected={id} onOpen={(h) => setChosen(h.id)} />
            </>
          )}
        </div>
        <ArticlePanel
          id={id}
          idle="请选择一条知识"
          order={order}
          quote={(a, r) => {
            take(r.text.body, a.id, r.no);
            end();
          }}
        />
      </div>
    </Drawer>
  );
}

/** 引用知识库 below an answer: the text goes to its end, and the use is booked. */
export function QuoteKnowledge({ order, field }: { order: Pick<OrderView, "id"> & Partial<OrderView>; field: string }) {
  const can = useCan();
  const form = Form.useFormInstance();
  const [open, setOpen] = useState(false);
  const ask = { content: `${order.title ?? ""}\n${order.content ?? ""}`, category: order.category ?? null, region: order.region ?? null };
  const proposed = useProposed(ask, open && order.id !== "");
  if (!can("kb.read")) return null;
  return (
    <div className="kb-quote">
      <Button size="small" onClick={() => setOpen(true)}>引用知识库</Button>
      <Look
        open={open}
        close={() => setOpen(false)}
        first={null}
        proposed={order.id === "" ? [] : (proposed.data ?? [])}
        order={order.id}
        take={(text, article, revision) => {
          const before = ((form.getFieldValue(field) as string | undefined) ?? "").trimEnd();
          form.setFieldValue(field, before ? `${before}\n${text}` : text);
          void form.validateFields([field]).catch(() => undefined);
          quote(order.id, article, revision);
        }}
      />
    </div>
  );
}

/** 知识库 beside the intake form. `direct`: the answer goes into the direct reply. */
export function IntakeKnowledge({ form, direct }: { form: FormInstance<IntakeValues>; direct: ((text: string) => void) | null }) {
  const ask = Form.useWatch((v: IntakeValues) => ({ content: `${v.title ?? ""}\n${v.content ?? ""}`.trim(), category: v.category || null, region: v.region || null }), form);
  const text = useSettled(JSON.stringify(ask ?? { content: "", category: null, region: null }), 400);
  const settled = JSON.parse(text) as { content: string; category: string | null; region: string | null };
  const worth = settled.content.length >= 4 || settled.category !== null;
  const query = useProposed(settled, worth);
  const [first, setFirst] = useState<Id | null>(null);
  const [open, setOpen] = useState(false);
  const hits = worth ? (query.data ?? []) : [];
  const show = (id: Id | null) => {
    setFirst(id);
    setOpen(true);
  };
  return (
    <section className="panel side-box side-knowledge">
      <div className="panel-head">
        知识库
        <span className="panel-more">
          <button type="button" className="link" onClick={() => show(null)}>检索</button>
        </span>
      </div>
      <div className="side-body">
        {hits.length === 0 ? (
          <div className="muted side-quiet">{worth ? (query.isFetching ? "正在查找…" : "没有相关知识，可点“检索”查找。") : "填写诉求内容后推荐相关知识。"}</div>
        ) : (
          <ul className="side-list">
            {hits.map((h) => (
              <li key={h.id}>
                <div className="side-line">
                  <button type="button" className="link side-title" title={h.body} onClick={() => show(h.id)}>
                    {h.title.map((p) => p.text).join("")}
                  </button>
                  {h.stale && <span className="tag tag-red">复审逾期</span>}
                  <span className="muted clip kb-side-owner">{h.owner.name}</span>
                </div>
              </li>
            ))}
          </ul>
        )}
      </div>
      <Look
        open={open}
        close={() => setOpen(false)}
        first={first}
        proposed={hits}
        take={(body, article, revision) => {
          if (!direct) return;
          quote("", article, revision);
          direct(body);
        }}
      />
    </section>
  );
}
