// The desk's types of the WebSocket are those of the platform: the golden samples compile against them (`satisfies`), and below
// every name the desk knows occurs in a sample, so that the desk knows no name the platform does not.
import { expect, test } from "vitest";
import type { Direction, ForceTo, PartyKind, RecordingState, SeatCallState, SeatCommand, SeatFrame, SeatState, Supervision } from "./protocol";
import * as golden from "./protocol.golden";

/** Compiles only when `Known` has no member outside `Sampled`. */
function covers<Known, Sampled>(..._proof: [Exclude<Known, Sampled>] extends [never] ? [] : [missing: Exclude<Known, Sampled>]): void {}

test("every name of the desk stands in a sample of the platform", () => {
  covers<SeatCommand["type"], (typeof golden.PAGE_FRAMES)[number]["type"]>();
  covers<SeatFrame["type"], (typeof golden.SEAT_FRAMES)[number]["type"]>();
  covers<SeatState, (typeof golden.SEAT_STATES)[number]>();
  covers<Direction, (typeof golden.DIRECTIONS)[number]>();
  covers<SeatCallState, (typeof golden.CALL_STATES)[number]>();
  covers<RecordingState, (typeof golden.RECORDING_STATES)[number]>();
  covers<PartyKind, (typeof golden.PARTY_KINDS)[number]>();
  covers<Supervision, (typeof golden.SUPERVISIONS)[number]>();
  covers<ForceTo, (typeof golden.FORCES)[number]>();
  expect(new Set(golden.PAGE_FRAMES.map((f) => f.no)).size).toBe(golden.PAGE_FRAMES.length);
});

test("both spellings of an optional field are sampled", () => {
  const targets = golden.PAGE_FRAMES.flatMap((f) => (f.type === "transfer" ? [f.to] : []));
  expect(targets).toContain(null);
  expect(targets.length).toBeGreaterThan(1);
});
