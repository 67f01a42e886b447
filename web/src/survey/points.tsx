// 评价对象: windows and departments, each with a code to be printed and a short link.
import { App, Button, Checkbox, Form, Input, Modal, QRCode } from "antd";
import { useState } from "react";
import { createPortal } from "react-dom";
import { FormDrawer } from "@/admin/room";
import { messageOf } from "@/api/client";
import { CopyButton } from "@/ui/copy";
import { Empty } from "@/ui/states";
import { OrgPicker } from "@/ui/org-picker";
import { surveys, useSurveysChanged, type PointView, type SurveyView } from "./api";

interface Card {
  title: string;
  org: string;
  url: string;
}

/** What is printed: a card a window. It stands outside the desk, so that the desk itself is not printed. */
function Sheet({ cards, survey }: { cards: readonly Card[]; survey: SurveyView }) {
  return createPortal(
    <div className="sv-print">
      {cards.map((c) => (
        <figure key={c.url}>
          <figcaption>{survey.row.title}</figcaption>
          <QRCode type="svg" value={c.url} size={220} color="#000" bordered={false} errorLevel="M" />
          <b>{c.title}</b>
          {c.org && <span>{c.org}</span>}
          <small>扫码评价 · {c.url}</small>
        </figure>
      ))}
    </div>,
    document.body,
  );
}

export function CodeDialog({ cards, survey, close }: { cards: readonly Card[]; survey: SurveyView; close: () => void }) {
  return (
    <Modal open title="二维码与短链接" onCancel={close} width={cards.length > 1 ? 760 : 420} okText="打印" cancelText="关闭" onOk={() => window.print()}>
      <div className="sv-codes">
        {cards.map((c) => (
          <figure key={c.url}>
            <QRCode type="svg" value={c.url} size={150} errorLevel="M" />
            <figcaption>
              <b>{c.title}</b>
              {c.org && <span className="muted">{c.org}</span>}
              <span className="mono sv-url">{c.url}</span>
              <CopyButton text={c.url} />
            </figcaption>
          </figure>
        ))}
      </div>
      <Sheet cards={cards} survey={survey} />
    </Modal>
  );
}

const card = (p: PointView): Card => ({ title: p.name, org: p.org.name === p.name ? "" : p.org.name, url: p.url });

interface Values {
  org: string;
  name?: string;
}

function PointDrawer({ survey, point, close }: { survey: SurveyView; point: PointView | null; close: () => void }) {
  const changed = useSurveysChanged();
  const window = survey.row.kind === "window";
  const send = async (v: Values) => {
    await surveys.point(survey.row.id, { id: point?.id ?? null, org: point?.org.id ?? v.org, name: v.name ?? "", closed: !!point?.closed_at });
    await changed();
  };
  return (
    <FormDrawer<Values> title={point ? "改名" : window ? "添加窗口" : "添加部门"} initial={point ? { org: point.org.id, name: point.name } : {}} send={send} done="已保存" close={close}>
      {() => (
        <>
          {!point && (
            <Form.Item name="org" label="部门" rules={[{ required: true, message: "请选择部门" }]}>
              <OrgPicker />
            </Form.Item>
          )}
          <Form.Item name="name" label={window ? "窗口名称" : "显示名称"} extra={window ? "如：不动产登记3号窗口" : "不填则用部门名称"} rules={window ? [{ required: true, whitespace: true, message: "请填写窗口名称" }] : []}>
            <Input maxLength={40} />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

export function Points({ survey }: { survey: SurveyView }) {
  const { message } = App.useApp();
  const changed = useSurveysChanged();
  const [edited, setEdited] = useState<PointView | "new">();
  const [codes, setCodes] = useState<readonly Card[]>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const own: Card = { title: survey.row.title, org: "", url: survey.url };
  const open = survey.points.filter((p) => !p.closed_at);
  const picked = open.filter((p) => chosen.has(p.id));
  const toggle = async (p: PointView) => {
    try {
      await surveys.point(survey.row.id, { id: p.id, org: p.org.id, name: p.name, closed: !p.closed_at });
      await changed();
    } catch (error) {
      message.error(messageOf(error));
    }
  };
  const check = (p: PointView, on: boolean) => setChosen((before) => new Set(on ? [...before, p.id] : [...before].filter((id) => id !== p.id)));
  const rated = survey.row.kind !== "questionnaire";
  return (
    <div className="sv-points">
      <div className="sv-result-head">
        {survey.points_open && <Button type="primary" onClick={() => setEdited("new")}>{survey.row.kind === "window" ? "添加窗口" : "添加部门"}</Button>}
        {rated && <Button disabled={open.length === 0} onClick={() => setCodes((picked.length > 0 ? picked : open).map(card))}>{picked.length > 0 ? `打印所选（${picked.length}）` : "打印全部二维码"}</Button>}
        <Button onClick={() => setCodes([own])}>{rated ? "总入口二维码" : "二维码与短链接"}</Button>
        <span className="mono sv-url">{survey.url}</span>
        <CopyButton text={survey.url} />
      </div>
      {rated &&
        (survey.points.length === 0 ? (
          <Empty title="还没有评价对象" hint="添加被评价的部门或窗口后才能发布。" />
        ) : (
          <table className="adm-table" aria-label="评价对象">
            <thead>
              <tr>
                <th style={{ width: 34 }} aria-label="选择" />
                <th>名称</th>
                <th style={{ width: 220 }}>部门</th>
                <th style={{ width: 290 }}>短链接</th>
                <th style={{ width: 70 }}>状态</th>
                <th style={{ width: 170 }} aria-label="操作" />
              </tr>
            </thead>
            <tbody>
              {survey.points.map((p) => (
                <tr key={p.id}>
                  <td>{!p.closed_at && <Checkbox checked={chosen.has(p.id)} onChange={(e) => check(p, e.target.checked)} aria-label={`选择${p.name}`} />}</td>
                  <td>{p.name}</td>
                  <td className="muted">{p.org.name}</td>
                  <td className="mono">{p.url}</td>
                  <td><span className={p.closed_at ? "tag" : "tag tag-green"}>{p.closed_at ? "停用" : "在用"}</span></td>
                  <td>
                    <span className="adm-ops">
                      <button type="button" className="link" onClick={() => setCodes([card(p)])}>二维码</button>
                      {survey.points_open && <button type="button" className="link" onClick={() => setEdited(p)}>改名</button>}
                      {survey.points_open && <button type="button" className="link" onClick={() => void toggle(p)}>{p.closed_at ? "启用" : "停用"}</button>}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      {edited && <PointDrawer survey={survey} point={edited === "new" ? null : edited} close={() => setEdited(undefined)} />}
      {codes && <CodeDialog cards={codes} survey={survey} close={() => setCodes(undefined)} />}
    </div>
  );
}
