// 工作日历: the year at a glance; changes are tried on open orders before they are made.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Modal, Radio } from "antd";
import { useMemo, useState } from "react";
import { messageOf } from "@/api/client";
import { Empty, Loaded } from "@/ui/states";
import { at, dateTime, length, serverNow } from "@/ui/time";
import { calendar as calls } from "./calls";
import { CalendarYear, type DraftDay } from "./calendar-year";
import { Room } from "./room";
import type { CalendarEffect, DayKind, DayView } from "./types";

const RECALC_MIN = 6;

function Moved({ effect }: { effect: CalendarEffect }) {
  if (effect.count === 0) return <div className="note note-blue">在办工单的到期时间都不会变。</div>;
  return (
    <>
      <div className="note note-amber">
        共 <b>{effect.count}</b> 件在办工单的到期时间会变{effect.orders.length < effect.count && `，列出前 ${effect.orders.length} 件`}。
      </div>
      <div style={{ maxHeight: 240, overflow: "auto", marginTop: 8 }}>
        <table className="adm-table">
          <thead>
            <tr>
              <th>工单编号</th>
              <th>现到期</th>
              <th>变为</th>
              <th>变化</th>
            </tr>
          </thead>
          <tbody>
            {effect.orders.map((o) => (
              <tr key={o.case_no}>
                <td className="num">{o.case_no}</td>
                <td className="num">{dateTime(o.due_before)}</td>
                <td className="num">{dateTime(o.due_after)}</td>
                <td className={o.due_after < o.due_before ? "bad" : ""}>
                  {o.due_after < o.due_before ? "提前" : "延后"}
                  {length(o.due_after - o.due_before)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** One day: off, working, or as the plain week; with a note. */
function DayDialog({ day, draft, close, keep }: { day: DayView; draft: DraftDay | undefined; close: () => void; keep: (d: DraftDay | null) => void }) {
  const [form] = Form.useForm<{ kind: DayKind | "plain"; note: string }>();
  const weekend = day.weekday === "周六" || day.weekday === "周日";
  const now = draft ?? { date: day.date, kind: day.kind, note: day.note };
  return (
    <Modal
      open
      title={`${day.date}（${day.weekday}）`}
      onCancel={close}
      onOk={() => form.submit()}
      okText="加入待保存"
      cancelText="取消"
      width={400}
    >
      <Form form={form} layout="vertical" initialValues={{ kind: now.kind ?? "plain", note: now.note ?? "" }} onFinish={(v) => {
        const kind = v.kind === "plain" ? null : v.kind;
        const note = v.note.trim() || null;
        keep(kind === day.kind && note === day.note ? null : { date: day.date, kind, note });
        close();
      }}>
        <Form.Item name="kind" label="当日">
          <Radio.Group
            options={[
              { value: "plain", label: weekend ? "按常规（周末休息）" : "按常规（工作日）" },
              { value: "off", label: "放假" },
              { value: "work", label: "调休上班" },
            ]}
          />
        </Form.Item>
        <Form.Item name="note" label="说明" rules={[{ max: 30, message: "不超过30个字" }]}>
          <Input maxLength={30} placeholder="如：国庆节、国庆节调休、台风停工" />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function SaveDialog({ drafts, close, saved }: { drafts: readonly DraftDay[]; close: () => void; saved: () => void }) {
  const { message } = App.useApp();
  const changes = drafts.map(({ date, kind }) => ({ date, kind }));
  const preview = useQuery({ queryKey: ["admin", "calendar", "preview", changes], queryFn: () => calls.preview(changes), staleTime: 0, gcTime: 0 });
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      for (const d of drafts) await calls.set(d.date, d.kind, d.note);
      message.success(`已保存 ${drafts.length} 天，新起算的时限按新日历计算`);
      saved();
      close();
    } catch (error) {
      message.error(messageOf(error));
      saved();
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={`保存 ${drafts.length} 天的调整`} onCancel={close} onOk={() => void save()} okText="保存日历" cancelText="再想想" okButtonProps={{ loading: busy, disabled: preview.isPending }} width={620} mask={{ closable: false }}>
      <p className="note" style={{ marginBottom: 8 }}>
        保存只影响此后起算的时限。在办工单的到期时间不会自动变，需要变的，保存后再“重算在办时限”。
      </p>
      <b>若重算，影响如下</b>
      <div style={{ marginTop: 6 }}>
        <Loaded query={preview}>{(effect) => <Moved effect={effect} />}</Loaded>
      </div>
    </Modal>
  );
}

function RecalcDialog({ close }: { close: () => void }) {
  const [form] = Form.useForm<{ reason: string }>();
  const [effect, setEffect] = useState<CalendarEffect>();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const client = useQueryClient();
  const run = async ({ reason }: { reason: string }) => {
    setBusy(true);
    setRefusal(undefined);
    try {
      setEffect(await calls.recalc(reason.trim()));
      void client.invalidateQueries({ queryKey: ["orders"] });
    } catch (error) {
      setRefusal(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title="重算在办时限"
      onCancel={close}
      width={620}
      mask={{ closable: false }}
      footer={effect ? <Button type="primary" onClick={close}>关闭</Button> : [
        <Button key="no" onClick={close}>取消</Button>,
        <Button key="yes" type="primary" danger loading={busy} onClick={() => form.submit()}>重算</Button>,
      ]}
    >
      {effect ? (
        <>
          <div className="note note-blue" style={{ marginBottom: 8 }}>已重算，{effect.count} 件工单的到期时间改变，已记入各工单的流转记录。</div>
          {effect.count > 0 && <Moved effect={effect} />}
        </>
      ) : (
        <Form form={form} layout="vertical" onFinish={(v) => void run(v)}>
          <p className="note note-amber" style={{ marginBottom: 12 }}>按当前日历重新计算全部在办工单的到期时间，可能提前也可能延后，承办单位和诉求人看到的承诺时间随之改变。此操作记入审计日志。</p>
          <Form.Item name="reason" label="理由" rules={[{ required: true, whitespace: true, min: RECALC_MIN, message: `请写明理由，不少于${RECALC_MIN}个字` }]}>
            <Input.TextArea rows={2} maxLength={200} showCount autoFocus placeholder="如：依国办2027年放假通知调整" />
          </Form.Item>
          {refusal && <div className="note note-red" role="alert">{refusal}</div>}
        </Form>
      )}
    </Modal>
  );
}

function Legend() {
  return (
    <div className="cal-legend">
      <span><i className="cal-off">休</i>放假</span>
      <span><i className="cal-work">班</i>调休上班</span>
      <span><i className="cal-weekend">6</i>周末</span>
      <span><i className="cal-over">1</i>本单位改过</span>
      <span><i className="cal-draft">1</i>待保存</span>
    </div>
  );
}

export default function CalendarRoom() {
  const [year, setYear] = useState(() => at(serverNow()).year());
  const key = ["admin", "calendar", year] as const;
  const query = useQuery({ queryKey: key, queryFn: () => calls.year(year) });
  const client = useQueryClient();
  const [drafts, setDrafts] = useState<ReadonlyMap<string, DraftDay>>(new Map());
  const [day, setDay] = useState<DayView>();
  const [open, setOpen] = useState<"save" | "recalc">();
  const list = useMemo(() => [...drafts.values()].sort((a, b) => a.date.localeCompare(b.date)), [drafts]);
  const keep = (date: string, d: DraftDay | null) => {
    const next = new Map(drafts);
    if (d) next.set(date, d);
    else next.delete(date);
    setDrafts(next);
  };
  return (
    <Room
      title="工作日历"
      actions={
        <>
          <Legend />
          <Button size="small" aria-label="上一年" onClick={() => setYear(year - 1)}>‹</Button>
          <b className="num">{year}年</b>
          <Button size="small" aria-label="下一年" onClick={() => setYear(year + 1)}>›</Button>
          {list.length > 0 && <Button onClick={() => setDrafts(new Map())}>放弃</Button>}
          <Button type="primary" disabled={list.length === 0} onClick={() => setOpen("save")}>
            {list.length > 0 ? `预览并保存（${list.length}天）` : "保存"}
          </Button>
          <Button onClick={() => setOpen("recalc")} disabled={list.length > 0} title={list.length > 0 ? "请先保存或放弃调整" : undefined}>
            重算在办时限
          </Button>
        </>
      }
    >
      <Loaded query={query}>
        {(days) =>
          days.length === 0 ? (
            <Empty title={`没有${year}年的日历`} />
          ) : (
            <div className="adm-fill adm-scroll">
              <CalendarYear days={days} drafts={drafts} open={setDay} />
            </div>
          )
        }
      </Loaded>
      {day && <DayDialog day={day} draft={drafts.get(day.date)} close={() => setDay(undefined)} keep={(d) => keep(day.date, d)} />}
      {open === "save" && (
        <SaveDialog
          drafts={list}
          close={() => setOpen(undefined)}
          saved={() => {
            setDrafts(new Map());
            void client.invalidateQueries({ queryKey: ["admin", "calendar"] });
          }}
        />
      )}
      {open === "recalc" && <RecalcDialog close={() => setOpen(undefined)} />}
    </Room>
  );
}
