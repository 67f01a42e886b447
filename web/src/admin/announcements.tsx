// 业务公告: played after the greeting while they are in force.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Select } from "antd";
import { useState } from "react";
import { setup } from "@/calls/calls";
import type { AnnouncementForm, AnnouncementView } from "@/calls/types";
import { MomentPicker } from "@/ui/moment-picker";
import { Empty, Loaded } from "@/ui/states";
import { dateTime, serverNow } from "@/ui/time";
import { promptName } from "./prompt-words";
import { FormDrawer, Room } from "./room";

const DAY = 86_400_000;

function Editor({ item, close, saved }: { item: AnnouncementView | null; close: () => void; saved: () => void }) {
  const prompts = useQuery({ queryKey: ["admin", "prompts"], queryFn: setup.prompts });
  const send = async (form: AnnouncementForm) => {
    const clean = { ...form, prompt: form.prompt ?? null };
    await (item ? setup.changeAnnouncement(item.id, clean) : setup.announce(clean));
    saved();
  };
  const initial = item ?? { valid_from: serverNow(), valid_to: serverNow() + DAY };
  return (
    <FormDrawer<AnnouncementForm> title={item ? "修改公告" : "新增公告"} initial={initial} send={send} done="公告已保存，下一通来电起生效" close={close}>
      {() => (
        <>
          <Form.Item name="title" label="标题" rules={[{ required: true, whitespace: true, message: "请填写标题" }]}>
            <Input maxLength={40} showCount autoFocus placeholder="如：城区东部停水通知" />
          </Form.Item>
          <Form.Item name="text" label="内容（话务员答复口径）" rules={[{ required: true, whitespace: true, message: "请填写内容" }]}>
            <Input.TextArea rows={4} maxLength={300} showCount />
          </Form.Item>
          <Form.Item name="prompt" label="播放的语音" extra="先在“提示音”上传录好的公告；不选则不播放，只供话务员查看">
            <Select allowClear options={(prompts.data ?? []).map((p) => ({ value: p.name, label: promptName(p.name) }))} placeholder="不播放" />
          </Form.Item>
          <div className="adm-row">
            <Form.Item name="valid_from" label="开始" rules={[{ required: true, message: "请选择开始时间" }]}>
              <MomentPicker />
            </Form.Item>
            <Form.Item name="valid_to" label="结束" rules={[{ required: true, message: "请选择结束时间" }]}>
              <MomentPicker only="future" />
            </Form.Item>
          </div>
        </>
      )}
    </FormDrawer>
  );
}

function Stop({ item, close, saved }: { item: AnnouncementView; close: () => void; saved: () => void }) {
  return (
    <FormDrawer<{ reason: string }>
      title={`停播：${item.title}`}
      initial={{}}
      confirm="停播"
      done="已停播"
      close={close}
      send={async ({ reason }) => {
        await setup.stopAnnouncement(item.id, reason);
        saved();
      }}
    >
      {() => (
        <Form.Item name="reason" label="停播理由" rules={[{ required: true, whitespace: true, min: 4, message: "请写明理由，不少于4个字" }]}>
          <Input maxLength={100} autoFocus />
        </Form.Item>
      )}
    </FormDrawer>
  );
}

function state(a: AnnouncementView, now: number): { text: string; tone: string } {
  if (a.stopped_at !== null) return { text: "已停播", tone: "tag" };
  if (a.in_force) return { text: "播放中", tone: "tag tag-green" };
  if (now < a.valid_from) return { text: "未开始", tone: "tag tag-blue" };
  return now >= a.valid_to ? { text: "已到期", tone: "tag" } : { text: "生效中", tone: "tag tag-blue" };
}

export default function AnnouncementsRoom() {
  const client = useQueryClient();
  const query = useQuery({ queryKey: ["admin", "announcements"], queryFn: setup.announcements });
  const [open, setOpen] = useState<{ what: "edit" | "stop"; item: AnnouncementView } | "new" | null>(null);
  const saved = () => void client.invalidateQueries({ queryKey: ["admin", "announcements"] });
  const now = serverNow();
  return (
    <Room
      title="业务公告"
      hint="突发事件时在欢迎语后播放，减少重复来电"
      actions={
        <Button type="primary" onClick={() => setOpen("new")}>
          新增公告
        </Button>
      }
    >
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="没有业务公告" hint="停水停电、极端天气等影响面广的事项，可先公告后接听。" />
          ) : (
            <section className="panel adm-fill adm-scroll">
              <table className="adm-table">
                <thead>
                  <tr>
                    <th>状态</th>
                    <th style={{ width: 170 }}>标题</th>
                    <th>内容</th>
                    <th>语音</th>
                    <th>有效期</th>
                    <th>登记</th>
                    <th>操作</th>
                  </tr>
                </thead>
                <tbody>
                  {all.map((a) => {
                    const s = state(a, now);
                    const over = a.stopped_at !== null || now >= a.valid_to;
                    return (
                      <tr key={a.id}>
                        <td>
                          <span className={s.tone}>{s.text}</span>
                        </td>
                        <td>{a.title}</td>
                        <td>{a.text}</td>
                        <td className="nowrap">{a.prompt ? promptName(a.prompt) : <span className="muted">不播放</span>}</td>
                        <td className="num nowrap">
                          {dateTime(a.valid_from)} — {dateTime(a.valid_to)}
                        </td>
                        <td className="nowrap">{a.created_by_name}</td>
                        <td>
                          {!over && (
                            <span className="adm-ops">
                              <button type="button" className="link" onClick={() => setOpen({ what: "edit", item: a })}>
                                修改
                              </button>
                              <button type="button" className="link" onClick={() => setOpen({ what: "stop", item: a })}>
                                停播
                              </button>
                            </span>
                          )}
                        </td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </section>
          )
        }
      </Loaded>
      {open === "new" && <Editor item={null} close={() => setOpen(null)} saved={saved} />}
      {open !== null && open !== "new" && open.what === "edit" && <Editor item={open.item} close={() => setOpen(null)} saved={saved} />}
      {open !== null && open !== "new" && open.what === "stop" && <Stop item={open.item} close={() => setOpen(null)} saved={saved} />}
    </Room>
  );
}
