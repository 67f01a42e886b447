import { expect, test } from "vitest";
import { lampOf, NO_SAMPLE, qualityText, sampleOf } from "./quality";

const inbound = (received: number, lost: number, jitter = 0.01) => ({ type: "inbound-rtp", kind: "audio", packetsReceived: received, packetsLost: lost, jitter });

test("loss is counted since the sample before, not since the call began", () => {
  const first = sampleOf([inbound(900, 100)], NO_SAMPLE);
  expect(first.loss_permille).toBe(100);
  expect(sampleOf([inbound(1_900, 100)], first).loss_permille).toBe(0);
  expect(sampleOf([inbound(1_890, 110)], first).loss_permille).toBe(10);
});

test("the round trip is that of the pair in use", () => {
  const report = [{ type: "candidate-pair", nominated: false, currentRoundTripTime: 0.9 }, { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.045 }, inbound(50, 0, 0.012)];
  expect(sampleOf(report, NO_SAMPLE)).toMatchObject({ rtt_ms: 45, jitter_ms: 12, loss_permille: 0 });
});

test("the lamp shows the worse direction, and nothing when nothing is known", () => {
  const fine = { loss_permille: 2, jitter_ms: 8, rtt_ms: 30 };
  expect(lampOf([null, null])).toBe("off");
  expect(lampOf([fine, null])).toBe("good");
  expect(lampOf([fine, { ...fine, loss_permille: 12 }])).toBe("fair");
  expect(lampOf([{ ...fine, rtt_ms: 450 }, fine])).toBe("bad");
  expect(lampOf([{ ...fine, jitter_ms: 61 }])).toBe("bad");
});

test("in words", () => {
  expect(qualityText({ loss_permille: 3, jitter_ms: 12, rtt_ms: 45 })).toBe("丢包 0.3%，抖动 12 毫秒，往返 45 毫秒");
  expect(qualityText(null)).toBe("暂无数据");
});
