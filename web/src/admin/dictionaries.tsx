// 字典: choices shown in forms. Codes stay for ever, items are switched off, never deleted.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, InputNumber, Switch } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { keys } from "@/api/hooks";
import { Empty, Loaded } from "@/ui/states";
import { date, serverNow } from "@/ui/time";
import { dictionaries as calls } from "./calls";
import { FormDrawer, Room } from "./room";
import type { DictItemForm, DictItemView, DictLine } from "./types";
import { DICTIONARY } from "./words";

const nameOf = (d: DictLine) => DICTIONARY[d.code] ?? d.code;

interface Values {
  code: string;
  name: string;
  parent?: string;
  sort: number;
  off: boolean;
}

function ItemDrawer({ dict, item, last, close, saved }: { dict: string; item: DictItemView | null; last: number; close: () => void; saved: () => void }) {
  const send = async ({ code, name, parent, sort, off }: Values) => {
    const form: DictItemForm = { name, parent: parent || null, sort, valid_to: off ? (item?.valid_to ?? serverNow()) : null };
    await (item ? calls.save(dict, item.code, form) : calls.create(dict, { ...form, code }));
    saved();
  };
  return (
    <FormDrawer<Values>
      title={item ? `编辑：${item.name}` : "新增字典项"}
      initial={item ? { code: item.code, name: item.name, parent: item.parent ?? "", sort: item.sort, off: item.valid_to !== null } : { sort: last + 10, off: false }}
      send={send}
      done="字典已保存，即时生效"
      close={close}
    >
      {() => (
        <>
          <Form.Item name="code" label="代码" extra="保存后不能修改" rules={[{ required: true, message: "请填写代码" }, { pattern: /^[A-Za-z0-9_.-]{1,32}$/, message: "1至32位字母、数字" }]}>
            <Input disabled={item !== null} maxLength={32} />
          </Form.Item>
          <Form.Item name="name" label="名称" rules={[{ required: true, whitespace: true, message: "请填写名称" }]} extra={item ? "改名后，历史工单也显示新名称" : undefined}>
            <Input maxLength={60} autoFocus />
          </Form.Item>
          <div className="adm-row">
            <Form.Item name="parent" label="上级代码">
              <Input maxLength={32} />
            </Form.Item>
            <Form.Item name="sort" label="顺序" rules={[{ required: true, message: "请填写顺序" }]}>
              <InputNumber min={0} max={99999} style={{ width: "100%" }} />
            </Form.Item>
          </div>
          <Form.Item name="off" label="停用" valuePropName="checked" extra="停用后不可再选，已用的仍显示">
            <Switch />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

function Items({ dict, title }: { dict: string; title: string }) {
  const client = useQueryClient();
  const key = ["admin", "dictionary", dict] as const;
  const query = useQuery({ queryKey: key, queryFn: () => calls.items(dict) });
  const [form, setForm] = useState<{ item: DictItemView | null }>();
  const saved = () => {
    void client.invalidateQueries({ queryKey: key });
    void client.invalidateQueries({ queryKey: keys.reference });
  };
  const now = serverNow();
  return (
    <section className="panel">
      <div className="panel-head">
        {title} <span className="muted mono">{dict}</span>
        <span className="panel-more">
          <Button size="small" type="primary" onClick={() => setForm({ item: null })}>
            新增
          </Button>
        </span>
      </div>
      <div className="adm-scroll" style={{ flex: 1 }}>
        <Loaded query={query}>
          {(items) => (
            <>
              {items.length === 0 ? (
                <Empty title="此字典还没有项目" />
              ) : (
                <table className="adm-table">
                  <thead>
                    <tr>
                      <th style={{ width: 64 }}>顺序</th>
                      <th style={{ width: 160 }}>代码</th>
                      <th>名称</th>
                      <th style={{ width: 120 }}>上级代码</th>
                      <th style={{ width: 160 }}>状态</th>
                      <th style={{ width: 64 }} />
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((i) => {
                      const off = i.valid_to !== null && i.valid_to <= now;
                      return (
                        <tr key={i.code}>
                          <td className="num muted">{i.sort}</td>
                          <td className="mono">{i.code}</td>
                          <td className={off ? "adm-off" : ""}>{i.name}</td>
                          <td className="mono muted">{i.parent}</td>
                          <td className="muted">{off ? `${date(i.valid_to)} 停用` : i.valid_to !== null ? `${date(i.valid_to)} 起停用` : ""}</td>
                          <td>
                            <button type="button" className="link" onClick={() => setForm({ item: i })}>
                              编辑
                            </button>
                          </td>
                        </tr>
                      );
                    })}
                  </tbody>
                </table>
              )}
              {form && <ItemDrawer key={form.item?.code ?? "new"} dict={dict} item={form.item} last={Math.max(0, ...items.map((i) => i.sort))} close={() => setForm(undefined)} saved={saved} />}
            </>
          )}
        </Loaded>
      </div>
    </section>
  );
}

export default function DictionariesRoom() {
  const query = useQuery({ queryKey: ["admin", "dictionaries"], queryFn: calls.list });
  const [params, setParams] = useSearchParams();
  const [search, setSearch] = useState("");
  return (
    <Room title="数据字典" hint="代码一经使用不能修改，只能停用；改动即时影响各页面的选项">
      <Loaded query={query}>
        {(all) => {
          const shown = all.filter((d) => `${nameOf(d)} ${d.code}`.includes(search.trim()));
          const dict = all.find((d) => d.code === params.get("dict")) ?? all[0];
          return (
            <div className="adm-cols">
              <section className="panel">
                <div className="adm-search">
                  <Input value={search} onChange={(e) => setSearch(e.target.value)} placeholder="字典名称或代码" allowClear aria-label="查找字典" />
                </div>
                <div className="adm-list">
                  {shown.map((d) => (
                    <button key={d.code} type="button" className={d.code === dict?.code ? "adm-item on" : "adm-item"} onClick={() => setParams({ dict: d.code }, { replace: true })}>
                      <span className="clip" title={d.code}>{nameOf(d)}</span>
                      <small>{d.items}</small>
                    </button>
                  ))}
                  {shown.length === 0 && <Empty title="没有符合的字典" />}
                </div>
              </section>
              {dict && <Items key={dict.code} dict={dict.code} title={nameOf(dict)} />}
            </div>
          );
        }}
      </Loaded>
    </Room>
  );
}
