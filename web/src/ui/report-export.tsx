// 导出报表: a file of figures; what for stays on record.
import { App, Form, Input, Modal, Radio, Select } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { download, saveFile } from "@/api/download";
import { useSession } from "@/app/session";
import { at, serverNow } from "./time";

interface Values {
  format: "xlsx" | "csv";
  purpose: string;
  note?: string;
}

interface Props {
  title: string;
  /** Beginning of the file's name, unless the platform gives one. */
  name: string;
  path: string;
  /** What the figures are of. */
  ask: object;
  /** The commonest first; “其他” wants words. */
  purposes: readonly string[];
  close: () => void;
}

export function ReportExport({ title, name, path, ask, purposes, close }: Props) {
  const { csrf } = useSession();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const purpose = Form.useWatch("purpose", form);
  const submit = async (v: Values) => {
    setBusy(true);
    try {
      const body = { ...ask, format: v.format, purpose: v.note ? `${v.purpose}：${v.note}` : v.purpose };
      const file = await download(path, { method: "POST", csrf, body });
      saveFile(file.blob, file.name ?? `${name}_${at(serverNow()).format("YYYYMMDD_HHmm")}.${v.format}`);
      message.success("已导出，请在浏览器下载目录查看");
      close();
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={title} onCancel={close} onOk={() => form.submit()} okText="导出" cancelText="取消" confirmLoading={busy} width={420}>
      <Form form={form} layout="vertical" initialValues={{ format: "xlsx" }} onFinish={(v) => void submit(v)}>
        <Form.Item name="format" label="文件格式">
          <Radio.Group options={[{ value: "xlsx", label: "Excel 表格（xlsx）" }, { value: "csv", label: "文本表格（csv）" }]} />
        </Form.Item>
        <Form.Item name="purpose" label="用途" rules={[{ required: true, message: "请选择用途" }]}>
          <Select options={purposes.map((value) => ({ value, label: value }))} placeholder="导出数据用来做什么" />
        </Form.Item>
        <Form.Item name="note" label="用途说明" rules={purpose === "其他" ? [{ required: true, whitespace: true, min: 6, message: "请写明用途，不少于6个字" }] : []}>
          <Input maxLength={100} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
