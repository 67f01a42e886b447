// 常用筛选: kept on the server for their owner.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Popover } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { SavedFilter } from "@/api/types";
import { Empty, Loaded } from "@/ui/states";
import { filters } from "./calls";
import { countOf, fromSaved, onlySecrets, sameQuery, toSaved, withoutSecrets, type QueryState } from "./filter";

const KEY = ["filters"] as const;
const MAX_NAME = 20;

function useFilters() {
  const client = useQueryClient();
  const { message } = App.useApp();
  const refresh = () => client.invalidateQueries({ queryKey: KEY });
  const failed = (error: unknown) => void message.error(messageOf(error));
  const save = useMutation({
    mutationFn: ({ name, state }: { name: string; state: QueryState }) => filters.save(name, toSaved(state)),
    onSuccess: refresh,
    onError: failed,
  });
  const remove = useMutation({ mutationFn: (f: SavedFilter) => filters.remove(f.id), onSuccess: refresh, onError: failed });
  // There is no renaming in the API: the new one is stored first, so nothing is lost half-way.
  const rename = useMutation({
    mutationFn: async ({ filter, name }: { filter: SavedFilter; name: string }) => {
      await filters.save(name, filter.query);
      await filters.remove(filter.id);
    },
    onSuccess: refresh,
    onError: failed,
  });
  return { list: useQuery({ queryKey: KEY, queryFn: filters.list }), save, remove, rename };
}

function Row({ filter, active, on }: { filter: SavedFilter; active: boolean; on: { apply: () => void; remove: () => void; rename: (name: string) => void } }) {
  const [name, setName] = useState<string>();
  const [asking, setAsking] = useState(false);
  if (name !== undefined) {
    const done = () => {
      const next = name.trim();
      if (next && next !== filter.name) on.rename(next);
      setName(undefined);
    };
    return (
      <li className="saved-row">
        <Input
          size="small"
          autoFocus
          value={name}
          maxLength={MAX_NAME}
          onChange={(e) => setName(e.target.value)}
          onPressEnter={done}
          onBlur={done}
          onKeyDown={(e) => e.key === "Escape" && setName(undefined)}
          aria-label="筛选名称"
        />
      </li>
    );
  }
  if (asking) {
    return (
      <li className="saved-row">
        <span className="clip">删除“{filter.name}”？</span>
        <span className="saved-acts">
          <button type="button" className="link bad" onClick={on.remove}>
            删除
          </button>
          <button type="button" className="link" onClick={() => setAsking(false)}>
            取消
          </button>
        </span>
      </li>
    );
  }
  return (
    <li className="saved-row">
      <button type="button" className="link clip saved-name" onClick={on.apply} title={filter.name}>
        {filter.name}
      </button>
      <span className="muted">{active ? "使用中" : `${countOf(fromSaved(filter.query).filter)} 个条件`}</span>
      <span className="saved-acts">
        <button type="button" className="link" onClick={() => setName(filter.name)}>
          改名
        </button>
        <button type="button" className="link" onClick={() => setAsking(true)}>
          删除
        </button>
      </span>
    </li>
  );
}

function SaveForm({ state, taken, save }: { state: QueryState; taken: (name: string) => boolean; save: (name: string) => void }) {
  const [name, setName] = useState("");
  const clean = name.trim();
  const left = Object.keys(onlySecrets(state.filter)).length > 0;
  const submit = () => {
    if (clean === "" || taken(clean)) return;
    save(clean);
    setName("");
  };
  return (
    <div className="saved-form">
      <div style={{ display: "flex", gap: 8 }}>
        <Input size="small" value={name} maxLength={MAX_NAME} placeholder="把当前条件存为…" onChange={(e) => setName(e.target.value)} onPressEnter={submit} aria-label="新筛选的名称" />
        <Button size="small" type="primary" disabled={clean === "" || taken(clean)} onClick={submit}>
          保存
        </Button>
      </div>
      {taken(clean) && <div className="bad saved-hint">已有同名筛选，请换个名称</div>}
      {left && <div className="muted saved-hint">姓名、电话、证件号码属个人信息，不随筛选保存</div>}
    </div>
  );
}

export function SavedFilters({ state, apply }: { state: QueryState; apply: (state: QueryState) => void }) {
  const { list, save, remove, rename } = useFilters();
  const [open, setOpen] = useState(false);
  const active = list.data?.find((f) => sameQuery(fromSaved(f.query), state));
  const savable = countOf(withoutSecrets(state.filter)) > 0 && !active;
  const panel = (
    <div className="saved">
      <Loaded query={list}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="还没有常用筛选" hint="查询后在下方起个名称保存，“近7天”“本月”等会随日期变动。" />
          ) : (
            <ul className="saved-list">
              {all.map((f) => (
                <Row
                  key={f.id}
                  filter={f}
                  active={f.id === active?.id}
                  on={{
                    apply: () => {
                      apply(fromSaved(f.query));
                      setOpen(false);
                    },
                    remove: () => remove.mutate(f),
                    rename: (name) => rename.mutate({ filter: f, name }),
                  }}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      {savable && <SaveForm state={state} taken={(n) => !!list.data?.some((f) => f.name === n)} save={(name) => save.mutate({ name, state })} />}
    </div>
  );
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomRight" arrow={false} content={panel} styles={{ container: { padding: 0 } }}>
      <Button size="small">{active ? `常用：${active.name}` : "常用筛选"} ▾</Button>
    </Popover>
  );
}
