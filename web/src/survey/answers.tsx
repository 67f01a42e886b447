// 异常核查: what looks like stuffing, excluded by a person with a reason; and what citizens wrote.
import { App, Button, Checkbox, Input, Modal, Segmented } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { RowsFoot } from "@/admin/room";
import { Empty, Failed, Loaded, Loading } from "@/ui/states";
import { dateTime, longTime } from "@/ui/time";
import { surveys, useAnswers, useSurveysChanged, useWords, type AnswerLine, type AnswerTab } from "./api";

function Reason({ n, exclude, send, close }: { n: number; exclude: boolean; send: (reason: string) => Promise<void>; close: () => void }) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const word = exclude ? "剔除" : "恢复";
  return (
    <Modal open title={`${word}${n}份答卷`} okText={word} cancelText="取消" onCancel={close} confirmLoading={busy} okButtonProps={{ danger: exclude, disabled: reason.trim().length < 4 }} onOk={() => { setBusy(true); void send(reason).finally(() => setBusy(false)); }}>
      <p className="muted" style={{ marginBottom: 8 }}>{exclude ? "剔除不删除答卷，结果同时列出剔除前后；操作记入审计日志。" : "恢复后重新计入结果；操作记入审计日志。"}</p>
      <Input.TextArea rows={3} maxLength={200} showCount value={reason} onChange={(e) => setReason(e.target.value)} placeholder="理由，至少4个字" aria-label="理由" />
    </Modal>
  );
}

function Row({ line, chosen, choose }: { line: AnswerLine; chosen: boolean; choose: (on: boolean) => void }) {
  return (
    <tr>
      <td><Checkbox checked={chosen} onChange={(e) => choose(e.target.checked)} aria-label={`选择 ${longTime(line.at)} 的答卷`} /></td>
      <td className="num nowrap">{longTime(line.at)}</td>
      <td>{line.about ?? ""}</td>
      <td className="sv-answer">{line.answers.map((a) => <span key={a.label}><span className="muted">{a.label}</span> {a.value}</span>)}</td>
      <td className="num">{line.took_s === null ? "" : `${line.took_s}秒`}</td>
      <td>
        {line.flags_cn.map((f) => <span key={f} className="tag tag-amber">{f}</span>)}
        {line.excluded && <p className="muted"><span className="tag">已剔除</span> {line.excluded.by.name} {dateTime(line.excluded.at)}：{line.excluded.reason}</p>}
      </td>
    </tr>
  );
}

const TABS: { value: AnswerTab; name: string; empty: string }[] = [
  { value: "flagged", name: "待核查", empty: "没有异常的答卷" },
  { value: "excluded", name: "已剔除", empty: "没有剔除过答卷" },
  { value: "all", name: "全部", empty: "还没有答卷" },
];

export function Answers({ id }: { id: string }) {
  const { message } = App.useApp();
  const changed = useSurveysChanged();
  const [tab, setTab] = useState<AnswerTab>("flagged");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const query = useAnswers(id, tab);
  const exclude = tab !== "excluded";
  const send = async (reason: string) => {
    try {
      const { changed: n } = await surveys.exclude(id, { ids: [...chosen], exclude, reason });
      message.success(`已${exclude ? "剔除" : "恢复"}${n}份`);
      setAsking(false);
      setChosen(new Set());
      await changed();
    } catch (error) {
      message.error(messageOf(error));
    }
  };
  const choose = (line: AnswerLine, on: boolean) =>
    setChosen((before) => {
      const next = new Set(before);
      if (on) next.add(line.id);
      else next.delete(line.id);
      return next;
    });
  return (
    <Loaded query={query}>
      {(list) => {
        const count = { flagged: list.flagged, excluded: list.excluded, all: list.all };
        const open = list.items.filter((l) => exclude === (l.excluded === null));
        return (
          <div className="sv-guard">
            <div className="sv-result-head">
              <Segmented<AnswerTab> value={tab} onChange={(t) => { setTab(t); setChosen(new Set()); }} aria-label="答卷" options={TABS.map((t) => ({ value: t.value, label: `${t.name}（${count[t.value]}）` }))} />
              <Button danger={exclude} disabled={chosen.size === 0} onClick={() => setAsking(true)}>{exclude ? "剔除" : "恢复"}{chosen.size > 0 && `（${chosen.size}）`}</Button>
              <span className="muted">标记只供核查，是否剔除由人决定。{list.total > list.items.length && `只列最近${list.items.length}份。`}</span>
            </div>
            {list.items.length === 0 ? (
              <Empty title={TABS.find((t) => t.value === tab)?.empty ?? ""} />
            ) : (
              <table className="adm-table" aria-label="答卷">
                <thead>
                  <tr>
                    <th style={{ width: 34 }}><Checkbox checked={open.length > 0 && open.every((l) => chosen.has(l.id))} onChange={(e) => setChosen(new Set(e.target.checked ? open.map((l) => l.id) : []))} aria-label="全选" /></th>
                    <th style={{ width: 150 }}>时间</th>
                    <th style={{ width: 150 }}>评价对象</th>
                    <th>作答</th>
                    <th style={{ width: 64 }}>用时</th>
                    <th style={{ width: 250 }}>异常</th>
                  </tr>
                </thead>
                <tbody>
                  {list.items.map((l) => <Row key={l.id} line={l} chosen={chosen.has(l.id)} choose={(on) => choose(l, on)} />)}
                </tbody>
              </table>
            )}
            {asking && <Reason n={chosen.size} exclude={exclude} send={send} close={() => setAsking(false)} />}
          </div>
        );
      }}
    </Loaded>
  );
}

export function Words({ id }: { id: string }) {
  const pages = useWords(id);
  if (pages.isPending) return <Loading />;
  if (pages.error && pages.rows.length === 0) return <Failed error={pages.error} retry={() => void pages.refetch()} />;
  if (pages.rows.length === 0) return <Empty title="没有文字意见" hint="份数过少的部门不显示文字；已剔除的不列。" />;
  return (
    <div className="sv-words">
      <ul>
        {pages.rows.map((w) => (
          <li key={w.id + w.question}>
            <p className="prose">{w.text}</p>
            <p className="muted">{[w.about, w.question].filter(Boolean).join(" · ")} <span className="num">{dateTime(w.at)}</span></p>
          </li>
        ))}
      </ul>
      <p className="muted sv-foot"><RowsFoot pages={pages} unit="条" /></p>
    </div>
  );
}
