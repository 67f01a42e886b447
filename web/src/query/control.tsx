// The input of one condition, by its kind.
import { useQuery } from "@tanstack/react-query";
import { Checkbox, DatePicker, Input, Select, Space, type InputRef } from "antd";
import type { Ref } from "react";
import { reference } from "@/api/calls";
import type { Option } from "@/api/codes";
import { useReference } from "@/api/hooks";
import { CategoryPicker } from "@/ui/category-picker";
import { OrgPicker } from "@/ui/org-picker";
import { RegionCascader } from "@/ui/region-cascader";
import dayjs from "dayjs";
import { AHEAD, PRESETS, type Field } from "./fields";
import type { Filter } from "./filter";

export interface ControlProps {
  field: Field;
  filter: Filter;
  set: (name: string, value: string | undefined) => void;
  apply: () => void;
  textRef?: Ref<InputRef>;
}

const CUSTOM = "custom";
const YES_NO = [
  { value: "true", label: "是" },
  { value: "false", label: "否" },
];

/** Days of a stretch typed in, or one that moves with the calendar. */
function RangeControl({ field, filter, set }: ControlProps) {
  const value = filter[field.name] ?? "";
  const presets = field.name === "due" ? AHEAD : PRESETS;
  const custom = value.includes("~");
  const [from, to] = custom ? value.split("~") : [];
  const days = [from, to].map((d) => (d ? dayjs(d) : null)) as [dayjs.Dayjs | null, dayjs.Dayjs | null];
  return (
    <Space.Compact block>
      <Select
        aria-label={`${field.label}范围`}
        value={custom ? CUSTOM : value || undefined}
        onChange={(v) => set(field.name, v === CUSTOM ? "~" : v)}
        allowClear
        placeholder="不限"
        options={[...Object.entries(presets).map(([v, label]) => ({ value: v, label })), { value: CUSTOM, label: "自选" }]}
        style={{ width: custom ? 72 : "100%" }}
      />
      {custom && (
        <DatePicker.RangePicker
          value={days}
          onChange={(d) => set(field.name, d ? `${d[0]?.format("YYYY-MM-DD") ?? ""}~${d[1]?.format("YYYY-MM-DD") ?? ""}` : "~")}
          allowEmpty={[true, true]}
          separator="–"
          format="YY-MM-DD"
          suffixIcon={null}
          placeholder={["开始", "结束"]}
          style={{ flex: 1, minWidth: 0, padding: "0 6px" }}
        />
      )}
    </Space.Compact>
  );
}

export function useHandlers(org: string | undefined) {
  return useQuery({
    queryKey: ["handlers", org ?? ""],
    queryFn: () => reference.handlers(org ?? ""),
    enabled: !!org,
    staleTime: 300_000,
  });
}

function HandlerControl({ field, filter, set }: ControlProps) {
  const org = filter[field.of ?? ""];
  const people = useHandlers(org);
  return (
    <Select
      value={filter[field.name]}
      onChange={(v) => set(field.name, v)}
      disabled={!org}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      loading={people.isFetching}
      placeholder={org ? "输入姓名查找" : `请先选择${field.of === "co_org" ? "协办" : "主办"}机构`}
      notFoundContent="该机构没有经办人"
      options={(people.data ?? []).map((p) => ({ value: p.id, label: p.position ? `${p.name}（${p.position}）` : p.name }))}
      style={{ width: "100%" }}
    />
  );
}

function OrgControl({ field, filter, set }: ControlProps) {
  const value = filter[field.name] ?? null;
  const pick = (v: string | string[] | null) => set(field.name, typeof v === "string" ? v : undefined);
  if (field.name !== "lead_org") return <OrgPicker value={value} onChange={pick} placeholder="名称、简称或代码" />;
  return (
    <div style={{ display: "flex", alignItems: "center", gap: 8 }}>
      <div style={{ flex: 1, minWidth: 0 }}>
        <OrgPicker value={value} onChange={pick} placeholder="名称、简称或代码" />
      </div>
      <Checkbox checked={filter["lead_sub"] === "true"} disabled={!value} onChange={(e) => set("lead_sub", e.target.checked ? "true" : undefined)}>
        <span className="nowrap" title="包括该机构的所有下级机构">
          含下级
        </span>
      </Checkbox>
    </div>
  );
}

function Several({ field, filter, set, options }: ControlProps & { options: readonly Option[] }) {
  const value = filter[field.name];
  return (
    <Select
      mode="multiple"
      value={value ? value.split(",") : []}
      onChange={(v: string[]) => set(field.name, v.join(",") || undefined)}
      options={[...options]}
      showSearch={{ optionFilterProp: "label" }}
      maxTagCount="responsive"
      allowClear
      placeholder="不限"
      aria-label={field.label}
      style={{ width: "100%" }}
    />
  );
}

/** 领导信箱, closed ones too: their letters are still there. */
function MailboxControl(props: ControlProps) {
  const boxes = useReference().data?.mailboxes ?? [];
  return <Several {...props} options={boxes.map((m) => ({ value: m.id, label: m.open ? m.name : `${m.name}（已关闭）` }))} />;
}

export function Control(props: ControlProps) {
  const { field, filter, set, apply, textRef } = props;
  const value = filter[field.name];
  switch (field.kind) {
    case "text":
      return (
        <Input
          {...(textRef && { ref: textRef })}
          value={value ?? ""}
          onChange={(e) => set(field.name, e.target.value || undefined)}
          onPressEnter={apply}
          placeholder={field.hint}
          maxLength={100}
          allowClear
          aria-label={field.label}
          autoComplete="off"
        />
      );
    case "range":
      return <RangeControl {...props} />;
    case "multi":
      return <Several {...props} options={field.options ?? []} />;
    case "mailbox":
      return <MailboxControl {...props} />;
    case "one":
    case "flag":
      return (
        <Select
          value={value}
          onChange={(v) => set(field.name, v)}
          options={field.kind === "flag" ? YES_NO : [...(field.options ?? [])]}
          allowClear
          placeholder="不限"
          aria-label={field.label}
          style={{ width: "100%" }}
        />
      );
    case "org":
      return <OrgControl {...props} />;
    case "handler":
      return <HandlerControl {...props} />;
    case "category":
      return <CategoryPicker value={value ?? null} onChange={(v) => set(field.name, v || undefined)} />;
    case "region":
      return <RegionCascader allowClear value={value ?? null} onChange={(v) => set(field.name, v || undefined)} />;
  }
}
