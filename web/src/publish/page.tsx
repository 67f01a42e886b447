// 网上公开: notices and guides are written here; answers citizens agreed to show are looked over here before they go out.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Select, Tabs } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { get, post } from "@/api/client";
import type { Answer, Body } from "@/api/types";
import { FormDrawer, Room } from "@/admin/room";
import "@/admin/admin.css";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";

type Line = Answer<"publications">["items"][number];
type Text = Body<"publish">;

const KEY = ["publications"] as const;
const load = () => get<Answer<"publications">>("/publications");
const save = (form: Text) => post<Answer<"publish">>("/publications", form);

const KINDS = [
  { value: "notice", label: "公告" },
  { value: "guide", label: "常见问题" },
];
const STATES = [
  { value: "published", label: "公开" },
  { value: "draft", label: "存为草稿" },
  { value: "withdrawn", label: "撤下" },
];
const TAGS: Record<string, string> = { published: "tag tag-green", candidate: "tag tag-amber", withdrawn: "tag", draft: "tag" };

function Editor({ line, close }: { line: Line | null; close: () => void }) {
  const client = useQueryClient();
  const answer = line?.kind === "reply" || line?.kind === "media";
  const initial: Partial<Text> = line
    ? { kind: line.kind, title: line.title, question: line.question, body: line.body, state: line.state === "candidate" ? "published" : line.state }
    : { kind: "notice", state: "published" };
  const send = async (v: Text) => {
    await save({ ...v, kind: line?.kind ?? v.kind, question: v.question ?? "", id: line?.id ?? null, order_id: line?.order_id ?? null, version: line?.version ?? 0 });
    await client.invalidateQueries({ queryKey: KEY });
  };
  return (
    <FormDrawer<Text>
      title={line ? `${line.kind_cn}：${line.title}` : "新建公告或常见问题"}
      initial={initial}
      send={send}
      done="已保存，即时生效"
      close={close}
      width={640}
      note={answer ? (line?.kind === "media" ? "媒体已经报道的事项，公开处理结果不需要诉求人同意。" : "诉求人已同意公开。") + "号码和姓名已自动隐去，请逐句核对，删去能认出个人的内容后再公开。" : undefined}
    >
      {() => (
        <>
          {!line && (
            <Form.Item name="kind" label="类别" rules={[{ required: true }]}>
              <Select options={KINDS} />
            </Form.Item>
          )}
          <Form.Item name="title" label="标题" rules={[{ required: true, whitespace: true, message: "请填写标题" }]}>
            <Input maxLength={100} showCount />
          </Form.Item>
          {answer && (
            <Form.Item name="question" label="诉求">
              <Input.TextArea autoSize={{ minRows: 4, maxRows: 12 }} />
            </Form.Item>
          )}
          <Form.Item name="body" label={answer ? "答复" : "正文"} extra="空行分段" rules={[{ required: true, whitespace: true, message: "请填写正文" }]}>
            <Input.TextArea autoSize={{ minRows: 6, maxRows: 18 }} />
          </Form.Item>
          <Form.Item name="state" label="状态" rules={[{ required: true }]} style={{ marginBottom: 4 }}>
            <Select options={line ? STATES : STATES.slice(0, 2)} />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

function Lines({ lines, open, empty }: { lines: readonly Line[]; open: (l: Line) => void; empty: string }) {
  if (lines.length === 0) return <Empty title={empty} />;
  return (
    <table className="adm-table">
      <thead>
        <tr>
          <th style={{ width: 90 }}>状态</th>
          <th style={{ width: 90 }}>类别</th>
          <th>标题</th>
          <th style={{ width: 380 }}>来源</th>
          <th style={{ width: 150 }}>时间</th>
          <th style={{ width: 150 }} aria-label="操作" />
        </tr>
      </thead>
      <tbody>
        {lines.map((l) => (
          <tr key={l.id ?? l.order_id}>
            <td><span className={TAGS[l.state] ?? "tag"}>{l.state_cn}</span></td>
            <td>{l.kind_cn}</td>
            <td>{l.title}</td>
            <td className="muted">{[l.about, l.by].filter(Boolean).join(" · ")}</td>
            <td className="num muted">{dateTime(l.published_at ?? l.updated_at)}</td>
            <td>
              <Button size="small" type={l.state === "candidate" ? "primary" : "default"} onClick={() => open(l)}>
                {l.state === "candidate" ? "核对公开" : "修改"}
              </Button>{" "}
              {l.order_id && <Link to={`/orders/${l.order_id}`}>工单</Link>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export default function PublishPage() {
  const list = useQuery({ queryKey: KEY, queryFn: load });
  const [edited, setEdited] = useState<Line | "new">();
  return (
    <>
      <Room
        title="网上公开"
        hint="公众网站上的公告、常见问题和公开答复"
        actions={<Button type="primary" onClick={() => setEdited("new")}>新建公告</Button>}
      >
        <Loaded query={list}>
          {(data) => (
            <Tabs
              className="panel adm-fill adm-scroll"
              tabBarStyle={{ padding: "0 12px", marginBottom: 0 }}
              items={[
                { key: "todo", label: `待公开答复（${data.candidates.length}）`, children: <Lines lines={data.candidates} open={setEdited} empty="没有等待公开的答复" /> },
                { key: "reply", label: "公开答复", children: <Lines lines={data.items.filter((l) => l.kind === "reply")} open={setEdited} empty="还没有公开过答复" /> },
                { key: "media", label: "媒体监督", children: <Lines lines={data.items.filter((l) => l.kind === "media")} open={setEdited} empty="还没有公开过媒体曝光的处理结果" /> },
                { key: "text", label: "公告和常见问题", children: <Lines lines={data.items.filter((l) => l.kind === "notice" || l.kind === "guide")} open={setEdited} empty="还没有公告" /> },
              ]}
            />
          )}
        </Loaded>
      </Room>
      {edited && <Editor line={edited === "new" ? null : edited} close={() => setEdited(undefined)} />}
    </>
  );
}
