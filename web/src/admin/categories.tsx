// 问题分类: three levels; key words feed the type-ahead and the dispatch suggestions.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Form, Input, Select, Switch } from "antd";
import { useState } from "react";
import { keys } from "@/api/hooks";
import { Empty, Loaded } from "@/ui/states";
import { categories as calls } from "./calls";
import { FormDrawer, Room } from "./room";
import { Tree } from "./tree";
import type { CategoryForm, CategoryView } from "./types";

const KEY = ["admin", "categories"] as const;
const LEVELS = ["一级", "二级", "三级", "四级", "五级"];

/** The next free code below a parent: 010300 after 010200, 010203 after 010202. */
export function nextCode(all: readonly CategoryView[], parent: CategoryView | null): string {
  const level = (parent?.level ?? 0) + 1;
  if (level > 3) return "";
  const head = (parent?.code ?? "").slice(0, (level - 1) * 2);
  const taken = all.filter((c) => c.level === level && c.code.startsWith(head)).map((c) => Number(c.code.slice((level - 1) * 2, level * 2)));
  const next = Math.max(0, ...taken.filter((n) => n < 90 && Number.isFinite(n))) + 1;
  return (head + String(next).padStart(2, "0")).padEnd(6, "0");
}

function CategoryDrawer({ item, parent, code, close, saved }: { item: CategoryView | null; parent: CategoryView | null; code: string; close: () => void; saved: (c: CategoryView) => void }) {
  const initial: Partial<CategoryForm> = item ? { ...item } : { code, keywords: "", active: true, dept_duty_only: parent?.dept_duty_only ?? false };
  const send = async (v: CategoryForm) => {
    const form = { ...v, parent: item ? item.parent : (parent?.code ?? null), active: v.active ?? true };
    saved(await (item ? calls.save(item.code, form) : calls.create(form)));
  };
  return (
    <FormDrawer<CategoryForm>
      title={item ? `编辑分类：${item.name}` : parent ? `在“${parent.name}”下新建` : "新建一级分类"}
      initial={initial}
      send={send}
      done="分类已保存，即时生效"
      close={close}
      width={480}
    >
      {() => (
        <>
          <Form.Item name="code" label="代码" extra={item ? "代码不能修改" : "按序号推荐，保存后不能修改"} rules={[{ required: true, pattern: /^\d{6}$/, message: "请填写6位数字代码" }]}>
            <Input maxLength={6} disabled={item !== null} />
          </Form.Item>
          <Form.Item name="name" label="名称" rules={[{ required: true, whitespace: true, message: "请填写名称" }]}>
            <Input maxLength={30} autoFocus />
          </Form.Item>
          <Form.Item name="keywords" label="关键词" extra="群众常用的说法，空格分开；登记时输入这些词即可找到本分类">
            <Input.TextArea rows={4} maxLength={500} showCount />
          </Form.Item>
          <Form.Item
            name="mapped_old"
            label="替代旧编码"
            extra="合并、拆分前的旧分类代码；其他平台用旧编码转来的工单归入本分类，并随分类发布给下级平台"
            rules={[{ type: "array", defaultField: { type: "string", pattern: /^\d{6}$/, message: "每个旧编码为6位数字" } }]}
          >
            <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[" ", "，", ",", "、"]} />
          </Form.Item>
          <Form.Item name="dept_duty_only" valuePropName="checked" style={{ marginBottom: 4 }}>
            <Checkbox>部门职责，不得下派乡镇街道</Checkbox>
          </Form.Item>
          {item && (
            <Form.Item name="active" label="启用" valuePropName="checked" extra="停用后不可再选，已归类的工单不受影响">
              <Switch />
            </Form.Item>
          )}
        </>
      )}
    </FormDrawer>
  );
}

