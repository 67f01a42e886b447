// 导出: masked, watermarked, with a purpose; large ones need approval.
import { App, Button, Form, Input, Modal, Radio, Select } from "antd";
import { useRef, useState } from "react";
import { ApiError, messageOf } from "@/api/client";
import { bytesText, download, saveFile } from "@/api/download";
import { useReference } from "@/api/hooks";
import { useSession } from "@/app/session";
import { useColumns } from "@/ui/order-table";
import { at, serverNow } from "@/ui/time";
import { toRequest, type QueryState } from "./filter";

const PURPOSES = ["办件督办核查", "统计分析", "领导调阅", "会商研判", "其他"];
const MIN_OTHER = 6;

/** Columns of the list → columns of the file, where the names differ or one stands for two. */
const FILE_COLUMNS: Record<string, string[]> = { lamp: ["light", "remaining"] };
const IN_FILE = new Set(
  "case_no state light remaining channel demand_type category title region urgency requester phone lead_org handler registered_at dispatched_at due_at round return_n ext_n urge_n".split(" "),
);

/** The columns shown in the list that a file can have. */
export function fileColumns(shown: readonly string[]): string[] {
  return shown.flatMap((c) => FILE_COLUMNS[c] ?? [c]).filter((c) => IN_FILE.has(c));
}

interface Values {
  format: "xlsx" | "csv";
  columns: "all" | "shown";
  purpose: string;
  note?: string;
}

/** `工单查询_20261124_1003.xlsx` */
export function exportName(format: string, now: number): string {
  return `工单查询_${at(now).format("YYYYMMDD_HHmm")}.${format}`;
}

function Refusal({ error, limit }: { error: unknown; limit: number }) {
  if (error instanceof ApiError && error.code === "export_needs_approval") {
    return (
      <div className="note note-amber" role="alert">
        <b>需要审批</b>
        <div>{error.message}</div>
        <div>可缩小条件（如缩短登记时间、限定机构）使结果不超过 {limit} 行，分批导出；确需一次导出的，请按规定报批。</div>
      </div>
    );
  }
  return (
    <div className="note note-red" role="alert">
      {messageOf(error)}
    </div>
  );
}

/** Receives the file; what comes back says how far it is and what went wrong. */
function useExport(state: QueryState, close: () => void) {
  const { message } = App.useApp();
  const session = useSession();
  const shown = useColumns("query").names;
  const [bytes, setBytes] = useState<number>();
  const [error, setError] = useState<unknown>();
  const abort = useRef<AbortController>(undefined);
  const start = async ({ format, columns, purpose, note }: Values) => {
    setError(undefined);
    setBytes(0);
    abort.current = new AbortController();
    try {
      const file = await download("/exports", {
        method: "POST",
        body: {
          filter: toRequest(state),
          format,
          columns: columns === "shown" ? fileColumns(shown) : [],
          purpose: note ? `${purpose}：${note}` : purpose,
        },
        csrf: session.csrf,
        signal: abort.current.signal,
        onProgress: setBytes,
      });
      saveFile(file.blob, file.name ?? exportName(format, serverNow()));
      void message.success(`已导出，${bytesText(file.blob.size)}，请在浏览器下载目录查看`);
      close();
    } catch (cause) {
      if (!(cause instanceof DOMException)) setError(cause);
    } finally {
      setBytes(undefined);
    }
  };
  return { bytes, error, start, stop: () => abort.current?.abort() };
}

function Fields({ purpose }: { purpose: string | undefined }) {
  return (
    <>
      <Form.Item name="format" label="文件格式">
        <Radio.Group options={[{ value: "xlsx", label: "Excel 表格（xlsx）" }, { value: "csv", label: "文本表格（csv）" }]} />
      </Form.Item>
      <Form.Item name="columns" label="导出列">
        <Radio.Group options={[{ value: "all", label: `全部 ${IN_FILE.size} 列` }, { value: "shown", label: "与当前列表一致" }]} />
      </Form.Item>
      <Form.Item name="purpose" label="用途" rules={[{ required: true, message: "请选择用途" }]}>
        <Select options={PURPOSES.map((value) => ({ value, label: value }))} placeholder="导出数据用来做什么" />
      </Form.Item>
      <Form.Item
        name="note"
        label="用途说明"
        style={{ marginBottom: 20 }}
        rules={purpose === "其他" ? [{ required: true, whitespace: true, min: MIN_OTHER, message: `请写明用途，不少于${MIN_OTHER}个字` }] : []}
      >
        <Input.TextArea rows={2} maxLength={200} showCount placeholder="如：10月份供热投诉专题会商" />
      </Form.Item>
    </>
  );
}

export function ExportDialog({ state, total, capped, close }: { state: QueryState; total: number | null; capped: boolean; close: () => void }) {
  const [form] = Form.useForm<Values>();
  const limit = Number(useReference().data?.params["export.approval_rows"] ?? 1000);
  const { bytes, error, start, stop } = useExport(state, close);
  const purpose = Form.useWatch("purpose", form);
  const busy = bytes !== undefined;
  const large = total !== null && (total > limit || capped);
  const leave = () => {
    stop();
    close();
  };
  return (
    <Modal open title="导出查询结果" onCancel={leave} footer={null} width={460} mask={{ closable: false }}>
      <Form form={form} layout="vertical" initialValues={{ format: "xlsx", columns: "all" }} onFinish={(v) => void start(v)} disabled={busy}>
        <div className="note note-blue" style={{ marginBottom: 12 }}>
          文件中的姓名、电话、证件号、地址均已脱敏，每页带有导出人和时间水印；导出人、用途、条件、行数记入审计日志。
        </div>
        <Form.Item label="导出范围" style={{ marginBottom: 8 }}>
          当前条件的全部结果{total !== null && <b>　{capped ? `${total} 件以上` : `${total} 件`}</b>}
          {large && <div className="bad">超过 {limit} 行，需要审批</div>}
        </Form.Item>
        <Fields purpose={purpose} />
        {error !== undefined && <Refusal error={error} limit={limit} />}
      </Form>
      <div className="form-foot" style={{ justifyContent: "flex-end", alignItems: "center", marginTop: 24 }}>
        {busy && (
          <span className="muted" role="status" style={{ marginRight: "auto" }}>
            {bytes === 0 ? "正在生成…" : `正在接收，${bytesText(bytes)}`}
          </span>
        )}
        <Button onClick={leave}>{busy ? "停止" : "取消"}</Button>
        <Button type="primary" loading={busy} onClick={() => form.submit()}>
          导出
        </Button>
      </div>
    </Modal>
  );
}
