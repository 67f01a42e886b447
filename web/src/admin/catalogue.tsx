// 派单目录: whose duty a kind of matter is, area by area. A rule is never changed: a new version takes its place, after a
// look at what it would have meant for the orders of the last month.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Select, type FormInstance } from "antd";
import { useState } from "react";
import { catalogue } from "@/api/calls";
import { messageOf } from "@/api/client";
import { useCategories, useReference } from "@/api/hooks";
import type { Id, RuleForm, RuleView } from "@/api/types";
import { useCan } from "@/app/session";
import { useSettled } from "@/order/commands/effect";
import { CategoryPicker } from "@/ui/category-picker";
import { MomentPicker } from "@/ui/moment-picker";
import { OrgPicker } from "@/ui/org-picker";
import { RegionCascader } from "@/ui/region-cascader";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { CatalogueEffect } from "./catalogue-effect";
import { RuleHistory } from "./catalogue-history";
import { FormDrawer, Room } from "./room";
import { Tree } from "./tree";

const KEY = ["catalogue"] as const;
const STANDING = [
  { value: "current", label: "现行" },
  { value: "coming", label: "待生效" },
  { value: "ended", label: "已失效" },
  { value: "all", label: "全部版本" },
];

interface Values {
  category: string;
  region?: string;
  lead: Id;
  co?: Id[] | null;
  legal_basis: string;
  valid_from?: number | null;
  valid_to?: number | null;
  reason: string;
}

function ruleOf(v: Partial<Values> | undefined): RuleForm | undefined {
  if (!v?.category || !v.lead || (v.legal_basis ?? "").trim().length < 4) return undefined;
  return {
    category: v.category,
    region: v.region ?? "",
    lead: v.lead,
    co: v.co ?? [],
    legal_basis: v.legal_basis ?? "",
    valid_from: v.valid_from ?? null,
    valid_to: v.valid_to ?? null,
  };
}

/** 影响预览 of what the form says now. */
function FormEffect({ form, replaces }: { form: FormInstance<Values>; replaces: number | null }) {
  const rule = ruleOf(Form.useWatch((v: Values) => v, form));
  const text = useSettled(rule ? JSON.stringify(rule) : "");
  if (text === "") return <div className="par-effect muted">选好分类和单位、写明依据后，这里显示对近30天工单的影响。</div>;
  return <CatalogueEffect ask={{ replaces, rule: JSON.parse(text) as RuleForm, days: null }} />;
}

function RuleDrawer({ item, category, close, saved }: { item: RuleView | null; category: string | null; close: () => void; saved: (r: RuleView) => void }) {
  const initial: Partial<Values> = item
    ? { category: item.category, region: item.region, lead: item.lead.id, co: item.co.map((o) => o.id), legal_basis: item.legal_basis, valid_to: item.valid_to }
    : { ...(category && { category }), region: "", co: [] };
  const send = async (v: Values) => {
    const rule = ruleOf(v);
    if (!rule) throw new Error("请把规则填写完整");
    saved(await catalogue.put({ replaces: item?.id ?? null, rule, reason: v.reason.trim() }));
  };
  return (
    <FormDrawer<Values>
      title={item ? `修订规则：${item.category_path}` : "新建派单规则"}
      initial={initial}
      send={send}
      done={item ? "新版本已保存" : "规则已保存"}
      confirm={item ? "保存为新版本" : "保存规则"}
      close={close}
      width={600}
      note={item ? `现为第 ${item.revision} 版，自 ${dateTime(item.valid_from)} 起施行。保存后成为第 ${item.revision + 1} 版，旧版随之失效并留存；已派出的工单不受影响。` : undefined}
    >
      {(form) => (
        <>
          <div className="adm-row">
            <Form.Item name="category" label="问题分类" rules={[{ required: true, message: "请选择问题分类" }]}>
              <CategoryPicker />
            </Form.Item>
            <Form.Item name="region" label="适用区域（不选即全市）">
              <RegionCascader allowClear placeholder="全市" />
            </Form.Item>
          </div>
          <div className="adm-row">
            <Form.Item name="lead" label="主办单位" rules={[{ required: true, message: "请选择主办单位" }]}>
              <OrgPicker />
            </Form.Item>
            <Form.Item name="co" label="协办单位">
              <OrgPicker multiple />
            </Form.Item>
          </div>
          <Form.Item name="legal_basis" label="法定依据" rules={[{ required: true, whitespace: true, min: 4, message: "请写明“三定”规定、权责清单等的具体条款" }]}>
            <Input.TextArea rows={2} maxLength={500} placeholder="“三定”规定、权责清单、法律法规的条款" />
          </Form.Item>
          <div className="adm-row">
            <Form.Item name="valid_from" label="生效时间（不填即时生效）">
              <MomentPicker only="future" />
            </Form.Item>
            <Form.Item name="valid_to" label="失效时间（不填长期有效）">
              <MomentPicker only="future" />
            </Form.Item>
          </div>
          <Form.Item name="reason" label="修改原因" rules={[{ required: true, whitespace: true, min: 4, message: "请填写修改原因，不少于4个字" }]}>
            <Input.TextArea rows={2} maxLength={500} placeholder="如：职能划转、会商裁定、区划调整" />
          </Form.Item>
          <FormEffect form={form} replaces={item?.id ?? null} />
        </>
      )}
    </FormDrawer>
  );
}

