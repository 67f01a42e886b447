// 座席技能: who serves which queue, and how well, and at which telephone. Skills are effective at once, also for seats that are signed in;
// another telephone with the next sign-in.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Input, Select } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { useDictionary } from "@/api/hooks";
import { setup } from "@/calls/calls";
import type { SkillsView } from "@/calls/types";
import { DenseTable, type Column } from "@/ui/dense-table";
import { Empty, Loaded } from "@/ui/states";
import { Room } from "./room";

const LEVELS = [1, 2, 3, 4, 5].map((value) => ({ value, label: `${value} 级` }));

/** One cell: the level of a person in a skill, or none. */
function Level({ person, skill, saved }: { person: SkillsView; skill: { code: string; name: string }; saved: (view: SkillsView) => void }) {
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const set = async (level: number | undefined) => {
    setBusy(true);
    try {
      const others = person.skills.filter((s) => s.skill !== skill.code);
      saved(await setup.setSkills(person.user, level === undefined ? others : [...others, { skill: skill.code, level }]));
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Select
      size="small"
      allowClear
      loading={busy}
      disabled={busy}
      value={person.skills.find((s) => s.skill === skill.code)?.level}
      options={LEVELS}
      placeholder="—"
      onChange={(level: number | undefined) => void set(level)}
      aria-label={`${person.name} ${skill.name}`}
      style={{ width: "100%" }}
    />
  );
}

/** 话机分机: saved on Enter or when the field is left; empty for the browser. */
function Phone({ person, saved }: { person: SkillsView; saved: (view: SkillsView) => void }) {
  const { message } = App.useApp();
  const now = person.phone ?? "";
  const [typed, setTyped] = useState(now);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    const extension = typed.trim();
    if (extension === now || busy) return;
    setBusy(true);
    try {
      const view = await setup.setPhone(person.user, extension === "" ? null : extension);
      saved(view);
      message.success(view.phone ? `${person.name}改用话机 ${view.phone}，下次签入起生效` : `${person.name}改用浏览器语音，下次签入起生效`);
    } catch (error) {
      message.error(messageOf(error));
      setTyped(now);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Input
      size="small"
      value={typed}
      disabled={busy}
      maxLength={8}
      placeholder="浏览器"
      onChange={(e) => setTyped(e.target.value)}
      onPressEnter={() => void save()}
      onBlur={() => void save()}
      onKeyDown={(e) => e.key === "Escape" && setTyped(now)}
      aria-label={`${person.name} 话机分机`}
    />
  );
}

export default function SkillsRoom() {
  const client = useQueryClient();
  const skills = useDictionary("skill");
  const query = useQuery({ queryKey: ["admin", "skills"], queryFn: setup.skills });
  const [typed, setTyped] = useState("");
  const saved = (view: SkillsView) => client.setQueryData<SkillsView[]>(["admin", "skills"], (all) => all?.map((p) => (p.user === view.user ? view : p)));
  const columns: Column<SkillsView>[] = [
    { key: "name", title: "姓名", width: 90, render: (p) => <b>{p.name}</b> },
    { key: "login", title: "工号", width: 110, render: (p) => p.login },
    { key: "phone", title: "话机分机", width: 96, render: (p) => <Phone key={p.phone ?? ""} person={p} saved={saved} /> },
    ...skills.map((skill): Column<SkillsView> => ({ key: skill.code, title: skill.name, width: 124, render: (p) => <Level person={p} skill={skill} saved={saved} /> })),
    { key: "org", title: "机构", render: (p) => <span className="muted">{p.org_name}</span> },
  ];
  return (
    <Room
      title="座席技能"
      hint="1 级最优：来电先分给级别最优的空闲座席，同级的分给空闲最久的；改动即时生效。话机分机为空时用浏览器接打"
      actions={<Input value={typed} onChange={(e) => setTyped(e.target.value)} placeholder="姓名、工号" allowClear style={{ width: 180 }} aria-label="查找座席" />}
    >
      <Loaded query={query}>
        {(all) => {
          const t = typed.trim();
          const rows = all.filter((p) => t === "" || p.name.includes(t) || p.login.includes(t));
          return (
            <section className="panel adm-fill">
              <DenseTable
                rows={rows}
                columns={columns}
                rowKey={(p) => p.user}
                label="座席技能"
                empty={<Empty title="没有符合的座席" hint="有“接打电话”权限的人员会列在这里。" />}
                footer={
                  <span>
                    共 {all.length} 人，其中 {all.filter((p) => p.skills.length === 0).length} 人未设技能，签入后不会分到来电
                  </span>
                }
              />
            </section>
          );
        }}
      </Loaded>
    </Room>
  );
}
