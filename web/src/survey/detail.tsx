// One survey: where it stands, what it asks, what came of it.
import { App, Button, Form, Input, Modal, Radio, Select, Tabs } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { FormDrawer } from "@/admin/room";
import { messageOf } from "@/api/client";
import { download, saveFile } from "@/api/download";
import type { Id } from "@/api/types";
import { useCan, useSession } from "@/app/session";
import { Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { Answers, Words } from "./answers";
import { surveys, useSurvey, useSurveysChanged, type SurveyView } from "./api";
import { Editor } from "./editor";
import { rated, spanText } from "./model";
import { Points } from "./points";
import { Preview } from "./preview";
import { Results } from "./result";

const TONE: Record<string, string> = { 进行中: "tag tag-green", 未开始: "tag tag-blue", 草稿: "tag tag-amber" };

export function StateTag({ cn }: { cn: string }) {
  return <span className={TONE[cn] ?? "tag"}>{cn}</span>;
}

const PURPOSES = ["评议通报", "统计分析", "领导调阅", "整改落实", "其他"];

interface ExportValues {
  what: "results" | "answers";
  format: "csv" | "xlsx";
  purpose: string;
  note?: string;
}

function ExportDialog({ survey, close }: { survey: SurveyView; close: () => void }) {
  const { csrf } = useSession();
  const { message } = App.useApp();
  const [form] = Form.useForm<ExportValues>();
  const [busy, setBusy] = useState(false);
  const purpose = Form.useWatch("purpose", form);
  const submit = async ({ note, ...v }: ExportValues) => {
    setBusy(true);
    try {
      const file = await download(`/surveys/${survey.row.id}/export`, { method: "POST", csrf, body: { ...v, purpose: note ? `${v.purpose}：${note}` : v.purpose } });
      saveFile(file.blob, file.name ?? `${survey.row.title}.${v.format}`);
      message.success("已导出，请在浏览器下载目录查看");
      close();
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title="导出" onCancel={close} onOk={() => form.submit()} okText="导出" cancelText="取消" confirmLoading={busy} width={420}>
      <Form form={form} layout="vertical" initialValues={{ what: "results", format: "csv" }} onFinish={(v) => void submit(v)}>
        <Form.Item name="what" label="内容">
          <Radio.Group options={[{ value: "results", label: "评议结果" }, { value: "answers", label: "逐份答卷（不含作答人）" }]} />
        </Form.Item>
        <Form.Item name="format" label="文件格式">
          <Radio.Group options={[{ value: "csv", label: "文本表格（csv）" }, { value: "xlsx", label: "Excel 表格（xlsx）" }]} />
        </Form.Item>
        <Form.Item name="purpose" label="用途" rules={[{ required: true, message: "请选择用途" }]}>
          <Select options={PURPOSES.map((value) => ({ value, label: value }))} placeholder="导出数据用来做什么" />
        </Form.Item>
        <Form.Item name="note" label="用途说明" rules={purpose === "其他" ? [{ required: true, whitespace: true, min: 6, message: "请写明用途，不少于6个字" }] : []}>
          <Input maxLength={100} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function CloseDrawer({ survey, close }: { survey: SurveyView; close: () => void }) {
  const changed = useSurveysChanged();
  const send = async ({ reason }: { reason: string }) => {
    await surveys.act(survey.row.id, survey.version, { act: "close", reason });
    await changed();
  };
  return (
    <FormDrawer<{ reason: string }> title="结束评议" initial={{}} send={send} done="已结束" confirm="结束" close={close} note="结束后不再接受答卷，已收到的答卷和结果保留。">
      {() => (
        <Form.Item name="reason" label="原因" rules={[{ required: true, whitespace: true, message: "请填写结束原因" }]}>
          <Input.TextArea rows={3} maxLength={200} />
        </Form.Item>
      )}
    </FormDrawer>
  );
}

function Acts({ survey, go }: { survey: SurveyView; go: (id: Id | null) => void }) {
  const { message, modal } = App.useApp();
  const can = useCan();
  const changed = useSurveysChanged();
  const [open, setOpen] = useState<"save" | "close" | "export">();
  const { id } = survey.row;
  const run = async (work: () => Promise<SurveyView | void>, done: string) => {
    try {
      const next = await work();
      message.success(done);
      await changed();
      go(next ? next.row.id : null);
    } catch (error) {
      message.error(messageOf(error), 6);
    }
  };
  const press = async (code: string) => {
    if (code === "save" || code === "close") setOpen(code);
    else if (code === "publish") {
      const sure = await modal.confirm({ title: "发布？", content: survey.row.no > 1 ? "发布后内容固定；上一版同时结束，二维码和链接不变。" : "发布后内容固定，群众立即可以参与。", okText: "发布", cancelText: "再看看" });
      if (sure) await run(() => surveys.act(id, survey.version, { act: "publish" }), "已发布");
    } else if (code === "revise") await run(() => surveys.revise(id), "已建立新版本草稿");
    else if (await modal.confirm({ title: "删除这份草稿？", okText: "删除", cancelText: "保留" })) await run(() => surveys.discard(id), "草稿已删除");
  };
  return (
    <span className="adm-acts">
      {survey.allowed.map((a, i) => (
        <Button key={a.code} type={i === 0 && a.code === "publish" ? "primary" : "default"} danger={a.code === "discard" || a.code === "close"} onClick={() => void press(a.code)}>{a.cn}</Button>
      ))}
      {can("export") && survey.row.state !== "draft" && <Button onClick={() => setOpen("export")}>导出</Button>}
      {open === "save" && <Editor survey={survey} close={() => setOpen(undefined)} saved={() => setOpen(undefined)} />}
      {open === "close" && <CloseDrawer survey={survey} close={() => setOpen(undefined)} />}
      {open === "export" && <ExportDialog survey={survey} close={() => setOpen(undefined)} />}
    </span>
  );
}

function Facts({ survey }: { survey: SurveyView }) {
  const { row, text } = survey;
  const span = spanText(text.opens_at ? dateTime(text.opens_at) : null, text.closes_at ? dateTime(text.closes_at) : null);
  const quota = [text.quota && `共${text.quota}份`, text.quota_point && `每个对象${text.quota_point}份`].filter(Boolean).join("，");
  return (
    <p className="muted sv-facts">
      <StateTag cn={row.state_cn} /> <span className="tag">{row.kind_cn}</span> <span className="num">第{row.no}版</span>
      <span>{text.verified ? "手机核验" : "匿名"}</span>
      <span className="num">{span}</span>
      {quota && <span className="num">配额{quota}</span>}
      {survey.published_at && <span className="num">{survey.published_by?.name} {dateTime(survey.published_at)} 发布</span>}
      {survey.closed_at && <span className="num">{dateTime(survey.closed_at)} 结束：{survey.closed_reason}</span>}
    </p>
  );
}

function Versions({ survey, go }: { survey: SurveyView; go: (id: Id) => void }) {
  return (
    <ol className="sv-versions">
      {[...survey.versions].reverse().map((v) => (
        <li key={v.id}>
          <span className="num">第{v.no}版</span> <StateTag cn={v.state_cn} /> <span className="num muted">{v.published_at ? `${dateTime(v.published_at)} 发布` : "未发布"}</span>{" "}
          {v.id === survey.row.id ? <span className="muted">当前查看</span> : <button type="button" className="link" onClick={() => go(v.id)}>查看</button>}
        </li>
      ))}
    </ol>
  );
}

function Shown({ survey, go }: { survey: SurveyView; go: (id: Id | null) => void }) {
  const can = useCan();
  const { row } = survey;
  const met = row.state !== "draft";
  const words = survey.text.questions.some((q) => q.form.type === "text");
  const tabs = [
    ...(met ? [{ key: "results", label: "结果", children: <Results id={row.id} /> }] : []),
    { key: "text", label: "题目", children: <Preview survey={survey} /> },
    { key: "points", label: rated(row.kind) ? `评价对象与二维码（${survey.points.length}）` : "二维码与链接", children: <Points survey={survey} /> },
    ...(met && words ? [{ key: "words", label: "文字意见", children: <Words id={row.id} /> }] : []),
    ...(met && can("survey.exclude") ? [{ key: "guard", label: "异常核查", children: <Answers id={row.id} /> }] : []),
    ...(survey.versions.length > 1 ? [{ key: "versions", label: `版本（${survey.versions.length}）`, children: <Versions survey={survey} go={go} /> }] : []),
  ];
  return (
    <section className="adm-room sv-detail" aria-label={`评议 ${row.title}`}>
      <header className="adm-head">
        <Link to="/surveys">‹ 群众评议</Link>
        <h1>{row.title}</h1>
        <Acts survey={survey} go={go} />
      </header>
      <Facts survey={survey} />
      <Tabs key={row.id} className="panel adm-fill sv-tabs" tabBarStyle={{ padding: "0 12px", marginBottom: 0 }} items={tabs} />
    </section>
  );
}

export function Detail({ id, go }: { id: Id; go: (id: Id | null) => void }) {
  return <Loaded query={useSurvey(id)}>{(survey) => <Shown survey={survey} go={go} />}</Loaded>;
}
