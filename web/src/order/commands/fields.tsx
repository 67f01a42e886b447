// Fields that several commands share.
import { useQuery } from "@tanstack/react-query";
import { Form, Input, Radio, Select } from "antd";
import { useState } from "react";
import { orders, reference } from "@/api/calls";
import { useDictionary } from "@/api/hooks";
import type { Option } from "@/api/codes";
import type { Id } from "@/api/types";
import { MomentPicker } from "@/ui/moment-picker";
import { useSettled } from "./effect";

type Name = string | (string | number)[];

export interface TextProps {
  name: Name;
  label: string;
  required?: boolean;
  min?: number;
  max?: number;
  rows?: number;
  placeholder?: string;
  extra?: React.ReactNode;
  autoFocus?: boolean;
}

export function TextField({ name, label, required = false, min, max = 500, rows = 3, placeholder, extra, autoFocus }: TextProps) {
  return (
    <Form.Item
      name={name}
      label={label}
      extra={extra}
      required={required}
      rules={[
        { required, whitespace: true, message: `请填写${label}` },
        ...(min ? [{ min, message: `${label}不少于${min}个字` }] : []),
      ]}
    >
      <Input.TextArea rows={rows} maxLength={max} showCount={max >= 200} placeholder={placeholder} autoFocus={autoFocus ?? false} />
    </Form.Item>
  );
}

export function LineField({ name, label, required = false, max = 100, placeholder }: TextProps) {
  return (
    <Form.Item name={name} label={label} rules={[{ required, whitespace: true, message: `请填写${label}` }]}>
      <Input maxLength={max} placeholder={placeholder} />
    </Form.Item>
  );
}

export interface ChoiceProps {
  name: Name;
  label: string;
  options: readonly Option[];
  required?: boolean;
}

/** Few choices, all visible. */
export function RadioField({ name, label, options, required = true }: ChoiceProps) {
  return (
    <Form.Item name={name} label={label} rules={[{ required, message: `请选择${label}` }]}>
      <Radio.Group options={[...options]} />
    </Form.Item>
  );
}

/** Many choices in a list. */
export function SelectField({ name, label, options, required = true }: ChoiceProps) {
  return (
    <Form.Item name={name} label={label} rules={[{ required, message: `请选择${label}` }]}>
      <Select options={[...options]} showSearch={{ optionFilterProp: "label" }} placeholder="请选择" allowClear={!required} />
    </Form.Item>
  );
}

/** Choices of a dictionary that administrators keep. */
export function DictField({ code, ...rest }: Omit<ChoiceProps, "options"> & { code: string }) {
  const items = useDictionary(code);
  return <SelectField {...rest} options={items.map((i) => ({ value: i.code, label: i.name }))} />;
}

export function MomentField({ name, label, required = false, only }: { name: Name; label: string; required?: boolean; only?: "past" | "future" }) {
  return (
    <Form.Item name={name} label={label} rules={[{ required, message: `请选择${label}` }]}>
      <MomentPicker {...(only && { only })} />
    </Form.Item>
  );
}

interface PickProps {
  value?: Id | null;
  onChange?: (value: Id | null) => void;
  id?: string;
}

/** 经办人 of an organisation, with what each already has on the desk. */
export function HandlerPicker({ org, value, onChange, id }: PickProps & { org: Id }) {
  const people = useQuery({ queryKey: ["handlers", org], queryFn: () => reference.handlers(org), staleTime: 60_000 });
  return (
    <Select
      {...(id && { id })}
      value={value ?? undefined}
      onChange={(v: Id | undefined) => onChange?.(v ?? null)}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      loading={people.isPending}
      placeholder="选择经办人"
      notFoundContent={people.isPending ? "正在载入…" : "本单位没有可分派的经办人"}
      options={(people.data ?? []).map((p) => ({ value: p.id, label: `${p.name}　${p.position}`, open: p.open_tasks }))}
      optionRender={({ data }) => (
        <span style={{ display: "flex" }}>
          {data.label}
          <span className="muted" style={{ marginLeft: "auto" }}>
            在办 {data.open} 件
          </span>
        </span>
      )}
    />
  );
}

/** Another order, found by number or words of its title. */
export function OrderRefPicker({ value, onChange, id, not }: PickProps & { not?: Id }) {
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim(), 250);
  const byNumber = /^\d{6,}/.test(q);
  const found = useQuery({
    queryKey: ["orders", "pick", q],
    queryFn: () => orders.list(byNumber ? { case_no: q, limit: 10 } : { q, limit: 10 }),
    enabled: q.length >= 2,
  });
  const rows = (found.data?.items ?? []).filter((o) => o.id !== not);
  return (
    <Select
      {...(id && { id })}
      value={value ?? undefined}
      onChange={(v: Id | undefined) => onChange?.(v ?? null)}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      allowClear
      placeholder="输入工单编号或标题关键词"
      notFoundContent={q.length < 2 ? "请输入编号或关键词" : found.isFetching ? "正在查找…" : "没有符合的工单"}
      options={rows.map((o) => ({ value: o.id, label: `${o.case_no}　${o.title}`, state: o.state_cn }))}
      optionRender={({ data }) => (
        <span style={{ display: "flex", gap: 8 }}>
          <span className="clip" style={{ flex: 1 }}>
            {data.label}
          </span>
          <span className="muted">{data.state}</span>
        </span>
      )}
    />
  );
}

export function OrderRefField({ name, label, required = true, not }: { name: Name; label: string; required?: boolean; not?: Id }) {
  return (
    <Form.Item name={name} label={label} rules={[{ required, message: `请选择${label}` }]}>
      <OrderRefPicker {...(not && { not })} />
    </Form.Item>
  );
}