function Detail({ category, all, edit, add }: { category: CategoryView; all: readonly CategoryView[]; edit: () => void; add: () => void }) {
  const words = category.keywords.split(/\s+/).filter(Boolean);
  const below = all.filter((c) => c.parent === category.code);
  return (
    <>
      <div className="panel-head">
        <span className={category.active ? "" : "adm-off"}>{category.name}</span>
        {!category.active && <span className="tag">已停用</span>}
        <span className="panel-more adm-acts">
          {category.level < 3 && (
            <Button size="small" onClick={add}>
              新建下级
            </Button>
          )}
          <Button size="small" type="primary" onClick={edit}>
            编辑
          </Button>
        </span>
      </div>
      <div className="adm-scroll" style={{ padding: 12 }}>
        <dl className="facts" style={{ "--facts": 1 } as React.CSSProperties}>
          <div><dt>路径</dt><dd>{category.path}</dd></div>
          <div><dt>代码</dt><dd className="mono">{category.code}</dd></div>
          {category.mapped_old.length > 0 && <div><dt>替代旧编码</dt><dd className="mono">{category.mapped_old.join("、")}</dd></div>}
          <div><dt>级次</dt><dd>{LEVELS[category.level - 1] ?? category.level}</dd></div>
          <div><dt>派单限制</dt><dd>{category.dept_duty_only ? <span className="tag tag-amber">部门职责，不得下派乡镇街道</span> : "无"}</dd></div>
          <div>
            <dt>关键词</dt>
            <dd>
              {words.length === 0 ? <span className="warn">没有关键词，登记时只能按名称找到</span> : words.map((w) => <span key={w} className="tag" style={{ marginRight: 4 }}>{w}</span>)}
            </dd>
          </div>
        </dl>
        {below.length > 0 && (
          <table className="adm-table" style={{ marginTop: 16 }}>
            <thead>
              <tr>
                <th style={{ width: 90 }}>代码</th>
                <th style={{ width: 220 }}>下级分类</th>
                <th>关键词</th>
              </tr>
            </thead>
            <tbody>
              {below.map((c) => (
                <tr key={c.code}>
                  <td className="mono">{c.code}</td>
                  <td className={c.active ? "" : "adm-off"}>{c.name}</td>
                  <td className="muted">{c.keywords}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </>
  );
}

export default function CategoriesRoom() {
  const query = useQuery({ queryKey: KEY, queryFn: calls.list });
  const client = useQueryClient();
  const [selected, setSelected] = useState<string | null>(null);
  const [form, setForm] = useState<{ item: CategoryView | null; parent: CategoryView | null }>();
  const saved = (c: CategoryView) => {
    setSelected(c.code);
    void client.invalidateQueries({ queryKey: KEY });
    void client.invalidateQueries({ queryKey: keys.reference });
  };
  return (
    <Room title="问题分类" hint="分类决定派单建议和统计口径；代码不变，改名不影响历史统计" actions={<Button onClick={() => setForm({ item: null, parent: null })}>新建一级分类</Button>}>
      <Loaded query={query}>
        {(all) => {
          const category = all.find((c) => c.code === selected) ?? all[0];
          return (
            <div className="adm-cols" style={{ gridTemplateColumns: "380px minmax(0, 1fr)" }}>
              <section className="panel">
                <Tree
                  items={all.map((c) => ({ id: c.code, parent: c.parent, name: c.name, find: `${c.code} ${c.keywords}`, off: !c.active, side: c.code }))}
                  selected={category?.code ?? null}
                  onSelect={setSelected}
                  placeholder="名称、关键词或代码"
                />
              </section>
              <section className="panel">
                {category ? (
                  <Detail category={category} all={all} edit={() => setForm({ item: category, parent: null })} add={() => setForm({ item: null, parent: category })} />
                ) : (
                  <Empty title="还没有分类" />
                )}
              </section>
              {form && <CategoryDrawer key={form.item?.code ?? "new"} {...form} code={nextCode(all, form.parent)} close={() => setForm(undefined)} saved={saved} />}
            </div>
          );
        }}
      </Loaded>
    </Room>
  );
}