function EndDrawer({ item, close, saved }: { item: RuleView; close: () => void; saved: (r: RuleView) => void }) {
  return (
    <FormDrawer<{ at?: number | null; reason: string }>
      title={`终止规则：${item.category_path}`}
      initial={{}}
      send={async (v) => saved(await catalogue.end(item.id, { at: v.at ?? null, reason: v.reason.trim() }))}
      done="规则已终止"
      confirm="确认终止"
      close={close}
      width={560}
      note="终止后，该类诉求按更大范围的规则或事发地区县派单。"
    >
      {() => (
        <>
          <Form.Item name="at" label="失效时间（不填立即失效）">
            <MomentPicker only="future" />
          </Form.Item>
          <Form.Item name="reason" label="终止原因" rules={[{ required: true, whitespace: true, min: 4, message: "请填写终止原因，不少于4个字" }]}>
            <Input.TextArea rows={2} maxLength={500} autoFocus />
          </Form.Item>
          <CatalogueEffect ask={{ replaces: item.id, rule: null, days: null }} />
        </>
      )}
    </FormDrawer>
  );
}

interface Open {
  kind: "edit" | "end" | "history";
  item: RuleView | null;
}

function RuleRow({ rule: r, may, open }: { rule: RuleView; may: boolean; open: (o: Open) => void }) {
  const live = r.standing !== "ended";
  return (
    <tr>
      <td title={r.category_path}>
        {r.category_path.split("/").slice(1).join("/") || r.category_path}
        {r.dept_duty_only && <span className="tag tag-amber" title="部门法定职责，不得派给乡镇街道" style={{ marginLeft: 4 }}>部门职责</span>}
      </td>
      <td>{r.region_cn}</td>
      <td>
        {r.lead.name}
        {r.gone.length > 0 && <span className="tag tag-red" title={`${r.gone.map((o) => o.name).join("、")}已停用，派单时由承继单位办理`} style={{ marginLeft: 4 }}>单位已停用</span>}
        {r.co.length > 0 && <div className="muted">协办：{r.co.map((o) => o.name).join("、")}</div>}
      </td>
      <td title={r.legal_basis}><div className="cat-basis">{r.legal_basis}</div></td>
      <td className="num nowrap">
        第{r.revision}版
        {r.standing !== "current" && <span className={r.standing === "coming" ? "tag tag-blue" : "tag"} style={{ marginLeft: 4 }}>{r.standing_cn}</span>}
        <div className="muted">{dateTime(r.valid_from).slice(0, 10)} 起{r.valid_to ? `，至 ${dateTime(r.valid_to).slice(0, 10)}` : ""}</div>
      </td>
      <td>
        <span className="adm-ops">
          {may && live && <button type="button" className="link" onClick={() => open({ kind: "edit", item: r })}>修订</button>}
          <button type="button" className="link" onClick={() => open({ kind: "history", item: r })}>历史</button>
          {may && live && <button type="button" className="link" onClick={() => open({ kind: "end", item: r })}>终止</button>}
        </span>
      </td>
    </tr>
  );
}

