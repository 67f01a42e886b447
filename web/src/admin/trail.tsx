// 审计日志: who did what to which object; the chain of hashes can be verified here.
import { useMutation } from "@tanstack/react-query";
import { App, Button, DatePicker, Drawer, Input, Select, type TimeRangePickerProps } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { messageOf } from "@/api/client";
import { download, saveFile } from "@/api/download";
import { usePages } from "@/api/hooks";
import { useCan } from "@/app/session";
import { CopyButton } from "@/ui/copy";
import { DenseTable, type Column } from "@/ui/dense-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { at, serverNow } from "@/ui/time";
import { trail as calls } from "./calls";
import { Room, RowsFoot } from "./room";
import { actionWord, detailText, objectWord } from "./trail-words";
import type { AuditLine, VerifyReport } from "./types";
import { AUDIT_ACTION } from "./words";

const stamp = (ms: number) => at(ms).format("YYYY-MM-DD HH:mm:ss");

const COLUMNS: Column<AuditLine>[] = [
  { key: "at", title: "时间", width: 152, render: (a) => <span className="num">{stamp(a.at)}</span> },
  { key: "ok", title: "结果", width: 56, render: (a) => (a.ok ? "成功" : <span className="tag tag-red">被拒</span>) },
  { key: "actor", title: "人员", width: 76, render: (a) => a.actor_name || "系统" },
  { key: "org", title: "机构", width: 150, render: (a) => <span title={a.org_name ?? ""}>{a.org_name}</span> },
  { key: "action", title: "操作", width: 116, render: (a) => <span title={a.action}>{actionWord(a.action)}</span> },
  { key: "object", title: "对象", width: 160, render: (a) => <span title={a.object_id ?? ""}>{objectWord(a)}</span> },
  { key: "detail", title: "摘要", render: (a) => <span className="muted">{detailText(a.detail)}</span> },
  { key: "ip", title: "地址", width: 104, render: (a) => <span className="num">{a.ip}</span> },
  { key: "hash", title: "链摘要", width: 82, render: (a) => <span className="mono muted">{a.hash.slice(0, 8)}</span> },
];

function Verdict({ report, close }: { report: VerifyReport; close: () => void }) {
  const entries = report.chains.reduce((n, c) => n + c.entries, 0);
  return (
    <div className={report.ok ? "verify verify-ok" : "verify verify-bad"} role="status">
      <b>{report.ok ? "校验通过：记录完整，未被改动" : "校验未通过：有记录被改动或缺失"}</b>
      {report.chains.map((c) => (
        <span key={c.name} className={c.bad > 0 ? "bad" : ""}>
          {c.name === "flow" ? "工单流转" : `审计日志 ${c.name.replace(/^audit:?/, "")}`}：{c.chains > 1 ? `${c.chains} 条链，` : ""}
          {c.entries} 条{c.bad > 0 ? `，${c.bad} 处异常` : ""}
        </span>
      ))}
      {report.first_bad && (
        <span className="bad">
          首处异常：{report.first_bad.chain} 第 {report.first_bad.seq} 条，{report.first_bad.why}。请立即封存现场并报告安全管理员。
        </span>
      )}
      {report.ok && <span className="muted">共核对 {entries} 条</span>}
      <button type="button" className="link" style={{ marginLeft: "auto" }} onClick={close}>
        收起
      </button>
    </div>
  );
}

function Detail({ line, close }: { line: AuditLine; close: () => void }) {
  // The audit administrator sees no business data: a link would lead nowhere.
  const linked = useCan()("query") && line.object_kind === "order" && line.object_id !== null;
  return (
    <Drawer open title={actionWord(line.action)} onClose={close} size={480}>
      <dl className="adm-kv">
        <dt>时间</dt>
        <dd className="num">{stamp(line.at)}</dd>
        <dt>人员</dt>
        <dd>{[line.actor_name || "系统", line.org_name].filter(Boolean).join("，")}</dd>
        <dt>结果</dt>
        <dd>{line.ok ? "成功" : <span className="bad">被拒</span>}</dd>
        <dt>操作代码</dt>
        <dd className="mono">{line.action}</dd>
        <dt>对象</dt>
        <dd>
          {linked ? <Link to={`/orders/${line.object_id}`}>{objectWord(line)}</Link> : objectWord(line)}
          {line.object_id && <div className="mono muted">{line.object_id}</div>}
        </dd>
        <dt>来源地址</dt>
        <dd className="num">{line.ip ?? "—"}</dd>
        <dt>排查编号</dt>
        <dd className="mono">{line.trace_id ?? "—"}</dd>
        <dt>链摘要</dt>
        <dd className="mono" style={{ overflowWrap: "anywhere" }}>
          {line.hash} <CopyButton text={line.hash} />
        </dd>
      </dl>
      <h4 style={{ margin: "16px 0 6px" }} className="muted">
        内容
      </h4>
      <pre className="trail-detail">{JSON.stringify(line.detail, null, 2)}</pre>
    </Drawer>
  );
}

