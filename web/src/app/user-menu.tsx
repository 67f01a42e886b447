import { useQueryClient } from "@tanstack/react-query";
import { App, Dropdown, Modal } from "antd";
import { lazy, Suspense, useState } from "react";
import { session as calls } from "@/api/calls";
import { messageOf } from "@/api/client";
import { keys } from "@/api/hooks";
import type { AppointmentView } from "@/api/types";
import { useAdoptSession, useSession } from "./session";

const MailChoiceForm = lazy(() => import("./mail-choice").then((m) => ({ default: m.MailChoiceForm })));
const PasswordForm = lazy(() => import("./password").then((m) => ({ default: m.PasswordForm })));

function appointmentName(a: AppointmentView): string {
  return `${a.org.short || a.org.name} · ${a.position || a.roles.map((r) => r.cn).join("、")}`;
}

/** Name, unit, change of appointment, mail, password, sign-out. */
export function UserMenu({ onSignOut }: { onSignOut: () => void }) {
  const session = useSession();
  const adopt = useAdoptSession();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [changing, setChanging] = useState(false);
  const [choosing, setChoosing] = useState(false);

  const switchTo = async (id: string) => {
    try {
      const next = await calls.appointment(id);
      client.removeQueries({ predicate: (q) => q.queryKey[0] !== keys.session[0] });
      adopt(next);
      message.success(`已切换为：${appointmentName(next.appointment)}`);
    } catch (error) {
      message.error(messageOf(error));
    }
  };

  const others = session.appointments.filter((a) => a.id !== session.appointment.id);
  return (
    <>
      <Dropdown
        trigger={["click"]}
        placement="bottomRight"
        menu={{
          items: [
            {
              key: "who",
              type: "group",
              label: `${session.user.name}（${session.user.login}）　${session.appointment.roles.map((r) => r.cn).join("、")}`,
            },
            ...(others.length > 0
              ? [{ key: "switch", label: "切换任职", children: others.map((a) => ({ key: `to:${a.id}`, label: appointmentName(a) })) }]
              : []),
            { type: "divider" },
            { key: "mail", label: "邮件提醒" },
            { key: "password", label: "修改密码" },
            { key: "out", label: "退出登录" },
          ],
          onClick: ({ key }) => {
            if (key.startsWith("to:")) void switchTo(key.slice(3));
            else if (key === "mail") setChoosing(true);
            else if (key === "password") setChanging(true);
            else if (key === "out") onSignOut();
          },
        }}
      >
        <button type="button" className="shell-user">
          <span className="shell-user-name">{session.user.name}</span>
          <span className="shell-user-org">{session.appointment.org.short || session.appointment.org.name}</span>
        </button>
      </Dropdown>
      <Modal title="邮件提醒" open={choosing} footer={null} width={420} destroyOnHidden onCancel={() => setChoosing(false)}>
        <Suspense fallback={null}>
          <MailChoiceForm onDone={() => setChoosing(false)} />
        </Suspense>
      </Modal>
      <Modal title="修改密码" open={changing} footer={null} width={400} destroyOnHidden onCancel={() => setChanging(false)}>
        <Suspense fallback={null}>
          <PasswordForm
            cancelText="取消"
            onCancel={() => setChanging(false)}
            onDone={() => {
              setChanging(false);
              message.success("密码已修改");
            }}
          />
        </Suspense>
      </Modal>
    </>
  );
}
