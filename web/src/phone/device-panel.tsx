import { Button, Select } from "antd";
import { useEffect, useRef, useState } from "react";
import { listDevices, meter, storedDevices, storeDevices, type DeviceChoice } from "./devices";
import type { TabHandset } from "./handset";
import { KeyHelp } from "./key-help";
import { MicRefused } from "./media";
import { MIC_FAULT, type MicFault } from "./mic-fault";
import { LAMP_CN, lampOf, qualityText } from "./quality";
import { ring } from "./ring";
import { deskPhone } from "./seat";
import type { PhoneState } from "./store";

/** Level of the microphone, as one speaks. */
function Level({ mic }: { mic: string }) {
  const [level, setLevel] = useState(0);
  const [peak, setPeak] = useState(0);
  const [fault, setFault] = useState<MicFault>();
  const stop = useRef<() => void>(undefined);
  useEffect(() => {
    let open = true;
    setFault(undefined);
    setPeak(0);
    meter(mic, (l) => {
      setLevel(l);
      setPeak((p) => Math.max(p, l));
    }).then(
      (end) => (open ? (stop.current = end) : end()),
      (error: unknown) => open && setFault(error instanceof MicRefused ? error.fault : "other"),
    );
    return () => {
      open = false;
      stop.current?.();
      stop.current = undefined;
    };
  }, [mic]);
  if (fault) return <p className="note note-red">{`${MIC_FAULT[fault].title}。${MIC_FAULT[fault].help}`}</p>;
  return (
    <>
      <div className="ph-level" role="meter" aria-valuenow={level} aria-valuemin={0} aria-valuemax={100} aria-label="麦克风音量">
        <i style={{ width: `${level}%` }} />
      </div>
      <p className="muted">{peak < 20 ? "请对着麦克风说话，应看到绿色长度变化" : peak > 95 ? "声音过大，请离麦克风稍远" : "麦克风正常"}</p>
    </>
  );
}

/** A telephone on the desk has its own volume keys; what can be told from here is whether it is reachable, and how it hears. */
function DeskPhone({ extension, state }: { extension: string; state: PhoneState }) {
  const up = state.seat?.media ?? false;
  return (
    <div className="ph-devices">
      <h3>话机设置</h3>
      <p>
        本座席使用桌面话机，分机 <b className="num">{extension}</b>，不使用浏览器麦克风。来电时话机振铃，摘机接听、挂机结束；外呼时话机先振铃，摘机后呼叫对方。
      </p>
      <dl className="ph-net">
        <dt>注册状态</dt>
        <dd className={up ? "ph-lamp-word ph-lamp-good" : "ph-lamp-word ph-lamp-bad"}>{up ? "已注册" : "未注册"}</dd>
        <dt>平台收听</dt>
        <dd>{qualityText(state.seat?.quality ?? null)}</dd>
      </dl>
      <KeyHelp />
    </div>
  );
}

/** 话机设置: devices, levels, network, shortcuts. */
export function DevicePanel({ state, handset }: { state: PhoneState; handset: { current: TabHandset | null } }) {
  const [devices, setDevices] = useState(storedDevices);
  const [mics, setMics] = useState<DeviceChoice[]>([]);
  const [speakers, setSpeakers] = useState<DeviceChoice[]>([]);
  const [checking, setChecking] = useState(false);
  useEffect(() => {
    const read = () =>
      void listDevices().then((l) => {
        setMics(l.mics);
        setSpeakers(l.speakers);
      });
    read();
    navigator.mediaDevices?.addEventListener("devicechange", read);
    return () => navigator.mediaDevices?.removeEventListener("devicechange", read);
  }, [checking, state.media]);
  const choose = (change: Partial<typeof devices>) => {
    const next = { ...devices, ...change };
    setDevices(next);
    storeDevices(next);
    ring.aim(next.speaker);
    void handset.current?.use(next);
  };
  const desk = deskPhone(state.seat);
  if (desk) return <DeskPhone extension={desk} state={state} />;
  const lamp = state.media === "up" ? lampOf([state.line, state.seat?.quality ?? null]) : "off";
  const insecure = typeof navigator.mediaDevices === "undefined";
  return (
    <div className="ph-devices">
      <h3>话机设置</h3>
      {insecure && <p className="note note-red">{`${MIC_FAULT.insecure.title}。${MIC_FAULT.insecure.help}`}</p>}
      <label>
        麦克风
        <Select value={devices.mic} options={mics} onChange={(mic) => choose({ mic })} aria-label="麦克风" />
      </label>
      <label>
        扬声器
        <Select value={devices.speaker} options={speakers} onChange={(speaker) => choose({ speaker })} aria-label="扬声器" />
      </label>
      <div className="ph-line">
        <Button size="small" onClick={() => setChecking(!checking)} disabled={insecure}>
          {checking ? "结束测试" : "测试麦克风"}
        </Button>
        <Button
          size="small"
          onClick={() => {
            ring.aim(devices.speaker);
            ring.test();
          }}
        >
          播放测试音
        </Button>
      </div>
      {checking && <Level mic={devices.mic} />}
      <dl className="ph-net">
        <dt>网络质量</dt>
        <dd className={`ph-lamp-word ph-lamp-${lamp}`}>{LAMP_CN[lamp]}</dd>
        <dt>本机收听</dt>
        <dd>{qualityText(state.line)}</dd>
        <dt>平台收听</dt>
        <dd>{qualityText(state.seat?.quality ?? null)}</dd>
      </dl>
      <KeyHelp />
    </div>
  );
}
