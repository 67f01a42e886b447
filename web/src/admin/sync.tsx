// 平台同步: tables and lists other platforms published.
import { Segmented } from "antd";
import { useState } from "react";
import { useCan } from "@/app/session";
import type { Topic } from "@/partner/calls";
import { Proposals } from "@/partner/proposals";
import { Room } from "./room";

const TOPICS: readonly { value: Topic; label: string; needs: string }[] = [
  { value: "dict", label: "问题分类", needs: "admin.category" },
  { value: "org", label: "机构名录", needs: "admin.org" },
];

export default function SyncRoom() {
  const can = useCan();
  const topics = TOPICS.filter((t) => can(t.needs));
  const [topic, setTopic] = useState<Topic>(topics[0]?.value ?? "dict");
  return (
    <Room
      title="平台同步"
      hint="上级、下级平台发布的内容只作为建议，不会自动改动本平台；逐项看清差异后采纳"
      actions={<Segmented<Topic> value={topic} onChange={setTopic} options={topics.map(({ value, label }) => ({ value, label }))} />}
    >
      <div className="adm-fill adm-scroll">
        <Proposals key={topic} topic={topic} />
      </div>
    </Room>
  );
}
