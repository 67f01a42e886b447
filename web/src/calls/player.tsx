// 录音播放: both sides as two waves, seek, speed. Listening needs a reason and is audited.
import { App, Button, Form, Input, Modal, Segmented, Select } from "antd";
import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { messageOf } from "@/api/client";
import { CaretRightOutlined, PauseOutlined } from "@ant-design/icons";
import { clock } from "@/phone/words";
import { loadPeaks, recordings } from "./calls";
import "./player.css";
import type { Peaks, RecordingLine, Ticket } from "./types";
import { draw, momentAt } from "./wave";
import { lengthText } from "./words";

const REASONS = ["核实诉求内容", "质检评分", "处理投诉争议", "回访前了解情况", "培训学习", "其他"];
const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const STEP_S = 5;
/** The file is there; whoever may not play it lacks the right to. */
const WHOLE = ["closed", "repaired"];

/** Asks why, then gives the ticket. */
function ReasonDialog({ recording, close, done }: { recording: RecordingLine; close: () => void; done: (ticket: Ticket) => void }) {
  const [form] = Form.useForm<{ kind: string; text?: string }>();
  const [refusal, setRefusal] = useState<string>();
  const [busy, setBusy] = useState(false);
  const kind = Form.useWatch("kind", form);
  const submit = async ({ kind: why, text }: { kind: string; text?: string }) => {
    setBusy(true);
    setRefusal(undefined);
    try {
      done(await recordings.listen(recording.id, text ? `${why}：${text}` : why));
    } catch (error) {
      setRefusal(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal title="调听录音" open onCancel={close} footer={null} width={400} destroyOnHidden>
      <p className="note note-amber" style={{ marginBottom: 12 }}>
        调听人、时间、理由将记入审计日志。录音含个人信息，请勿转录、外传。
      </p>
      <Form form={form} layout="vertical" onFinish={(v) => void submit(v)}>
        <Form.Item name="kind" label="调听理由" rules={[{ required: true, message: "请选择调听理由" }]}>
          <Select autoFocus options={REASONS.map((value) => ({ value, label: value }))} />
        </Form.Item>
        <Form.Item name="text" label="补充说明" rules={kind === "其他" ? [{ required: true, whitespace: true, min: 4, message: "请写明理由，不少于4个字" }] : []}>
          <Input maxLength={100} />
        </Form.Item>
        {refusal && (
          <div className="note note-red" role="alert" style={{ marginBottom: 12 }}>
            {refusal}
          </div>
        )}
        <Button type="primary" htmlType="submit" loading={busy} block>
          开始收听
        </Button>
      </Form>
    </Modal>
  );
}

function useWave(peaks: Peaks | null, at: number, ms: number) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const c = canvas.current;
    if (!c) return;
    const paint = () => draw(c, peaks, ms === 0 ? 0 : at / ms);
    paint();
    const watch = new ResizeObserver(paint);
    watch.observe(c);
    return () => watch.disconnect();
  }, [peaks, at, ms]);
  return canvas;
}

/** The player proper, once the ticket is there. */
function Deck({ ticket }: { ticket: Ticket }) {
  const { message } = App.useApp();
  const audio = useRef<HTMLAudioElement>(null);
  const [peaks, setPeaks] = useState<Peaks | null>(null);
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const [known, setKnown] = useState(ticket.ms ?? 0);
  const ms = known || 1;
  useEffect(() => {
    const abort = new AbortController();
    loadPeaks(ticket.peaks_url, abort.signal).then(setPeaks, () => undefined);
    return () => abort.abort();
  }, [ticket]);
  useEffect(() => {
    if (audio.current) audio.current.playbackRate = speed;
  }, [speed]);
  const canvas = useWave(peaks, at, ms);
  const seek = useCallback((to: number) => {
    const a = audio.current;
    if (!a) return;
    a.currentTime = Math.max(0, to / 1000);
    setAt(a.currentTime * 1000);
  }, []);
  const toggle = () => {
    const a = audio.current;
    if (!a) return;
    if (a.paused) a.play().catch(() => message.error("录音未能播放，凭证可能已过期，请重新调听"));
    else a.pause();
  };
  const onKeyDown = (e: KeyboardEvent) => {
    const act: Record<string, () => void> = { " ": toggle, ArrowLeft: () => seek(at - STEP_S * 1000), ArrowRight: () => seek(at + STEP_S * 1000), Home: () => seek(0) };
    const action = act[e.key];
    if (!action) return;
    e.preventDefault();
    e.stopPropagation();
    action();
  };
  const onPointer = (e: PointerEvent<HTMLCanvasElement>) => e.buttons === 1 && seek(momentAt(e.nativeEvent.offsetX, e.currentTarget.clientWidth, ms));
  return (
    <div className="player" onKeyDown={onKeyDown}>
      <audio
        ref={audio}
        src={ticket.url}
        preload="metadata"
        onLoadedMetadata={(e) => Number.isFinite(e.currentTarget.duration) && setKnown(e.currentTarget.duration * 1000)}
        onTimeUpdate={(e) => setAt(e.currentTarget.currentTime * 1000)}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onError={() => message.error("录音文件无法读取")}
      />
      <div className="player-bar">
        <Button shape="circle" type="primary" icon={playing ? <PauseOutlined /> : <CaretRightOutlined />} onClick={toggle} aria-label={playing ? "暂停" : "播放"} />
        <span className="num player-time">
          {clock(at)} / {clock(ms)}
        </span>
        <Segmented size="small" options={SPEEDS.map((s) => ({ value: s, label: `${s}×` }))} value={speed} onChange={setSpeed} aria-label="播放速度" />
      </div>
      <div className="player-wave">
        <span className="player-side player-left">群众</span>
        <span className="player-side player-right">话务员</span>
        <canvas
          ref={canvas}
          tabIndex={0}
          role="slider"
          aria-label="播放位置"
          title="点击定位；空格 播放、暂停，← → 前后5秒"
          aria-valuemin={0}
          aria-valuemax={Math.round(ms / 1000)}
          aria-valuenow={Math.round(at / 1000)}
          aria-valuetext={clock(at)}
          onPointerDown={onPointer}
          onPointerMove={onPointer}
        />
      </div>
    </div>
  );
}

/** One recording: a button until a reason was given, then the player. */
export function Player({ recording, label }: { recording: RecordingLine; label?: string }) {
  const [asking, setAsking] = useState(false);
  const [ticket, setTicket] = useState<Ticket | null>(null);
  if (ticket) return <Deck key={ticket.ticket} ticket={ticket} />;
  return (
    <div className="player-closed">
      <span>
        {label ?? (recording.message ? "留言" : "通话录音")}
        <span className="muted num">　{lengthText(recording.ms)}</span>
      </span>
      {recording.playable ? (
        <Button size="small" onClick={() => setAsking(true)}>
          调听
        </Button>
      ) : (
        <span className={WHOLE.includes(recording.status) ? "muted" : "tag tag-amber"}>{WHOLE.includes(recording.status) ? "您没有调听权限" : recording.status_cn}</span>
      )}
      {asking && (
        <ReasonDialog
          recording={recording}
          close={() => setAsking(false)}
          done={(t) => {
            setAsking(false);
            setTicket(t);
          }}
        />
      )}
    </div>
  );
}
