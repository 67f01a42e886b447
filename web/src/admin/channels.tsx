// 渠道健康, for who runs the platform.
import { HealthPanel } from "@/inbox/health";
import { Room } from "./room";

export default function ChannelsRoom() {
  return (
    <Room title="渠道健康" hint="各渠道来信的收取情况，每10秒更新">
      <div className="adm-scroll">
        <HealthPanel />
      </div>
    </Room>
  );
}
