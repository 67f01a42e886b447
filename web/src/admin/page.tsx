import { Empty } from "@/ui/states";

/** 系统管理: addresses below /admin are this room's own. */
export default function AdminPage() {
  return <Empty title="请从左侧选择管理项目" />;
}
