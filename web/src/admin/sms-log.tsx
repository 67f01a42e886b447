// 发送记录 for whoever runs the system: states and reasons, no texts.
import { Sent } from "@/messages/sent";
import { Room } from "./room";

export default function SmsLogRoom() {
  return (
    <Room title="发送记录" hint="号码和邮箱已脱敏，不显示内容；查看内容请在工单中进行">
      <Sent office />
    </Room>
  );
}