function Rules({ category, may, open }: { category: string | null; may: boolean; open: (o: Open) => void }) {
  const [standing, setStanding] = useState("current");
  const [region, setRegion] = useState("");
  const [org, setOrg] = useState<Id | null>(null);
  const ask = { category: category ?? "", region, org: org ?? "", standing };
  const query = useQuery({ queryKey: [...KEY, "list", ask], queryFn: () => catalogue.list(ask) });
  return (
    <>
      <div className="cat-bar">
        <Select aria-label="规则状态" value={standing} onChange={setStanding} options={STANDING} style={{ width: 104, flex: "none" }} />
        <div style={{ width: 230 }}><RegionCascader value={region} onChange={setRegion} allowClear placeholder="区域：不限" /></div>
        <div style={{ width: 230 }}><OrgPicker value={org} onChange={(v) => setOrg(Array.isArray(v) ? (v[0] ?? null) : v)} placeholder="主办单位：不限" /></div>
        <span className="muted" style={{ marginLeft: "auto" }}>
          {query.data && (query.data.total_capped ? `只列出前 ${query.data.total} 条，请缩小范围` : `${query.data.total} 条规则`)}
        </span>
      </div>
      <div className="adm-scroll" style={{ flex: 1, minHeight: 0 }}>
        <Loaded query={query}>
          {(found) =>
            found.items.length === 0 ? (
              <Empty title="没有符合条件的规则" hint="没有更具体的规则时，由事发地所在的区县政府协调办理。" />
            ) : (
              <table className="adm-table" aria-label="派单规则">
                <thead>
                  <tr>
                    <th style={{ width: 190 }}>分类</th>
                    <th style={{ width: 110 }}>适用区域</th>
                    <th>主办、协办</th>
                    <th style={{ width: 170 }}>法定依据</th>
                    <th style={{ width: 140 }}>版次、有效期</th>
                    <th style={{ width: 124 }}>操作</th>
                  </tr>
                </thead>
                <tbody>
                  {found.items.map((r) => (
                    <RuleRow key={r.id} rule={r} may={may} open={open} />
                  ))}
                </tbody>
              </table>
            )
          }
        </Loaded>
      </div>
    </>
  );
}

export default function CatalogueRoom() {
  const may = useCan()("catalogue.edit");
  const client = useQueryClient();
  const { message } = App.useApp();
  const reference = useReference();
  const categories = useCategories();
  const [selected, setSelected] = useState<string | null>(null);
  const [open, setOpen] = useState<Open>();
  const saved = () => {
    for (const key of [KEY, ["suggest"]]) client.invalidateQueries({ queryKey: key }).catch((e: unknown) => message.error(messageOf(e)));
  };
  const close = () => setOpen(undefined);
  const category = selected ?? [...categories.values()].find((c) => c.active)?.code ?? null;
  return (
    <Room
      title="派单目录"
      hint="分类 × 区域 → 主办和协办；修订保留旧版，改前先看影响"
      actions={may && <Button type="primary" onClick={() => setOpen({ kind: "edit", item: null })}>新建规则</Button>}
    >
      <Loaded query={reference}>
        {(all) => (
          <div className="adm-cols" style={{ gridTemplateColumns: "250px minmax(0, 1fr)" }}>
            <section className="panel">
              <Tree
                items={all.categories.filter((c) => c.active).map((c) => ({ id: c.code, parent: c.parent, name: c.name, find: `${c.code} ${c.path}`, off: false, side: "" }))}
                selected={category}
                onSelect={setSelected}
                placeholder="分类名称"
              />
            </section>
            <section className="panel">
              <Rules key={category} category={category} may={may} open={setOpen} />
            </section>
            {open?.kind === "edit" && <RuleDrawer key={open.item?.id ?? "new"} item={open.item} category={category} close={close} saved={saved} />}
            {open?.kind === "end" && open.item && <EndDrawer item={open.item} close={close} saved={saved} />}
            {open?.kind === "history" && open.item && <RuleHistory item={open.item} close={close} />}
          </div>
        )}
      </Loaded>
    </Room>
  );
}