const PRESETS: TimeRangePickerProps["presets"] = [
  { label: "今天", value: () => [dayjs().startOf("day"), dayjs().endOf("day")] },
  { label: "近7天", value: () => [dayjs().subtract(6, "day").startOf("day"), dayjs().endOf("day")] },
  { label: "近30天", value: () => [dayjs().subtract(29, "day").startOf("day"), dayjs().endOf("day")] },
];

interface Asked {
  action: string | undefined;
  object: string | undefined;
  span: [Dayjs | null, Dayjs | null] | null;
}

function Filters({ asked, set }: { asked: Asked; set: (a: Asked) => void }) {
  const [object, setObject] = useState("");
  return (
    <div className="adm-bar">
      <DatePicker.RangePicker value={asked.span} onChange={(span) => set({ ...asked, span })} presets={PRESETS} allowEmpty={[true, true]} placeholder={["开始日期", "结束日期"]} style={{ width: 250 }} />
      <Select
        value={asked.action}
        onChange={(action: string | undefined) => set({ ...asked, action })}
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        placeholder="全部操作"
        options={Object.entries(AUDIT_ACTION).map(([value, label]) => ({ value, label }))}
        style={{ width: 180 }}
      />
      <Input.Search value={object} onChange={(e) => setObject(e.target.value)} onSearch={(v) => set({ ...asked, object: v.trim() || undefined })} placeholder="对象编号，如工单 id、参数名" allowClear style={{ width: 260 }} />
    </div>
  );
}

export default function TrailRoom() {
  const can = useCan();
  const { message } = App.useApp();
  const [asked, setAsked] = useState<Asked>({ action: undefined, object: undefined, span: null });
  const [line, setLine] = useState<AuditLine>();
  const query = useMemo(
    () => ({
      action: asked.action,
      object: asked.object,
      from: asked.span?.[0] ? Date.parse(`${asked.span[0].format("YYYY-MM-DD")}T00:00:00+08:00`) : undefined,
      to: asked.span?.[1] ? Date.parse(`${asked.span[1].format("YYYY-MM-DD")}T23:59:59.999+08:00`) : undefined,
    }),
    [asked],
  );
  const pages = usePages(["admin", "audit", query], calls.list, query);
  const verify = useMutation({ mutationFn: calls.verify, onError: (e) => void message.error(messageOf(e)) });
  const csv = useMutation({
    mutationFn: () => download("/admin/audit/export", { method: "GET", query }),
    onSuccess: (file) => saveFile(file.blob, `审计日志_${at(serverNow()).format("YYYYMMDD_HHmm")}.csv`),
    onError: (e) => void message.error(messageOf(e)),
  });
  return (
    <Room
      title="审计日志"
      hint="只增不改；每条的摘要由上一条与本条算出"
      actions={
        <>
          {can("audit.verify") && (
            <Button type="primary" loading={verify.isPending} onClick={() => verify.mutate()}>
              校验哈希链
            </Button>
          )}
          {can("audit.export") && (
            <Button loading={csv.isPending} onClick={() => csv.mutate()} disabled={pages.rows.length === 0}>
              导出 CSV
            </Button>
          )}
        </>
      }
    >
      <Filters asked={asked} set={setAsked} />
      {verify.data && <Verdict report={verify.data} close={() => verify.reset()} />}
      <section className="panel adm-fill">
        {pages.isPending ? (
          <Loading />
        ) : pages.error && pages.rows.length === 0 ? (
          <Failed error={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <DenseTable
            rows={pages.rows}
            columns={COLUMNS}
            rowKey={(a) => String(a.id)}
            selected={line ? String(line.id) : null}
            onSelect={setLine}
            label="审计日志"
            stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
            empty={<Empty title="没有符合的记录" />}
            footer={<RowsFoot pages={pages} unit="条" />}
          />
        )}
      </section>
      {line && <Detail line={line} close={() => setLine(undefined)} />}
    </Room>
  );
}
