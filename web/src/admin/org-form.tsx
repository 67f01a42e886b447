import { Form, Input, Radio, Select, Switch, TreeSelect } from "antd";
import { useMemo } from "react";
import { options } from "@/api/codes";
import { orgTree } from "@/ui/org-picker";
import { RegionCascader } from "@/ui/region-cascader";
import { orgs as calls } from "./calls";
import { FormDrawer } from "./room";
import type { OrgForm, OrgView } from "./types";
import { ORG_GROUPS, ORG_KIND, ORG_LEVEL } from "./words";

/** The organisation and everything below it: none of these may become its superior. */
export function selfAndBelow(all: readonly OrgView[], id: string | undefined): string[] {
  if (!id) return [];
  const out = [id];
  for (let at = 0; at < out.length; at++) {
    for (const o of all) if (o.parent === out[at] && !out.includes(o.id)) out.push(o.id);
  }
  return out;
}

function OrgSelect({ all, barred, value, onChange, id }: { all: readonly OrgView[]; barred: readonly string[]; value?: string | null; onChange?: (v: string | null) => void; id?: string }) {
  const tree = useMemo(() => orgTree(all, new Set(barred)), [all, barred]);
  return (
    <TreeSelect
      {...(id && { id })}
      value={value ?? undefined}
      onChange={(v) => onChange?.(v ?? null)}
      treeData={tree}
      showSearch={{ treeNodeFilterProp: "find" }}
      allowClear
      treeDefaultExpandedKeys={tree.slice(0, 1).map((t) => t.value)}
      placeholder="无"
      listHeight={320}
    />
  );
}

export interface OrgDrawerProps {
  org: OrgView | null;
  parent: string | null;
  all: readonly OrgView[];
  saved: (org: OrgView) => void;
  close: () => void;
}

export function OrgDrawer({ org, parent, all, saved, close }: OrgDrawerProps) {
  const barred = useMemo(() => selfAndBelow(all, org?.id), [all, org]);
  const above = all.find((o) => o.id === parent);
  const initial: Partial<OrgForm> = org
    ? { ...org }
    : { parent, superior: parent, level: above?.level ?? "city", kind: "department", group: above?.group ?? "市直", region: above?.region ?? "", active: true };
  const send = async (v: OrgForm) => saved(await (org ? calls.save(org.id, { ...v, code: org.code }) : calls.create(v)));
  return (
    <FormDrawer<OrgForm> title={org ? `编辑机构：${org.name}` : "新建机构"} initial={initial} send={send} done={org ? "机构已保存" : "机构已新建"} close={close} width={480}>
      {() => (
        <>
          {!org && (
            <Form.Item name="code" label="机构代码" extra="保存后不能修改" rules={[{ required: true, whitespace: true, message: "请填写机构代码" }, { pattern: /^[A-Za-z0-9_-]{2,32}$/, message: "2至32位字母、数字" }]}>
              <Input maxLength={32} autoFocus />
            </Form.Item>
          )}
          <Form.Item name="name" label="全称" rules={[{ required: true, whitespace: true, message: "请填写全称" }]}>
            <Input maxLength={100} />
          </Form.Item>
          <div className="adm-row">
            <Form.Item name="short" label="简称">
              <Input maxLength={20} />
            </Form.Item>
            <Form.Item name="phone" label="值班电话" extra="派单、催签短信发往此号">
              <Input maxLength={20} />
            </Form.Item>
          </div>
          <Form.Item name="parent" label="上级机构" extra="决定数据范围；不能选本机构及其下级">
            <OrgSelect all={all} barred={barred} />
          </Form.Item>
          <Form.Item name="superior" label="业务上级" extra="受理对本机构的复查、复核，可与上级机构不同">
            <OrgSelect all={all} barred={barred} />
          </Form.Item>
          <Form.Item name="level" label="层级" rules={[{ required: true, message: "请选择层级" }]}>
            <Radio.Group options={options(ORG_LEVEL)} />
          </Form.Item>
          <div className="adm-row">
            <Form.Item name="kind" label="性质" rules={[{ required: true, message: "请选择性质" }]}>
              <Select options={options(ORG_KIND)} />
            </Form.Item>
            <Form.Item name="group" label="考核分组">
              <Select options={ORG_GROUPS.map((value) => ({ value, label: value }))} allowClear />
            </Form.Item>
          </div>
          <Form.Item name="region" label="所属区划" rules={[{ required: true, message: "请选择所属区划" }]}>
            <RegionCascader />
          </Form.Item>
          {org && (
            <Form.Item name="active" label="启用" valuePropName="checked" extra="停用前请先改派在办任务">
              <Switch />
            </Form.Item>
          )}
        </>
      )}
    </FormDrawer>
  );
}
