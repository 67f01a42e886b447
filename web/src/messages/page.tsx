// 短信: what citizens answered and what was sent to them.
import { Segmented } from "antd";
import { useSearchParams } from "react-router";
import { Received } from "./received";
import { Sent } from "./sent";
import "./messages.css";

const ROOMS = [
  { value: "received", label: "群众回复" },
  { value: "sent", label: "发送记录" },
];

export default function MessagesPage() {
  const [params, setParams] = useSearchParams();
  const room = params.get("room") === "sent" ? "sent" : "received";
  return (
    <div className="sms-page">
      <header className="sms-head">
        <h1>短信</h1>
        <Segmented value={room} options={ROOMS} onChange={(r) => setParams(r === "received" ? {} : { room: r }, { replace: true })} />
      </header>
      {room === "sent" ? <Sent /> : <Received />}
    </div>
  );
}
